//! An invented estate of any size for tests and measurements, the same each time. Nothing of it reaches the product.

use std::collections::BTreeSet;

use model::{
    ids::ExternalId,
    inventory::{
        Adapter, Alarm, Aspect, Cluster, ClusterConfig, ClusterState, Collection, ConnectionState, Datacenter,
        Datastore, DatastoreConfig, DatastoreState, Disk, Folder, Health, Host, HostConfig, HostState, Inventory,
        Network, NetworkConfig, NetworkType, ObjectKind, PowerState, ResourcePool, ResourcePoolConfig, Snapshot,
        SourceIdentity, Tag, Vm, VmConfig, VmRole, VmState,
    },
};

const GIB: i64 = 1 << 30;
const VMS_OF_A_HOST: usize = 25;
const HOSTS_OF_A_CLUSTER: usize = 16;
const GUESTS: [&str; 4] = [
    "Ubuntu Linux (64-bit)",
    "Microsoft Windows Server 2019 (64-bit)",
    "Debian GNU/Linux 12",
    "Red Hat Enterprise Linux 9",
];
const PURPOSES: [&str; 8] = ["web", "db", "app", "cache", "mail", "build", "proxy", "file"];

fn id(kind: &str, number: usize) -> ExternalId {
    ExternalId::new(format!("{kind}-{number}"))
}

fn identity() -> SourceIdentity {
    SourceIdentity {
        product: Some("VMware vCenter Server".into()),
        version: Some("8.0.2".into()),
        build: Some("22617221".into()),
        instance_uuid: Some("6e9cbd3c-6e0f-4a4c-9a6f-7a0000000001".into()),
    }
}

/// `vms` machines on as many hosts and clusters as they need, everything read to its end.
pub(crate) fn estate(vms: usize) -> Collection {
    let hosts = vms.div_ceil(VMS_OF_A_HOST).max(2);
    let clusters = hosts.div_ceil(HOSTS_OF_A_CLUSTER).max(1);
    let inventory = Inventory {
        datacenters: vec![Datacenter { external_id: id("datacenter", 1), name: "Nürnberg".into(), folder: None }],
        folders: (1..=4).map(folder).collect(),
        clusters: (0..clusters).map(cluster).collect(),
        // The last host stands alone.
        hosts: (0..hosts).map(|at| host(at, (at + 1 < hosts).then_some(at / HOSTS_OF_A_CLUSTER), clusters)).collect(),
        resource_pools: (0..clusters).map(pool).collect(),
        vms: (0..vms).map(|at| vm(at, hosts, clusters)).collect(),
        datastores: (0..clusters * 2).map(datastore).collect(),
        networks: (0..clusters * 2).map(network).collect(),
        alarms: vec![Alarm {
            key: "alarm-1.host-0".into(),
            kind: ObjectKind::Host,
            object: id("host", 0),
            name: "Host memory usage".into(),
            health: Health::Yellow,
            since_ms: Some(1),
            acknowledged: false,
        }],
    };
    Collection {
        inventory,
        complete: BTreeSet::from(ObjectKind::ALL),
        aspects: BTreeSet::from(Aspect::ALL),
        identity: identity(),
        ..Collection::default()
    }
}

/// What moves by itself moves; nothing else changes.
pub(crate) fn move_state(collection: &mut Collection) {
    for vm in &mut collection.inventory.vms {
        vm.state.uptime_s = vm.state.uptime_s.map(|s| s + 300);
        vm.state.cpu_usage_mhz = vm.state.cpu_usage_mhz.map(|mhz| mhz + 17);
        vm.state.memory_active_bytes = vm.state.memory_active_bytes.map(|bytes| bytes + 4096);
    }
    for host in &mut collection.inventory.hosts {
        host.state.cpu_usage_mhz = host.state.cpu_usage_mhz.map(|mhz| mhz + 100);
    }
    for datastore in &mut collection.inventory.datastores {
        datastore.state.free_bytes = datastore.state.free_bytes.map(|bytes| bytes - GIB);
    }
}

fn folder(at: usize) -> Folder {
    Folder {
        external_id: id("group-v", at),
        name: format!("Team {at}"),
        parent: None,
        datacenter: Some(id("datacenter", 1)),
        path: format!("Kunden / Team {at}"),
    }
}

fn cluster(at: usize) -> Cluster {
    Cluster {
        external_id: id("domain-c", at),
        name: format!("prod-{at}"),
        datacenter: Some(id("datacenter", 1)),
        folder: None,
        config: ClusterConfig {
            ha_enabled: Some(true),
            drs_enabled: Some(at.is_multiple_of(2)),
            total_cores: Some(512),
            total_cpu_mhz: Some(512 * 2_400),
            total_memory_bytes: Some(16 * 512 * GIB),
            ..ClusterConfig::default()
        },
        state: ClusterState { health: Health::Green, effective_hosts: Some(16), ..ClusterState::default() },
    }
}

fn host(at: usize, cluster: Option<usize>, clusters: usize) -> Host {
    Host {
        external_id: id("host", at),
        name: format!("esx-{at}.lab"),
        cluster: cluster.map(|cluster| id("domain-c", cluster)),
        datacenter: Some(id("datacenter", 1)),
        folder: None,
        datastores: vec![id("datastore", at % (clusters * 2))],
        networks: vec![id("network", at % (clusters * 2))],
        config: HostConfig {
            power: PowerState::On,
            connection: ConnectionState::Connected,
            in_maintenance: Some(at % 50 == 7),
            vendor: Some("Dell Inc.".into()),
            model: Some("PowerEdge R650".into()),
            cpu_model: Some("Intel(R) Xeon(R) Gold 6338 CPU @ 2.00GHz".into()),
            sockets: Some(2),
            cores: Some(32),
            threads: Some(64),
            core_mhz: Some(2_400),
            memory_bytes: Some(512 * GIB),
            product: Some("VMware ESXi".into()),
            version: Some("8.0.2".into()),
            build: Some("22380479".into()),
            ..HostConfig::default()
        },
        state: HostState {
            health: Health::Green,
            cpu_usage_mhz: Some(20_000 + at as i64),
            memory_usage_bytes: Some(200 * GIB),
            uptime_s: Some(86_400 * 30),
            boot_at_ms: Some(1_700_000_000_000),
        },
    }
}

fn pool(at: usize) -> ResourcePool {
    ResourcePool {
        external_id: id("resgroup", at),
        name: "Resources".into(),
        parent: None,
        cluster: Some(id("domain-c", at)),
        host: None,
        config: ResourcePoolConfig::default(),
    }
}

fn datastore(at: usize) -> Datastore {
    Datastore {
        external_id: id("datastore", at),
        name: format!("vmfs-{at}"),
        datacenter: Some(id("datacenter", 1)),
        folder: None,
        config: DatastoreConfig {
            file_system: Some("VMFS".into()),
            url: Some(format!("ds:///vmfs/volumes/{at:08x}-0000/")),
            capacity_bytes: Some(8_192 * GIB),
            accessible: Some(true),
            maintenance: Some("normal".into()),
            shared: Some(true),
            ..DatastoreConfig::default()
        },
        state: DatastoreState {
            health: Health::Green,
            free_bytes: Some((2_000 + at as i64) * GIB),
            uncommitted_bytes: Some(100 * GIB),
            ..DatastoreState::default()
        },
    }
}

fn network(at: usize) -> Network {
    Network {
        external_id: id("network", at),
        name: format!("VLAN {}", 100 + at),
        datacenter: Some(id("datacenter", 1)),
        folder: None,
        config: NetworkConfig {
            network_type: NetworkType::Distributed,
            switch_name: Some("dvs-prod".into()),
            vlan: Some((100 + at).to_string()),
            accessible: Some(true),
            ..NetworkConfig::default()
        },
    }
}

fn vm(at: usize, hosts: usize, clusters: usize) -> Vm {
    let on = at % 5 != 4;
    let host = at % hosts;
    let purpose = PURPOSES[at % PURPOSES.len()];
    let role = match at % 100 {
        42 => VmRole::Template,
        43 => VmRole::Vcls,
        _ => VmRole::Ordinary,
    };
    Vm {
        external_id: id("vm", at),
        name: format!("{purpose}-{}", at / PURPOSES.len()),
        host: Some(id("host", host)),
        resource_pool: Some(id("resgroup", (host / HOSTS_OF_A_CLUSTER).min(clusters - 1))),
        folder: Some(id("group-v", at % 4 + 1)),
        datacenter: Some(id("datacenter", 1)),
        datastores: vec![id("datastore", at % (clusters * 2))],
        networks: vec![id("network", at % (clusters * 2))],
        config: vm_config(at, on, role, clusters),
        state: VmState {
            health: Health::Green,
            cpu_usage_mhz: on.then_some((at as i64 * 37) % 4_000),
            memory_active_bytes: on.then_some((at as i64 % 16) * GIB / 8),
            memory_consumed_bytes: on.then_some((at as i64 % 16 + 1) * GIB),
            memory_ballooned_bytes: Some(0),
            memory_swapped_bytes: Some(0),
            uptime_s: on.then_some(at as i64 * 60),
            boot_at_ms: on.then_some(1_700_000_000_000),
            storage_committed_bytes: Some((at as i64 % 90 + 10) * GIB),
            storage_uncommitted_bytes: Some(10 * GIB),
            storage_unshared_bytes: Some((at as i64 % 90 + 10) * GIB),
            ..VmState::default()
        },
    }
}

fn vm_config(at: usize, on: bool, role: VmRole, clusters: usize) -> VmConfig {
    let address = format!("10.{}.{}.{}", at / 65_536 % 256, at / 256 % 256, at % 256);
    let mac = format!("00:50:56:{:02x}:{:02x}:{:02x}", at / 65_536 % 256, at / 256 % 256, at % 256);
    VmConfig {
        power: if on { PowerState::On } else { PowerState::Off },
        connection: ConnectionState::Connected,
        role,
        bios_uuid: Some(format!("4221{at:04x}-aaaa-bbbb-cccc-{at:012x}")),
        instance_uuid: Some(format!("5021{at:04x}-aaaa-bbbb-cccc-{at:012x}")),
        vcpu: Some([1, 2, 4, 8][at % 4]),
        cores_per_socket: Some(1),
        memory_bytes: Some([2, 4, 8, 16, 32][at % 5] * GIB),
        firmware: Some("efi".into()),
        hardware_version: Some("vmx-19".into()),
        guest_os: Some(GUESTS[at % 4].into()),
        guest_os_running: on.then(|| GUESTS[at % 4].into()),
        guest_host_name: on.then(|| format!("{}-{at}.corp.example", PURPOSES[at % 8])),
        ip_addresses: if on { vec![address.clone(), format!("fe80::{at:x}")] } else { Vec::new() },
        tools_state: Some(if on { "toolsOk" } else { "toolsNotRunning" }.into()),
        tools_version: Some("12352".into()),
        disks: (0..=at % 3)
            .map(|disk| Disk {
                key: format!("{}", 2_000 + disk),
                label: format!("Hard disk {}", disk + 1),
                capacity_bytes: Some((40 + 20 * disk as i64) * GIB),
                thin: Some(true),
                mode: Some("persistent".into()),
                datastore: Some(id("datastore", at % (clusters * 2))),
                path: Some(format!("[vmfs-{}] vm-{at}/vm-{at}_{disk}.vmdk", at % (clusters * 2))),
                parent_path: None,
                controller: None,
            })
            .collect(),
        adapters: vec![Adapter {
            key: "4000".into(),
            label: "Network adapter 1".into(),
            adapter_type: Some("vmxnet3".into()),
            mac: Some(mac),
            network: Some(id("network", at % (clusters * 2))),
            network_name: None,
            connected: Some(on),
            vlan: None,
            ip_addresses: if on { vec![address] } else { Vec::new() },
        }],
        snapshots: (0..usize::from(at.is_multiple_of(10)))
            .map(|_| Snapshot {
                key: "1".into(),
                parent: None,
                name: "before update".into(),
                description: None,
                created_at_ms: Some(1_700_000_000_000),
                size_bytes: Some(GIB),
                is_current: true,
                quiesced: Some(false),
            })
            .collect(),
        created_at_ms: Some(1_600_000_000_000 + at as i64 * 1_000),
        annotation: at.is_multiple_of(7).then(|| format!("Owner: team {}; ticket CHG{at:07}", at % 4)),
        config_path: Some(format!("[vmfs-{}] vm-{at}/vm-{at}.vmx", at % (clusters * 2))),
        tags: if at.is_multiple_of(3) {
            vec![Tag { category: "env".into(), name: "production".into() }]
        } else {
            Vec::new()
        },
        ..VmConfig::default()
    }
}

//! Small estates computed by hand. The figures beside each can be checked with pencil and paper.
//!
//! Unless a row says otherwise: hosts have 16 cores of 2,000 MHz and 256 GiB, machines 4 vCPU and 32 GiB, spread over the hosts
//! in turn; 4 vCPU a core, memory 1:1, buffers of 10 % (storage 20 %). Then a host carries 16 × 4 × 0.9 = 57.6 vCPU and
//! 256 × 0.9 = 230.4 GiB.

use model::{
    capacity::{CapacitySettings, Gap, Limit, Resource, Size},
    ids::ExternalId,
    inventory::{
        AdmissionControl, AdmissionPolicy, Cluster, ClusterConfig, ClusterState, ConnectionState, DynamicMemory, Host,
        HostConfig, HostState, Inventory, PowerState, Vm, VmConfig, VmRole, VmState,
    },
};

use super::*;

const GIB: i64 = 1 << 30;

pub(crate) fn host(number: usize, cores: i64, gib: i64) -> Host {
    Host {
        external_id: ExternalId::new(format!("host-{number}")),
        name: format!("esx{number}"),
        cluster: Some(ExternalId::new("cluster")),
        datacenter: None,
        folder: None,
        datastores: Vec::new(),
        networks: Vec::new(),
        config: HostConfig {
            power: PowerState::On,
            connection: ConnectionState::Connected,
            sockets: Some(2),
            cores: Some(cores),
            threads: Some(cores * 2),
            core_mhz: Some(2_000),
            memory_bytes: Some(gib * GIB),
            ..HostConfig::default()
        },
        state: HostState { cpu_usage_mhz: Some(4_000), memory_usage_bytes: Some(64 * GIB), ..HostState::default() },
    }
}

pub(crate) fn machine(number: usize, on: usize, vcpu: i64, gib: i64) -> Vm {
    let config =
        VmConfig { power: PowerState::On, vcpu: Some(vcpu), memory_bytes: Some(gib * GIB), ..VmConfig::default() };
    let mut vm =
        Vm::unplaced(ExternalId::new(format!("vm-{number}")), format!("vm{number}"), config, VmState::default());
    vm.host = Some(ExternalId::new(format!("host-{on}")));
    vm
}

pub(crate) fn cluster(policy: Option<AdmissionPolicy>) -> Cluster {
    let config = ClusterConfig {
        ha_enabled: Some(true),
        admission_control: Some(match policy {
            Some(policy) => AdmissionControl { enabled: true, policy },
            None => AdmissionControl { enabled: false, policy: AdmissionPolicy::HostFailures { tolerated: Some(1) } },
        }),
        ..ClusterConfig::default()
    };
    Cluster {
        external_id: ExternalId::new("cluster"),
        name: "cluster".to_owned(),
        datacenter: None,
        folder: None,
        config,
        state: ClusterState::default(),
    }
}

/// So many usual hosts and machines, the machines on the first hosts in turn.
pub(crate) fn usual(policy: Option<AdmissionPolicy>, hosts: usize, machines: usize, on_hosts: usize) -> Inventory {
    Inventory {
        clusters: vec![cluster(policy)],
        hosts: (0..hosts).map(|number| host(number, 16, 256)).collect(),
        vms: (0..machines).map(|number| machine(number, number % on_hosts, 4, 32)).collect(),
        ..Inventory::default()
    }
}

fn percentage(percent: i64) -> AdmissionPolicy {
    let percent = Some(percent);
    AdmissionPolicy::Percentage { cpu_percent: percent, memory_percent: percent, automatic: Some(false) }
}

/// vCPU, then GiB: capacity, kept back, usable, allocated, headroom; then how many machines of 4 vCPU and 16 GiB still fit.
struct Row {
    name: &'static str,
    estate: Inventory,
    planned: Option<u32>,
    vcpu: [f64; 5],
    gib: [f64; 5],
    fits: (u64, Limit),
}

#[rustfmt::skip]
fn table() -> Vec<Row> {
    let slots = Some(AdmissionPolicy::HostFailures { tolerated: Some(1) });
    let dedicated = Some(AdmissionPolicy::DedicatedHosts { hosts: vec![ExternalId::new("host-2")] });
    vec![
        // Half of everything is kept for the other site: (1,024 − 512) × 0.9 − 320 = 140.8 GiB, and 8 × 16 = 128 of them.
        Row { name: "stretched cluster", estate: usual(Some(percentage(50)), 4, 10, 4), planned: None,
              vcpu: [256.0, 128.0, 115.2, 40.0, 75.2], gib: [1024.0, 512.0, 460.8, 320.0, 140.8], fits: (8, Limit::MemoryUsable) },
        // One of three hosts may fail: two remain with 230.4 − 3 × 32 = 134.4 GiB each, 8 machines each.
        Row { name: "slot policy", estate: usual(slots, 3, 6, 3), planned: None,
              vcpu: [192.0, 64.0, 115.2, 24.0, 91.2], gib: [768.0, 256.0, 460.8, 192.0, 268.8], fits: (16, Limit::Memory) },
        // The third host is kept empty: two with 230.4 − 64 = 166.4 GiB, 10 machines each.
        Row { name: "dedicated failover host", estate: usual(dedicated, 3, 4, 2), planned: None,
              vcpu: [192.0, 64.0, 115.2, 16.0, 99.2], gib: [768.0, 256.0, 460.8, 128.0, 332.8], fits: (20, Limit::Memory) },
        Row { name: "disabled admission control", estate: usual(None, 2, 4, 2), planned: None,
              vcpu: [128.0, 0.0, 115.2, 16.0, 99.2], gib: [512.0, 0.0, 460.8, 128.0, 332.8], fits: (20, Limit::Memory) },
        // The largest may fail (people plan for one). Left: 115.2 − 32 = 83.2 GiB and 230.4 − 64 = 166.4 GiB: 5 + 10 machines.
        Row { name: "unequal hosts", estate: unequal(), planned: Some(1),
              vcpu: [224.0, 128.0, 86.4, 12.0, 74.4], gib: [896.0, 512.0, 345.6, 96.0, 249.6], fits: (15, Limit::Memory) },
        // Starts with 8, may shrink to 4, asks for 6: takes 6. Starts with 4, asks for 1, keeps 2: takes 2. Static: 16.
        Row { name: "dynamic memory", estate: dynamic(), planned: Some(1),
              vcpu: [64.0, 0.0, 57.6, 6.0, 51.6], gib: [128.0, 0.0, 115.2, 24.0, 91.2], fits: (5, Limit::Memory) },
        // Four machines count; a template, a replica and two of vCLS do not.
        Row { name: "vCLS and replicas present", estate: with_roles(), planned: None,
              vcpu: [128.0, 0.0, 115.2, 16.0, 99.2], gib: [512.0, 0.0, 460.8, 128.0, 332.8], fits: (20, Limit::Memory) },
        // All three hosts count, two take machines. (768 − 33 %) × 0.9 = 463.104 GiB.
        Row { name: "a host in maintenance", estate: in_maintenance(), planned: None,
              vcpu: [192.0, 63.36, 115.776, 16.0, 99.776], gib: [768.0, 253.44, 463.104, 128.0, 335.104], fits: (20, Limit::Memory) },
    ]
}

fn unequal() -> Inventory {
    let hosts = vec![host(0, 8, 128), host(1, 16, 256), host(2, 32, 512)];
    Inventory { hosts, ..usual(None, 3, 3, 3) }
}

fn dynamic() -> Inventory {
    let sized = |number, startup, limits: Option<(i64, i64)>| {
        let mut vm = machine(number, 0, 2, startup);
        vm.config.dynamic_memory = limits.map(|(minimum, _)| DynamicMemory {
            enabled: true,
            minimum_bytes: Some(minimum * GIB),
            maximum_bytes: Some(1_024 * GIB),
        });
        vm.state.memory_demand_bytes = limits.map(|(_, demand)| demand * GIB);
        vm
    };
    let alone = Host { cluster: None, ..host(0, 16, 128) };
    let vms = vec![sized(0, 8, Some((4, 6))), sized(1, 4, Some((2, 1))), sized(2, 16, None)];
    Inventory { hosts: vec![alone], vms, ..Inventory::default() }
}

fn with_roles() -> Inventory {
    let mut estate = usual(None, 2, 8, 2);
    let roles = [VmRole::Template, VmRole::Replica, VmRole::Vcls, VmRole::Vcls];
    for (vm, role) in estate.vms.iter_mut().rev().zip(roles) {
        vm.config.role = role;
    }
    estate
}

fn in_maintenance() -> Inventory {
    let mut estate = usual(Some(percentage(33)), 3, 4, 2);
    estate.hosts[2].config.in_maintenance = Some(true);
    estate
}

pub(crate) fn only_basis(estate: &Inventory) -> Basis {
    let pools = pools(estate);
    assert_eq!(pools.len(), 1);
    basis(&pools[0])
}

#[track_caller]
fn assert_measure(capacity: &PoolCapacity, resource: Resource, unit: f64, expected: [f64; 5], name: &str) {
    let found = capacity.measure(resource).unwrap();
    let figures = [found.capacity, found.reserve, found.usable, found.taken, found.headroom];
    for (figure, expected) in figures.into_iter().zip(expected) {
        let figure = figure.unwrap() / unit;
        assert!((figure - expected).abs() < 1e-6, "{name}, {}: {figure}, by hand {expected}", resource.name());
    }
}

#[test]
fn estates_come_out_as_computed_by_hand() {
    for row in table() {
        let basis = only_basis(&row.estate);
        let settings = CapacitySettings { planned_failures: row.planned, ..CapacitySettings::default() };
        let capacity = judge(&basis, &settings);
        assert_measure(&capacity, Resource::CpuAllocation, 1.0, row.vcpu, row.name);
        assert_measure(&capacity, Resource::MemoryAllocation, GIB as f64, row.gib, row.name);
        let size = Size { vcpu: 4, memory_bytes: 16 * GIB, disk_bytes: 0, hosts: None };
        let found = fit(&basis, &settings, &size, None);
        assert_eq!((found.machines, found.limit), (Some(row.fits.0), row.fits.1), "{}: {found:?}", row.name);
    }
}

#[test]
fn slots_are_counted_as_admission_control_does() {
    let mut estate = usual(Some(AdmissionPolicy::HostFailures { tolerated: Some(1) }), 3, 6, 3);
    estate.vms[0].config.cpu.reservation = Some(2_000);
    estate.vms[1].config.memory.reservation = Some(32 * GIB);
    let view = judge(&only_basis(&estate), &CapacitySettings::default()).admission.unwrap();
    let slots = view.slots.unwrap();
    // 32,000 / 2,000 = 16 by CPU, 256 / 32 = 8 by memory: 8 on each of three hosts, those of one kept back.
    assert_eq!((slots.cpu_mhz, slots.all, slots.reserved, slots.used), (2_000.0, 24, 8, 6));
    assert_eq!((view.cpu_reserved_mhz, view.memory_reserved_bytes), (2_000.0, 32.0 * GIB as f64));
}

#[test]
fn maintenance_is_told_and_does_not_step_capacity() {
    let capacity = judge(&only_basis(&in_maintenance()), &CapacitySettings::default());
    let memory = capacity.measure(Resource::MemoryAllocation).unwrap();
    assert_eq!((memory.capacity, memory.present), (Some(768.0 * GIB as f64), Some(512.0 * GIB as f64)));
    assert_eq!((capacity.hosts.all, capacity.hosts.serving, capacity.hosts.in_maintenance), (3, 2, 1));
}

#[test]
fn replicas_stand_apart() {
    let capacity = judge(&only_basis(&with_roles()), &CapacitySettings::default());
    assert_eq!((capacity.on.machines, capacity.standby.machines, capacity.standby.memory_bytes), (4, 1, 32 * GIB));
}

#[test]
fn what_is_hidden_is_unknown_until_people_plan() {
    let mut estate = usual(None, 3, 3, 3);
    estate.clusters[0].config = ClusterConfig::default();
    let basis = only_basis(&estate);
    let hidden = judge(&basis, &CapacitySettings::default());
    let memory = hidden.measure(Resource::MemoryAllocation).unwrap();
    assert_eq!((memory.capacity.is_some(), memory.usable, memory.headroom), (true, None, None));
    assert!(hidden.gaps.contains(&Gap::AdmissionUnknown));
    let size = Size { vcpu: 1, memory_bytes: GIB, disk_bytes: 0, hosts: None };
    assert_eq!(fit(&basis, &CapacitySettings::default(), &size, None).machines, None);
    let planned = CapacitySettings { planned_failures: Some(1), ..CapacitySettings::default() };
    let known = judge(&basis, &planned);
    assert!(
        known.measure(Resource::MemoryAllocation).unwrap().usable.is_some()
            && !known.gaps.contains(&Gap::AdmissionUnknown)
    );
}

//! Hosts: those that were read, and nodes of which only the cluster knows.

use model::{
    ids::ExternalId,
    inventory::{
        ConnectionState, Health, Host, HostConfig, HostState, LiveMigration, ObjectKind, PhysicalAdapter, PowerState,
    },
};

use super::{Assembly, Owner, Site, Unread, clusters::Clusters, networks, storage};
use crate::hyperv::report::{Node, Report};

const HARDWARE: [&str; 9] =
    ["uuid", "vendor", "model", "serial", "cpu_model", "sockets", "cores", "threads", "core_mhz"];
const HYPERVISOR: [&str; 4] = ["numa_nodes", "live_migration", "machine_path", "disk_path"];
const SYSTEM: [&str; 3] = ["product", "version", "build"];

pub(super) fn add(sites: &[Site<'_>], clusters: &Clusters<'_>, unread: &[Unread], assembly: &mut Assembly) {
    for site in sites {
        let host = read_host(site, clusters);
        assembly.withhold(ObjectKind::Host, &host.external_id, gaps(site.report));
        assembly.inventory.hosts.push(host);
    }
    let mut lost: Vec<(&str, &str)> =
        clusters.hosts().filter(|(_, host)| sites.iter().all(|site| site.host != *host)).collect();
    lost.sort_unstable();
    for (cluster, host) in lost {
        let Some((_, node)) = clusters.node(host) else { continue };
        let host = lost_host(cluster, host, node);
        let mut fields: Vec<String> =
            HARDWARE.iter().chain(&HYPERVISOR).chain(&SYSTEM).map(|field| (*field).to_owned()).collect();
        fields.extend(["memory_bytes", "adapters", "datastores", "networks", "power"].map(str::to_owned));
        if host.config.in_maintenance.is_none() {
            fields.push("in_maintenance".to_owned());
        }
        assembly.withhold(ObjectKind::Host, &host.external_id, fields);
        let is_told = unread.iter().any(|unread| unread.host.as_ref() == Some(&host.external_id));
        if !is_told {
            // It was never asked: another name for it failed, for example.
            assembly.incomplete.extend([ObjectKind::Vm, ObjectKind::Datastore, ObjectKind::Network]);
        }
        assembly.inventory.hosts.push(host);
    }
}

fn read_host(site: &Site<'_>, clusters: &Clusters<'_>) -> Host {
    let report = site.report;
    let node = clusters.node(&site.host).map(|(_, node)| node);
    let mut config = config(report);
    config.in_maintenance = node.map(Node::is_paused);
    let threads = config.threads.or_else(|| report.hypervisor.read.as_ref()?.logical_processors);
    config.threads = threads;
    let load = report.counters.read.as_ref().and_then(|counters| counters.cpu_percent);
    let facts = report.host.read.as_ref();
    let free = facts.and_then(|facts| facts.memory_available_bytes);
    let memory = config.memory_bytes;
    let boot_at_ms = facts.and_then(|facts| facts.booted_ms);
    let uptime_ms = boot_at_ms.zip(facts.and_then(|facts| facts.now_ms)).map(|(boot, now)| now - boot);
    Host {
        external_id: site.id(),
        name: site.host.clone(),
        cluster: site.owner.cluster(),
        datacenter: None,
        folder: None,
        datastores: storage::of_host(site),
        networks: networks::of_host(site),
        state: HostState {
            health: node.map_or(Health::Gray, health),
            cpu_usage_mhz: load.zip(config.total_cpu_mhz()).map(|(percent, total)| percent.min(100) * total / 100),
            memory_usage_bytes: memory.zip(free).map(|(all, free)| (all - free).max(0)),
            uptime_s: uptime_ms.filter(|ms| *ms >= 0).map(|ms| ms / 1_000),
            boot_at_ms,
        },
        config,
    }
}

fn config(report: &Report) -> HostConfig {
    let mut config = HostConfig {
        power: PowerState::On,
        connection: ConnectionState::Connected,
        adapters: adapters(report),
        ..HostConfig::default()
    };
    if let Some(hardware) = &report.hardware.read {
        config.uuid.clone_from(&hardware.uuid);
        config.vendor.clone_from(&hardware.vendor);
        config.model.clone_from(&hardware.model);
        config.serial.clone_from(&hardware.serial);
        config.cpu_model.clone_from(&hardware.cpu);
        config.sockets = hardware.sockets;
        config.cores = hardware.cores;
        config.threads = hardware.threads;
        config.core_mhz = hardware.cpu_mhz;
        config.memory_bytes = hardware.memory_bytes;
    }
    if let Some(hypervisor) = &report.hypervisor.read {
        config.memory_bytes = config.memory_bytes.or(hypervisor.memory_bytes);
        config.numa_nodes = hypervisor.numa_nodes;
        config.machine_path.clone_from(&hypervisor.machine_path);
        config.disk_path.clone_from(&hypervisor.disk_path);
        config.live_migration = Some(LiveMigration {
            enabled: hypervisor.migration_enabled,
            most_migrations: hypervisor.migrations_most,
            most_storage_migrations: hypervisor.storage_migrations_most,
            authentication: hypervisor.migration_authentication.word(),
            performance: hypervisor.migration_performance.word(),
        });
    }
    if let Some(host) = &report.host.read {
        config.product.clone_from(&host.os);
        config.version.clone_from(&host.version);
        config.build = match (host.build.as_deref(), host.revision) {
            (Some(build), Some(revision)) => Some(format!("{build}.{revision}")),
            (build, _) => build.map(str::to_owned),
        };
    }
    config
}

fn adapters(report: &Report) -> Vec<PhysicalAdapter> {
    let mut adapters: Vec<PhysicalAdapter> = report
        .nics
        .rows()
        .iter()
        .filter_map(|nic| {
            Some(PhysicalAdapter {
                name: nic.name.clone()?,
                mac: nic.mac.as_deref().and_then(super::machines::mac),
                link_mbps: nic.bits_per_s.filter(|_| nic.up == Some(true)).map(|bits| bits / 1_000_000),
                driver: nic.driver.clone(),
            })
        })
        .collect();
    adapters.sort_by(|a, b| a.name.cmp(&b.name));
    adapters
}

/// What this host did not tell of itself.
fn gaps(report: &Report) -> Vec<String> {
    let mut fields: Vec<&str> = Vec::new();
    if report.hardware.read.is_none() {
        fields.extend(HARDWARE);
        if report.hypervisor.read.is_none() {
            fields.push("memory_bytes");
        }
    }
    if report.hypervisor.read.is_none() {
        fields.extend(HYPERVISOR);
    }
    if report.host.read.is_none() {
        fields.extend(SYSTEM);
    }
    if report.nics.read.is_none() {
        fields.push("adapters");
    }
    if !report.has_volumes() || report.shared_volumes.read.is_none() {
        fields.push("datastores");
    }
    if !report.switches.is_whole() {
        fields.push("networks");
    }
    fields.into_iter().map(str::to_owned).collect()
}

/// A node that was not read: its cluster says that it is there.
fn lost_host(cluster: &str, host: &str, node: &Node) -> Host {
    Host {
        external_id: ExternalId::new(host),
        name: host.to_owned(),
        cluster: Owner::Cluster(cluster.to_owned()).cluster(),
        datacenter: None,
        folder: None,
        datastores: Vec::new(),
        networks: Vec::new(),
        config: HostConfig {
            connection: ConnectionState::NotResponding,
            in_maintenance: node.is_up().then(|| node.is_paused()),
            ..HostConfig::default()
        },
        state: HostState { health: health(node), ..HostState::default() },
    }
}

fn health(node: &Node) -> Health {
    match node {
        node if node.is_down() => Health::Red,
        node if node.is_paused() => Health::Yellow,
        node if node.is_up() => Health::Green,
        _ => Health::Gray,
    }
}

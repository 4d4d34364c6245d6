//! Which facts of an object the server withheld, in the inventory's words. Pure.

use std::collections::BTreeSet;

use model::{
    ids::ExternalId,
    inventory::{ConnectionState, NetworkType, ObjectKind, Withheld},
};

use super::{
    assemble::Parts,
    objects::{Raw, host::Host},
};

/// What only the hosts tell of their own switches' networks.
const TOLD_BY_HOSTS: [&str; 2] = ["switch_name", "vlan"];

/// Everything that was withheld of the objects of a read.
pub(super) fn of(parts: &Parts) -> Vec<Withheld> {
    let mut all = Vec::new();
    add(&mut all, &parts.places, places);
    add(&mut all, &parts.pools, pools);
    add(&mut all, &parts.resources, clusters);
    add(&mut all, &parts.hosts, hosts);
    add(&mut all, &parts.vms, vms);
    add(&mut all, &parts.datastores, datastores);
    add(&mut all, &parts.networks, networks);
    add_silent_hosts(&mut all, parts);
    all
}

/// VLAN and switch of a standard network are what its hosts say together: one that is silent leaves them incomplete.
fn add_silent_hosts(all: &mut Vec<Withheld>, parts: &Parts) {
    let mut untold: BTreeSet<&ExternalId> =
        parts.hosts.iter().filter(|host| is_silent(host)).flat_map(|host| &host.value.networks).collect();
    let standard = parts.networks.iter().filter(|raw| raw.value.config.network_type == NetworkType::Standard);
    let standard: BTreeSet<ExternalId> = standard.map(|raw| raw.id.external()).collect();
    untold.retain(|network| standard.contains(*network));
    for known in all.iter_mut().filter(|known| known.kind == ObjectKind::Network) {
        if untold.remove(&known.object) {
            known.fields.extend(TOLD_BY_HOSTS.map(str::to_owned));
        }
    }
    all.extend(untold.into_iter().map(|network| Withheld {
        kind: ObjectKind::Network,
        object: network.clone(),
        fields: TOLD_BY_HOSTS.map(str::to_owned).to_vec(),
    }));
}

/// The host's port groups were withheld, or it is away, where vCenter leaves its configuration unset without a word.
fn is_silent(host: &Raw<Host>) -> bool {
    let is_away =
        matches!(host.value.config.connection, ConnectionState::Disconnected | ConnectionState::NotResponding);
    let is_withheld = || host.missing.iter().any(|missing| missing.path == "config.network.portgroup");
    host.value.port_groups.is_empty() && (is_away || is_withheld())
}

fn add<T>(all: &mut Vec<Withheld>, objects: &[Raw<T>], fields_of: fn(&str) -> &'static [&'static str]) {
    for raw in objects.iter().filter(|raw| !raw.missing.is_empty()) {
        let Some(kind) = super::objects::alarm::kind_of(&raw.id.kind) else { continue };
        let mut fields: Vec<String> =
            raw.missing.iter().flat_map(|missing| of_all_kinds(kind, &missing.path, fields_of)).collect();
        fields.sort_unstable();
        fields.dedup();
        if !fields.is_empty() {
            all.push(Withheld { kind, object: raw.id.external(), fields });
        }
    }
}

fn of_all_kinds(kind: ObjectKind, path: &str, fields_of: fn(&str) -> &'static [&'static str]) -> Vec<String> {
    let fields: &[&str] = match path {
        "name" => &["name"],
        "customValue" => &["attributes"],
        "parent" if kind == ObjectKind::ResourcePool => &["parent"],
        "parent" => &["folder", "datacenter", "parent", "cluster", "datastore_cluster"],
        path => fields_of(path),
    };
    fields.iter().map(|field| (*field).to_owned()).collect()
}

fn places(_: &str) -> &'static [&'static str] {
    &[]
}

fn pools(path: &str) -> &'static [&'static str] {
    match path {
        "owner" => &["cluster", "host"],
        path if path.contains("cpuAllocation") => &["cpu"],
        path if path.contains("memoryAllocation") => &["memory"],
        path if path.starts_with("config") => &["cpu", "memory"],
        _ => &[],
    }
}

fn clusters(path: &str) -> &'static [&'static str] {
    match path {
        path if path.starts_with("configurationEx") => {
            &["ha_enabled", "admission_control", "drs_enabled", "drs_mode", "drs_rules"]
        }
        path if path.starts_with("summary") => {
            &["evc_mode", "total_cpu_mhz", "total_cores", "total_threads", "total_memory_bytes", "host_count"]
        }
        _ => &[],
    }
}

fn hosts(path: &str) -> &'static [&'static str] {
    match path {
        "runtime.connectionState" => &["connection"],
        "runtime.powerState" => &["power"],
        "runtime.inMaintenanceMode" => &["in_maintenance"],
        "summary.hardware" => &[
            "uuid",
            "vendor",
            "model",
            "serial",
            "cpu_model",
            "sockets",
            "cores",
            "threads",
            "core_mhz",
            "memory_bytes",
        ],
        "config.product" => &["product", "version", "build"],
        "config.network.pnic" => &["adapters"],
        "datastore" => &["datastores"],
        "network" => &["networks"],
        _ => &[],
    }
}

fn vms(path: &str) -> &'static [&'static str] {
    match path {
        "parentVApp" => &["folder", "datacenter"],
        "resourcePool" => &["resource_pool"],
        "runtime.host" => &["host", "cluster"],
        "runtime.powerState" => &["power"],
        "runtime.connectionState" => &["connection"],
        "summary.config.vmPathName" => &["config_path"],
        "config.uuid" => &["bios_uuid"],
        "config.instanceUuid" => &["instance_uuid"],
        "config.template" | "config.ftInfo" => &["role"],
        "config.annotation" => &["annotation"],
        "config.guestFullName" => &["guest_os"],
        "config.version" => &["hardware_version"],
        "config.firmware" => &["firmware"],
        "config.createDate" => &["created_at_ms"],
        "config.managedBy" => &["managed_by"],
        "config.latencySensitivity" => &["latency_sensitivity"],
        "config.cpuAllocation" => &["cpu"],
        "config.memoryAllocation" => &["memory"],
        "config.cpuHotAddEnabled" => &["cpu_hot_add"],
        "config.memoryHotAddEnabled" => &["memory_hot_add"],
        "config.hardware" => &["vcpu", "cores_per_socket", "memory_bytes", "disks", "adapters", "passthrough_devices"],
        "guest.guestFullName" => &["guest_os_running"],
        "guest.hostName" => &["guest_host_name"],
        "guest.ipAddress" | "guest.net" => &["ip_addresses"],
        "guest.toolsStatus" => &["tools_state"],
        "guest.toolsVersion" => &["tools_version"],
        "snapshot" => &["snapshots"],
        "datastore" => &["datastores"],
        "network" => &["networks"],
        _ => &[],
    }
}

fn datastores(path: &str) -> &'static [&'static str] {
    match path {
        path if path.starts_with("summary") => {
            &["file_system", "url", "capacity_bytes", "accessible", "maintenance", "shared"]
        }
        path if path.starts_with("info") => &["url"],
        _ => &[],
    }
}

fn networks(path: &str) -> &'static [&'static str] {
    match path {
        "summary" => &["accessible"],
        "tag" | "config.uplink" => &["is_uplink"],
        "config.distributedVirtualSwitch" => &["switch_name"],
        "config.numPorts" => &["port_count"],
        "config.defaultPortConfig" => &["vlan"],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vcenter::{
        objects::{Missing, host::PortGroup, network::Network},
        value::Moref,
    };

    fn network(kind: &str, id: &str, network_type: NetworkType) -> Raw<Network> {
        let mut value = Network { name: id.into(), ..Network::default() };
        value.config.network_type = network_type;
        Raw { id: Moref::new(kind, id), value, ..Raw::default() }
    }

    fn host(id: &str, networks: &[&str], connection: ConnectionState) -> Raw<Host> {
        let mut value = Host { networks: networks.iter().map(|id| ExternalId::new(*id)).collect(), ..Host::default() };
        value.config.connection = connection;
        Raw { id: Moref::new("HostSystem", id), value, ..Raw::default() }
    }

    #[test]
    fn standard_networks_of_silent_hosts_are_not_wholly_told() {
        let missing = |path: &str| vec![Missing { path: path.into(), fault: crate::vcenter::fault::Fault::default() }];
        let mut telling = host("host-1", &["network-1", "network-4"], ConnectionState::Connected);
        telling.value.port_groups = vec![PortGroup { name: "network-4".into(), vlan: 4, switch: "vSwitch0".into() }];
        let away = host("host-2", &["network-1", "dvportgroup-1"], ConnectionState::NotResponding);
        let mut refused = host("host-3", &["network-2"], ConnectionState::Connected);
        refused.missing = missing("config.network.portgroup");
        let mut named = network("Network", "network-2", NetworkType::Standard);
        named.missing = missing("name");
        let parts = Parts {
            hosts: vec![telling, away, refused],
            networks: vec![
                network("Network", "network-1", NetworkType::Standard),
                named,
                network("DistributedVirtualPortgroup", "dvportgroup-1", NetworkType::Distributed),
                network("Network", "network-4", NetworkType::Standard),
            ],
            ..Parts::default()
        };
        let told: Vec<(String, Vec<String>)> = of(&parts).into_iter().map(|gap| (gap.object.0, gap.fields)).collect();
        let fields = |fields: &[&str]| fields.iter().map(|field| (*field).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            told,
            [
                ("network-2".to_owned(), fields(&["name", "switch_name", "vlan"])),
                ("network-1".to_owned(), fields(&["switch_name", "vlan"])),
            ]
        );
    }
}

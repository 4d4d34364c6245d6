//! Which facts of an object the server withheld, in the inventory's words. Pure.

use model::inventory::{ObjectKind, Withheld};

use super::{assemble::Parts, objects::Raw};

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
    all
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

//! Joins what was read object by object into one inventory: datacenters, folder paths, owners of pools, networks of
//! adapters, names of attributes, tags. Pure.

mod labels;
mod lookup;

use std::collections::HashMap;

use model::{
    ids::ExternalId,
    inventory::{
        Cluster, ConnectionState, Datacenter, Datastore, Folder, Host, Inventory, Network, ObjectKind, ResourcePool, Vm,
    },
};

use super::{
    issues::{Issues, unreachable_vm},
    objects::{Raw, alarm::Triggered, cluster, device::AdapterBacking, host, network, place, storage, vm},
    tags::Tags,
    value::Moref,
};
use labels::Labels;
use lookup::{Lookup, Switches};

/// Everything that a run has read.
#[derive(Default)]
pub(super) struct Parts {
    pub(super) root_folder: String,
    pub(super) places: Vec<Raw<place::Place>>,
    pub(super) pools: Vec<Raw<place::Pool>>,
    pub(super) resources: Vec<Raw<cluster::ComputeResource>>,
    pub(super) hosts: Vec<Raw<host::Host>>,
    pub(super) has_all_hosts: bool,
    pub(super) vms: Vec<Raw<vm::Vm>>,
    pub(super) datastores: Vec<Raw<storage::Datastore>>,
    pub(super) networks: Vec<Raw<network::Network>>,
    pub(super) alarms: Vec<Triggered>,
    pub(super) alarm_names: HashMap<Moref, String>,
    /// Custom attributes' names by key.
    pub(super) fields: HashMap<i64, String>,
    pub(super) tags: Tags,
}

pub(super) fn assemble(parts: Parts, issues: &mut Issues) -> Inventory {
    let lookup = Lookup::new(&parts);
    let switches = Switches::new(&parts);
    let labels = Labels { fields: parts.fields, tags: parts.tags };
    let mut inventory = Inventory::default();

    for raw in &parts.places {
        let id = raw.id.external();
        match raw.id.kind.as_str() {
            "Datacenter" => {
                let folder = lookup.shown_folder(raw.parent.as_ref());
                withheld(issues, ObjectKind::Datacenter, raw, &raw.value.name);
                inventory.datacenters.push(Datacenter { external_id: id, name: raw.value.name.clone(), folder });
            }
            "Folder" if lookup.is_shown(&raw.id.id) => {
                withheld(issues, ObjectKind::Folder, raw, &raw.value.name);
                inventory.folders.push(Folder {
                    external_id: id,
                    name: raw.value.name.clone(),
                    parent: lookup.shown_folder(raw.parent.as_ref()),
                    datacenter: lookup.datacenter(raw.parent.as_ref()),
                    path: lookup.path(&raw.id.id),
                });
            }
            _ => {}
        }
    }
    inventory.resource_pools = parts.pools.iter().map(|raw| pool(raw, &lookup, issues)).collect();
    let clusters = parts.resources.into_iter().filter(|raw| raw.id.kind == "ClusterComputeResource");
    inventory.clusters = clusters.map(|raw| cluster(raw, &lookup, &labels, issues)).collect();
    inventory.datastores = parts.datastores.into_iter().map(|raw| datastore(raw, &lookup, &labels, issues)).collect();
    let networks = parts.networks.into_iter().filter(|raw| !is_switch(&raw.id));
    inventory.networks = networks.map(|raw| network(raw, &lookup, &switches, &labels, issues)).collect();
    inventory.hosts = parts.hosts.into_iter().map(|raw| host(raw, &lookup, &labels, issues)).collect();
    inventory.vms = parts.vms.into_iter().map(|raw| vm(raw, &lookup, &switches, &labels, issues)).collect();
    inventory.alarms = alarms(parts.alarms, &parts.alarm_names);
    drop_repeats(&mut inventory);
    inventory
}

fn is_switch(id: &Moref) -> bool {
    id.kind.ends_with("DistributedVirtualSwitch")
}

/// Alarms travel up: one raised below several folders of the read must stay one.
fn alarms(triggered: Vec<Triggered>, names: &HashMap<Moref, String>) -> Vec<model::inventory::Alarm> {
    let mut alarms: Vec<_> = triggered
        .into_iter()
        .map(|Triggered { definition, mut alarm }| {
            if let Some(name) = names.get(&definition) {
                alarm.name.clone_from(name);
            }
            alarm
        })
        .collect();
    alarms.sort_by(|a, b| a.key.cmp(&b.key));
    alarms.dedup_by(|a, b| a.key == b.key);
    alarms
}

fn pool(raw: &Raw<place::Pool>, lookup: &Lookup, issues: &mut Issues) -> ResourcePool {
    withheld(issues, ObjectKind::ResourcePool, raw, &raw.value.name);
    let owner = raw.value.owner.as_ref();
    let cluster = owner.filter(|owner| owner.kind == "ClusterComputeResource");
    let is_pool = |parent: &&Moref| matches!(parent.kind.as_str(), "ResourcePool" | "VirtualApp");
    ResourcePool {
        external_id: raw.id.external(),
        name: raw.value.name.clone(),
        parent: raw.parent.as_ref().filter(is_pool).map(Moref::external),
        cluster: cluster.map(Moref::external),
        host: owner.filter(|_| cluster.is_none()).and_then(|owner| lookup.single_host(&owner.id)),
        config: raw.value.config.clone(),
    }
}

fn cluster(raw: Raw<cluster::ComputeResource>, lookup: &Lookup, labels: &Labels, issues: &mut Issues) -> Cluster {
    withheld(issues, ObjectKind::Cluster, &raw, &raw.value.name);
    let mut config = raw.value.config;
    config.attributes = labels.attributes(&raw.custom);
    config.tags = labels.tags(&raw.id);
    Cluster {
        external_id: raw.id.external(),
        name: raw.value.name,
        datacenter: lookup.datacenter(raw.parent.as_ref()),
        folder: lookup.shown_folder(raw.parent.as_ref()),
        config,
        state: raw.value.state,
    }
}

fn host(raw: Raw<host::Host>, lookup: &Lookup, labels: &Labels, issues: &mut Issues) -> Host {
    withheld(issues, ObjectKind::Host, &raw, &raw.value.name);
    let id = raw.id.external();
    if matches!(raw.value.config.connection, ConnectionState::Disconnected | ConnectionState::NotResponding) {
        let message =
            "the host is not connected to vCenter: what is shown of it and its machines is the last known state";
        issues.object(
            ObjectKind::Host,
            &id,
            &raw.value.name,
            message,
            "Reconnect the host in vCenter, then sync again.",
        );
    }
    let mut config = raw.value.config;
    config.attributes = labels.attributes(&raw.custom);
    config.tags = labels.tags(&raw.id);
    let parent = raw.parent.as_ref();
    // A stand-alone host's compute resource stands between it and its folder.
    let folder = match parent {
        Some(parent) if parent.kind == "ComputeResource" => lookup.parent(&parent.id),
        _ => None,
    };
    Host {
        external_id: id,
        name: raw.value.name,
        cluster: parent.filter(|parent| parent.kind == "ClusterComputeResource").map(Moref::external),
        datacenter: lookup.datacenter(parent),
        folder: lookup.shown_folder(folder),
        datastores: raw.value.datastores,
        networks: raw.value.networks,
        config,
        state: raw.value.state,
    }
}

fn vm(raw: Raw<vm::Vm>, lookup: &Lookup, switches: &Switches, labels: &Labels, issues: &mut Issues) -> Vm {
    withheld(issues, ObjectKind::Vm, &raw, &raw.value.name);
    let id = raw.id.external();
    let vm = raw.value;
    if let Some((message, advice)) = unreachable_vm(vm.config.connection) {
        issues.object(ObjectKind::Vm, &id, &vm.name, message, advice);
    }
    let mut config = vm.config;
    for (adapter, backing) in config.adapters.iter_mut().zip(&vm.backings) {
        adapter.network = match backing {
            AdapterBacking::Unknown => None,
            AdapterBacking::Network(id) => Some(ExternalId::new(id.clone())),
            AdapterBacking::PortGroup(key) => switches.port_group(key),
            AdapterBacking::Opaque(opaque) => switches.opaque(opaque),
        };
        if adapter.network_name.is_none() {
            adapter.network_name = adapter.network.as_ref().and_then(|id| switches.name(id));
        }
    }
    config.attributes = labels.attributes(&raw.custom);
    config.tags = labels.tags(&raw.id);
    let parent = raw.parent.as_ref().or_else(|| lookup.folder_of_vapp(vm.vapp.as_ref()));
    let by_host = || vm.host.as_ref().and_then(|host| lookup.datacenter_of(host.as_str()));
    Vm {
        external_id: id,
        name: vm.name,
        datacenter: lookup.datacenter(parent).or_else(by_host),
        folder: lookup.shown_folder(parent),
        host: vm.host,
        resource_pool: vm.resource_pool,
        datastores: vm.datastores,
        networks: vm.networks,
        config,
        state: vm.state,
    }
}

fn datastore(raw: Raw<storage::Datastore>, lookup: &Lookup, labels: &Labels, issues: &mut Issues) -> Datastore {
    withheld(issues, ObjectKind::Datastore, &raw, &raw.value.name);
    let id = raw.id.external();
    if raw.value.config.accessible == Some(false) {
        let advice = "Look at the storage and the hosts' paths to it; its sizes are unknown meanwhile.";
        issues.object(ObjectKind::Datastore, &id, &raw.value.name, "the datastore is not accessible", advice);
    }
    let mut config = raw.value.config;
    config.attributes = labels.attributes(&raw.custom);
    config.tags = labels.tags(&raw.id);
    config.datastore_cluster = lookup.datastore_cluster(raw.parent.as_ref());
    config.shared = config.shared.or_else(|| lookup.is_shared(&id));
    Datastore {
        external_id: id,
        name: raw.value.name,
        datacenter: lookup.datacenter(raw.parent.as_ref()),
        folder: lookup.shown_folder(raw.parent.as_ref()),
        config,
        state: raw.value.state,
    }
}

fn network(
    raw: Raw<network::Network>,
    lookup: &Lookup,
    switches: &Switches,
    labels: &Labels,
    issues: &mut Issues,
) -> Network {
    withheld(issues, ObjectKind::Network, &raw, &raw.value.name);
    let id = raw.id.external();
    let mut config = raw.value.config;
    config.attributes = labels.attributes(&raw.custom);
    config.tags = labels.tags(&raw.id);
    config.is_uplink |= switches.is_uplink(&id);
    match &raw.value.switch {
        Some(switch) => {
            config.switch_name = switches.switch_name(switch);
            config.is_uplink |= has_uplink_name(&raw.value.name, config.switch_name.as_deref());
        }
        None => switches.complete_standard(&id, &mut config),
    }
    Network {
        external_id: id,
        name: raw.value.name,
        datacenter: lookup.datacenter(raw.parent.as_ref()),
        folder: lookup.shown_folder(raw.parent.as_ref()),
        config,
    }
}

/// The last resort where a server tells it in no other way: the name that vCenter gives them, `dvs1-DVUplinks-42`.
fn has_uplink_name(name: &str, switch: Option<&str>) -> bool {
    let rest = switch.and_then(|switch| name.strip_prefix(switch)).and_then(|rest| rest.strip_prefix("-DVUplinks-"));
    rest.is_some_and(|number| !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()))
}

fn withheld<T>(issues: &mut Issues, kind: ObjectKind, raw: &Raw<T>, name: &str) {
    if !raw.missing.is_empty() {
        issues.withheld(kind, &raw.id.external(), name, &raw.missing);
    }
}

/// Identity within a kind is unique, also when a list changed between two of its pages and repeats an object.
fn drop_repeats(inventory: &mut Inventory) {
    fn keep_first<T>(objects: &mut Vec<T>, id: impl Fn(&T) -> &ExternalId) {
        let mut seen = std::collections::HashSet::with_capacity(objects.len());
        let repeats: Vec<bool> = objects.iter().map(|object| !seen.insert(id(object).clone())).collect();
        if repeats.contains(&true) {
            let mut repeats = repeats.into_iter();
            objects.retain(|_| !repeats.next().unwrap_or(false));
        }
    }
    keep_first(&mut inventory.datacenters, |object| &object.external_id);
    keep_first(&mut inventory.folders, |object| &object.external_id);
    keep_first(&mut inventory.clusters, |object| &object.external_id);
    keep_first(&mut inventory.hosts, |object| &object.external_id);
    keep_first(&mut inventory.resource_pools, |object| &object.external_id);
    keep_first(&mut inventory.vms, |object| &object.external_id);
    keep_first(&mut inventory.datastores, |object| &object.external_id);
    keep_first(&mut inventory.networks, |object| &object.external_id);
}

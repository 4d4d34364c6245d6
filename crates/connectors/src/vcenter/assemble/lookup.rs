//! Answers questions about where an object hangs: its datacenter, its folder's path, its switch.

use std::collections::{BTreeSet, HashMap, HashSet};

use model::{ids::ExternalId, inventory::NetworkConfig};

use super::Parts;
use crate::vcenter::{
    objects::{host::PortGroup, network::vlan_text},
    value::Moref,
};

/// A tree deeper than this is a loop.
const MAX_DEPTH: usize = 100;

/// Parents and names of everything that others hang below.
pub(super) struct Lookup {
    parents: HashMap<String, Moref>,
    names: HashMap<String, (String, String)>,
    shown: HashSet<String>,
    single_hosts: HashMap<String, ExternalId>,
    vapp_folders: HashMap<String, Moref>,
    mounts: HashMap<ExternalId, u64>,
    has_all_hosts: bool,
}

impl Lookup {
    pub(super) fn new(parts: &Parts) -> Self {
        let mut lookup = Self {
            parents: HashMap::new(),
            names: HashMap::new(),
            shown: HashSet::new(),
            single_hosts: HashMap::new(),
            vapp_folders: HashMap::new(),
            mounts: HashMap::new(),
            has_all_hosts: parts.has_all_hosts,
        };
        for raw in &parts.places {
            lookup.hang(&raw.id, raw.parent.as_ref());
            lookup.names.insert(raw.id.id.clone(), (raw.id.kind.clone(), raw.value.name.clone()));
            let below_datacenter = raw.parent.as_ref().is_some_and(|parent| parent.kind == "Datacenter");
            if raw.id.kind == "Folder" && !below_datacenter && raw.id.id != parts.root_folder {
                lookup.shown.insert(raw.id.id.clone());
            }
        }
        for raw in &parts.resources {
            lookup.hang(&raw.id, raw.parent.as_ref());
            if let (false, [host]) = (raw.id.kind == "ClusterComputeResource", raw.value.hosts.as_slice()) {
                lookup.single_hosts.insert(raw.id.id.clone(), host.clone());
            }
        }
        for raw in &parts.hosts {
            lookup.hang(&raw.id, raw.parent.as_ref());
            for datastore in &raw.value.datastores {
                *lookup.mounts.entry(datastore.clone()).or_default() += 1;
            }
        }
        for raw in &parts.pools {
            lookup.hang(&raw.id, raw.parent.as_ref());
            if let Some(folder) = &raw.value.parent_folder {
                lookup.vapp_folders.insert(raw.id.id.clone(), folder.clone());
            }
        }
        lookup
    }

    fn hang(&mut self, id: &Moref, parent: Option<&Moref>) {
        if let Some(parent) = parent {
            self.parents.insert(id.id.clone(), parent.clone());
        }
    }

    pub(super) fn parent(&self, id: &str) -> Option<&Moref> {
        self.parents.get(id)
    }

    /// The datacenter above, this very place included.
    pub(super) fn datacenter(&self, place: Option<&Moref>) -> Option<ExternalId> {
        self.upwards(place).find(|place| place.kind == "Datacenter").map(Moref::external)
    }

    pub(super) fn datacenter_of(&self, id: &str) -> Option<ExternalId> {
        self.datacenter(self.parent(id))
    }

    /// The nearest folder that people made: a datastore cluster's members are in the folder that holds it.
    pub(super) fn shown_folder(&self, place: Option<&Moref>) -> Option<ExternalId> {
        let mut place = place?;
        if place.kind == "StoragePod" {
            place = self.parent(&place.id)?;
        }
        if self.is_shown(&place.id) { Some(place.external()) } else { None }
    }

    pub(super) fn is_shown(&self, folder: &str) -> bool {
        self.shown.contains(folder)
    }

    /// Names of the folders from the datacenter (or the top) down to this one.
    pub(super) fn path(&self, folder: &str) -> String {
        let this = Moref::new("Folder", folder);
        let below = self.upwards(Some(&this)).take_while(|place| place.kind != "Datacenter");
        let mut names: Vec<&str> = below
            .filter(|place| self.is_shown(&place.id))
            .filter_map(|place| self.names.get(&place.id).map(|(_, name)| name.as_str()))
            .collect();
        names.reverse();
        names.join(" / ")
    }

    pub(super) fn datastore_cluster(&self, parent: Option<&Moref>) -> Option<String> {
        let (kind, name) = self.names.get(&parent?.id)?;
        if kind == "StoragePod" { Some(name.clone()) } else { None }
    }

    /// The host of a stand-alone host's compute resource.
    pub(super) fn single_host(&self, resource: &str) -> Option<ExternalId> {
        self.single_hosts.get(resource).cloned()
    }

    /// A vApp's folder; nested vApps have the outermost one's.
    pub(super) fn folder_of_vapp(&self, vapp: Option<&Moref>) -> Option<&Moref> {
        self.upwards(vapp).find_map(|place| self.vapp_folders.get(&place.id))
    }

    /// More than one host mounts the datastore; `None` if no host names it, or another one may.
    pub(super) fn is_shared(&self, datastore: &ExternalId) -> Option<bool> {
        let hosts = *self.mounts.get(datastore)?;
        (hosts > 1 || self.has_all_hosts).then_some(hosts > 1)
    }

    fn upwards<'a>(&'a self, place: Option<&'a Moref>) -> impl Iterator<Item = &'a Moref> {
        std::iter::successors(place, |place| self.parents.get(&place.id)).take(MAX_DEPTH)
    }
}

/// Networks by the names that devices, switches and hosts use.
pub(super) struct Switches {
    switch_names: HashMap<String, String>,
    uplinks: HashSet<ExternalId>,
    port_groups: HashMap<String, ExternalId>,
    opaque: HashMap<String, ExternalId>,
    names: HashMap<ExternalId, String>,
    /// VLANs and switches of a standard network, as its hosts have them.
    standard: HashMap<ExternalId, (BTreeSet<i64>, BTreeSet<String>)>,
}

impl Switches {
    pub(super) fn new(parts: &Parts) -> Self {
        let mut switches = Self {
            switch_names: HashMap::new(),
            uplinks: HashSet::new(),
            port_groups: HashMap::new(),
            opaque: HashMap::new(),
            names: HashMap::new(),
            standard: HashMap::new(),
        };
        for raw in &parts.networks {
            let network = &raw.value;
            if super::is_switch(&raw.id) {
                switches.switch_names.insert(raw.id.id.clone(), network.name.clone());
                switches.uplinks.extend(network.uplinks.iter().cloned());
                continue;
            }
            let id = raw.id.external();
            // vCenter gives port groups a key that is their moref; others may not.
            let key = network.key.clone().unwrap_or_else(|| raw.id.id.clone());
            switches.port_groups.insert(key, id.clone());
            if let Some(opaque) = &network.opaque_id {
                switches.opaque.insert(opaque.clone(), id.clone());
            }
            switches.names.insert(id, network.name.clone());
        }
        for host in &parts.hosts {
            let groups: HashMap<&str, &PortGroup> =
                host.value.port_groups.iter().map(|group| (group.name.as_str(), group)).collect();
            for network in &host.value.networks {
                let name = switches.names.get(network);
                let Some(group) = name.and_then(|name| groups.get(name.as_str())) else { continue };
                let (vlans, on) = switches.standard.entry(network.clone()).or_default();
                vlans.insert(group.vlan);
                on.insert(group.switch.clone());
            }
        }
        switches
    }

    pub(super) fn switch_name(&self, switch: &Moref) -> Option<String> {
        self.switch_names.get(&switch.id).cloned()
    }

    pub(super) fn is_uplink(&self, network: &ExternalId) -> bool {
        self.uplinks.contains(network)
    }

    pub(super) fn port_group(&self, key: &str) -> Option<ExternalId> {
        self.port_groups.get(key).cloned()
    }

    pub(super) fn opaque(&self, id: &str) -> Option<ExternalId> {
        self.opaque.get(id).cloned()
    }

    pub(super) fn name(&self, network: &ExternalId) -> Option<String> {
        self.names.get(network).cloned()
    }

    /// VLAN and switch of a standard network. Hosts may disagree: then all their answers stand there.
    pub(super) fn complete_standard(&self, network: &ExternalId, config: &mut NetworkConfig) {
        let Some((vlans, switches)) = self.standard.get(network) else { return };
        let vlans: Vec<String> = vlans.iter().map(|vlan| vlan_text(*vlan)).collect();
        let switches: Vec<&str> = switches.iter().map(String::as_str).collect();
        config.vlan = Some(vlans.join(",")).filter(|text| !text.is_empty());
        config.switch_name = Some(switches.join(", ")).filter(|text| !text.is_empty());
    }
}

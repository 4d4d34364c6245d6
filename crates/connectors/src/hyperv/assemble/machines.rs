//! Machines, joined with everything that was fetched in bulk beside them.

mod gaps;
mod hardware;
mod load;
mod words;

use std::collections::{BTreeMap, HashMap};

use model::{
    ids::ExternalId,
    inventory::{
        Adapter, ConnectionState, DynamicMemory, ObjectKind, PowerState, Replication, ReplicationMode, Vm, VmConfig,
        VmRole,
    },
    run::Severity,
};

use super::{
    Assembly, Owner, Site, checkpoints,
    clusters::Clusters,
    disks::{Disks, Files},
};
use crate::hyperv::report::{
    Access, Checkpoint, Guest, Machine, MachineAdapter, MachineDisk, Part, Relation, Security, Service, Settings,
};
use hardware::addresses;
pub(super) use hardware::mac;
use words::{mode, power};

/// Everything that was fetched of a host's machines, by machine.
struct Joined<'a> {
    site: &'a Site<'a>,
    disks: HashMap<String, Vec<&'a MachineDisk>>,
    files: Files<'a>,
    adapters: HashMap<String, Vec<&'a MachineAdapter>>,
    checkpoints: HashMap<String, Vec<&'a Checkpoint>>,
    relations: HashMap<String, Vec<&'a Relation>>,
    services: HashMap<String, Vec<&'a Service>>,
    guests: HashMap<String, Vec<&'a Guest>>,
    settings: HashMap<String, Vec<&'a Settings>>,
    security: HashMap<String, bool>,
    /// Load by name in lower case, where a name is one machine's: PowerShell adds up what differs by case alone.
    loads: HashMap<String, i64>,
}

fn by_machine<T>(part: &Part<Vec<T>>, machine: fn(&T) -> Option<&str>) -> HashMap<String, Vec<&T>> {
    let mut all: HashMap<String, Vec<&T>> = HashMap::new();
    for row in part.rows() {
        if let Some(machine) = machine(row) {
            all.entry(machine.to_lowercase()).or_default().push(row);
        }
    }
    all
}

impl<'a> Joined<'a> {
    fn of(site: &'a Site<'a>) -> Self {
        let report = site.report;
        let disks = by_machine(&report.disks, |row| row.machine.as_deref());
        let files = Files::of(site, &disks);
        let mut names: HashMap<String, u32> = HashMap::new();
        for name in report.machines.rows().iter().filter_map(|machine| machine.name.as_deref()) {
            *names.entry(name.to_lowercase()).or_default() += 1;
        }
        let loads = report.counters.read.iter().flat_map(|counters| &counters.machines);
        let loads = loads.filter_map(|load| Some((load.name.as_deref()?.to_lowercase(), load.percent?)));
        Self {
            site,
            disks,
            files,
            adapters: by_machine(&report.adapters, |row| row.machine.as_deref()),
            checkpoints: by_machine(&report.checkpoints, |row| row.machine.as_deref()),
            relations: by_machine(&report.replication, |row| row.machine.as_deref()),
            services: by_machine(&report.services, |row| row.machine.as_deref()),
            guests: by_machine(&report.guests, |row| row.machine.as_deref()),
            settings: by_machine(&report.settings, |row| row.machine.as_deref()),
            security: report
                .security
                .rows()
                .iter()
                .filter_map(|row: &Security| Some((row.machine()?, row.tpm?)))
                .collect(),
            loads: loads.filter(|(name, _)| names.get(name) == Some(&1)).collect(),
        }
    }
}

pub(super) fn add(sites: &[Site<'_>], clusters: &Clusters<'_>, assembly: &mut Assembly) {
    // A machine that moves while hosts are read may be told of by both.
    let mut found: BTreeMap<ExternalId, (Vm, Vec<String>)> = BTreeMap::new();
    for site in sites {
        let joined = Joined::of(site);
        let mut shown = 0;
        for machine in site.report.machines.rows() {
            let Some(guid) = machine.id.as_deref() else {
                assembly.incomplete.insert(ObjectKind::Vm);
                continue;
            };
            shown += 1;
            let (vm, gaps) = joined.vm(guid, machine);
            tell_trouble(&vm, machine, assembly);
            let known = found.get(&vm.external_id);
            let is_better = known.is_none_or(|(other, _)| rank(&vm) > rank(other));
            if is_better {
                found.insert(vm.external_id.clone(), (vm, gaps));
            }
        }
        check_emptiness(site, shown, clusters, assembly);
    }
    for (vm, gaps) in found.into_values() {
        assembly.withhold(ObjectKind::Vm, &vm.external_id, gaps);
        assembly.inventory.vms.push(vm);
    }
}

/// Where a machine is told of twice: it is where it runs.
fn rank(vm: &Vm) -> (bool, bool) {
    (vm.config.power == PowerState::On, vm.config.vcpu.is_some())
}

/// Hyper-V shows an empty list to accounts that may not see machines: that is no empty host.
fn check_emptiness(site: &Site<'_>, shown: usize, clusters: &Clusters<'_>, assembly: &mut Assembly) {
    if site.report.machines.read.is_none() || shown > 0 {
        return;
    }
    let sees = site.report.access.read.as_ref().is_some_and(Access::sees_machines);
    let expected = clusters.machines_on(&site.host);
    if sees && expected == 0 {
        return;
    }
    assembly.incomplete.extend([ObjectKind::Vm, ObjectKind::Datastore]);
    if !sees {
        return assembly.issues.no_rights(&site.host);
    }
    let message = format!("{} shows no machines, but its cluster has placed {expected} there", site.host);
    let advice = "Look at the Virtual Machine Management service of the host, then sync again.";
    assembly.issues.kind(Severity::Error, ObjectKind::Vm, message, advice);
}

fn tell_trouble(vm: &Vm, machine: &Machine, assembly: &mut Assembly) {
    let advice = "Look at the machine in Hyper-V Manager: its files or its configuration may be out of reach.";
    let message = match (&machine.error, vm.config.connection) {
        (Some(error), _) => format!("the machine tells only its name: {error}"),
        (None, ConnectionState::Inaccessible) => {
            let state = machine.state.word().unwrap_or_default();
            let status = machine.status.as_deref().map_or_else(String::new, |status| format!(": {status}"));
            format!("the machine is in a critical state ({state}){status}")
        }
        _ => return,
    };
    assembly.issues.object(ObjectKind::Vm, &vm.external_id, &vm.name, message, advice);
}

/// A replica and its primary share a GUID: what it belongs to and the role keep them apart.
pub(super) fn external_id(guid: &str, is_copy: bool, owner: &Owner) -> ExternalId {
    let role = if is_copy { "replica" } else { "main" };
    ExternalId::new(format!("{}/{role}@{}", guid.to_lowercase(), owner.key()))
}

impl Joined<'_> {
    fn vm(&self, guid: &str, machine: &Machine) -> (Vm, Vec<String>) {
        let key = guid.to_lowercase();
        let mode = mode(&machine.replication_mode);
        let is_copy = mode.is_some_and(|mode| mode != ReplicationMode::Primary);
        let role = if is_copy { VmRole::Replica } else { VmRole::Ordinary };
        let (power, is_critical) = power(&machine.state);
        let disks = self.files.of_machine(self.disks.get(&key).map_or(&[], Vec::as_slice));
        let adapters = self.adapters(&key);
        let mut networks: Vec<ExternalId> = adapters.iter().filter_map(|adapter| adapter.network.clone()).collect();
        networks.sort();
        networks.dedup();
        let mut datastores = disks.datastores.clone();
        datastores.extend(machine.path.as_deref().and_then(|path| self.files.place(path)));
        datastores.sort();
        datastores.dedup();
        let gaps = self.gaps(&key, machine, &disks);
        let state = self.state(&key, machine, &disks, power, is_critical);
        let config = self.config(&key, machine, (power, is_critical), (role, mode), disks, adapters);
        let vm = Vm {
            external_id: external_id(guid, is_copy, &self.site.owner),
            name: machine.name.clone().unwrap_or_else(|| key.clone()),
            host: Some(self.site.id()),
            resource_pool: None,
            folder: None,
            datacenter: None,
            datastores,
            networks,
            config,
            state,
        };
        (vm, gaps)
    }

    fn config(
        &self,
        key: &str,
        machine: &Machine,
        (power, is_critical): (PowerState, bool),
        (role, mode): (VmRole, Option<ReplicationMode>),
        disks: Disks,
        adapters: Vec<Adapter>,
    ) -> VmConfig {
        let settings = self.settings.get(key).and_then(|rows| rows.first());
        let guest = self.guests.get(key).and_then(|rows| rows.first());
        let relation = self.relations.get(key).and_then(|rows| rows.first());
        let checkpoints = self.checkpoints.get(key).map_or(&[][..], Vec::as_slice);
        let is_unreachable = is_critical || machine.error.is_some();
        VmConfig {
            power,
            connection: if is_unreachable { ConnectionState::Inaccessible } else { ConnectionState::Connected },
            role,
            bios_uuid: settings.and_then(|settings| bare_uuid(settings.bios_uuid.as_deref()?)),
            instance_uuid: Some(key.to_owned()),
            // A machine whose configuration is out of reach has none, not zero.
            vcpu: machine.processors.filter(|count| *count > 0),
            memory_bytes: machine.memory_startup_bytes.filter(|bytes| *bytes > 0),
            firmware: machine.generation.map(|generation| if generation == 1 { "bios" } else { "efi" }.to_owned()),
            hardware_version: machine.version.clone(),
            guest_os_running: guest.and_then(|guest| guest.os.clone()),
            guest_host_name: guest.and_then(|guest| guest.host_name.clone()),
            ip_addresses: addresses(&adapters),
            tools_version: guest
                .and_then(|guest| guest.services_version.clone())
                .or_else(|| machine.services_version.clone()),
            snapshots: checkpoints::tree(checkpoints, machine.parent_checkpoint.as_deref()),
            created_at_ms: machine.created_ms,
            annotation: machine.notes.clone(),
            passthrough_devices: disks.passthrough,
            disks: disks.list,
            adapters,
            config_path: machine.path.clone(),
            generation: machine.generation,
            dynamic_memory: machine.dynamic_memory.map(|enabled| DynamicMemory {
                enabled,
                minimum_bytes: machine.memory_minimum_bytes.filter(|_| enabled),
                maximum_bytes: machine.memory_maximum_bytes.filter(|_| enabled),
            }),
            replication: mode.map(|mode| Replication {
                mode,
                primary_server: relation.and_then(|relation| relation.primary_server.clone()),
                replica_server: relation.and_then(|relation| relation.replica_server.clone()),
                frequency_s: relation.and_then(|relation| relation.frequency_s),
            }),
            guest_services: self.services(key),
            secure_boot: settings.and_then(|settings| settings.secure_boot).filter(|_| machine.generation != Some(1)),
            tpm: self.security.get(key).copied(),
            automatic_start: machine.start_action.word(),
            highly_available: machine.clustered,
            ..VmConfig::default()
        }
    }
}

/// `4c4c4544-…` for `{4C4C4544-…}`.
fn bare_uuid(text: &str) -> Option<String> {
    let uuid = text.trim_matches(['{', '}']).to_lowercase();
    (!uuid.is_empty()).then_some(uuid)
}

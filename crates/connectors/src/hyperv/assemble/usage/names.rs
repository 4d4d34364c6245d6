//! Which machine a counter is of. Counters of adapters carry the machine's identifier and those of disks the file's path;
//! all others the machine's name, which counts where no other machine of the host that is not off has it.

use std::collections::HashMap;

use crate::hyperv::report::{Device, Instance, MachineMemory, MachineProcessors, Usage};

const OFF: i64 = 3;

/// Counters of one host by what they are of.
pub(super) struct Names<'a> {
    /// How many machines have a name; in lower case, as Windows does not tell apart.
    owners: HashMap<String, u32>,
    processors: HashMap<String, &'a MachineProcessors>,
    balanced: HashMap<String, &'a MachineMemory>,
    partitions: HashMap<String, &'a MachineMemory>,
    /// By machine.
    disks: HashMap<String, Vec<&'a Device>>,
    adapters: HashMap<String, Vec<&'a Device>>,
}

impl<'a> Names<'a> {
    pub(super) fn of(usage: &'a Usage) -> Self {
        let mut owners: HashMap<String, u32> = HashMap::new();
        for instance in usage.instances.rows().iter().filter(|instance| instance.state != Some(OFF)) {
            if let Some(name) = &instance.name {
                *owners.entry(name.to_lowercase()).or_default() += 1;
            }
        }
        let processors = usage.virtual_processors.rows().iter();
        let devices = |read: &'a Option<_>| read.iter().flat_map(|clocked: &'a super::Clocked| &clocked.rows);
        Self {
            owners,
            processors: processors.filter_map(|row| Some((row.name.as_deref()?.to_lowercase(), row))).collect(),
            balanced: by_name(usage.dynamic_memory.rows()),
            partitions: by_name(usage.partitions.rows()),
            disks: disks(usage, devices(&usage.storage_devices.read)),
            adapters: adapters(usage, devices(&usage.network_devices.read)),
        }
    }

    /// The name, where it is this machine's alone.
    fn own_name(&self, instance: &Instance) -> Option<String> {
        let name = instance.name.as_deref()?.to_lowercase();
        (self.owners.get(&name) == Some(&1)).then_some(name)
    }

    pub(super) fn processors(&self, instance: &Instance) -> Option<&'a MachineProcessors> {
        self.processors.get(&self.own_name(instance)?).copied()
    }

    /// Of a machine with dynamic memory.
    pub(super) fn balanced(&self, instance: &Instance) -> Option<&'a MachineMemory> {
        self.balanced.get(&self.own_name(instance)?).copied()
    }

    pub(super) fn assigned_bytes(&self, instance: &Instance) -> Option<i64> {
        let known = |memory: &&MachineMemory| memory.assigned_bytes.filter(|bytes| *bytes > 0);
        let own = self.own_name(instance);
        let by_name = own.iter().flat_map(|name| [self.balanced.get(name), self.partitions.get(name)]);
        let by_id = instance.id.as_deref().and_then(|id| self.partitions.get(&id.to_lowercase()));
        by_name.chain([by_id]).flatten().find_map(known)
    }

    pub(super) fn disks(&self, machine: &str) -> &[&'a Device] {
        self.disks.get(machine).map_or(&[], Vec::as_slice)
    }

    pub(super) fn adapters(&self, machine: &str) -> &[&'a Device] {
        self.adapters.get(machine).map_or(&[], Vec::as_slice)
    }
}

fn by_name(rows: &[MachineMemory]) -> HashMap<String, &MachineMemory> {
    rows.iter().filter_map(|row| Some((row.name.as_deref()?.to_lowercase(), row))).collect()
}

/// A file that two machines share is counted for neither: nobody knows whose bytes they were.
fn disks<'a>(usage: &Usage, devices: impl Iterator<Item = &'a Device>) -> HashMap<String, Vec<&'a Device>> {
    let mut owners: HashMap<String, Option<String>> = HashMap::new();
    for file in usage.disk_files.rows() {
        let (Some(machine), Some(path)) = (&file.machine, &file.path) else { continue };
        let machine = machine.to_lowercase();
        let owner = owners.entry(bare(path)).or_insert_with(|| Some(machine.clone()));
        if owner.as_ref() != Some(&machine) {
            *owner = None;
        }
    }
    grouped(devices, |name| owners.get(&bare(name)).cloned().flatten())
}

fn adapters<'a>(usage: &Usage, devices: impl Iterator<Item = &'a Device>) -> HashMap<String, Vec<&'a Device>> {
    let machines = usage.instances.rows().iter().filter_map(|instance| instance.id.as_deref());
    let machines: Vec<String> = machines.map(str::to_lowercase).collect();
    let known: std::collections::HashSet<&str> = machines.iter().map(String::as_str).collect();
    grouped(devices, |name| identifiers(&name.to_lowercase()).find(|id| known.contains(id)).map(str::to_owned))
}

fn grouped<'a>(
    devices: impl Iterator<Item = &'a Device>,
    machine: impl Fn(&str) -> Option<String>,
) -> HashMap<String, Vec<&'a Device>> {
    let mut all: HashMap<String, Vec<&Device>> = HashMap::new();
    for device in devices {
        if let Some(machine) = device.name.as_deref().and_then(&machine) {
            all.entry(machine).or_default().push(device);
        }
    }
    all
}

/// A path as the instance of a counter writes it, which has other signs in the place of some: `C:\VMs\web 1.vhdx` is
/// `C:-VMs-web 1.vhdx` there, and `\\?\C:\…` is `--?-C:-…`.
fn bare(path: &str) -> String {
    let words = path.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-").to_lowercase()
}

/// What looks like an identifier: `web1_Network Adapter_aa1f7c7e-…-0f9b8a7c6d5e--4c4c4544-…`.
fn identifiers(name: &str) -> impl Iterator<Item = &str> {
    const LENGTH: usize = 36;
    let is_one = |text: &&str| {
        text.bytes()
            .enumerate()
            .all(|(at, byte)| if [8, 13, 18, 23].contains(&at) { byte == b'-' } else { byte.is_ascii_hexdigit() })
    };
    (0..name.len().saturating_sub(LENGTH - 1)).filter_map(move |at| name.get(at..at + LENGTH).filter(is_one))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_instances_of_counters_meet() {
        for path in
            [r"C:\ClusterStorage\Volume1\Büro (2)\disk#1.vhdx", r"\\?\c:\clusterstorage\volume1\büro (2)\disk#1.vhdx"]
        {
            assert_eq!(bare(path), bare("--?-C:-ClusterStorage-Volume1-Büro [2]-disk_1.vhdx"), "{path}");
        }
        assert_eq!(bare(r"\\filer\vms\a.vhdx"), bare("--filer-vms-a.vhdx"));
        assert_ne!(bare(r"C:\a\b.vhdx"), bare(r"C:\a\bc.vhdx"));
    }

    #[test]
    fn identifiers_are_found_wherever_they_stand() {
        let machine = "aa1f7c7e-1111-2222-3333-0f9b8a7c6d5e";
        let name = format!("büro_netzwerkkarte_{machine}--4c4c4544-0044-4c10-8053-b8c04f4d3532");
        assert_eq!(identifiers(&name).next(), Some(machine));
        assert_eq!(identifiers(&name).count(), 2);
        assert_eq!(identifiers("intel[r] ethernet x710").count(), 0);
    }
}

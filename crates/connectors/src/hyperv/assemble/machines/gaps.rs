//! What a host did not tell of a machine, by the names of the model's fields.

use super::{
    super::{Owner, disks::Disks},
    Joined, mode,
};
use crate::hyperv::report::Machine;

impl Joined<'_> {
    /// What was not told of this machine. Where a section lacks something, a machine without any row there may be the
    /// one that it lacks.
    pub(super) fn gaps(&self, key: &str, machine: &Machine, disks: &Disks) -> Vec<String> {
        let report = self.site.report;
        let mut fields: Vec<&str> = Vec::new();
        let mut lacks = |is_whole: bool, has_rows: bool, names: &[&'static str]| {
            if !is_whole && !has_rows {
                fields.extend(names);
            }
        };
        lacks(report.disks.is_whole(), self.disks.contains_key(key), &["disks", "datastores", "passthrough_devices"]);
        lacks(!disks.has_gap, false, &["disks"]);
        lacks(report.has_volumes() && !self.lacks_shared_volumes(), false, &["datastores"]);
        let adapters: &[&str] = &["adapters", "networks", "ip_addresses"];
        lacks(report.adapters.is_whole(), self.adapters.contains_key(key), adapters);
        lacks(report.switches.is_whole(), false, &["networks"]);
        lacks(report.checkpoints.is_whole(), self.checkpoints.contains_key(key), &["snapshots"]);
        lacks(report.services.is_whole(), self.services.contains_key(key), &["guest_services"]);
        lacks(report.guests.is_whole(), self.guests.contains_key(key), &["guest_os_running", "guest_host_name"]);
        // Every machine has settings; without rights in their namespace there are none, and no error.
        lacks(self.settings.contains_key(key), false, &["bios_uuid", "secure_boot"]);
        lacks(report.security.is_whole(), self.security.contains_key(key), &["tpm"]);
        let is_replicated = mode(&machine.replication_mode).is_some();
        lacks(report.replication.is_whole() || !is_replicated, self.relations.contains_key(key), &["replication"]);
        fields.sort_unstable();
        fields.dedup();
        fields.into_iter().map(str::to_owned).collect()
    }

    fn lacks_shared_volumes(&self) -> bool {
        matches!(self.site.owner, Owner::Cluster(_)) && !self.site.report.shared_volumes.is_whole()
    }
}

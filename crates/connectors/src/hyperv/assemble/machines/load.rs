//! What a machine is doing: load, memory, storage, replication. None of it is told of a machine that does not run.

use model::inventory::{PowerState, VmState};

use super::{
    super::disks::Disks,
    Joined,
    words::{health, mode, replication_health},
};
use crate::hyperv::report::Machine;

impl Joined<'_> {
    pub(super) fn state(
        &self,
        key: &str,
        machine: &Machine,
        disks: &Disks,
        power: PowerState,
        is_critical: bool,
    ) -> VmState {
        let is_on = power == PowerState::On;
        let when_on = |value: Option<i64>| value.filter(|_| is_on);
        let relation = self.relations.get(key).and_then(|rows| rows.first());
        let mode = mode(&machine.replication_mode);
        let (state, health_of) = relation
            .map_or((&machine.replication_state, &machine.replication_health), |relation| {
                (&relation.state, &relation.health)
            });
        VmState {
            health: health(&machine.operational, is_critical || machine.error.is_some()),
            cpu_usage_mhz: when_on(self.cpu_mhz(machine)),
            memory_consumed_bytes: when_on(machine.memory_assigned_bytes),
            // Without integration services the demand is zero, which nobody asks for.
            memory_demand_bytes: when_on(machine.memory_demand_bytes).filter(|bytes| *bytes > 0),
            uptime_s: when_on(machine.uptime_ms).map(|ms| ms / 1_000),
            boot_at_ms: when_on(machine.uptime_ms).and_then(|ms| {
                let now = self.site.report.host.read.as_ref()?.now_ms?;
                now.checked_sub(ms)
            }),
            storage_committed_bytes: disks.committed_bytes.filter(|_| self.has_files()),
            storage_unshared_bytes: disks.unshared_bytes.filter(|_| self.has_files()),
            heartbeat: machine.heartbeat.word().filter(|_| is_on),
            replication_state: state.word().filter(|_| mode.is_some()),
            replication_health: replication_health(health_of).filter(|_| mode.is_some()),
            last_replication_at_ms: relation.and_then(|relation| relation.last_ms),
            ..VmState::default()
        }
    }

    fn has_files(&self) -> bool {
        self.site.report.disks.is_whole() && self.site.report.images.read.is_some()
    }

    /// A virtual processor that is busy all the time uses one logical processor; of the host's MHz that is its share.
    /// Without counters, the whole percents of the host that Hyper-V itself tells.
    fn cpu_mhz(&self, machine: &Machine) -> Option<i64> {
        let hardware = self.site.report.hardware.read.as_ref()?;
        let total = hardware.cpu_mhz?.checked_mul(hardware.cores?)?;
        let threads = hardware.threads.filter(|threads| *threads > 0);
        let by_counter = machine.name.as_deref().and_then(|name| self.loads.get(&name.to_lowercase())).zip(threads);
        match by_counter {
            Some((percent, threads)) => Some(percent.checked_mul(total)? / threads / 100),
            None => Some(machine.cpu_percent?.checked_mul(total)? / 100),
        }
    }
}

//! What machines and their host have used so far: counters that only grow, each with the clock that it is told by.

use serde::Deserialize;

use super::Part;
use crate::hyperv::value;

/// The sections of the measurements' script.
#[derive(Clone, Debug, Default)]
pub struct Usage {
    pub instances: Part<Vec<Instance>>,
    pub disk_files: Part<Vec<DiskFile>>,
    pub logical_processors: Part<LogicalProcessors>,
    pub virtual_processors: Part<Vec<MachineProcessors>>,
    pub dynamic_memory: Part<Vec<MachineMemory>>,
    pub partitions: Part<Vec<MachineMemory>>,
    pub network_devices: Part<Clocked>,
    pub storage_devices: Part<Clocked>,
}

/// `Msvm_ComputerSystem`, of a machine.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Instance {
    #[serde(deserialize_with = "value::text")]
    pub id: Option<String>,
    #[serde(deserialize_with = "value::text")]
    pub name: Option<String>,
    /// `EnabledState`: 2 runs.
    #[serde(deserialize_with = "value::number")]
    pub state: Option<i64>,
    /// `ReplicationMode`: 0 none, 1 primary, 2 to 4 a copy of one kind or another.
    #[serde(deserialize_with = "value::number")]
    pub replication: Option<i64>,
    /// The worker process: another one after each start and each migration.
    #[serde(deserialize_with = "value::number")]
    pub process: Option<i64>,
}

impl Instance {
    pub fn is_running(&self) -> bool {
        self.state == Some(2)
    }

    pub fn is_copy(&self) -> bool {
        matches!(self.replication, Some(2..=4))
    }
}

/// A file that a machine has as its disk.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct DiskFile {
    #[serde(deserialize_with = "value::text")]
    pub machine: Option<String>,
    #[serde(deserialize_with = "value::text")]
    pub path: Option<String>,
}

/// Run time of all logical processors together, in units of 100 ns, and of each by the same clock.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct LogicalProcessors {
    #[serde(deserialize_with = "value::amount")]
    pub count: Option<i64>,
    #[serde(deserialize_with = "value::amount")]
    pub run: Option<i64>,
    #[serde(deserialize_with = "value::amount")]
    pub base: Option<i64>,
}

/// The same of the virtual processors of all machines that have this name.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct MachineProcessors {
    #[serde(deserialize_with = "value::text")]
    pub name: Option<String>,
    #[serde(deserialize_with = "value::amount")]
    pub count: Option<i64>,
    #[serde(deserialize_with = "value::amount")]
    pub run: Option<i64>,
    #[serde(deserialize_with = "value::amount")]
    pub base: Option<i64>,
    /// Nanoseconds that they waited for a logical processor.
    #[serde(deserialize_with = "value::amount")]
    pub wait_ns: Option<i64>,
    /// How often they were given one.
    #[serde(deserialize_with = "value::amount")]
    pub dispatches: Option<i64>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct MachineMemory {
    #[serde(deserialize_with = "value::text")]
    pub name: Option<String>,
    #[serde(deserialize_with = "value::amount")]
    pub assigned_bytes: Option<i64>,
    /// What the guest wants against what it has; zero where its guest does not tell.
    #[serde(deserialize_with = "value::amount")]
    pub pressure_percent: Option<i64>,
}

/// Counters of bytes, with the clock to divide them by: `ticks` / `frequency` seconds.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Clocked {
    #[serde(deserialize_with = "value::amount")]
    pub ticks: Option<i64>,
    #[serde(deserialize_with = "value::amount")]
    pub frequency: Option<i64>,
    #[serde(deserialize_with = "value::rows")]
    pub rows: Vec<Device>,
}

impl Clocked {
    /// Milliseconds of the clock.
    pub fn clock_ms(&self) -> Option<i64> {
        let (ticks, frequency) = (self.ticks?, self.frequency.filter(|frequency| *frequency > 0)?);
        i64::try_from(i128::from(ticks) * 1_000 / i128::from(frequency)).ok()
    }
}

/// A network adapter or a disk: bytes that it has brought in (received, read) and taken out (sent, written).
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Device {
    #[serde(deserialize_with = "value::text")]
    pub name: Option<String>,
    #[serde(alias = "received", alias = "read", deserialize_with = "value::amount")]
    pub inwards: Option<i64>,
    #[serde(alias = "sent", alias = "written", deserialize_with = "value::amount")]
    pub outwards: Option<i64>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_without_a_frequency_tells_no_time() {
        let clocked = |ticks, frequency| Clocked { ticks, frequency, rows: Vec::new() }.clock_ms();
        assert_eq!(clocked(Some(25_000_000), Some(10_000_000)), Some(2_500));
        assert_eq!(clocked(Some(i64::MAX), Some(10_000_000)), Some(922_337_203_685_477));
        assert_eq!(
            (clocked(Some(1), Some(0)), clocked(None, Some(1)), clocked(Some(i64::MAX), Some(1))),
            (None, None, None)
        );
    }
}

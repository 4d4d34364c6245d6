//! Which of vSphere's performance counters are read, what they mean here, and the keys that this server gives them.
//!
//! Names, units and statistics levels: vSphere Web Services API, "Performance Counters" (`PerfCounterInfo`).

use std::collections::HashMap;

use model::{inventory::ObjectKind, metric::Metric};

use crate::vcenter::{object::Object, tree::Element};

/// How a counter's value becomes its metric's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scale {
    /// Hundredths of a percent.
    Hundredths,
    AsIs,
    /// KB or KB/s, of 1,024 bytes.
    Kilobytes,
    /// Milliseconds within the interval, summed over the vCPUs.
    MillisecondsPerCpu,
}

/// A counter by its name: group, name and roll-up type, for example `cpu.usage.average`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Counter {
    pub(super) name: &'static str,
    pub(super) metric: Metric,
    pub(super) scale: Scale,
}

const fn counter(name: &'static str, metric: Metric, scale: Scale) -> Counter {
    Counter { name, metric, scale }
}

const OF_BOTH: [Counter; 13] = [
    counter("cpu.usage.average", Metric::CpuUsage, Scale::Hundredths),
    counter("cpu.usagemhz.average", Metric::CpuDemand, Scale::AsIs),
    counter("mem.consumed.average", Metric::MemoryConsumed, Scale::Kilobytes),
    counter("mem.active.average", Metric::MemoryActive, Scale::Kilobytes),
    counter("mem.granted.average", Metric::MemoryGranted, Scale::Kilobytes),
    counter("mem.vmmemctl.average", Metric::MemoryBallooned, Scale::Kilobytes),
    counter("mem.swapinRate.average", Metric::MemorySwapIn, Scale::Kilobytes),
    counter("disk.read.average", Metric::DiskRead, Scale::Kilobytes),
    counter("disk.write.average", Metric::DiskWrite, Scale::Kilobytes),
    counter("disk.maxTotalLatency.latest", Metric::DiskLatency, Scale::AsIs),
    counter("net.received.average", Metric::NetworkReceive, Scale::Kilobytes),
    counter("net.transmitted.average", Metric::NetworkTransmit, Scale::Kilobytes),
    // Of a host the swap file that its machines use; of a machine what is swapped of it.
    counter("mem.swapused.average", Metric::MemorySwapped, Scale::Kilobytes),
];

const OF_MACHINES: [Counter; 3] = [
    counter("mem.swapped.average", Metric::MemorySwapped, Scale::Kilobytes),
    counter("cpu.ready.summation", Metric::CpuReady, Scale::MillisecondsPerCpu),
    counter("cpu.costop.summation", Metric::CpuCostop, Scale::MillisecondsPerCpu),
];

/// Kept in the server's history alone: what a datastore is now its summary says.
const OF_DATASTORES: [Counter; 2] = [
    counter("disk.used.latest", Metric::StorageUsed, Scale::Kilobytes),
    counter("disk.capacity.latest", Metric::StorageCapacity, Scale::Kilobytes),
];

fn wanted(kind: ObjectKind) -> Vec<Counter> {
    let is_of_hosts = |counter: &&Counter| counter.name == "mem.swapused.average";
    match kind {
        ObjectKind::Vm => OF_BOTH.iter().filter(|counter| !is_of_hosts(counter)).chain(&OF_MACHINES).copied().collect(),
        ObjectKind::Host => OF_BOTH.to_vec(),
        ObjectKind::Datastore => OF_DATASTORES.to_vec(),
        _ => Vec::new(),
    }
}

/// A wanted counter as this server knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) counter: Counter,
    pub(super) key: i32,
    /// The statistics level from which on the server keeps it in its history: 1 to 4.
    pub(super) level: i64,
}

/// The counters of a server, as far as they are wanted.
#[derive(Clone, Debug, Default)]
pub(super) struct Counters {
    by_name: HashMap<String, (i32, i64)>,
}

impl Counters {
    /// Reads `PerformanceManager.perfCounter`.
    pub(super) fn read(object: Object<'_>) -> Option<Self> {
        let (_, list) = object.properties().find(|(path, _)| *path == "perfCounter")?;
        let by_name = list.items().filter_map(named).collect();
        Some(Self { by_name })
    }

    pub(super) fn of(&self, kind: ObjectKind) -> Vec<Known> {
        let known = wanted(kind).into_iter().filter_map(|counter| {
            let (key, level) = *self.by_name.get(counter.name)?;
            Some(Known { counter, key, level })
        });
        known.collect()
    }

    /// Wanted counters that this server does not have.
    pub(super) fn missing(&self, kind: ObjectKind) -> Vec<&'static str> {
        let names = wanted(kind).into_iter().map(|counter| counter.name);
        names.filter(|name| !self.by_name.contains_key(*name)).collect()
    }
}

/// `PerfCounterInfo`: its name as VMware writes it, its key and its level.
fn named(info: Element<'_>) -> Option<(String, (i32, i64))> {
    let key = i32::try_from(info.number("key")?).ok()?;
    let group = info.child("groupInfo")?.get("key")?;
    let name = info.child("nameInfo")?.get("key")?;
    let rollup = info.get("rollupType")?;
    // Before 5.0 counters had no level; level 1 is kept everywhere.
    let level = info.number("level").unwrap_or(1);
    Some((format!("{group}.{name}.{rollup}"), (key, level)))
}

impl Scale {
    /// The value in the metric's unit; `None` where it says nothing: vSphere writes −1 for "no value".
    pub(super) fn apply(self, raw: i64, interval_ms: i64, cpus: Option<i64>) -> Option<f64> {
        if raw < 0 {
            return None;
        }
        let raw = raw as f64;
        match self {
            Self::Hundredths => Some(raw / 100.0),
            Self::AsIs => Some(raw),
            Self::Kilobytes => Some(raw * 1_024.0),
            Self::MillisecondsPerCpu => {
                let cpus = cpus.filter(|cpus| *cpus > 0)?;
                Some(raw / (interval_ms as f64 * cpus as f64) * 100.0)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ready_time_is_a_share_of_the_interval_of_each_vcpu() {
        // 2,000 ms of 20 s over two vCPUs: 5 %.
        let ready = Scale::MillisecondsPerCpu.apply(2_000, 20_000, Some(2)).unwrap();
        assert!((ready - 5.0).abs() < 1e-9);
        assert_eq!(Scale::MillisecondsPerCpu.apply(2_000, 20_000, None), None, "without vCPUs there is no share");
        assert_eq!(Scale::Hundredths.apply(-1, 20_000, Some(2)), None);
    }

    #[test]
    fn a_metric_comes_from_one_counter() {
        for kind in [ObjectKind::Vm, ObjectKind::Host] {
            let mut metrics: Vec<Metric> = wanted(kind).into_iter().map(|counter| counter.metric).collect();
            let all = metrics.len();
            metrics.sort_unstable();
            metrics.dedup();
            assert_eq!(metrics.len(), all);
        }
    }
}

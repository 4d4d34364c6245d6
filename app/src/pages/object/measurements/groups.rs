//! Which metrics stand together, and in which order.

use model::metric::Metric;

/// What people look for, first things first.
pub(super) const GROUPS: [(&str, &[Metric]); 6] = [
    ("CPU", &[Metric::CpuUsage, Metric::CpuDemand]),
    (
        "Memory",
        &[
            Metric::MemoryUsed,
            Metric::MemoryDemand,
            Metric::MemoryActive,
            Metric::MemoryConsumed,
            Metric::MemoryGranted,
        ],
    ),
    ("Disk", &[Metric::DiskRead, Metric::DiskWrite, Metric::DiskLatency]),
    ("Network", &[Metric::NetworkReceive, Metric::NetworkTransmit]),
    ("Storage", &[Metric::StorageUsed, Metric::StorageCapacity, Metric::FilesystemUsage]),
    (
        "Contention",
        &[
            Metric::CpuReady,
            Metric::CpuCostop,
            Metric::CpuWait,
            Metric::MemoryPressure,
            Metric::MemoryBallooned,
            Metric::MemorySwapped,
            Metric::MemorySwapIn,
        ],
    ),
];

/// The metrics that are there, by group; groups without any are left out. What a datastore holds is drawn below a line of
/// its size, which then needs no chart of its own.
pub(super) fn grouped(present: &[Metric]) -> Vec<(&'static str, Vec<Metric>)> {
    let is_line = |metric: &Metric| *metric == Metric::StorageCapacity && present.contains(&Metric::StorageUsed);
    let of_group = |metrics: &[Metric]| -> Vec<Metric> {
        metrics.iter().copied().filter(|metric| present.contains(metric) && !is_line(metric)).collect()
    };
    let groups = GROUPS.iter().map(|(name, metrics)| (*name, of_group(metrics)));
    groups.filter(|(_, metrics)| !metrics.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_metric_has_exactly_one_group() {
        for metric in Metric::ALL {
            let count = GROUPS.iter().filter(|(_, metrics)| metrics.contains(&metric)).count();
            assert_eq!(count, 1, "{metric:?}");
        }
    }

    #[test]
    fn a_datastore_has_one_chart_with_its_size_as_a_line() {
        let present = [Metric::StorageCapacity, Metric::StorageUsed];
        assert_eq!(grouped(&present), [("Storage", vec![Metric::StorageUsed])]);
        assert_eq!(grouped(&present[..1]), [("Storage", vec![Metric::StorageCapacity])]);
    }
}

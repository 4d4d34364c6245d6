//! Which metrics each kind's board offers, and which one the address names: `?vm=cpu_ready_percent&host=…`.

use model::{inventory::ObjectKind, metric::Metric};

use crate::table::{href, pairs, parameter};

/// The kinds that have a board.
pub(super) const KINDS: [ObjectKind; 3] = [ObjectKind::Vm, ObjectKind::Host, ObjectKind::Datastore];

/// The first one is shown where the address names none.
pub(super) const fn offered(kind: ObjectKind) -> &'static [Metric] {
    match kind {
        ObjectKind::Vm => &[
            Metric::CpuUsage,
            Metric::CpuReady,
            Metric::MemoryActive,
            Metric::DiskLatency,
            Metric::CpuDemand,
            Metric::CpuWait,
            Metric::MemoryUsed,
            Metric::MemoryConsumed,
            Metric::MemoryDemand,
            Metric::MemoryPressure,
            Metric::MemorySwapIn,
            Metric::DiskRead,
            Metric::DiskWrite,
            Metric::NetworkReceive,
            Metric::NetworkTransmit,
            Metric::FilesystemUsage,
        ],
        ObjectKind::Host => &[
            Metric::CpuUsage,
            Metric::MemoryConsumed,
            Metric::DiskLatency,
            Metric::NetworkReceive,
            Metric::NetworkTransmit,
            Metric::CpuDemand,
            Metric::MemoryUsed,
            Metric::MemoryActive,
            Metric::DiskRead,
            Metric::DiskWrite,
        ],
        ObjectKind::Datastore => &[Metric::StorageUsed, Metric::DiskLatency, Metric::DiskRead, Metric::DiskWrite],
        _ => &[],
    }
}

/// `CpuUsage` stands for kinds that have no board.
pub(super) fn chosen(kind: ObjectKind, search: &str) -> Metric {
    let named = parameter(search, kind.key()).and_then(|key| Metric::from_key(&key));
    let offered = offered(kind);
    named.filter(|metric| offered.contains(metric)).or(offered.first().copied()).unwrap_or(Metric::CpuUsage)
}

/// What else the address names: the other boards stay as they are.
pub(super) fn others(kind: ObjectKind, search: &str) -> Vec<(String, String)> {
    pairs(search).into_iter().filter(|(key, _)| key != kind.key()).collect()
}

/// The address with another metric of one kind.
pub(super) fn link(kind: ObjectKind, metric: Metric, search: &str) -> String {
    let mut address = others(kind, search);
    address.push((kind.key().to_owned(), metric.key().to_owned()));
    href("/monitoring", &address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_offered_is_the_first_that_is() {
        assert_eq!(chosen(ObjectKind::Vm, "vm=cpu_ready_percent"), Metric::CpuReady);
        assert_eq!(chosen(ObjectKind::Host, "host=cpu_ready_percent"), Metric::CpuUsage);
        assert_eq!(chosen(ObjectKind::Datastore, "datastore=nonsense"), Metric::StorageUsed);
    }

    #[test]
    fn a_choice_of_one_board_leaves_the_others_as_they_are() {
        let search = "vm=cpu_ready_percent&host=memory_active_bytes";
        assert_eq!(
            link(ObjectKind::Vm, Metric::DiskRead, search),
            "/monitoring?host=memory_active_bytes&vm=disk_read_bytes_per_s"
        );
    }
}

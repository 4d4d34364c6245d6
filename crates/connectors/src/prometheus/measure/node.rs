//! `node_exporter`: Linux machines, from within.

use model::metric::Metric;

use super::{Measure, rate_of_devices};
use crate::prometheus::{exporter::Exporter, fact::LINUX_ADAPTERS};

/// File systems that hold no data of the machine's own.
const FILE_SYSTEMS: &str = r#"fstype!~"tmpfs|overlay|squashfs|ramfs|devtmpfs|iso9660|nfs.*|cifs|autofs|fuse.*",mountpoint!~"/(run|var/lib/(docker|containerd|kubelet)|snap)(/.*)?""#;
/// Disks whose traffic shows again in others: mappers, arrays, loops.
const DISKS: &str = r#"device!~"(dm-|md|loop|ram|zram|sr|fd|nbd).*""#;
/// The exporter does not tell the size of a page; on these machines it is 4 KiB. Others (arm64, ppc64le) may have 64.
const PAGES_OF_4096: &str = r#"node_uname_info{machine=~"x86_64|amd64|i[3-6]86|s390x"}"#;

const BY: &str = "job,instance";

pub(super) fn measures() -> Vec<Measure> {
    let measure = |metric, average: String| Measure::new(Exporter::Node, metric, average);
    let idle = r#"node_cpu_seconds_total{mode="idle"}"#;
    let (total, available) = ("node_memory_MemTotal_bytes", "node_memory_MemAvailable_bytes");
    // Sizes of bind mounts stand several times under one device.
    let of_devices = |expression: String| format!("sum by ({BY}) (max by ({BY},device) ({expression}))");
    let (size, free, avail) = (
        format!("node_filesystem_size_bytes{{{FILE_SYSTEMS}}}"),
        format!("node_filesystem_free_bytes{{{FILE_SYSTEMS}}}"),
        format!("node_filesystem_avail_bytes{{{FILE_SYSTEMS}}}"),
    );
    vec![
        measure(Metric::CpuUsage, format!("100*(1-avg by ({BY}) (rate({idle}[5m])))"))
            .with_dear_maximum(format!("max_over_time((100*(1-avg by ({BY}) (rate({idle}[2m]))))[3m:1m])"))
            .complement(),
        measure(
            Metric::MemoryUsed,
            format!("max by ({BY}) (avg_over_time({total}[5m])-avg_over_time({available}[5m]))"),
        )
        .with_maximum(format!("max by ({BY}) (max_over_time({total}[5m])-min_over_time({available}[5m]))")),
        measure(
            Metric::MemorySwapIn,
            format!("4096*max by ({BY}) (rate(node_vmstat_pswpin[5m])) and on ({BY}) {PAGES_OF_4096}"),
        ),
        measure(Metric::DiskRead, rate_of_devices(BY, "device", &format!("node_disk_read_bytes_total{{{DISKS}}}"))),
        measure(Metric::DiskWrite, rate_of_devices(BY, "device", &format!("node_disk_written_bytes_total{{{DISKS}}}"))),
        measure(
            Metric::NetworkReceive,
            rate_of_devices(BY, "device", &format!("node_network_receive_bytes_total{{{LINUX_ADAPTERS}}}")),
        ),
        measure(
            Metric::NetworkTransmit,
            rate_of_devices(BY, "device", &format!("node_network_transmit_bytes_total{{{LINUX_ADAPTERS}}}")),
        ),
        measure(Metric::StorageCapacity, of_devices(size.clone())),
        measure(Metric::StorageUsed, of_devices(format!("{size}-{free}"))),
        // As `df` has it: what is kept for root counts as neither used nor free.
        measure(Metric::FilesystemUsage, format!("max by ({BY}) (100*(1-{avail}/({size}-{free}+{avail})))"))
            .complement(),
    ]
}

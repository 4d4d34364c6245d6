//! Exporters that see machines from outside: `vmware_exporter` and those of libvirt.

use model::metric::Metric;

use super::{Measure, rate_of_devices};
use crate::prometheus::exporter::Exporter;

/// `vmware_exporter` hands on vSphere's realtime counters as they are: percentages in hundredths, KB/s of 1,024 bytes, and
/// ready time in milliseconds of a 20 s interval, over all vCPUs.
pub(super) fn vmware() -> Vec<Measure> {
    const BY: &str = "dc_name,vm_name";
    let measure = |metric, average: String| Measure::new(Exporter::Vmware, metric, average);
    let over = |function: &str, counter: &str| format!("max by ({BY}) ({function}(vmware_vm_{counter}[5m]))");
    let kilobytes = |counter: &str| format!("1024*{}", over("avg_over_time", counter));
    let of_partitions = |expression: &str| format!("sum by ({BY}) (max by ({BY},partition) ({expression}))");
    vec![
        measure(Metric::CpuUsage, format!("{}/100", over("avg_over_time", "cpu_usage_average")))
            .with_maximum(format!("{}/100", over("max_over_time", "cpu_usage_average"))),
        measure(Metric::CpuDemand, over("avg_over_time", "cpu_usagemhz_average"))
            .with_maximum(over("max_over_time", "cpu_usagemhz_average")),
        measure(
            Metric::CpuReady,
            format!("{}/200/max by ({BY}) (vmware_vm_num_cpu > 0)", over("avg_over_time", "cpu_ready_summation")),
        ),
        // vSphere's `mem.usage` of a machine is active memory against its size, not what the guest has in use.
        measure(
            Metric::MemoryActive,
            format!(
                "{}/10000*1048576*max by ({BY}) (vmware_vm_memory_max)",
                over("avg_over_time", "mem_usage_average")
            ),
        ),
        measure(Metric::DiskRead, kilobytes("disk_read_average")),
        measure(Metric::DiskWrite, kilobytes("disk_write_average")),
        measure(Metric::NetworkReceive, kilobytes("net_received_average")),
        measure(Metric::NetworkTransmit, kilobytes("net_transmitted_average")),
        measure(Metric::StorageCapacity, of_partitions("vmware_vm_guest_disk_capacity")),
        measure(Metric::StorageUsed, of_partitions("vmware_vm_guest_disk_capacity-vmware_vm_guest_disk_free")),
        measure(
            Metric::FilesystemUsage,
            format!("max by ({BY}) (100*(1-vmware_vm_guest_disk_free/vmware_vm_guest_disk_capacity))"),
        )
        .complement(),
    ]
}

/// The exporters of libvirt agree on most names; where not, the more common one wins.
pub(super) fn libvirt() -> Vec<Measure> {
    const BY: &str = "instance,domain";
    let measure = |metric, average: String| Measure::new(Exporter::Libvirt, metric, average);
    let device = |counter: &str| rate_of_devices(BY, "target_device", &format!("libvirt_domain_{counter}_total"));
    let memory =
        |what: &str| format!("(libvirt_domain_memory_stats_{what}_bytes or libvirt_domain_stat_memory_{what}_bytes)");
    vec![
        measure(
            Metric::CpuUsage,
            format!(
                "100*max by ({BY}) (rate(libvirt_domain_info_cpu_time_seconds_total[5m]))/max by ({BY}) (libvirt_domain_info_virtual_cpus > 0)"
            ),
        ),
        // Told by the balloon driver; `usable` is what the guest calls available.
        measure(Metric::MemoryUsed, format!("max by ({BY}) ({}-{})", memory("available"), memory("usable"))),
        measure(
            Metric::MemoryGranted,
            format!("max by ({BY}) (avg_over_time(libvirt_domain_info_memory_usage_bytes[5m]))"),
        ),
        measure(Metric::DiskRead, device("block_stats_read_bytes")),
        measure(Metric::DiskWrite, device("block_stats_write_bytes")),
        measure(Metric::NetworkReceive, device("interface_stats_receive_bytes")),
        measure(Metric::NetworkTransmit, device("interface_stats_transmit_bytes")),
    ]
}

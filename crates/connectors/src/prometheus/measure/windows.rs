//! `windows_exporter`: Windows machines, from within. Names moved with version 0.30; the newer ones win.

use model::metric::Metric;

use super::{Measure, rate_of_devices};
use crate::prometheus::{exporter::Exporter, fact::WINDOWS_ADAPTERS};

const BY: &str = "job,instance";
/// Volumes without a letter or path are the system's own.
const VOLUMES: &str = r#"volume!~"HarddiskVolume.*|_Total""#;

pub(super) fn measures() -> Vec<Measure> {
    let measure = |metric, average: String| Measure::new(Exporter::Windows, metric, average);
    let idle = r#"windows_cpu_time_total{mode="idle"}"#;
    let either =
        |function: &str, name: &str, older: &str| format!("({function}({name}[5m]) or {function}({older}[5m]))");
    let total = |function| either(function, "windows_memory_physical_total_bytes", "windows_cs_physical_memory_bytes");
    let free =
        |function| either(function, "windows_memory_physical_free_bytes", "windows_os_physical_memory_free_bytes");
    let of_volumes = |expression: String| format!("sum by ({BY}) (max by ({BY},volume) ({expression}))");
    let volumes = |name: &str| format!("windows_logical_disk_{name}_bytes{{{VOLUMES}}}");
    let disk =
        |name: &str| rate_of_devices(BY, "volume", &format!("windows_logical_disk_{name}_bytes_total{{{VOLUMES}}}"));
    let network =
        |name: &str| rate_of_devices(BY, "nic", &format!("windows_net_bytes_{name}_total{{{WINDOWS_ADAPTERS}}}"));
    vec![
        measure(Metric::CpuUsage, format!("100*(1-avg by ({BY}) (rate({idle}[5m])))"))
            .with_dear_maximum(format!("max_over_time((100*(1-avg by ({BY}) (rate({idle}[2m]))))[3m:1m])"))
            .complement(),
        measure(Metric::MemoryUsed, format!("max by ({BY}) ({}-{})", total("avg_over_time"), free("avg_over_time")))
            .with_maximum(format!("max by ({BY}) ({}-{})", total("max_over_time"), free("min_over_time"))),
        // `Memory\Pages Input/sec`: reads of mapped files are among them, as in Windows' own counter.
        measure(Metric::MemorySwapIn, format!("4096*max by ({BY}) (rate(windows_memory_swap_pages_read_total[5m]))")),
        measure(Metric::DiskRead, disk("read")),
        measure(Metric::DiskWrite, disk("write")),
        measure(Metric::NetworkReceive, network("received")),
        measure(Metric::NetworkTransmit, network("sent")),
        measure(Metric::StorageCapacity, of_volumes(volumes("size"))),
        measure(Metric::StorageUsed, of_volumes(format!("{}-{}", volumes("size"), volumes("free")))),
        measure(Metric::FilesystemUsage, format!("max by ({BY}) (100*(1-{}/{}))", volumes("free"), volumes("size")))
            .complement(),
    ]
}

//! Exporters that no package here has: series written by hand after their documentation, taken in by the real Prometheus.

use std::{fmt::Write as _, fs, path::PathBuf};

use model::{
    inventory::{PowerState, Vm},
    metric::Metric,
    sample::Grain,
};

use crate::prometheus_peer::{Measured, Prometheus, Start, endpoint, measure, now_ms, read};

const MINUTES: i64 = 45;
const GIB: f64 = (1_u64 << 30) as f64;
const UUID: &str = "42035b1c-7e0a-1122-3344-5566778899aa";

/// Series of the last minutes, a value a minute; the last one is now.
#[derive(Default)]
struct Page {
    text: String,
}

impl Page {
    fn gauge(&mut self, series: &str, value: f64) {
        self.series(series, |_| Some(value));
    }

    fn counter(&mut self, series: &str, per_second: f64) {
        self.series(series, |minute| Some(per_second * 60.0 * minute as f64));
    }

    fn series(&mut self, series: &str, value: impl Fn(i64) -> Option<f64>) {
        let now = now_ms() / 1_000;
        for minute in 0..=MINUTES {
            if let Some(value) = value(minute) {
                writeln!(self.text, "{series} {value} {}", now - 2 - (MINUTES - minute) * 60).unwrap();
            }
        }
    }

    fn write(mut self, folder: &tempfile::TempDir, name: &str) -> PathBuf {
        self.text.push_str("# EOF\n");
        let file = folder.path().join(name);
        fs::write(&file, self.text).unwrap();
        file
    }
}

/// The names of `windows_exporter` since 0.30, or those before.
fn windows(page: &mut Page, instance: &str, is_new: bool) {
    let of = |labels: &str| format!(r#"job="windows",instance="{instance}"{labels}"#);
    let (info, host, total, free) = if is_new {
        (
            "windows_os_info",
            "windows_os_hostname",
            "windows_memory_physical_total_bytes",
            "windows_memory_physical_free_bytes",
        )
    } else {
        (
            "windows_os_info",
            "windows_cs_hostname",
            "windows_cs_physical_memory_bytes",
            "windows_os_physical_memory_free_bytes",
        )
    };
    let name = instance.split(':').next().unwrap();
    page.gauge(
        &format!("{info}{{{}}}", of(r#",product="Microsoft Windows Server 2022 Standard",version="10.0.20348""#)),
        1.0,
    );
    page.gauge(
        &format!("{host}{{{}}}", of(&format!(r#",hostname="{name}",domain="lab.example",fqdn="{name}.lab.example""#))),
        1.0,
    );
    page.gauge(&format!("{total}{{{}}}", of("")), 16.0 * GIB);
    page.gauge(&format!("{free}{{{}}}", of("")), 4.0 * GIB);
    for core in 0..4 {
        page.counter(&format!("windows_cpu_time_total{{{}}}", of(&format!(r#",core="0,{core}",mode="idle""#))), 0.75);
        page.counter(&format!("windows_cpu_time_total{{{}}}", of(&format!(r#",core="0,{core}",mode="user""#))), 0.25);
    }
    page.gauge(&format!("windows_net_nic_info{{{}}}", of(r#",nic="Ethernet0",mac="00-50-56-AA-BB-01""#)), 1.0);
    page.gauge(
        &format!("windows_net_nic_address_info{{{}}}", of(r#",nic="Ethernet0",address="10.0.0.21",family="ipv4""#)),
        1.0,
    );
    for nic in
        ["Ethernet0", "isatap.lab", "Teredo Tunneling Pseudo-Interface", "vEthernet (Hyper-V Virtual Ethernet Adapter)"]
    {
        page.counter(&format!("windows_net_bytes_received_total{{{}}}", of(&format!(r#",nic="{nic}""#))), 7_000.0);
    }
    for (volume, size) in [("C:", 100.0), ("D:", 300.0), ("HarddiskVolume1", 1.0)] {
        let labels = of(&format!(r#",volume="{volume}""#));
        page.gauge(&format!("windows_logical_disk_size_bytes{{{labels}}}"), size * GIB);
        page.gauge(&format!("windows_logical_disk_free_bytes{{{labels}}}"), size * 0.4 * GIB);
        page.counter(&format!("windows_logical_disk_read_bytes_total{{{labels}}}"), 1_000.0);
    }
    page.counter(&format!("windows_memory_swap_pages_read_total{{{}}}", of("")), 2.0);
    page.gauge(&format!("up{{{}}}", of("")), 1.0);
}

/// A machine that moves from one host to another on the way.
fn vmware(page: &mut Page) {
    let move_at = MINUTES - 20;
    for (host, is_here) in [("esx1", false), ("esx2", true)] {
        let labels = format!(r#"{{vm_name="db1",dc_name="north",cluster_name="c",host_name="{host}"}}"#);
        for (name, value) in [
            ("vmware_vm_power_state", 1.0),
            ("vmware_vm_num_cpu", 2.0),
            ("vmware_vm_memory_max", 4_096.0),
            ("vmware_vm_cpu_usage_average", 4_250.0),
            ("vmware_vm_cpu_ready_summation", 400.0),
            ("vmware_vm_mem_usage_average", 2_500.0),
            ("vmware_vm_net_received_average", 10.0),
        ] {
            let is_then = |minute: i64| (minute >= move_at) == is_here;
            page.series(&format!("{name}{labels}"), |minute| is_then(minute).then_some(value));
        }
    }
    let off = r#"{vm_name="old",dc_name="north",cluster_name="c",host_name="esx1"}"#;
    page.gauge(&format!("vmware_vm_power_state{off}"), 0.0);
}

fn libvirt(page: &mut Page) {
    let of = |labels: &str| format!(r#"{{job="kvm",instance="kvm1:9177",domain="web1"{labels}}}"#);
    page.gauge(&format!("libvirt_domain_info_meta{}", of(&format!(r#",uuid="{}""#, UUID.to_uppercase()))), 1.0);
    page.gauge(&format!("libvirt_domain_info_virtual_cpus{}", of("")), 4.0);
    page.gauge(&format!("libvirt_domain_info_maximum_memory_bytes{}", of("")), 8.0 * GIB);
    page.gauge(&format!("libvirt_domain_info_vstate{}", of("")), 1.0);
    page.counter(&format!("libvirt_domain_info_cpu_time_seconds_total{}", of("")), 2.0);
    for disk in ["vda", "vdb"] {
        let labels = of(&format!(r#",target_device="{disk}""#));
        page.counter(&format!("libvirt_domain_block_stats_write_bytes_total{labels}"), 3_000.0);
    }
}

fn find<'a>(vms: &'a [Vm], id: &str) -> &'a Vm {
    vms.iter().find(|vm| vm.external_id.as_str() == id).unwrap_or_else(|| panic!("there is no {id}: {vms:?}"))
}

/// The average of a metric, which is the same in every interval.
fn is_steady(measured: &Measured, id: &str, metric: Metric, value: f64) {
    let samples = measured.samples(id, metric);
    // The first and last intervals are not whole.
    assert!(samples.len() >= 6, "{id} {metric:?}: {samples:?}");
    for sample in &samples[1..samples.len() - 1] {
        assert!((sample.average - value).abs() <= value * 0.001, "{id} {metric:?}: {sample:?} instead of {value}");
        assert!(sample.maximum.is_none_or(|maximum| maximum >= sample.average));
    }
}

#[tokio::test]
async fn windows_vmware_and_libvirt_machines_are_read_and_measured() {
    let folder = tempfile::tempdir().unwrap();
    let mut page = Page::default();
    windows(&mut page, "win1:9182", true);
    windows(&mut page, "win2:9182", false);
    vmware(&mut page);
    libvirt(&mut page);
    let history = [page.write(&folder, "exporters.om")];
    let settings = [("PROMETHEUS_JOBS", "")];
    let Some(prometheus) = Prometheus::start(&Start { settings: &settings, history: &history }) else { return };
    let collection = read(&endpoint(&prometheus.address)).await.unwrap();
    let vms = &collection.inventory.vms;
    assert!(collection.issues.is_empty(), "{:?}", collection.issues);
    assert_eq!(vms.len(), 5, "{vms:?}");
    for name in ["win1", "win2"] {
        let vm = find(vms, &format!("windows:{name}:9182"));
        assert_eq!(vm.name, name);
        let config = &vm.config;
        assert_eq!(config.guest_host_name, Some(format!("{name}.lab.example")));
        assert_eq!(config.guest_os_running.as_deref(), Some("Microsoft Windows Server 2022 Standard"));
        assert_eq!((config.vcpu, config.memory_bytes), (Some(4), Some(16 << 30)));
        assert_eq!(config.adapters[0].mac.as_deref(), Some("00:50:56:aa:bb:01"));
        assert_eq!(config.ip_addresses, ["10.0.0.21"]);
        assert_eq!(config.power, PowerState::On);
    }
    let moved = find(vms, "vmware:north/db1");
    assert_eq!((moved.config.vcpu, moved.config.memory_bytes), (Some(2), Some(4 << 30)));
    assert_eq!((moved.name.as_str(), moved.config.power), ("db1", PowerState::On));
    assert_eq!(find(vms, "vmware:north/old").config.power, PowerState::Off);
    let domain = find(vms, &format!("libvirt:{UUID}"));
    assert_eq!((domain.name.as_str(), domain.config.bios_uuid.as_deref()), ("web1", Some(UUID)));
    assert_eq!((domain.config.vcpu, domain.config.power), (Some(4), PowerState::On));

    let range = (now_ms() - 40 * 60_000, now_ms());
    let measured = measure(&endpoint(&prometheus.address), range, &[]).await.unwrap();
    assert!(measured.outcome.issues.is_empty(), "{:?}", measured.outcome.issues);
    assert!(measured.batches.iter().flatten().all(|series| series.grain == Grain::BASE));
    for id in ["windows:win1:9182", "windows:win2:9182"] {
        is_steady(&measured, id, Metric::CpuUsage, 25.0);
        is_steady(&measured, id, Metric::MemoryUsed, 12.0 * GIB);
        is_steady(&measured, id, Metric::NetworkReceive, 7_000.0);
        is_steady(&measured, id, Metric::DiskRead, 2_000.0);
        is_steady(&measured, id, Metric::StorageCapacity, 400.0 * GIB);
        is_steady(&measured, id, Metric::StorageUsed, 240.0 * GIB);
        is_steady(&measured, id, Metric::FilesystemUsage, 60.0);
        is_steady(&measured, id, Metric::MemorySwapIn, 8_192.0);
    }
    is_steady(&measured, "vmware:north/db1", Metric::CpuUsage, 42.5);
    is_steady(&measured, "vmware:north/db1", Metric::CpuReady, 1.0);
    is_steady(&measured, "vmware:north/db1", Metric::MemoryActive, GIB);
    is_steady(&measured, "vmware:north/db1", Metric::NetworkReceive, 10_240.0);
    is_steady(&measured, &format!("libvirt:{UUID}"), Metric::CpuUsage, 50.0);
    is_steady(&measured, &format!("libvirt:{UUID}"), Metric::DiskWrite, 6_000.0);
}

#[tokio::test]
async fn identity_of_linux_machines_is_exact_and_what_is_not_reached_keeps_what_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let mut page = Page::default();
    let node = |instance: &str, labels: &str| format!(r#"{{job="node",instance="{instance}"{labels}}}"#);
    let uname = |name: &str| format!(r#",nodename="{name}",sysname="Linux",release="6.1.0",machine="x86_64""#);
    // Told with a UUID; with a serial alone, and by two replicas; two machines behind one name; one that went away.
    page.gauge(&format!("node_uname_info{}", node("web1.lab.example:9100", &uname("web1"))), 1.0);
    let firmware = format!(r#",product_uuid="{}",product_serial="x""#, UUID.to_uppercase());
    page.gauge(&format!("node_dmi_info{}", node("web1.lab.example:9100", &firmware)), 1.0);
    for (device, mac) in [("eth0", "00:50:56:AA:BB:02"), ("veth12", "02:42:00:00:00:01"), ("br-1", "02:42:00:00:00:02")]
    {
        let labels = format!(r#",device="{device}",address="{mac}""#);
        page.gauge(&format!("node_network_info{}", node("web1.lab.example:9100", &labels)), 1.0);
    }
    for replica in ["a", "b"] {
        let labels = format!(r#"{},prometheus_replica="{replica}""#, uname("db1"));
        page.gauge(&format!("node_uname_info{}", node("10.0.0.7:9100", &labels)), 1.0);
        let serial = format!(
            r#",product_serial="VMware-42 03 5b 1c 7e 0a 11 22-33 44 55 66 77 88 99 ab",prometheus_replica="{replica}""#
        );
        page.gauge(&format!("node_dmi_info{}", node("10.0.0.7:9100", &serial)), 1.0);
        for cpu in 0..2 {
            let idle = format!(r#",cpu="{cpu}",mode="idle",prometheus_replica="{replica}""#);
            page.counter(&format!("node_cpu_seconds_total{}", node("10.0.0.7:9100", &idle)), 0.9);
        }
        let traffic = format!(r#",device="eth0",prometheus_replica="{replica}""#);
        page.counter(&format!("node_network_receive_bytes_total{}", node("10.0.0.7:9100", &traffic)), 5_000.0);
    }
    for (cluster, name) in [("one", "left"), ("two", "right")] {
        let labels = format!(r#"{},cluster="{cluster}""#, uname(name));
        page.gauge(&format!("node_uname_info{}", node("localhost:9100", &labels)), 1.0);
        let idle = format!(r#",cpu="0",mode="idle",cluster="{cluster}""#);
        page.counter(&format!("node_cpu_seconds_total{}", node("localhost:9100", &idle)), 0.5);
    }
    page.series(&format!("node_uname_info{}", node("down:9100", &uname("down1"))), |minute| {
        (minute < 30).then_some(1.0)
    });
    page.gauge(&format!("up{}", node("down:9100", "")), 0.0);
    let history = [page.write(&folder, "nodes.om")];
    let settings = [("PROMETHEUS_JOBS", "")];
    let Some(prometheus) = Prometheus::start(&Start { settings: &settings, history: &history }) else { return };
    let collection = read(&endpoint(&prometheus.address)).await.unwrap();
    let vms = &collection.inventory.vms;
    assert_eq!(vms.len(), 4, "{vms:?}");
    let web = find(vms, "node:web1.lab.example:9100");
    assert_eq!((web.name.as_str(), web.config.guest_host_name.as_deref()), ("web1", Some("web1.lab.example")));
    assert_eq!(web.config.bios_uuid.as_deref(), Some(UUID));
    let macs: Vec<_> = web.config.adapters.iter().map(|adapter| adapter.mac.as_deref().unwrap()).collect();
    assert_eq!(macs, ["00:50:56:aa:bb:02"]);
    let db = find(vms, "node:10.0.0.7:9100");
    assert_eq!(db.config.bios_uuid.as_deref(), Some("42035b1c-7e0a-1122-3344-5566778899ab"));
    assert_eq!((db.config.vcpu, db.config.ip_addresses.as_slice()), (Some(2), ["10.0.0.7".to_owned()].as_slice()));
    assert_eq!(find(vms, "node:down:9100").config.power, PowerState::Unknown);
    let both = find(vms, "node:localhost:9100");
    assert_eq!((both.name.as_str(), both.config.guest_host_name.as_deref()), ("localhost", None));
    let about: Vec<_> = collection.issues.iter().filter_map(|issue| issue.object.as_ref()).collect();
    assert_eq!(about, [&both.external_id], "{:?}", collection.issues);
    let says = |text: &str| collection.issues.iter().any(|issue| issue.message.contains(text));
    assert!(says("2 replicas tell of the same machines, counted once: a, b"), "{:?}", collection.issues);
    let kept: Vec<_> = collection.withheld.iter().map(|withheld| withheld.object.as_str()).collect();
    assert_eq!(kept, ["node:localhost:9100"]);

    let range = (now_ms() - 40 * 60_000, now_ms());
    let measured = measure(&endpoint(&prometheus.address), range, &[]).await.unwrap();
    is_steady(&measured, "node:10.0.0.7:9100", Metric::CpuUsage, 10.0);
    is_steady(&measured, "node:10.0.0.7:9100", Metric::NetworkReceive, 5_000.0);
    assert!(measured.samples("node:localhost:9100", Metric::CpuUsage).is_empty(), "two machines' values mixed");
}

//! The real Prometheus and `node_exporter`: what a test of the connection tells, and this very machine, read.

use std::fs;

use connectors::{Endpoint, check};
use model::{
    check::{CheckOutcome, CheckReport},
    failure::FailureKind,
    inventory::{ObjectKind, PowerState},
    source::TlsMode,
};

use crate::prometheus_peer::{Prometheus, Start, read};

async fn report(endpoint: &Endpoint) -> CheckReport {
    match check(endpoint).await {
        CheckOutcome::Passed(report) => report,
        CheckOutcome::Failed { failure, .. } => panic!("it works: {failure:?}"),
    }
}

async fn refusal(endpoint: &Endpoint) -> FailureKind {
    let refused = read(endpoint).await.unwrap_err();
    let CheckOutcome::Failed { failure, certificate } = check(endpoint).await else { panic!("it must be refused") };
    assert_eq!(failure.kind, refused.kind);
    assert_eq!(certificate.is_some(), failure.kind == FailureKind::Certificate);
    assert!(!failure.detail.contains("wrong") && !failure.advice().is_empty(), "{failure:?}");
    failure.kind
}

fn line_of(file: &str, name: &str) -> String {
    let text = fs::read_to_string(file).unwrap();
    text.lines().find(|line| line.starts_with(name)).unwrap().to_owned()
}

#[tokio::test]
async fn the_test_of_a_connection_tells_version_retention_targets_and_exporters() {
    let Some(prometheus) = Prometheus::start(&Start::default()) else { return };
    prometheus.read_once_scraped().await;
    let report = report(&prometheus.endpoint()).await;
    assert_eq!(report.identity.product.as_deref(), Some("Prometheus"));
    assert!(report.identity.version.as_ref().is_some_and(|version| version.starts_with("2.")), "{:?}", report.identity);
    assert_eq!((report.vms_visible, report.missing_privileges.len()), (Some(1), 0));
    for told in ["kept for 400d", "1 up, 0 down", "node_exporter (1 machine)", "in the clear"] {
        assert!(report.notes.iter().any(|note| note.contains(told)), "{told}: {:?}", report.notes);
    }
}

#[tokio::test]
async fn this_machine_is_found_with_its_cores_and_memory_and_once_though_two_jobs_scrape_it() {
    let settings = [("PROMETHEUS_JOBS", "node again"), ("PROMETHEUS_PREFIX", "/metrics-of/prometheus")];
    let Some(prometheus) = Prometheus::start(&Start { settings: &settings, ..Start::default() }) else { return };
    let collection = prometheus.read_once_scraped().await;
    assert_eq!(collection.complete.len(), ObjectKind::ALL.len());
    let [vm] = collection.inventory.vms.as_slice() else { panic!("one machine: {:?}", collection.inventory.vms) };
    assert!(vm.external_id.as_str().starts_with("node:127.0.0.1:"), "{}", vm.external_id);
    let hostname = fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
    assert_eq!(vm.name, hostname.trim());
    let cores =
        fs::read_to_string("/proc/cpuinfo").unwrap().lines().filter(|line| line.starts_with("processor")).count();
    assert_eq!(vm.config.vcpu, Some(cores as i64));
    let kilobytes: i64 = line_of("/proc/meminfo", "MemTotal:").split_whitespace().nth(1).unwrap().parse().unwrap();
    assert_eq!(vm.config.memory_bytes, Some(kilobytes * 1_024));
    assert_eq!(vm.config.power, PowerState::On);
    let boot: i64 = line_of("/proc/stat", "btime").split_whitespace().nth(1).unwrap().parse().unwrap();
    assert_eq!(vm.state.boot_at_ms, Some(boot * 1_000));
    for adapter in &vm.config.adapters {
        let mac = fs::read_to_string(format!("/sys/class/net/{}/address", adapter.label)).unwrap();
        assert_eq!(adapter.mac.as_deref(), Some(mac.trim()));
    }
    assert!(!vm.config.adapters.iter().any(|adapter| adapter.label == "lo"));
    assert!(vm.config.ip_addresses.is_empty(), "its own loop is no address: {:?}", vm.config.ip_addresses);
    let once =
        collection.issues.iter().any(|issue| issue.message.contains("scraped by several jobs, and counted once"));
    assert!(once, "{:?}", collection.issues);

    // A second read yields the same, field by field.
    let again = read(&prometheus.endpoint()).await.unwrap();
    assert_eq!(again.inventory, collection.inventory);

    // What people copy from the browser leads to the same place.
    let mut page = prometheus.endpoint();
    page.address = format!("{}/graph?g0.expr=up", page.address);
    assert_eq!(read(&page).await.unwrap().inventory.vms.len(), 1);
    let mut root = prometheus.endpoint();
    root.address = root.address.replace("/metrics-of/prometheus", "");
    assert_eq!(read(&root).await.unwrap_err().kind, FailureKind::NotThisProduct);
}

#[tokio::test]
async fn certificate_and_password_are_judged() {
    let settings = [("PROMETHEUS_TLS", "1"), ("PROMETHEUS_AUTH", "1")];
    let Some(prometheus) = Prometheus::start(&Start { settings: &settings, ..Start::default() }) else { return };
    let mut endpoint = Endpoint { username: "prom".to_owned(), password: "secret".into(), ..prometheus.endpoint() };
    assert_eq!(refusal(&endpoint).await, FailureKind::Certificate, "self-signed");
    let other = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap().cert.pem();
    endpoint.tls = TlsMode::Authority { pem: other };
    assert_eq!(refusal(&endpoint).await, FailureKind::Certificate, "another authority");

    endpoint.tls = prometheus.authority();
    let report = report(&endpoint).await;
    assert!(report.certificate.is_some() && !report.notes.iter().any(|note| note.contains("in the clear")));
    let pinned = TlsMode::Pinned { fingerprint: report.certificate.unwrap().fingerprint };
    assert!(read(&Endpoint { tls: pinned, ..endpoint.clone() }).await.is_ok());

    for (username, password) in [("prom", "wrong"), ("wrong", "secret"), ("", "wrong"), ("", "")] {
        let wrong = Endpoint { username: username.to_owned(), password: password.into(), ..endpoint.clone() };
        assert_eq!(refusal(&wrong).await, FailureKind::Unauthorized, "{username}");
    }
    let plain = Endpoint { address: endpoint.address.replace("https", "http"), ..endpoint };
    assert_eq!(refusal(&plain).await, FailureKind::NotThisProduct, "Go tells http clients of its TLS port so");
}

#[tokio::test]
async fn a_server_without_tls_is_told_by_its_port() {
    let Some(prometheus) = Prometheus::start(&Start::default()) else { return };
    let tls = Endpoint { address: prometheus.address.replace("http://", ""), ..prometheus.endpoint() };
    let failure = read(&tls).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Tls, "{failure:?}");
    assert!(failure.advice().contains(&prometheus.address), "{}", failure.advice());
}

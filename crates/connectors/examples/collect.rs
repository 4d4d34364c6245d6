//! Reads a vCenter or Hyper-V hosts once and prints what it took as one line of JSON; `cargo xtask bench` runs it.
//!
//! `collect ADDRESS USER PASSWORD [hyperv [counters]]`, with `counters` the measurements instead of the inventory; the
//! certificate is not verified: this is for simulators.

use std::{io::Write as _, time::Instant};

use connectors::{Endpoint, Observer, SampleRequest, Sampling};
use model::{
    inventory::ObjectKind,
    sample::SeriesSamples,
    source::{SourceKind, TlsMode},
};
use tokio_util::sync::CancellationToken;

const USAGE: &str = "usage: collect ADDRESS USER PASSWORD [hyperv [counters]]";

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [address, username, password, what @ ..] = arguments.as_slice() else { return Err(USAGE.into()) };
    let what: Vec<&str> = what.iter().map(String::as_str).collect();
    let (kind, is_measured) = match what.as_slice() {
        [] => (SourceKind::Vcenter, false),
        ["hyperv"] => (SourceKind::Hyperv, false),
        ["hyperv", "counters"] => (SourceKind::Hyperv, true),
        _ => return Err(USAGE.into()),
    };
    let endpoint = Endpoint {
        kind,
        address: address.clone(),
        username: username.clone(),
        password: password.as_str().into(),
        tls: TlsMode::Unverified,
    };
    let started = Instant::now();
    let mut said = if is_measured { measure(&endpoint).await? } else { collect(&endpoint).await? };
    let wall = started.elapsed();
    let usage = nix::sys::resource::getrusage(nix::sys::resource::UsageWho::RUSAGE_SELF)?;
    let seconds = |time: nix::sys::time::TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
    said["wall_s"] = wall.as_secs_f64().into();
    said["cpu_s"] = (seconds(usage.user_time()) + seconds(usage.system_time())).into();
    said["peak_rss_mb"] = serde_json::json!(peak_rss_mb());
    writeln!(std::io::stdout(), "{said}")?;
    Ok(())
}

async fn collect(endpoint: &Endpoint) -> Result<serde_json::Value, String> {
    let collection = connectors::collect(endpoint, &Observer::unwatched()).await.map_err(|failure| failure.detail)?;
    let objects: usize = ObjectKind::ALL.into_iter().map(|kind| collection.inventory.count(kind)).sum();
    Ok(serde_json::json!({
        "objects": objects,
        "vms": collection.inventory.vms.len(),
        "hosts": collection.inventory.hosts.len(),
        "complete_kinds": collection.complete.len(),
        "issues": collection.issues.iter().map(|issue| &issue.message).take(20).collect::<Vec<_>>(),
    }))
}

async fn measure(endpoint: &Endpoint) -> Result<serde_json::Value, String> {
    let until_ms = jiff::Timestamp::now().as_millisecond();
    let request = SampleRequest { since_ms: until_ms - 3_600_000, until_ms, subjects: Vec::new(), remembered: None };
    let (sink, mut batches) = tokio::sync::mpsc::channel::<Vec<SeriesSamples>>(2);
    let cancel = CancellationToken::new();
    let counting = async {
        let mut series = 0_usize;
        while let Some(batch) = batches.recv().await {
            series += batch.len();
        }
        series
    };
    let sampling = Sampling { request: &request, sink, cancel: &cancel };
    let (sampled, series) = tokio::join!(connectors::samples(endpoint, sampling), counting);
    let sampled = sampled.map_err(|failure| failure.detail)?;
    let remembered = sampled.remember.map_or(0, |text: String| text.len());
    Ok(serde_json::json!({ "series": series, "remembered_bytes": remembered }))
}

/// `VmHWM`: `ru_maxrss` would also count the process that started this one.
fn peak_rss_mb() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib / 1024.0)
}

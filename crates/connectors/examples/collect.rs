//! Reads a vCenter or Hyper-V hosts once and prints what it took as one line of JSON; `cargo xtask bench` runs it.
//!
//! `collect ADDRESS USER PASSWORD [hyperv]`; the certificate is not verified: this is for simulators.

use std::{io::Write as _, time::Instant};

use connectors::{Endpoint, Observer};
use model::{
    inventory::ObjectKind,
    source::{SourceKind, TlsMode},
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (address, username, password, kind) = match arguments.as_slice() {
        [address, username, password] => (address, username, password, SourceKind::Vcenter),
        [address, username, password, kind] if kind == "hyperv" => (address, username, password, SourceKind::Hyperv),
        _ => return Err("usage: collect ADDRESS USER PASSWORD [hyperv]".into()),
    };
    let endpoint = Endpoint {
        kind,
        address: address.clone(),
        username: username.clone(),
        password: password.as_str().into(),
        tls: TlsMode::Unverified,
    };
    let started = Instant::now();
    let collection = connectors::collect(&endpoint, &Observer::unwatched()).await.map_err(|failure| failure.detail)?;
    let wall = started.elapsed();
    let usage = nix::sys::resource::getrusage(nix::sys::resource::UsageWho::RUSAGE_SELF)?;
    let seconds = |time: nix::sys::time::TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
    let objects: usize = ObjectKind::ALL.into_iter().map(|kind| collection.inventory.count(kind)).sum();
    let line = serde_json::json!({
        "objects": objects,
        "vms": collection.inventory.vms.len(),
        "hosts": collection.inventory.hosts.len(),
        "complete_kinds": collection.complete.len(),
        "issues": collection.issues.iter().map(|issue| &issue.message).take(20).collect::<Vec<_>>(),
        "wall_s": wall.as_secs_f64(),
        "cpu_s": seconds(usage.user_time()) + seconds(usage.system_time()),
        "peak_rss_mb": peak_rss_mb(),
    });
    writeln!(std::io::stdout(), "{line}")?;
    Ok(())
}

/// `VmHWM`: `ru_maxrss` would also count the process that started this one.
fn peak_rss_mb() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kib / 1024.0)
}

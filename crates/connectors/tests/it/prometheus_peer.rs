//! Starts the real Prometheus and `node_exporter` (`end2end/peers/start_prometheus.sh`) for a test; they end with the test.

use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use connectors::{Endpoint, SampleRequest, Sampled, Sampling, collect, prometheus::Mapping};
use model::{
    failure::Failure,
    inventory::Collection,
    metric::Metric,
    sample::{Sample, SeriesSamples},
    source::{SourceKind, TlsMode},
};
use tempfile::TempDir;
use tokio::{sync::mpsc, time::sleep};
use tokio_util::sync::CancellationToken;

use crate::vcsim::{required, workspace};

pub(crate) struct Prometheus {
    folder: TempDir,
    pub(crate) address: String,
}

/// How it is started; the names are those of the script.
#[derive(Default)]
pub(crate) struct Start<'a> {
    pub(crate) settings: &'a [(&'a str, &'a str)],
    /// `OpenMetrics` files that are taken in first.
    pub(crate) history: &'a [PathBuf],
}

impl Prometheus {
    /// `None`, with a message, where it cannot be had; a failure where peers are required.
    pub(crate) fn start(start: &Start<'_>) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        // Both are bound before either is let go, so that they differ.
        let ports = [0, 0].map(|port| TcpListener::bind(("127.0.0.1", port)).unwrap());
        let [port, node_port] = ports.map(|listener| listener.local_addr().unwrap().port().to_string());
        let history: Vec<String> = start.history.iter().map(|file| file.display().to_string()).collect();
        let output = script("start_prometheus.sh", folder.path())
            .env("PROMETHEUS_PORT", port)
            .env("NODE_EXPORTER_PORT", node_port)
            .env("PROMETHEUS_HISTORY", history.join(" "))
            .envs(start.settings.iter().copied())
            .stderr(Stdio::inherit())
            .output()
            .unwrap();
        let started = Self { folder, address: String::from_utf8(output.stdout).unwrap().trim().to_owned() };
        if !output.status.success() {
            required("Prometheus (packages prometheus and prometheus-node-exporter)");
            return None;
        }
        Some(started)
    }

    pub(crate) fn endpoint(&self) -> Endpoint {
        endpoint(&self.address)
    }

    /// The certificate that it made for itself.
    pub(crate) fn authority(&self) -> TlsMode {
        TlsMode::Authority { pem: fs::read_to_string(self.folder.path().join("tls.crt")).unwrap() }
    }

    /// Reads until the first scrape has told of a machine: after a start there are none for a second or two.
    pub(crate) async fn read_once_scraped(&self) -> Collection {
        let begun = Instant::now();
        loop {
            let collection = read(&self.endpoint()).await.unwrap();
            if !collection.complete.is_empty() {
                return collection;
            }
            assert!(begun.elapsed() < Duration::from_secs(30), "nothing is scraped: {:?}", collection.issues);
            sleep(Duration::from_millis(200)).await;
        }
    }
}

impl Drop for Prometheus {
    fn drop(&mut self) {
        let _ = script("stop_prometheus.sh", self.folder.path()).status();
    }
}

fn script(name: &str, root: &Path) -> Command {
    let mut command = Command::new("bash");
    command.arg(workspace().join("end2end/peers").join(name)).env("PROMETHEUS_ROOT", root);
    command
}

pub(crate) fn endpoint(address: &str) -> Endpoint {
    Endpoint {
        kind: SourceKind::Prometheus,
        address: address.to_owned(),
        username: String::new(),
        password: "".into(),
        tls: TlsMode::System,
    }
}

pub(crate) async fn read(endpoint: &Endpoint) -> Result<Collection, Failure> {
    collect(endpoint, &connectors::Observer::unwatched()).await
}

/// Everything that one read of measurements handed on.
#[derive(Debug)]
pub(crate) struct Measured {
    pub(crate) outcome: Sampled,
    pub(crate) batches: Vec<Vec<SeriesSamples>>,
}

impl Measured {
    /// Samples of a machine, put in order of time.
    pub(crate) fn samples(&self, id: &str, metric: Metric) -> Vec<Sample> {
        let series = self.batches.iter().flatten();
        let wanted = series.filter(|series| series.subject.external_id.as_str() == id && series.metric == metric);
        let mut samples: Vec<Sample> = wanted.flat_map(|series| series.samples.clone()).collect();
        samples.sort_by_key(|sample| sample.end_ms);
        samples
    }
}

pub(crate) async fn measure(
    endpoint: &Endpoint,
    (since_ms, until_ms): (i64, i64),
    mappings: &[Mapping],
) -> Result<Measured, Failure> {
    let request = SampleRequest { since_ms, until_ms, subjects: Vec::new(), remembered: None };
    let (sink, mut batches) = mpsc::channel(2);
    let cancel = CancellationToken::new();
    let gather = async {
        let mut all = Vec::new();
        while let Some(batch) = batches.recv().await {
            all.push(batch);
        }
        all
    };
    let sampling = Sampling { request: &request, sink, cancel: &cancel };
    let (outcome, batches) = tokio::join!(connectors::prometheus::samples(endpoint, sampling, mappings), gather);
    Ok(Measured { outcome: outcome?, batches })
}

pub(crate) fn now_ms() -> i64 {
    let now = std::time::SystemTime::now();
    now.duration_since(std::time::UNIX_EPOCH).unwrap().as_millis() as i64
}

//! A Hyper-V host's counters at any moment, as the script prints them, and reads that are given what those before them left.

use connectors::{
    SampleRequest,
    hyperv::{
        assemble::{HostRead, Unread},
        performance::{Compared, compare},
    },
};
use model::{metric::Metric, sample::Sample};
use serde_json::json;

use crate::hyperv_answers::{Answer, GIB, guid};

pub(crate) const MINUTE: i64 = 60_000;
/// A full hour.
pub(crate) const START: i64 = 1_700_002_800_000;

/// A machine's counters at one moment. Each of its two processors is busy for this share of the time since it began.
#[derive(Clone)]
pub(crate) struct Load {
    pub(crate) number: u32,
    pub(crate) name: &'static str,
    pub(crate) state: i64,
    pub(crate) process: i64,
    pub(crate) began_ms: i64,
    pub(crate) percent: i64,
}

pub(crate) fn load(number: u32, name: &'static str, percent: i64) -> Load {
    Load { number, name, state: 2, process: 100, began_ms: START - 3_600_000, percent }
}

/// What a host prints at this moment; its own processors are busy for 40 % of the time.
pub(crate) fn counted(host: Answer, now_ms: i64, loads: &[Load]) -> Answer {
    let mut answer = host;
    answer.part_mut("host")["now_ms"] = json!(now_ms);
    let ms = |load: &Load| now_ms - load.began_ms;
    let running = || loads.iter().filter(|load| load.state == 2);
    let rows = |row: &dyn Fn(&Load) -> serde_json::Value| running().map(row).collect::<Vec<_>>();
    let host_ms = now_ms - 1_600_000_000_000;
    let clock = json!({"ticks": host_ms * 10_000, "frequency": 10_000_000});
    let clocked = |rows: Vec<serde_json::Value>| {
        let mut clocked = clock.clone();
        clocked["rows"] = json!(rows);
        clocked
    };
    answer.set(
        "instances",
        loads
            .iter()
            .map(|load| {
                json!({"id": guid(load.number), "name": load.name, "state": load.state, "replication": 0, "process": load.process})
            })
            .collect(),
    );
    answer.set(
        "disk_files",
        loads
            .iter()
            .map(|load| json!({"machine": guid(load.number).to_uppercase(), "path": format!(r"C:\VMs\{}\{}.vhdx", load.number, load.name)}))
            .collect(),
    );
    answer.set(
        "logical_processors",
        json!({"count": 32, "run": host_ms * 10_000 * 32 * 2 / 5, "base": host_ms * 10_000}),
    );
    let mut processors: Vec<serde_json::Value> = Vec::new();
    for load in running() {
        let own = json!({"name": load.name, "count": 2, "run": ms(load) * 100 * load.percent * 2, "base": host_ms * 10_000,
                         "wait_ns": ms(load) * 3_000, "dispatches": ms(load)});
        // Windows prints one row for a name, however many machines have it.
        if processors.iter().all(|row| row["name"] != own["name"]) {
            processors.push(own);
        }
    }
    answer.set("virtual_processors", json!(processors));
    answer.set(
        "dynamic_memory",
        rows(&|load| json!({"name": load.name, "assigned_bytes": 4 * GIB, "pressure_percent": 75})).into(),
    );
    answer.set("partitions", rows(&|load| json!({"name": load.name, "assigned_bytes": 4 * GIB})).into());
    answer.set(
        "network_devices",
        clocked(rows(&|load| {
            json!({"name": format!("{}_Netzwerkkarte_{}--{}", load.name, guid(load.number).to_uppercase(), guid(999)),
                   "received": ms(load) * 20, "sent": ms(load) * 10})
        })),
    );
    answer.set(
        "storage_devices",
        clocked(rows(&|load| {
            json!({"name": format!("--?-C:-VMs-{}-{}.vhdx", load.number, load.name), "read": ms(load) * 4, "written": ms(load) * 2})
        })),
    );
    answer
}

/// Reads one after the other: each is given what the one before left.
#[derive(Default)]
pub(crate) struct Reads {
    pub(crate) remembered: Option<String>,
}

impl Reads {
    pub(crate) fn next(&mut self, now_ms: i64, reads: &[HostRead], unread: &[Unread]) -> Compared {
        let request = SampleRequest {
            since_ms: now_ms - 3_600_000,
            until_ms: now_ms,
            subjects: Vec::new(),
            remembered: self.remembered.take(),
        };
        let compared = compare(reads, unread, &request).unwrap();
        self.remembered.clone_from(&compared.remember);
        compared
    }

    /// The stand-alone host `hv1` at this moment.
    pub(crate) fn host(&mut self, now_ms: i64, loads: &[Load]) -> Compared {
        self.next(now_ms, &[counted(Answer::alone("hv1"), now_ms, loads).read_at(now_ms)], &[])
    }
}

pub(crate) fn samples(compared: &Compared, id: &str, metric: Metric) -> Vec<Sample> {
    let found = compared.series.iter().filter(|series| series.subject.external_id.as_str() == id);
    found.filter(|series| series.metric == metric).flat_map(|series| series.samples.clone()).collect()
}

pub(crate) fn values(compared: &Compared, id: &str, metric: Metric) -> Vec<f64> {
    samples(compared, id, metric).iter().map(|sample| (sample.average * 1_000.0).round() / 1_000.0).collect()
}

pub(crate) fn machine(number: u32) -> String {
    format!("{}/main@hv1.lab.example", guid(number))
}

pub(crate) const HOST: &str = "hv1.lab.example";

//! Reads traces of the Grid Workloads Archive's Bitbrains set, a file a month:
//! `vm,ts,vcpus,cpu_capacity_mhz,cpu_usage_percent,memory_capacity_kb,…,net_tx_kbps`, `ts` in seconds UTC.

use std::{collections::BTreeMap, fs::File, io::Read, path::Path};

use analysis::usage::{History, Series, SizeSince, Span};
use anyhow::{Context, Result, ensure};
use flate2::read::MultiGzDecoder;
use model::{
    metric::Metric,
    rightsizing::Size,
    sample::{Grain, Sample},
};
use serde::Deserialize;

/// The machines of one file.
pub(crate) struct Month {
    /// Where its first sample begins, whosever it is.
    pub(crate) from_ms: i64,
    pub(crate) to_ms: i64,
    pub(crate) machines: Vec<Machine>,
}

/// A machine of one month, with what it measured.
#[derive(Default)]
pub(crate) struct Machine {
    pub(crate) sizes: Vec<SizeSince>,
    pub(crate) off: Vec<Span>,
    pub(crate) lines: Vec<(Metric, Vec<Sample>)>,
}

impl Machine {
    pub(crate) fn judged<T>(&self, ask: impl FnOnce(&History) -> T) -> T {
        let series: Vec<Series> = self
            .lines
            .iter()
            .map(|(metric, samples)| Series { metric: *metric, grain: Grain::BASE, samples })
            .collect();
        ask(&History { sizes: &self.sizes, off: &self.off, boots_ms: &[], series: &series })
    }

    pub(crate) fn vcpu_at(&self, at_ms: i64) -> Option<i64> {
        self.sizes.iter().rev().find(|since| since.at_ms < at_ms).map(|since| since.size.vcpu)
    }
}

#[derive(Deserialize)]
struct Row {
    vm: u32,
    ts: i64,
    vcpus: f64,
    cpu_usage_percent: f64,
    memory_capacity_kb: f64,
    memory_usage_kb: f64,
    disk_read_kbps: f64,
    disk_write_kbps: f64,
    net_rx_kbps: f64,
    net_tx_kbps: f64,
}

/// What a row tells, in its order. "Memory usage" of these traces is active memory.
const METRICS: [Metric; 6] = [
    Metric::CpuUsage,
    Metric::MemoryActive,
    Metric::DiskRead,
    Metric::DiskWrite,
    Metric::NetworkReceive,
    Metric::NetworkTransmit,
];

pub(crate) fn read(folder: &Path) -> Result<Vec<Month>> {
    let entries = std::fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut files: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.sort();
    let mut months = Vec::new();
    for file in files {
        let plain = if is_packed(&file) { file.with_extension("") } else { file.clone() };
        if plain.extension().is_some_and(|extension| extension == "csv") {
            months.push(month(&file).with_context(|| format!("cannot read {}", file.display()))?);
        }
    }
    ensure!(!months.is_empty(), "there is no .csv and no .csv.gz in {}", folder.display());
    Ok(months)
}

fn is_packed(file: &Path) -> bool {
    file.extension().is_some_and(|extension| extension == "gz")
}

/// A file as text, whether it is packed or not.
pub(crate) fn open(file: &Path) -> Result<csv::Reader<Box<dyn Read>>> {
    let plain = File::open(file).with_context(|| format!("cannot open {}", file.display()))?;
    let text: Box<dyn Read> = if is_packed(file) { Box::new(MultiGzDecoder::new(plain)) } else { Box::new(plain) };
    Ok(csv::Reader::from_reader(text))
}

fn month(file: &Path) -> Result<Month> {
    let mut rows: BTreeMap<u32, Vec<Row>> = BTreeMap::new();
    for row in open(file)?.deserialize() {
        let row: Row = row?;
        rows.entry(row.vm).or_default().push(row);
    }
    let times = || rows.values().flatten().map(|row| row.ts.saturating_mul(1_000));
    let from_ms = times().min().context("there are no rows")?;
    let to_ms = times().max().context("there are no rows")?;
    let machines = rows.into_values().map(machine).collect();
    Ok(Month { from_ms, to_ms, machines })
}

/// Rows at times that wander within the interval are brought to its end; of two in one interval the first counts. A
/// machine without vCPUs is one that is off.
fn machine(mut rows: Vec<Row>) -> Machine {
    rows.sort_by_key(|row| row.ts);
    let end = |row: &Row| Grain::BASE.end_of(row.ts.saturating_mul(1_000));
    rows.dedup_by_key(|row| end(row));
    let mut machine = Machine { lines: METRICS.map(|metric| (metric, Vec::new())).to_vec(), ..Machine::default() };
    for row in &rows {
        let end_ms = end(row);
        let begin_ms = end_ms - Grain::BASE.ms();
        if row.vcpus < 1.0 {
            match machine.off.last_mut().filter(|off| off.to_ms == begin_ms) {
                Some(off) => off.to_ms = end_ms,
                None => machine.off.push(Span { from_ms: begin_ms, to_ms: end_ms }),
            }
            continue;
        }
        let size = Size { vcpu: row.vcpus as i64, memory_bytes: (row.memory_capacity_kb * 1_024.0).max(1.0) as i64 };
        // Memory is no reason to forget how much CPU was used: only a change of vCPUs counts as a resize here.
        if machine.sizes.last().is_none_or(|since| since.size.vcpu != size.vcpu) {
            machine.sizes.push(SizeSince { at_ms: begin_ms, size });
        }
        let values = [
            row.cpu_usage_percent,
            row.memory_usage_kb * 1_024.0,
            row.disk_read_kbps * 1_024.0,
            row.disk_write_kbps * 1_024.0,
            row.net_rx_kbps * 1_024.0,
            row.net_tx_kbps * 1_024.0,
        ];
        for ((_, samples), value) in machine.lines.iter_mut().zip(values) {
            samples.push(Sample { end_ms, average: value, maximum: None });
        }
    }
    machine
}

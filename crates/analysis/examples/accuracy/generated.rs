//! A set with known answers: machines whose right size is known, and series whose periods are.

use std::collections::BTreeSet;

use analysis::usage::{DAY_MS, SizeSince};
use anyhow::{Result, ensure};
use model::{
    metric::Metric,
    rightsizing::Size,
    sample::{Grain, Sample},
};
use rand::{RngExt, SeedableRng, rngs::StdRng};

use crate::{
    periods::Labelled,
    report::Report,
    traces::{Machine, Month},
};

const SLOTS_A_DAY: i64 = DAY_MS / 300_000;

/// What machines of a kind do, in percent of their vCPUs, and what should become of their 8.
const KINDS: [(Kind, i64); 6] = [
    (Kind::Calm, 4),
    (Kind::Office, 8),
    (Kind::Saturated, 8),
    // A job of 80 minutes once a fortnight: too short for p99.5, and not for the busiest hour.
    (Kind::RareJob, 8),
    // Single samples, far apart: nothing that takes long.
    (Kind::Blips, 4),
    (Kind::Ramp, 8),
];

#[derive(Clone, Copy)]
enum Kind {
    Calm,
    Office,
    Saturated,
    RareJob,
    Blips,
    Ramp,
}

impl Kind {
    fn percent(self, slot: i64, random: &mut StdRng) -> f64 {
        let (day, hour) = (slot / SLOTS_A_DAY, slot % SLOTS_A_DAY * 5 / 60);
        let noise: f64 = random.random_range(-1.0..1.0);
        let value = match self {
            Self::Calm => 8.0 + 3.0 * noise,
            Self::Office if day % 7 < 5 && (8..18).contains(&hour) => 70.0 + 8.0 * noise,
            Self::Saturated => 96.0 + 4.0 * noise,
            Self::RareJob if day % 14 == 3 && (24..40).contains(&(slot % SLOTS_A_DAY)) => 85.0 + 5.0 * noise,
            Self::Blips if slot % 1_009 == 500 => 52.0,
            // From a tenth to nine tenths in four weeks.
            Self::Ramp => 40.0 + slot as f64 / (28 * SLOTS_A_DAY) as f64 * 50.0 + 3.0 * noise,
            Self::Office | Self::RareJob | Self::Blips => 5.0 + 2.0 * noise,
        };
        value.clamp(0.0, 100.0)
    }
}

fn line(metric: Metric, days: i64, mut value: impl FnMut(i64) -> f64) -> (Metric, Vec<Sample>) {
    let mut sample = |slot: i64| Sample { end_ms: (slot + 1) * Grain::BASE.ms(), average: value(slot), maximum: None };
    (metric, (0..days * SLOTS_A_DAY).map(&mut sample).collect())
}

/// A machine of 8 vCPUs with the metrics that are measured of every machine.
pub(crate) fn machine(number: u64, days: i64) -> Machine {
    let (kind, _) = KINDS[number as usize % KINDS.len()];
    let mut random = StdRng::seed_from_u64(number);
    let size = Size { vcpu: 8, memory_bytes: 16 << 30 };
    let cpu = line(Metric::CpuUsage, days, |slot| kind.percent(slot, &mut random));
    let others = [
        (Metric::MemoryUsed, 6e9),
        (Metric::DiskRead, 4e5),
        (Metric::DiskWrite, 2e5),
        (Metric::NetworkReceive, 3e4),
        (Metric::NetworkTransmit, 3e4),
    ];
    let mut lines = vec![cpu];
    for (metric, level) in others {
        lines.push(line(metric, days, |_| level * random.random_range(0.5..1.5)));
    }
    Machine { sizes: vec![SizeSince { at_ms: 0, size }], lines, ..Machine::default() }
}

/// One month of a small fleet.
pub(crate) fn months() -> Vec<Month> {
    const MACHINES: u64 = 60;
    let machines = (0..MACHINES).map(|number| machine(number, 28)).collect();
    vec![Month { from_ms: 0, to_ms: 28 * DAY_MS, machines }]
}

/// Every period with every shape, level of noise and length; and lines that repeat nothing.
pub(crate) fn labelled() -> Vec<Labelled> {
    let mut all = Vec::new();
    let mut seed = 0;
    for days in [28, 60] {
        for noise in [0.1, 0.5, 1.0] {
            for period in [6_u32, 8, 12, 24, 168] {
                for shape in [wave, pulse, rising] {
                    seed += 1;
                    all.push(series(seed, days, noise, BTreeSet::from([period]), |hour| {
                        shape(hour, f64::from(period))
                    }));
                }
            }
            for nothing in [flat, steps, ramp] {
                for _ in 0..3 {
                    seed += 1;
                    all.push(series(seed, days, noise, BTreeSet::new(), nothing));
                }
            }
            seed += 1;
            all.push(series(seed, days, noise, BTreeSet::from([24, 168]), office));
        }
    }
    all
}

/// Values around 20, of which what repeats has a deviation of about 10; a tenth of the hours is missing.
fn series(seed: u64, days: usize, noise: f64, periods: BTreeSet<u32>, value: impl Fn(f64) -> f64) -> Labelled {
    let mut random = StdRng::seed_from_u64(seed);
    let gap = random.random_range(0..days * 24);
    let hour = |hour: usize| {
        // A normal deviate is near enough the sum of three even ones.
        let drawn: f64 = (0..3).map(|_| random.random_range(-1.0..1.0)).sum();
        let is_missing = (gap..gap + days * 24 / 10).contains(&hour);
        (!is_missing).then(|| (20.0 + value(hour as f64) + 10.0 * noise * drawn).max(0.0))
    };
    Labelled { periods, hours: (0..days * 24).map(hour).collect() }
}

fn wave(hour: f64, period: f64) -> f64 {
    14.0 * (hour / period * std::f64::consts::TAU).sin()
}

fn pulse(hour: f64, period: f64) -> f64 {
    if hour % period < (period / 6.0).ceil() { 27.0 } else { 0.0 }
}

fn rising(hour: f64, period: f64) -> f64 {
    wave(hour, period) + hour / 40.0
}

fn office(hour: f64) -> f64 {
    let (day, hour) = ((hour / 24.0).floor() % 7.0, hour % 24.0);
    if day < 5.0 && (8.0..18.0).contains(&hour) { 25.0 } else { 0.0 }
}

fn flat(_: f64) -> f64 {
    0.0
}

fn steps(hour: f64) -> f64 {
    if hour > 300.0 { 30.0 } else { 0.0 }
}

fn ramp(hour: f64) -> f64 {
    hour / 20.0
}

/// Fails where the figures are not those that the set was made for.
pub(crate) fn hold(report: &Report) -> Result<()> {
    let kinds = KINDS.len() as f64;
    let wanted = KINDS.iter().map(|(_, target)| (8 - target) as f64 / 8.0).sum::<f64>() / kinds * 100.0;
    let find = |policy: &str| report.rightsizing.iter().find(|row| row.rule == "shipped" && row.policy == policy);
    if let (Some(balanced), Some(aws)) = (find("balanced"), find("aws_p99_5")) {
        let runs = [balanced, aws].map(|row| row.run_60min_percent);
        ensure!(runs[1] > 0.0 && runs[0] <= runs[1] / 2.0, "balanced and AWS run short for an hour on {runs:?} %");
        let removed = balanced.vcpu_removed_percent;
        ensure!((removed - wanted).abs() < 0.01, "balanced removes {removed:.2} % of what it should: {wanted:.2} %");
        ensure!(balanced.unmet_percent < 0.05, "balanced leaves {:.3} % undone", balanced.unmet_percent);
        ensure!(
            balanced.run_60min_percent < 0.01,
            "balanced runs short for an hour on {:.1} %",
            balanced.run_60min_percent
        );
    }
    for row in report.forecast.iter().filter(|row| row.model == "selected") {
        let covered = row.coverage_80 * 100.0;
        ensure!((75.0..=87.0).contains(&covered), "80 % intervals {} h ahead cover {covered:.1} %", row.horizon_hours);
        let naive =
            report.forecast.iter().find(|other| other.model != row.model && other.horizon_hours == row.horizon_hours);
        ensure!(
            naive.is_some_and(|naive| row.mase <= naive.mase * 1.02),
            "forecasts {} h ahead are worse than repeating the last week",
            row.horizon_hours
        );
    }
    if let Some(futures) = &report.futures {
        futures.hold()?;
    }
    if let Some(found) = report.periods {
        ensure!(found.f1 >= 0.9, "periods are found with F1 {:.3}, 0.9 is wanted", found.f1);
    }
    Ok(())
}

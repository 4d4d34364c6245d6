//! An invented load that looks like that of real machines: noise that remembers, days and nights, plateaus, bursts, silence.
//!
//! Every value is a function of machine, metric and time, so that history and ticks continue each other.

use std::{f64::consts::TAU, ops::Range};

use model::{
    ids::ExternalId,
    inventory::ObjectKind,
    metric::Metric,
    sample::{Grain, Sample, SeriesSamples, Subject},
};

pub(crate) const SLOT_MS: i64 = 300_000;
pub(crate) const DAY_MS: i64 = 86_400_000;
/// 2026-10-01.
pub(crate) const START_DAY: i64 = 20_727;

pub(crate) const METRICS: [Metric; 6] = [
    Metric::CpuUsage,
    Metric::MemoryUsed,
    Metric::DiskRead,
    Metric::DiskWrite,
    Metric::NetworkReceive,
    Metric::NetworkTransmit,
];

/// Samples of these machines for these slots since 1970.
pub(crate) fn batch(machines: Range<usize>, slots: Range<i64>) -> Vec<SeriesSamples> {
    let series = machines.flat_map(|machine| METRICS.map(|metric| (machine, metric)));
    series
        .map(|(machine, metric)| SeriesSamples {
            subject: Subject { kind: ObjectKind::Vm, external_id: ExternalId::new(format!("vm-{machine}")) },
            metric,
            grain: Grain::BASE,
            samples: slots
                .clone()
                .map(|slot| Sample {
                    end_ms: (slot + 1) * SLOT_MS,
                    average: value(machine as u64, metric, slot),
                    maximum: None,
                })
                .collect(),
        })
        .collect()
}

fn value(machine: u64, metric: Metric, slot: i64) -> f64 {
    let seed = mix(machine * 31 + metric as u64);
    let time = slot as u64;
    let (size, noisiness) = (unit(seed), unit(mix(seed ^ 1)));
    // Noise that remembers: a slow wander, a middling one, and what is new each time.
    let wander = lerp(seed, time, 72) * 0.5 + lerp(seed ^ 2, time, 7) * 0.3 + noise(seed ^ 3, time) * 0.4;
    let day = 0.5 - 0.5 * (TAU * ((slot.rem_euclid(288)) as f64 / 288.0 - 0.1)).cos();
    let has_days = !machine.is_multiple_of(3);
    let rhythm = if has_days { day } else { 0.4 };
    match metric {
        Metric::CpuUsage => {
            let is_batch = machine.is_multiple_of(4) && slot.rem_euclid(288) < 6 + (machine % 20) as i64;
            let level = 1.0 + 12.0 * size * size + 25.0 * size * rhythm * noisiness;
            let value = level * (1.0 + (0.05 + 0.25 * noisiness) * wander) + if is_batch { 45.0 } else { 0.0 };
            (value * 100.0).round().clamp(0.0, 10_000.0) / 100.0
        }
        Metric::MemoryUsed => {
            // Plateaus of some hours, on which little moves.
            let plateau = unit(mix(seed ^ (time / 40).wrapping_mul(77)));
            let kilobytes = 1e6 * (1.0 + 15.0 * size) * (0.6 + 0.15 * plateau + 0.002 * noisiness * wander);
            kilobytes.round() * 1_024.0
        }
        // Many machines hardly read at all.
        Metric::DiskRead if machine.is_multiple_of(2) => {
            if unit(mix(seed ^ time)) < 0.06 {
                (unit(mix(seed ^ time ^ 9)) * 400.0).round() * 1_024.0
            } else {
                0.0
            }
        }
        _ => {
            let kilobytes = 500.0 * size * size * (0.3 + rhythm) * (1.6 * (0.2 + 0.8 * noisiness) * wander).exp();
            kilobytes.round() * 1_024.0
        }
    }
}

/// A line from one random value to the next, −1 to 1, each of them so many slots apart.
fn lerp(seed: u64, time: u64, apart: u64) -> f64 {
    let (at, share) = (time / apart, (time % apart) as f64 / apart as f64);
    noise(seed, at) * (1.0 - share) + noise(seed, at + 1) * share
}

/// −1 to 1, seldom near either.
fn noise(seed: u64, time: u64) -> f64 {
    let random = mix(seed.wrapping_add(time.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
    let part = |shift: u64| ((random >> shift) & 0xffff) as f64 / 65_535.0;
    (part(0) + part(16) + part(32)) / 1.5 - 1.0
}

fn unit(random: u64) -> f64 {
    (random >> 11) as f64 / (1_u64 << 53) as f64
}

/// The finaliser of splitmix64.
fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

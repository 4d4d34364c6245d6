//! Which samples of a batch are some, as cells by day, and whether these go to slabs or to chunks.

use std::collections::{BTreeMap, HashSet};

use model::{
    metric::Metric,
    sample::{Grain, Sample, SeriesSamples},
};

use super::{Ingested, SKEW_MS};
use crate::samples::{
    cells::{self, Cell},
    day::{BASE_MS, DAY_MS, day_of},
    quantum::Quantum,
    slab::block_of,
};

/// What is younger always goes to slabs: live views look there.
const RECENT_MS: i64 = 3_600_000;
/// From so much of a day on, a series' samples are worth a chunk of their own.
const HISTORY_MS: i64 = 4 * 3_600_000;

#[expect(clippy::struct_field_names, reason = "all of them are moments")]
pub(super) struct Limits {
    pub(super) now_ms: i64,
    /// Nothing is kept that is older.
    pub(super) oldest_ms: i64,
    /// What is older is kept as summaries: it needs a chunk for as long as it is written.
    pub(super) closed_ms: i64,
}

/// Samples that are some, as cells by day, settled.
pub(super) fn accept(
    samples: &SeriesSamples,
    metric: Metric,
    limits: &Limits,
    told: &mut Ingested,
) -> Vec<(i64, Vec<Cell>)> {
    let (quantum, grain) = (Quantum::of(metric), samples.grain);
    let mut days: Vec<(i64, Vec<Cell>)> = Vec::new();
    for sample in &samples.samples {
        if sample.end_ms > limits.now_ms.saturating_add(SKEW_MS) {
            told.refused.in_the_future += 1;
        } else if sample.end_ms <= limits.oldest_ms {
            told.refused.too_old += 1;
        } else if let Some((average, maximum)) = values(sample, metric) {
            told.accepted += 1;
            let end_ms = grain.end_of(sample.end_ms);
            let day = day_of(end_ms);
            let cell = Cell {
                at: ((end_ms - day * DAY_MS) / BASE_MS) as u16,
                average: quantum.code(average),
                maximum: maximum.map(|maximum| quantum.code(maximum)),
            };
            match days.last_mut().filter(|(last, _)| *last == day) {
                Some((_, cells)) => cells.push(cell),
                None => days.push((day, vec![cell])),
            }
        } else {
            told.refused.not_a_value += 1;
        }
    }
    // A batch is ascending; one that is not has a day in several parts.
    if !days.is_sorted_by(|left, right| left.0 < right.0) {
        let mut joined = BTreeMap::<i64, Vec<Cell>>::new();
        for (day, mut cells) in days {
            joined.entry(day).or_default().append(&mut cells);
        }
        days = joined.into_iter().collect();
    }
    for (_, cells) in &mut days {
        cells::settle(cells);
    }
    days
}

/// Average and maximum as they are kept: clipped, and the maximum not below the average. `None` where there is no value.
fn values(sample: &Sample, metric: Metric) -> Option<(f64, Option<f64>)> {
    let is_value = |value: f64| (0.0..=f64::from(f32::MAX)).contains(&value);
    let clip = |value: f64| metric.ceiling().map_or(value, |ceiling| value.min(ceiling));
    if !is_value(sample.average) {
        return None;
    }
    let average = clip(sample.average);
    Some((average, sample.maximum.filter(|maximum| is_value(*maximum)).map(|maximum| clip(maximum).max(average))))
}

/// Which cells go to the chunk, and which to slabs. A slot that has slabs gets more of them, so that the later one counts.
pub(super) fn split(
    cells: Vec<Cell>,
    day: i64,
    grain: Grain,
    series: i64,
    limits: &Limits,
    taken: &HashSet<(i64, i64, Grain)>,
) -> (Vec<Cell>, Vec<Cell>) {
    let is_history = cells.len() as i64 * grain.ms() >= HISTORY_MS || (day + 1) * DAY_MS <= limits.closed_ms;
    let end_ms = |cell: &Cell| day * DAY_MS + i64::from(cell.at) * BASE_MS;
    cells.into_iter().partition(|cell| {
        let is_recent = end_ms(cell) > limits.now_ms - RECENT_MS;
        is_history && !is_recent && !taken.contains(&(block_of(series), end_ms(cell), grain))
    })
}

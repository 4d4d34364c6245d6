//! A series as a chart wants it: points of one step, coverage, and figures of the whole range.

use std::ops::Range;

use model::{
    ids::ObjectId,
    inventory::ObjectKind,
    metric::Metric,
    series::{Point, SeriesView},
};

use super::{
    day::{BASE_MS, DAY_MS, Piece},
    directory::{self, Series},
    read::{self, Fineness, Line},
    statistics,
};
use crate::{Database, StoreError};

const HOUR_MS: i64 = 3_600_000;
/// Up to so long a range is read as samples where they are kept; a longer one as hours or days.
const SAMPLES_MS: i64 = 62 * DAY_MS;
const POINTS_MAX: usize = 10_000;
/// Each is a multiple of every grain that is not above it.
const STEPS: [i64; 15] = [
    BASE_MS,
    2 * BASE_MS,
    3 * BASE_MS,
    6 * BASE_MS,
    HOUR_MS,
    2 * HOUR_MS,
    4 * HOUR_MS,
    6 * HOUR_MS,
    12 * HOUR_MS,
    DAY_MS,
    2 * DAY_MS,
    7 * DAY_MS,
    14 * DAY_MS,
    28 * DAY_MS,
    364 * DAY_MS,
];

/// A series between two times, in at most so many points (give or take one at an edge), never finer than its samples.
/// `None` where nothing of it was ever measured.
pub async fn series(
    db: &Database,
    kind: ObjectKind,
    object: ObjectId,
    metric: Metric,
    range: Range<i64>,
    max_points: usize,
    now_ms: i64,
) -> Result<Option<SeriesView>, StoreError> {
    let snapshot = db.snapshot().await?;
    let Some(series) = directory::find(&snapshot, kind, object, metric).await? else { return Ok(None) };
    let range = range.start.max(0)..range.end.clamp(0, now_ms.max(0).saturating_add(DAY_MS));
    let span_ms = range.end.saturating_sub(range.start).max(0);
    let step_ms = step_of(span_ms / max_points.clamp(1, POINTS_MAX) as i64);
    let fineness = match step_ms {
        _ if span_ms <= SAMPLES_MS => Fineness::Samples,
        DAY_MS.. => Fineness::Days,
        _ => Fineness::Hours,
    };
    let line = if span_ms == 0 { Line::default() } else { read::line(&snapshot, &series, &range, fineness).await? };
    snapshot.commit().await?;
    // No point is finer than what it was made of.
    let finest = line.pieces.iter().map(kept_ms).max().unwrap_or(BASE_MS);
    let step_ms = step_of(step_ms.max(finest));
    let expected = expected(&series, &range, now_ms);
    Ok(Some(SeriesView {
        metric,
        step_ms,
        grain: line.grain(),
        points: points(&line.pieces, step_ms),
        expected,
        valid: covered(&line.pieces, range.start).min(expected),
        average: statistics::average(&line.pieces),
        p95: percentile(&line, metric, 0.95),
        maximum: statistics::maximum(&line.pieces),
    }))
}

fn step_of(least_ms: i64) -> i64 {
    STEPS.into_iter().find(|step| *step >= least_ms).unwrap_or(STEPS[STEPS.len() - 1])
}

/// The interval that a piece is kept in.
fn kept_ms(piece: &Piece) -> i64 {
    piece.rollup.map_or(piece.grain.ms(), |rollup| rollup.ms().max(piece.grain.ms()))
}

/// Base intervals after a moment that pieces cover: of a coarse one that begins before it, what lies behind it.
pub(super) fn covered(pieces: &[Piece], from_ms: i64) -> u64 {
    let within = |piece: &Piece| {
        let behind = (piece.end_ms - from_ms).min(kept_ms(piece)).div_euclid(BASE_MS).max(0) as u64;
        u64::from(piece.weight).min(behind)
    };
    pieces.iter().map(within).sum()
}

/// Base intervals from the first sample on, up to now.
pub(super) fn expected(series: &Series, range: &Range<i64>, now_ms: i64) -> u64 {
    let (from, until) = (range.start.max(series.first_ms), range.end.min(now_ms));
    (until.div_euclid(BASE_MS) - from.div_euclid(BASE_MS)).max(0) as u64
}

/// From samples where there are samples alone, else from histograms, which percentages have.
pub(super) fn percentile(line: &Line, metric: Metric, share: f64) -> Option<f64> {
    if !line.has_rollups() {
        return statistics::percentile(&mut statistics::weighted(&line.pieces), share);
    }
    let mut histogram = line.summed.clone()?;
    for piece in line.pieces.iter().filter(|piece| !piece.is_rollup()) {
        histogram.count(piece.average, u32::from(piece.weight));
    }
    let percentile = histogram.percentile(share)?;
    // The last bin holds all that is above it: what has no ceiling may be anywhere there.
    (metric.ceiling().is_some() || percentile < statistics::LAST_BIN).then_some(percentile)
}

fn points(pieces: &[Piece], step_ms: i64) -> Vec<Point> {
    let end_of = |piece: &Piece| (piece.end_ms + step_ms - 1).div_euclid(step_ms) * step_ms;
    let parts = pieces.chunk_by(|left, right| end_of(left) == end_of(right));
    parts
        .filter_map(|part| {
            let (p95, maximum) = match part {
                [alone] => (alone.p95, alone.maximum),
                _ if part.iter().any(Piece::is_rollup) => (None, statistics::maximum(part)),
                _ => (statistics::percentile(&mut statistics::weighted(part), 0.95), statistics::maximum(part)),
            };
            Some(Point { end_ms: end_of(&part[0]), average: statistics::average(part)?, maximum, p95 })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use model::sample::Grain;

    use super::*;

    #[test]
    fn every_step_holds_whole_intervals_of_every_grain_that_is_not_longer() {
        for step in STEPS {
            for grain in Grain::ALL.into_iter().filter(|grain| grain.ms() <= step) {
                assert_eq!(step % grain.ms(), 0, "{step} {grain:?}");
            }
            assert_eq!(step_of(step), step);
        }
        assert_eq!(step_of(BASE_MS + 1), 2 * BASE_MS);
    }
}

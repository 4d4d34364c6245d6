//! One metric of all objects of a kind over a range: each is visited once, a few hundred at a time.

use std::{
    collections::{BTreeMap, HashMap},
    ops::Range,
};

use model::{ids::ObjectId, inventory::ObjectKind, metric::Metric, sample::Grain};

use super::{
    day::{DAY_MS, Day, day_of},
    directory::{self, Series},
    quantum::Quantum,
    read::{self, Fineness, Line},
    slab::{SERIES_OF_A_BLOCK, block_of},
    statements, statistics,
    statistics::Histogram,
    view,
    write::{chunk_id, series_of_chunk},
};
use crate::{Database, StoreError};

/// Longer ranges are cut at their beginning.
const RANGE_MAX_MS: i64 = 400 * DAY_MS;
/// Series of one part of a block: 30 days of their samples take about 80 MB.
const SERIES_AT_ONCE: i64 = 128;

/// What a series was over a range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FleetStats {
    pub average: f64,
    /// `None` where only summaries are left that do not add up to one.
    pub p95: Option<f64>,
    pub p995: Option<f64>,
    /// `None` where nobody told more than averages of many hours.
    pub maximum: Option<f64>,
    /// Base intervals that samples of any grain cover, of those from the first sample on up to the range's end.
    pub valid: u64,
    pub expected: u64,
    /// The coarsest grain of the samples behind it.
    pub grain: Grain,
}

/// Visits every object of a kind that has samples of a metric within (`range.start`, `range.end`], in no promised order.
pub async fn fleet(
    db: &Database,
    kind: ObjectKind,
    metric: Metric,
    range: Range<i64>,
    mut visit: impl FnMut(ObjectId, FleetStats),
) -> Result<(), StoreError> {
    let end_ms = range.end.max(0);
    let range = range.start.max(end_ms.saturating_sub(RANGE_MAX_MS)).max(0)..end_ms;
    let all = directory::of_metric(db.read(), kind, metric).await?;
    for part in all.chunk_by(|left, right| left.id / SERIES_AT_ONCE == right.id / SERIES_AT_ONCE) {
        let lines = lines(db, part, metric, &range).await?;
        let (part, range) = (part.to_vec(), range.clone());
        let judging = tokio::task::spawn_blocking(move || judge(&part, lines, metric, &range));
        for (object, stats) in judging.await.map_err(|_| StoreError::GivenUp("reading samples"))? {
            visit(object, stats);
        }
    }
    Ok(())
}

fn judge(
    part: &[Series],
    mut lines: HashMap<i64, Line>,
    metric: Metric,
    range: &Range<i64>,
) -> Vec<(ObjectId, FleetStats)> {
    let stats = |series: &Series| {
        let line = lines.remove(&series.id)?;
        let expected = view::expected(series, range, range.end);
        let stats = FleetStats {
            average: statistics::average(&line.pieces)?,
            p95: view::percentile(&line, metric, 0.95),
            p995: view::percentile(&line, metric, 0.995),
            maximum: statistics::maximum(&line.pieces),
            valid: view::covered(&line.pieces, range.start).min(expected),
            expected,
            grain: line.grain(),
        };
        Some((series.object, stats))
    };
    part.iter().filter_map(stats).collect()
}

/// Everything of the range, of series that share a part of a block.
async fn lines(
    db: &Database,
    part: &[Series],
    metric: Metric,
    range: &Range<i64>,
) -> Result<HashMap<i64, Line>, StoreError> {
    let members: BTreeMap<i64, Series> = part.iter().map(|series| (series.id, *series)).collect();
    let (Some(first), Some(last)) = (part.first(), part.last()) else { return Ok(HashMap::new()) };
    debug_assert_eq!(first.id / SERIES_OF_A_BLOCK, last.id / SERIES_OF_A_BLOCK);
    let ids = first.id..last.id + 1;
    let quantum = Quantum::of(metric);
    let snapshot = db.snapshot().await?;
    let mut open = read::open_days(&snapshot, &[block_of(first.id)], |id| members.contains_key(&id), range).await?;
    let mut lines = HashMap::<i64, Line>::new();
    let first_ms = part.iter().map(|series| series.first_ms).min().unwrap_or(i64::MAX).max(range.start);
    for day in day_of(first_ms.saturating_add(1))..=day_of(range.end) {
        let mut seen = std::collections::HashSet::new();
        for (id, bytes) in read::chunks_between(&snapshot, &ids, day).await? {
            if !members.contains_key(&id) {
                continue;
            }
            let mut samples = Day::unpack(&bytes)?;
            read::join(&mut samples, open.remove(&(id, day)).unwrap_or_default());
            samples.pieces(day, quantum, &mut line_of(&mut lines, id).pieces);
            seen.insert(id);
        }
        for id in members.keys() {
            if let Some(cells) = open.remove(&(*id, day)) {
                let mut samples = Day::default();
                read::join(&mut samples, cells);
                samples.pieces(day, quantum, &mut line_of(&mut lines, *id).pieces);
                seen.insert(*id);
            }
        }
        // Most days have all their chunks: rollups are asked for where some are missing.
        if seen.len() < members.len() {
            let sql = format!(
                "SELECT id, daily, hourly FROM sample_rollup WHERE id >= {} AND id < {}",
                chunk_id(ids.start, day),
                chunk_id(ids.end, day)
            );
            for row in statements::query(&snapshot, &sql).await? {
                let id = series_of_chunk(row.try_get_by_index(0)?);
                if members.contains_key(&id) && !seen.contains(&id) {
                    let (_, pieces, daily) = read::rolled_up(&row, metric, Fineness::Hours)?;
                    line_of(&mut lines, id).add_rolled_up(day, pieces, daily.histogram.as_ref(), range);
                }
            }
        }
    }
    snapshot.commit().await?;
    for line in lines.values_mut() {
        line.pieces.retain(|piece| read::is_within(piece, range));
    }
    Ok(lines)
}

fn line_of(lines: &mut HashMap<i64, Line>, id: i64) -> &mut Line {
    lines.entry(id).or_insert_with(|| Line { pieces: Vec::new(), summed: Some(Histogram::default()) })
}

//! Which metrics an object has, and what each was last.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use model::{ids::ObjectId, inventory::ObjectKind, metric::Metric, sample::Grain, series::SeriesSummary};
use sea_orm::DatabaseTransaction;

use super::{
    cells::Cell,
    day::{Day, Piece, day_of},
    directory,
    quantum::Quantum,
    read::{self, Fineness},
    slab::block_of,
    statements,
    write::{self, chunk_id, series_of_chunk},
};
use crate::{Database, StoreError};

/// How far behind the newest samples a series is looked for before all slabs are.
const NEWEST_MS: i64 = 3_600_000;

/// What slabs hold of the last hour that there is; of series that are not in it, whatever they hold.
async fn newest(
    snapshot: &DatabaseTransaction,
    blocks: &[i64],
    ids: &BTreeSet<i64>,
) -> Result<HashMap<(i64, i64), Vec<(Grain, Cell)>>, StoreError> {
    let sql = format!("SELECT max(slot_ms) FROM sample_slab WHERE block IN ({})", statements::list(blocks));
    let newest: Option<i64> = match statements::query(snapshot, &sql).await?.first() {
        Some(row) => row.try_get_by_index(0)?,
        None => None,
    };
    let Some(newest_ms) = newest else { return Ok(HashMap::new()) };
    let recent = newest_ms - NEWEST_MS..i64::MAX;
    let mut open = read::open_days(snapshot, blocks, |series| ids.contains(&series), &recent).await?;
    let found: BTreeSet<i64> = open.keys().map(|(series, _)| *series).collect();
    let silent: BTreeSet<i64> = ids.difference(&found).copied().collect();
    if !silent.is_empty() {
        let of_silent: BTreeSet<i64> = silent.iter().map(|series| block_of(*series)).collect();
        let of_silent: Vec<i64> = of_silent.into_iter().collect();
        open.extend(read::open_days(snapshot, &of_silent, |series| silent.contains(&series), &(0..i64::MAX)).await?);
    }
    Ok(open)
}

/// The metrics that were measured of an object, in the order in which the model lists them.
pub async fn metrics_of(db: &Database, kind: ObjectKind, object: ObjectId) -> Result<Vec<SeriesSummary>, StoreError> {
    let snapshot = db.snapshot().await?;
    let all = directory::of_object(&snapshot, kind, object).await?;
    let blocks: BTreeSet<i64> = all.iter().map(|series| block_of(series.id)).collect();
    let blocks: Vec<i64> = blocks.into_iter().collect();
    let ids: BTreeSet<i64> = all.iter().map(|series| series.id).collect();
    let open = newest(&snapshot, &blocks, &ids).await?;
    // The last day of each that has a chunk.
    let last = all.iter().filter_map(|series| Some(chunk_id(series.id, day_of(series.chunked_ms?))));
    let last: Vec<i64> = last.collect();
    let chunks = write::chunks(&snapshot, &last).await?;
    let pruned: Vec<i64> = last.into_iter().filter(|id| !chunks.contains_key(id)).collect();
    let sql = "SELECT id, daily, hourly FROM sample_rollup WHERE id";
    let rollups = statements::rows_of(&snapshot, sql, &pruned).await?;
    snapshot.commit().await?;

    let mut pieces = BTreeMap::<i64, Vec<Piece>>::new();
    let metrics: BTreeMap<i64, Metric> = all.iter().map(|series| (series.id, series.metric)).collect();
    for row in rollups {
        let series = series_of_chunk(row.try_get_by_index(0)?);
        if let Some(metric) = metrics.get(&series) {
            pieces.insert(series, read::rolled_up(&row, *metric, Fineness::Hours)?.1);
        }
    }
    for (id, bytes) in chunks {
        let series = series_of_chunk(id);
        if let Some(metric) = metrics.get(&series) {
            Day::unpack(&bytes)?.pieces(
                write::day_of_chunk(id),
                Quantum::of(*metric),
                pieces.entry(series).or_default(),
            );
        }
    }
    for ((series, day), cells) in open {
        if let Some(metric) = metrics.get(&series) {
            let mut samples = Day::default();
            read::join(&mut samples, cells);
            samples.pieces(day, Quantum::of(*metric), pieces.entry(series).or_default());
        }
    }
    let mut summaries: Vec<SeriesSummary> = all
        .iter()
        .filter_map(|series| {
            // Of two that end together the one from the slabs, which came later.
            let last =
                pieces.get(&series.id)?.iter().max_by_key(|piece| (piece.end_ms, std::cmp::Reverse(piece.grain)))?;
            Some(SeriesSummary {
                metric: series.metric,
                grain: series.grain,
                first_ms: series.first_ms,
                last_ms: last.end_ms,
                last: last.average,
            })
        })
        .collect();
    summaries.sort_by_key(|summary| summary.metric);
    Ok(summaries)
}

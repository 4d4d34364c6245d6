//! Which metrics an object has, and what each was last.

use std::collections::{BTreeMap, BTreeSet};

use model::{ids::ObjectId, inventory::ObjectKind, metric::Metric, series::SeriesSummary};

use super::{
    day::{Day, Piece, day_of},
    directory,
    quantum::Quantum,
    read::{self, Fineness},
    slab::block_of,
    statements,
    write::{self, chunk_id, series_of_chunk},
};
use crate::{Database, StoreError};

/// The metrics that were measured of an object, in the order in which the model lists them.
pub async fn metrics_of(db: &Database, kind: ObjectKind, object: ObjectId) -> Result<Vec<SeriesSummary>, StoreError> {
    let snapshot = db.snapshot().await?;
    let all = directory::of_object(&snapshot, kind, object).await?;
    let blocks: BTreeSet<i64> = all.iter().map(|series| block_of(series.id)).collect();
    let blocks: Vec<i64> = blocks.into_iter().collect();
    let ids: BTreeSet<i64> = all.iter().map(|series| series.id).collect();
    let open = read::open_days(&snapshot, &blocks, |series| ids.contains(&series), &(0..i64::MAX)).await?;
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

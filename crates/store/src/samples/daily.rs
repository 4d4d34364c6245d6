//! Days of many objects, from the summaries of days that are over: what trends are made of.

use std::collections::{BTreeMap, HashMap};

use model::{ids::ObjectId, inventory::ObjectKind, metric::Metric, sample::Grain};

use super::{
    day::day_of,
    directory::{self, Series},
    rollup::Daily,
    statements,
    write::{chunk_id, day_of_chunk, series_of_chunk},
};
use crate::{Database, StoreError};

/// A day that is over.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DayFigures {
    /// The coarsest of the samples behind it.
    pub grain: Grain,
    /// Base intervals that samples cover, of 288.
    pub valid: u16,
    pub average: f64,
    pub p95: f64,
    /// `None` where nobody told more than averages of many hours.
    pub maximum: Option<f64>,
}

/// Days by object: the number of the day since 1970-01-01 UTC, from `first_day` on. The day that is under way is not there.
pub async fn days(
    db: &Database,
    kind: ObjectKind,
    metric: Metric,
    objects: &[ObjectId],
    first_day: i64,
) -> Result<HashMap<ObjectId, BTreeMap<i64, DayFigures>>, StoreError> {
    let ids: Vec<i64> = objects.iter().map(|object| object.0).collect();
    let sql = format!(
        "SELECT {} FROM sample_series WHERE kind = '{}' AND metric = '{}' AND source_id IS NOT NULL AND object_id",
        directory::COLUMNS,
        kind.key(),
        metric.key()
    );
    let (mut owners, mut keys) = (HashMap::new(), Vec::new());
    for row in statements::rows_of(db.read(), &sql, &ids).await? {
        let series = Series::of(&row)?;
        let Some(last_ms) = series.chunked_ms else { continue };
        let first = first_day.max(day_of(series.first_ms.saturating_add(1)));
        owners.insert(series.id, series.object);
        keys.extend((first..=day_of(last_ms)).map(|day| chunk_id(series.id, day)));
    }
    let mut all = HashMap::<ObjectId, BTreeMap<i64, DayFigures>>::new();
    for row in statements::rows_of(db.read(), "SELECT id, daily FROM sample_rollup WHERE id", &keys).await? {
        let (id, daily): (i64, Vec<u8>) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        let Daily { grain, valid, average, p95, maximum, .. } = Daily::unpack(&daily, metric)?;
        let days = all.entry(owners[&series_of_chunk(id)]).or_default();
        days.insert(day_of_chunk(id), DayFigures { grain, valid, average, p95, maximum });
    }
    Ok(all)
}

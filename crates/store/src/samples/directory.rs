//! The directory of series: which object's metric has which id, and what came of it.

use std::collections::{BTreeSet, HashMap};

use model::{
    ids::{ObjectId, SourceId},
    inventory::ObjectKind,
    metric::Metric,
    sample::{Grain, SeriesSamples},
};
use sea_orm::{ConnectionTrait, QueryResult, Statement, sea_query::Value};

use super::{cells, statements};
use crate::{Database, StoreError, error::word};

/// Objects and series that one transaction adds.
const NEW_AT_ONCE: usize = 5_000;
/// From so many external ids on, all of the source's are read.
const ASKED_BY_NAME: usize = 500;

pub(super) const COLUMNS: &str = "id, object_id, metric, grain_s, first_ms, chunked_ms";

/// A series that belongs to a source.
#[derive(Clone, Copy, Debug)]
pub(super) struct Series {
    pub(super) id: i64,
    pub(super) object: ObjectId,
    pub(super) metric: Metric,
    pub(super) grain: Grain,
    /// The beginning of the first interval.
    pub(super) first_ms: i64,
    /// The end of the last interval that is in a chunk.
    pub(super) chunked_ms: Option<i64>,
}

impl Series {
    /// From [`COLUMNS`].
    pub(super) fn of(row: &QueryResult) -> Result<Self, StoreError> {
        let metric: String = row.try_get_by_index(2)?;
        let grain: i64 = row.try_get_by_index(3)?;
        Ok(Self {
            id: row.try_get_by_index(0)?,
            object: ObjectId(row.try_get_by_index(1)?),
            metric: word("metric", &metric, Metric::from_key)?,
            grain: Grain::from_seconds(grain).ok_or_else(cells::broken)?,
            first_ms: row.try_get_by_index(4)?,
            chunked_ms: row.try_get_by_index(5)?,
        })
    }
}

/// The series of an object that still has a source.
pub(super) async fn of_object(
    connection: &impl ConnectionTrait,
    kind: ObjectKind,
    object: ObjectId,
) -> Result<Vec<Series>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM sample_series WHERE kind = '{}' AND object_id = {object} AND source_id IS NOT NULL \
         ORDER BY metric",
        kind.key()
    );
    statements::query(connection, &sql).await?.iter().map(Series::of).collect()
}

/// The same of one metric.
pub(super) async fn find(
    connection: &impl ConnectionTrait,
    kind: ObjectKind,
    object: ObjectId,
    metric: Metric,
) -> Result<Option<Series>, StoreError> {
    Ok(of_object(connection, kind, object).await?.into_iter().find(|series| series.metric == metric))
}

/// All series of a metric of a kind, by id.
pub(super) async fn of_metric(
    connection: &impl ConnectionTrait,
    kind: ObjectKind,
    metric: Metric,
) -> Result<Vec<Series>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM sample_series WHERE kind = '{}' AND metric = '{}' AND source_id IS NOT NULL ORDER BY id",
        kind.key(),
        metric.key()
    );
    statements::query(connection, &sql).await?.iter().map(Series::of).collect()
}

type Key = (ObjectKind, i64, Metric);

/// The series of each member of a batch, made where new; `None` where the source has no such object.
pub(super) async fn resolve(
    db: &Database,
    source: SourceId,
    batch: &[SeriesSamples],
) -> Result<Vec<Option<Series>>, StoreError> {
    let sql = format!("SELECT 1 FROM source WHERE id = {source} AND deleted_at_ms IS NULL");
    if statements::query(db.read(), &sql).await?.is_empty() {
        return Err(StoreError::NotFound("source"));
    }
    let kinds: BTreeSet<ObjectKind> = batch.iter().map(|series| series.subject.kind).collect();
    let mut keys: Vec<Option<Key>> = vec![None; batch.len()];
    let mut known = HashMap::new();
    for kind in kinds {
        let objects = objects(db, source, kind, batch).await?;
        for (key, series) in keys.iter_mut().zip(batch).filter(|(_, series)| series.subject.kind == kind) {
            let object = objects.get(series.subject.external_id.as_str());
            *key = object.map(|object| (kind, *object, series.metric));
        }
        known.extend(stored(db, source, kind, &objects).await?);
    }
    let mut new: Vec<(Key, &SeriesSamples)> = keys
        .iter()
        .zip(batch)
        .filter_map(|(key, series)| Some(((*key)?, series)))
        .filter(|(key, series)| !known.contains_key(key) && !series.samples.is_empty())
        .collect();
    if !new.is_empty() {
        // Series of one metric get ids that follow each other, so that they share blocks.
        new.sort_by_key(|((kind, object, metric), _)| (*kind, *metric, *object));
        new.dedup_by_key(|(key, _)| *key);
        add(db, source, &new).await?;
        let kinds: BTreeSet<ObjectKind> = new.iter().map(|((kind, ..), _)| *kind).collect();
        for kind in kinds {
            let objects = objects(db, source, kind, batch).await?;
            known.extend(stored(db, source, kind, &objects).await?);
        }
    }
    Ok(keys.into_iter().map(|key| known.get(&key?).copied()).collect())
}

/// Ids of the source's objects by external id: of all, or of those that a small batch names.
async fn objects(
    db: &Database,
    source: SourceId,
    kind: ObjectKind,
    batch: &[SeriesSamples],
) -> Result<HashMap<String, i64>, StoreError> {
    let named: BTreeSet<&str> = batch
        .iter()
        .filter(|series| series.subject.kind == kind)
        .map(|series| series.subject.external_id.as_str())
        .collect();
    let backend = db.sql_backend();
    let mut sql = format!("SELECT external_id, id FROM {} WHERE source_id = {source}", kind.key());
    let mut values: Vec<Value> = Vec::new();
    if named.len() <= ASKED_BY_NAME {
        let places = (1..=named.len()).map(|at| match backend {
            sea_orm::DbBackend::Postgres => format!("${at}"),
            _ => "?".to_owned(),
        });
        sql = format!("{sql} AND external_id IN ({})", places.collect::<Vec<_>>().join(", "));
        values.extend(named.iter().map(|id| Value::from(*id)));
    }
    let rows = db.read().query_all_raw(Statement::from_sql_and_values(backend, sql, values)).await?;
    rows.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))).collect()
}

async fn stored(
    db: &Database,
    source: SourceId,
    kind: ObjectKind,
    objects: &HashMap<String, i64>,
) -> Result<Vec<(Key, Series)>, StoreError> {
    let mut sql = format!("SELECT {COLUMNS} FROM sample_series WHERE source_id = {source} AND kind = '{}'", kind.key());
    if objects.len() <= ASKED_BY_NAME {
        let ids: Vec<i64> = objects.values().copied().collect();
        sql = format!("{sql} AND object_id IN ({})", statements::list(&ids));
    }
    let rows = statements::query(db.read(), &sql).await?;
    rows.iter()
        .map(|row| {
            let series = Series::of(row)?;
            Ok(((kind, series.object.0, series.metric), series))
        })
        .collect()
}

async fn add(db: &Database, source: SourceId, new: &[(Key, &SeriesSamples)]) -> Result<(), StoreError> {
    for some in new.chunks(NEW_AT_ONCE) {
        let rows = some.iter().map(|((kind, object, metric), samples)| {
            // What the first ingest will find, or later: `note` corrects it with what was accepted.
            vec![
                source.0.into(),
                kind.key().into(),
                (*object).into(),
                metric.key().into(),
                samples.grain.seconds().into(),
                i64::MAX.into(),
            ]
        });
        let rows = rows.collect();
        let transaction = db.begin().await?;
        statements::insert(
            &transaction,
            "INSERT INTO sample_series (source_id, kind, object_id, metric, grain_s, first_ms)",
            6,
            "ON CONFLICT DO NOTHING",
            rows,
        )
        .await?;
        transaction.commit().await?;
    }
    Ok(())
}

/// What a series learned from samples that were written.
#[derive(Clone, Copy, Debug)]
pub(super) struct Note {
    pub(super) id: i64,
    pub(super) grain: Grain,
    pub(super) first_ms: i64,
    /// Only of samples that went into a chunk.
    pub(super) chunked_ms: Option<i64>,
}

/// Widens what the directory knows of series. A series comes once.
pub(super) async fn note(connection: &sea_orm::DatabaseTransaction, notes: &[Note]) -> Result<(), StoreError> {
    let (least, most) = match connection.get_database_backend() {
        sea_orm::DbBackend::Postgres => ("LEAST", "GREATEST"),
        _ => ("min", "max"),
    };
    for some in notes.chunks(500) {
        let rows: Vec<String> = some
            .iter()
            .map(|note| {
                let chunked = note.chunked_ms.unwrap_or(i64::MIN + 1);
                format!("({}, {}, {}, {chunked})", note.id, note.grain.seconds(), note.first_ms)
            })
            .collect();
        // CTE instead of aliases with columns, which SQLite does not have.
        let sql = format!(
            "WITH news (id, grain_s, first_ms, chunked_ms) AS (VALUES {}) UPDATE sample_series SET \
             grain_s = {least}(sample_series.grain_s, news.grain_s), \
             first_ms = {least}(sample_series.first_ms, news.first_ms), \
             chunked_ms = nullif({most}(coalesce(sample_series.chunked_ms, {none}), news.chunked_ms), {none}) \
             FROM news WHERE sample_series.id = news.id",
            rows.join(", "),
            none = i64::MIN + 1
        );
        statements::execute(connection, &sql).await?;
    }
    Ok(())
}

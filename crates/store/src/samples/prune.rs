//! Pruning: each grain goes when its time is over, and so does what lost its source, a little at a time.

use model::series::Retention;

use super::{
    day::{DAY_MS, day_of},
    directory::Series,
    statements,
    write::{CHUNKS_AT_ONCE, chunk_id},
};
use crate::{Database, StoreError, settings};

/// What pruning took away.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Days of series whose samples went.
    pub chunks: u64,
    pub hourly: u64,
    pub daily: u64,
    /// Series without a source.
    pub series: u64,
}

/// Takes away what is older than its grain is kept, in small transactions.
pub async fn prune(db: &Database, retention: &Retention, now_ms: i64) -> Result<Pruned, StoreError> {
    let retention = retention.bounded();
    // The key of the first day that is kept.
    let kept = |ms: i64| chunk_id(0, (now_ms - ms).div_euclid(DAY_MS).max(0));
    let mut pruned = Pruned::default();
    let by_id = |table: &str, condition: String| {
        format!(
            "DELETE FROM {table} WHERE id IN (SELECT id FROM {table} WHERE {condition} ORDER BY id LIMIT {CHUNKS_AT_ONCE})"
        )
    };
    let delete = by_id("sample_chunk", format!("id < {}", kept(retention.base_ms)));
    pruned.chunks = repeat(db, &delete).await?;
    pruned.hourly = forget_hours(db, kept(retention.hourly_ms)).await?;
    let delete = by_id("sample_rollup", format!("id < {}", kept(retention.daily_ms)));
    pruned.daily = repeat(db, &delete).await?;
    pruned.series = remove_orphans(db).await?;
    Ok(pruned)
}

/// Repeats a bounded statement until it finds nothing.
async fn repeat(db: &Database, sql: &str) -> Result<u64, StoreError> {
    let mut all = 0;
    loop {
        let transaction = db.begin().await?;
        let done = statements::execute(&transaction, sql).await?;
        transaction.commit().await?;
        all += done;
        if done < CHUNKS_AT_ONCE as u64 {
            return Ok(all);
        }
    }
}

/// The key up to which hours are forgotten: days without them lie before those with them, and are never walked again. What
/// arrives of an older day later keeps its hours for as long as its day is kept.
const FORGOTTEN: &str = "sample_hours_forgotten";

async fn forget_hours(db: &Database, before: i64) -> Result<u64, StoreError> {
    let forgotten = settings::get::<i64>(db, FORGOTTEN).await?.unwrap_or(0);
    // Longer retention than before: nothing to do until time has caught up.
    let all = forget_hours_between(db, forgotten, before).await?;
    if before > forgotten {
        settings::set(db, FORGOTTEN, &before).await?;
    }
    Ok(all)
}

async fn forget_hours_between(db: &Database, mut from: i64, before: i64) -> Result<u64, StoreError> {
    let mut all = 0;
    loop {
        let sql = format!(
            "SELECT id FROM sample_rollup WHERE id >= {from} AND id < {before} AND hourly IS NOT NULL ORDER BY id \
             LIMIT {CHUNKS_AT_ONCE}"
        );
        let rows = statements::query(db.read(), &sql).await?;
        let ids: Vec<i64> = rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?;
        let Some(last) = ids.last() else { return Ok(all) };
        from = last + 1;
        let sql = format!("UPDATE sample_rollup SET hourly = NULL WHERE id IN ({})", statements::list(&ids));
        let transaction = db.begin().await?;
        all += statements::execute(&transaction, &sql).await?;
        transaction.commit().await?;
    }
}

/// Series whose source was deleted with its inventory: first what is kept of them, then themselves.
async fn remove_orphans(db: &Database) -> Result<u64, StoreError> {
    let mut all = 0;
    loop {
        let sql = format!(
            "SELECT {} FROM sample_series WHERE source_id IS NULL ORDER BY id LIMIT 50",
            super::directory::COLUMNS
        );
        let rows = statements::query(db.read(), &sql).await?;
        let orphans: Vec<Series> = rows.iter().map(Series::of).collect::<Result<_, _>>()?;
        if orphans.is_empty() {
            return Ok(all);
        }
        let keys: Vec<i64> = orphans.iter().flat_map(chunk_ids).collect();
        for some in keys.chunks(CHUNKS_AT_ONCE) {
            let transaction = db.begin().await?;
            for table in ["sample_chunk", "sample_rollup"] {
                let sql = format!("DELETE FROM {table} WHERE id IN ({})", statements::list(some));
                statements::execute(&transaction, &sql).await?;
            }
            transaction.commit().await?;
        }
        let ids: Vec<i64> = orphans.iter().map(|series| series.id).collect();
        let transaction = db.begin().await?;
        let sql = format!("DELETE FROM sample_series WHERE id IN ({})", statements::list(&ids));
        all += statements::execute(&transaction, &sql).await?;
        transaction.commit().await?;
    }
}

/// The keys of all chunks that a series can have.
fn chunk_ids(series: &Series) -> impl Iterator<Item = i64> {
    let (id, first, last) = (series.id, series.first_ms.div_euclid(DAY_MS), series.chunked_ms.map(day_of));
    last.into_iter().flat_map(move |last| first..=last).map(move |day| chunk_id(id, day))
}

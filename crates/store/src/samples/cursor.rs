//! Up to where a source's samples were read, and how long samples are kept.

use model::{ids::SourceId, series::Retention};
use sea_orm::{ConnectionTrait, Statement};

use crate::{Database, StoreError, settings};

const RETENTION: &str = "sample_retention";

/// Up to where the samples of a source have been taken; `None` before the first time.
pub async fn cursor(db: &Database, source: SourceId) -> Result<Option<i64>, StoreError> {
    let sql = format!("SELECT until_ms FROM sample_cursor WHERE source_id = {source}");
    let row = db.read().query_one_raw(Statement::from_string(db.sql_backend(), sql)).await?;
    Ok(row.map(|row| row.try_get_by_index(0)).transpose()?)
}

/// To be called after the samples were ingested: whoever is killed between reads them again, which does no harm.
pub async fn set_cursor(db: &Database, source: SourceId, until_ms: i64) -> Result<(), StoreError> {
    let sql = format!(
        "INSERT INTO sample_cursor (source_id, until_ms) SELECT id, {until_ms} FROM source \
         WHERE id = {source} AND deleted_at_ms IS NULL \
         ON CONFLICT (source_id) DO UPDATE SET until_ms = excluded.until_ms"
    );
    let transaction = db.begin().await?;
    let done = transaction.execute_raw(Statement::from_string(db.sql_backend(), sql)).await?;
    if done.rows_affected() == 0 {
        return Err(StoreError::NotFound("source"));
    }
    Ok(transaction.commit().await?)
}

/// How long samples are kept, as set or by default.
pub async fn retention(db: &Database) -> Result<Retention, StoreError> {
    Ok(settings::get::<Retention>(db, RETENTION).await?.unwrap_or_default().bounded())
}

pub async fn set_retention(db: &Database, retention: &Retention) -> Result<(), StoreError> {
    settings::set(db, RETENTION, &retention.bounded()).await
}

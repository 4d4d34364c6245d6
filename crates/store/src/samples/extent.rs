//! How much is kept of measurements, for those who decide how long.

use model::series::SampleExtent;

use super::statements;
use crate::{Database, StoreError, database::Backend};

/// Every table of samples.
const TABLES: &str = "'sample_series', 'sample_slab', 'sample_chunk', 'sample_rollup'";

/// Reads every page of the tables on SQLite: about a second for a gigabyte.
pub async fn extent(db: &Database) -> Result<SampleExtent, StoreError> {
    let sql = "SELECT count(*), min(first_ms) FROM sample_series WHERE source_id IS NOT NULL";
    let (series, first_ms) = match statements::query(db.read(), sql).await?.first() {
        Some(row) => (row.try_get_by_index::<i64>(0)?, row.try_get_by_index::<Option<i64>>(1)?),
        None => (0, None),
    };
    let sql = match db.backend() {
        Backend::Sqlite => format!(
            "SELECT sum(pgsize) FROM dbstat WHERE aggregate = TRUE AND name IN \
             (SELECT name FROM sqlite_schema WHERE tbl_name IN ({TABLES}))"
        ),
        Backend::Postgres => format!(
            "SELECT CAST(sum(pg_total_relation_size(oid)) AS bigint) FROM pg_class \
             WHERE relname IN ({TABLES}) AND relnamespace = current_schema()::regnamespace"
        ),
    };
    let bytes: Option<i64> = match statements::query(db.read(), &sql).await?.first() {
        Some(row) => row.try_get_by_index(0)?,
        None => None,
    };
    Ok(SampleExtent {
        series: series.max(0) as u64,
        first_ms,
        bytes: bytes.and_then(|bytes| u64::try_from(bytes).ok()),
    })
}

//! How much of each kind is stored, for all sources at once.

use std::collections::BTreeMap;

use model::{ids::SourceId, inventory::ObjectKind, source::StoredCount};
use sea_orm::{ConnectionTrait, Statement};

use crate::{Database, StoreError, error::word};

/// Objects that are not archived, by source, in the order of `ObjectKind::ALL`. Uplinks are not counted as networks.
pub async fn stored_counts(db: &Database) -> Result<BTreeMap<SourceId, Vec<StoredCount>>, StoreError> {
    let parts: Vec<String> = ObjectKind::ALL
        .iter()
        .map(|kind| {
            let table = kind.key();
            let ports = if *kind == ObjectKind::Network { " AND NOT is_uplink" } else { "" };
            format!(
                "SELECT '{table}' AS kind, source_id, count(*) AS objects FROM {table} \
                 WHERE archived_at_ms IS NULL{ports} GROUP BY source_id"
            )
        })
        .collect();
    let statement = Statement::from_string(db.sql_backend(), parts.join(" UNION ALL "));
    let mut counts: BTreeMap<SourceId, Vec<StoredCount>> = BTreeMap::new();
    for row in db.read().query_all_raw(statement).await? {
        let kind = word("kind", &row.try_get::<String>("", "kind")?, ObjectKind::from_key)?;
        let count = row.try_get::<i64>("", "objects")? as u64;
        counts.entry(SourceId(row.try_get("", "source_id")?)).or_default().push(StoredCount { kind, count });
    }
    for list in counts.values_mut() {
        list.sort_by_key(|count| count.kind);
    }
    Ok(counts)
}

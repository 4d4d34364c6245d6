//! Machines by name, host name or address, for somebody who says which two are one.

use std::collections::BTreeMap;

use model::{
    identity::Candidate,
    ids::{ObjectId, SourceId},
    inventory::ObjectKind,
    source::SourceKind,
    table::{Reference, SourceReference},
};
use sea_orm::{ConnectionTrait, QueryResult, Statement};

use crate::{
    Database, StoreError,
    error::word,
    inventory::{Sql, id_list},
};

/// The longest text that is looked for, in bytes.
const TEXT_MAX: usize = 200;

const COLUMNS: &str = "SELECT t.id, t.name, t.guest_host_name, t.ip_addresses, src.id AS source_id, \
     src.name AS source_name, src.kind AS source_kind FROM vm t JOIN source src ON src.id = t.source_id \
     WHERE t.archived_at_ms IS NULL AND src.deleted_at_ms IS NULL AND ";

/// Machines that contain the text, of monitoring systems, of platforms, or of both. Nothing for no text.
pub async fn candidates(
    db: &Database,
    text: &str,
    is_monitored: Option<bool>,
    limit: u64,
) -> Result<Vec<Candidate>, StoreError> {
    let needle = text.trim().to_lowercase();
    if needle.is_empty() || needle.len() > TEXT_MAX {
        return Ok(Vec::new());
    }
    let wanted = |kind: &SourceKind| is_monitored.is_none_or(|wanted| kind.is_monitoring() == wanted);
    let kinds: Vec<String> =
        SourceKind::ALL.iter().filter(|kind| wanted(kind)).map(|kind| format!("'{}'", kind.key())).collect();
    let mut sql = Sql::new(db, format!("{COLUMNS}src.kind IN ({}) AND ", kinds.join(", ")));
    sql.contains("t.search", &needle);
    sql.push(" ORDER BY length(t.name_key), t.name_key, t.id LIMIT ").bind(limit as i64);
    let rows = db.read().query_all_raw(sql.statement()).await?;
    rows.iter().map(candidate).collect()
}

/// The same of these machines.
pub async fn known(db: &Database, ids: &[ObjectId]) -> Result<BTreeMap<ObjectId, Candidate>, StoreError> {
    let ids: Vec<i64> = ids.iter().map(|id| id.0).collect();
    let sql = format!("{COLUMNS}t.id IN ({})", id_list(&ids));
    let rows = db.read().query_all_raw(Statement::from_string(db.sql_backend(), sql)).await?;
    rows.iter().map(|row| candidate(row).map(|known| (known.machine.id, known))).collect()
}

fn candidate(row: &QueryResult) -> Result<Candidate, StoreError> {
    let addresses: Option<String> = row.try_get("", "ip_addresses")?;
    let kind: String = row.try_get("", "source_kind")?;
    Ok(Candidate {
        machine: Reference {
            kind: ObjectKind::Vm,
            id: ObjectId(row.try_get("", "id")?),
            name: row.try_get("", "name")?,
        },
        source: SourceReference {
            id: SourceId(row.try_get("", "source_id")?),
            name: row.try_get("", "source_name")?,
            kind: word("source kind", &kind, SourceKind::from_key)?,
        },
        host_name: row.try_get("", "guest_host_name")?,
        addresses: addresses.unwrap_or_default().lines().map(str::to_owned).collect(),
    })
}

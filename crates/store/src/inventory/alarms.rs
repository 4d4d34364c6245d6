//! Alarms that are up, as the platforms told them at the last sync.

use model::{
    ids::ObjectId,
    inventory::{Health, ObjectKind},
    overview::AlarmView,
};
use sea_orm::{ConnectionTrait, Statement};

use super::read::Columns;
use crate::{Database, StoreError, error::word};

/// Alarms that one object or the overview shows.
const SHOWN: u64 = 100;

/// Of the whole estate, the worst first.
pub async fn problems(db: &Database, limit: u64) -> Result<Vec<AlarmView>, StoreError> {
    alarms(db, "", limit).await
}

pub(super) async fn of_estate(db: &Database) -> Result<Vec<AlarmView>, StoreError> {
    alarms(db, "", SHOWN).await
}

pub(super) async fn of_object(db: &Database, kind: ObjectKind, id: ObjectId) -> Result<Vec<AlarmView>, StoreError> {
    alarms(db, &format!("WHERE kind = '{}' AND object_id = {id}", kind.key()), SHOWN).await
}

/// Red before yellow, latest first, those of unknown age last.
async fn alarms(db: &Database, which: &str, limit: u64) -> Result<Vec<AlarmView>, StoreError> {
    let sql = format!(
        "SELECT kind, object_id, object_name, name, health, since_ms, acknowledged FROM alarm {which} \
         ORDER BY CASE health WHEN 'red' THEN 0 WHEN 'yellow' THEN 1 ELSE 2 END, since_ms IS NULL, \
         since_ms DESC, id LIMIT {limit}"
    );
    let rows = db.read().query_all_raw(Statement::from_string(db.sql_backend(), sql)).await?;
    rows.iter()
        .map(|row| {
            let c = Columns(row);
            Ok(AlarmView {
                kind: word("kind", &c.get::<String>("kind")?, ObjectKind::from_key)?,
                object: c.get::<Option<i64>>("object_id")?.map(ObjectId),
                object_name: c.get("object_name")?,
                name: c.get("name")?,
                health: c.word("health", Health::from_key)?,
                since_ms: c.get("since_ms")?,
                acknowledged: c.get("acknowledged")?,
            })
        })
        .collect()
}

//! Alarms that are up: kept as they are now, by difference.

use std::collections::{BTreeSet, HashMap};

use model::inventory::{Alarm, ObjectKind};
use sea_orm::{
    ConnectionTrait,
    sea_query::{Expr, ExprTrait, OnConflict, Query, Value},
};

use super::{records::Save, statements};
use crate::StoreError;

const COLUMNS: [&str; 9] =
    ["source_id", "external_key", "kind", "object_id", "object_name", "name", "health", "since_ms", "acknowledged"];

/// Everything about a stored alarm that can change.
type Stored = (Option<i64>, String, String, String, Option<i64>, bool);

/// Writes alarms that are new or differ, and removes those that are down, where the kind was read to its end.
pub(super) async fn replace(
    save: &Save<'_>,
    alarms: &[Alarm],
    complete: &BTreeSet<ObjectKind>,
) -> Result<(), StoreError> {
    let mut stored = load(save).await?;
    let mut rows: HashMap<&str, Vec<Value>> = HashMap::new();
    for alarm in alarms {
        let object = save.index.id(alarm.kind, &alarm.object);
        let object_name = object_name(save, alarm, object);
        let now: Stored = (
            object,
            object_name.clone(),
            alarm.name.clone(),
            alarm.health.key().to_owned(),
            alarm.since_ms,
            alarm.acknowledged,
        );
        if stored.remove(alarm.key.as_str()).is_some_and(|(_, before)| before == now) {
            continue;
        }
        let row = vec![
            save.source.0.into(),
            alarm.key.as_str().into(),
            alarm.kind.key().into(),
            object.into(),
            object_name.into(),
            alarm.name.as_str().into(),
            alarm.health.key().into(),
            alarm.since_ms.into(),
            alarm.acknowledged.into(),
        ];
        rows.insert(alarm.key.as_str(), row);
    }
    upsert(save, rows.into_values().collect()).await?;
    let down: Vec<String> = stored
        .into_iter()
        .filter(|(_, (kind, _))| ObjectKind::from_key(kind).is_none_or(|kind| complete.contains(&kind)))
        .map(|(key, _)| key)
        .collect();
    remove(save, &down).await
}

async fn load(save: &Save<'_>) -> Result<HashMap<String, (String, Stored)>, StoreError> {
    let select = Query::select()
        .columns(["external_key", "kind", "object_id", "object_name", "name", "health", "since_ms", "acknowledged"])
        .from("alarm")
        .and_where(Expr::col("source_id").eq(save.source.0))
        .take();
    let rows = save.transaction.query_all(&select).await?;
    rows.iter()
        .map(|row| {
            let alarm = (
                row.try_get_by_index(2)?,
                row.try_get_by_index(3)?,
                row.try_get_by_index(4)?,
                row.try_get_by_index(5)?,
                row.try_get_by_index(6)?,
                row.try_get_by_index(7)?,
            );
            Ok((row.try_get_by_index(0)?, (row.try_get_by_index(1)?, alarm)))
        })
        .collect()
}

fn object_name(save: &Save<'_>, alarm: &Alarm, object: Option<i64>) -> String {
    let place = object.and_then(|id| save.index.new_name(alarm.kind, id)).map(str::to_owned);
    place
        .or_else(|| save.index.of(alarm.kind).get(alarm.object.as_str()).map(|entry| entry.name.clone()))
        .unwrap_or_else(|| alarm.object.0.clone())
}

async fn upsert(save: &Save<'_>, rows: Vec<Vec<Value>>) -> Result<(), StoreError> {
    for some in rows.chunks(statements::ROWS) {
        let mut statement = Query::insert();
        statement.into_table("alarm").columns(COLUMNS);
        for row in some {
            statement.values_panic(row.iter().cloned().map(Expr::from));
        }
        let replaced = COLUMNS.into_iter().skip(2);
        statement.on_conflict(OnConflict::columns(["source_id", "external_key"]).update_columns(replaced).to_owned());
        save.transaction.execute(&statement).await?;
    }
    Ok(())
}

async fn remove(save: &Save<'_>, keys: &[String]) -> Result<(), StoreError> {
    for some in keys.chunks(statements::ROWS) {
        let statement = Query::delete()
            .from_table("alarm")
            .and_where(Expr::col("source_id").eq(save.source.0))
            .and_where(Expr::col("external_key").is_in(some.iter().cloned()))
            .take();
        save.transaction.execute(&statement).await?;
    }
    Ok(())
}

//! The history of changes, newest first.

use model::{
    change::{ChangeAction, ChangeQuery, ChangeView},
    ids::{ObjectId, RunId, SourceId},
    inventory::ObjectKind,
    table::{PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX, Page},
};
use sea_orm::{ConnectionTrait, QueryResult};

use super::{read::Columns, sql::Sql};
use crate::{Database, StoreError};

pub async fn changes(db: &Database, query: &ChangeQuery) -> Result<Page<ChangeView>, StoreError> {
    let page = query.page.max(1);
    let page_size = if query.page_size == 0 { PAGE_SIZE_DEFAULT } else { query.page_size.min(PAGE_SIZE_MAX) };
    let mut count = Sql::new(db, "SELECT count(*) FROM change c WHERE TRUE");
    restrict(&mut count, query);
    let total: i64 = match db.read().query_one_raw(count.statement()).await? {
        Some(row) => row.try_get_by_index(0)?,
        None => 0,
    };
    let offset = (page - 1).saturating_mul(page_size).min(i64::MAX as u64);
    Ok(Page { rows: rows(db, query, page_size, offset).await?, total: total as u64, page, page_size })
}

/// Some changes, without counting all of them.
pub(super) async fn rows(
    db: &Database,
    query: &ChangeQuery,
    limit: u64,
    offset: u64,
) -> Result<Vec<ChangeView>, StoreError> {
    let mut sql = Sql::new(
        db,
        "SELECT c.id, c.at_ms, c.run_id, c.source_id, src.name AS source_name, c.kind, c.object_id, c.object_name, \
         c.action, c.field, c.old_value, c.new_value FROM change c JOIN source src ON src.id = c.source_id WHERE TRUE",
    );
    restrict(&mut sql, query);
    sql.push(" ORDER BY c.id DESC LIMIT ").bind(limit as i64).push(" OFFSET ").bind(offset as i64);
    db.read().query_all_raw(sql.statement()).await?.iter().map(view).collect()
}

fn restrict(sql: &mut Sql, query: &ChangeQuery) {
    if let Some(kind) = query.kind {
        sql.push(" AND c.kind = ").bind(kind.key());
    }
    if let Some(object) = query.object {
        sql.push(" AND c.object_id = ").bind(object.0);
    }
    if let Some(source) = query.source {
        sql.push(" AND c.source_id = ").bind(source.0);
    }
    if let Some(run) = query.run {
        sql.push(" AND c.run_id = ").bind(run.0);
    }
    if let Some(action) = query.action {
        sql.push(" AND c.action = ").bind(action.key());
    }
}

fn view(row: &QueryResult) -> Result<ChangeView, StoreError> {
    let row = Columns(row);
    Ok(ChangeView {
        id: row.get("id")?,
        at_ms: row.get("at_ms")?,
        run: RunId(row.get("run_id")?),
        source: SourceId(row.get("source_id")?),
        source_name: row.get("source_name")?,
        kind: row.word("kind", ObjectKind::from_key)?,
        object: ObjectId(row.get("object_id")?),
        object_name: row.get("object_name")?,
        action: row.word("action", ChangeAction::from_key)?,
        field: row.get("field")?,
        old: row.get("old_value")?,
        new: row.get("new_value")?,
    })
}

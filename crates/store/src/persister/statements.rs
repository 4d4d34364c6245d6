//! Bulk statements: a few hundred rows at a time, every column set.

use model::inventory::ObjectKind;
use sea_orm::{
    ConnectionTrait, DatabaseTransaction,
    sea_query::{Expr, ExprTrait, OnConflict, Query, Value},
};

use crate::StoreError;

/// Rows of one statement. SQLite takes 32,766 values in one, PostgreSQL 65,535; the widest table has 33 columns.
pub(super) const ROWS: usize = 400;
/// Keys of one `IN` list.
const KEYS: usize = 1_000;

/// Inserts rows, or replaces those whose key exists. Columns in `kept` are not replaced. Keys must not repeat.
pub(super) async fn upsert(
    transaction: &DatabaseTransaction,
    table: &'static str,
    key: &'static str,
    columns: &[&'static str],
    kept: &[&str],
    rows: Vec<Vec<Value>>,
) -> Result<(), StoreError> {
    let replaced: Vec<&'static str> =
        columns.iter().copied().filter(|column| *column != key && !kept.contains(column)).collect();
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let mut statement = Query::insert();
        statement.into_table(table).columns(columns.iter().copied());
        for row in rows.by_ref().take(ROWS) {
            statement.values_panic(row.into_iter().map(Expr::from));
        }
        statement.on_conflict(OnConflict::column(key).update_columns(replaced.iter().copied()).to_owned());
        transaction.execute(&statement).await?;
    }
    Ok(())
}

/// Inserts rows that are not there.
pub(super) async fn insert(
    transaction: &DatabaseTransaction,
    table: &'static str,
    columns: &[&'static str],
    rows: Vec<Vec<Value>>,
) -> Result<(), StoreError> {
    let mut rows = rows.into_iter().peekable();
    while rows.peek().is_some() {
        let mut statement = Query::insert();
        statement.into_table(table).columns(columns.iter().copied());
        for row in rows.by_ref().take(ROWS) {
            statement.values_panic(row.into_iter().map(Expr::from));
        }
        transaction.execute(&statement).await?;
    }
    Ok(())
}

pub(super) async fn archive(
    transaction: &DatabaseTransaction,
    kind: ObjectKind,
    ids: &[i64],
    now_ms: i64,
) -> Result<(), StoreError> {
    for some in ids.chunks(KEYS) {
        let statement = Query::update()
            .table(kind.key())
            .value("archived_at_ms", now_ms)
            .and_where(Expr::col("id").is_in(some.iter().copied()))
            .take();
        transaction.execute(&statement).await?;
    }
    Ok(())
}

/// Reads `columns` of the rows with these keys, in no order.
pub(super) async fn rows_of(
    transaction: &DatabaseTransaction,
    table: &'static str,
    key: &'static str,
    columns: &[&'static str],
    ids: &[i64],
) -> Result<Vec<sea_orm::QueryResult>, StoreError> {
    let mut rows = Vec::with_capacity(ids.len());
    for some in ids.chunks(KEYS) {
        let statement = Query::select()
            .columns(columns.iter().copied())
            .from(table)
            .and_where(Expr::col(key).is_in(some.iter().copied()))
            .take();
        rows.extend(transaction.query_all(&statement).await?);
    }
    Ok(rows)
}

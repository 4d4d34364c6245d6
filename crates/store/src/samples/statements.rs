//! Bulk statements of samples: many rows at a time, numbers written out and bytes bound.

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, QueryResult, Statement, sea_query::Value};

use crate::StoreError;

/// Rows of one statement: three values each stay far below the limits of both databases.
const ROWS: usize = 500;
/// Keys of one `IN` list.
const KEYS: usize = 2_000;

/// Inserts rows of so many columns: `head VALUES (…), … tail`.
pub(super) async fn insert(
    transaction: &DatabaseTransaction,
    head: &str,
    columns: usize,
    tail: &str,
    rows: Vec<Vec<Value>>,
) -> Result<(), StoreError> {
    let backend = transaction.get_database_backend();
    let mut whole = String::new();
    let mut rows = rows.into_iter();
    loop {
        let values: Vec<Value> = rows.by_ref().take(ROWS).flatten().collect();
        let count = values.len() / columns;
        if count == 0 {
            return Ok(());
        }
        // Full statements have one text, which the database prepares once.
        let sql =
            if count == ROWS && !whole.is_empty() { whole.clone() } else { text(backend, head, columns, tail, count) };
        if count == ROWS && whole.is_empty() {
            whole.clone_from(&sql);
        }
        transaction.execute_raw(Statement::from_sql_and_values(backend, sql, values)).await?;
    }
}

fn text(backend: DbBackend, head: &str, columns: usize, tail: &str, rows: usize) -> String {
    let mut sql = format!("{head} VALUES ");
    for row in 0..rows {
        sql.push_str(if row == 0 { "(" } else { ", (" });
        for column in 0..columns {
            if column > 0 {
                sql.push_str(", ");
            }
            match backend {
                DbBackend::Postgres => {
                    sql.push('$');
                    sql.push_str(&(row * columns + column + 1).to_string());
                }
                _ => sql.push('?'),
            }
        }
        sql.push(')');
    }
    sql.push(' ');
    sql.push_str(tail);
    sql
}

/// Rows of `SELECT … IN (keys) tail`, in no order beyond that of a few thousand keys.
pub(super) async fn rows_of(
    connection: &impl ConnectionTrait,
    select: &str,
    keys: &[i64],
) -> Result<Vec<QueryResult>, StoreError> {
    let mut rows = Vec::new();
    for some in keys.chunks(KEYS) {
        let sql = format!("{select} IN ({})", list(some));
        rows.extend(query(connection, &sql).await?);
    }
    Ok(rows)
}

pub(super) async fn query(connection: &impl ConnectionTrait, sql: &str) -> Result<Vec<QueryResult>, StoreError> {
    Ok(connection.query_all_raw(Statement::from_string(connection.get_database_backend(), sql)).await?)
}

pub(super) async fn execute(connection: &impl ConnectionTrait, sql: &str) -> Result<u64, StoreError> {
    let done = connection.execute_raw(Statement::from_string(connection.get_database_backend(), sql)).await?;
    Ok(done.rows_affected())
}

/// `1, 2, 3`; `NULL` where there is none, because an empty list is an error on PostgreSQL.
pub(super) fn list(keys: &[i64]) -> String {
    if keys.is_empty() {
        return "NULL".to_owned();
    }
    keys.iter().map(i64::to_string).collect::<Vec<_>>().join(", ")
}

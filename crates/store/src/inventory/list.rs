//! Pages of tables, and whole tables for export.
//!
//! Two steps: the keys of the wanted rows in their order, from indices where they can answer, then the rows of these keys.

use std::collections::HashMap;

use futures::stream::{self, BoxStream, StreamExt};
use model::{
    filter::Filter,
    ids::ObjectId,
    table::{Page, Sort, TableQuery, TableRow},
};
use sea_orm::{ConnectionTrait, QueryResult, Statement};

use super::{
    condition::Fields,
    sql::{Sql, id_list},
};
use crate::{Database, QueryError, StoreError};

/// Columns of every list's rows, for `read::Columns`.
const COMMON: &str = "t.id, t.name, t.source_id, src.name AS source_name, src.kind AS source_kind, t.first_seen_ms, \
                      t.archived_at_ms, s.last_seen_ms";
/// Rows of one step of an export.
const EXPORT_ROWS: usize = 500;

/// How one table is listed. Only this crate can say.
pub struct Listing<R> {
    pub(super) table: &'static str,
    pub(super) fields: Fields,
    /// What is read besides the common columns, from which further tables. `t` is the table itself, `s` its state.
    pub(super) columns: &'static str,
    pub(super) joins: &'static str,
    pub(super) read: fn(&QueryResult) -> Result<R, StoreError>,
}

/// A row that the store can list.
pub trait Listed: TableRow {
    #[doc(hidden)]
    fn listing() -> Listing<Self>;
}

/// Rows of an export, some hundred at a time.
pub type RowPages<R> = BoxStream<'static, Result<Vec<R>, StoreError>>;

/// One page of a table. A page beyond the last one is empty and still tells the total.
pub async fn list<R: Listed>(db: &Database, query: &TableQuery) -> Result<Page<R>, QueryError> {
    let listing = R::listing();
    let (page, page_size) = (query.page(), query.page_size());
    let count = count_statement(db, &listing, query)?;
    let offset = (page - 1).saturating_mul(page_size).min(i64::MAX as u64);
    let keys = keys_statement(db, &listing, query, Some((page_size, offset)))?;
    let total: i64 = match db.read().query_one_raw(count).await? {
        Some(row) => row.try_get_by_index(0)?,
        None => 0,
    };
    let ids = if offset < total as u64 { read_keys(db.read(), keys).await? } else { Vec::new() };
    let rows = rows_of(db.read(), db, &listing, &ids).await?;
    Ok(Page { rows, total: total as u64, page, page_size })
}

/// All rows that a query matches, as they are at one moment; its page is ignored.
pub async fn export<R: Listed>(db: &Database, query: &TableQuery) -> Result<RowPages<R>, QueryError> {
    let snapshot = db.snapshot().await?;
    let ids = read_keys(&snapshot, keys_statement(db, &R::listing(), query, None)?).await?;
    let chunks: Vec<Vec<i64>> = ids.chunks(EXPORT_ROWS).map(<[i64]>::to_vec).collect();
    let state = (snapshot, db.clone(), chunks.into_iter());
    let pages = stream::try_unfold(state, |(snapshot, db, mut chunks)| async move {
        let Some(ids) = chunks.next() else { return Ok(None) };
        let rows = rows_of(&snapshot, &db, &R::listing(), &ids).await?;
        Ok(Some((rows, (snapshot, db, chunks))))
    });
    Ok(pages.boxed())
}

/// One row, archived or not.
pub(super) async fn row<R: Listed>(db: &Database, id: ObjectId) -> Result<Option<R>, StoreError> {
    Ok(rows_of(db.read(), db, &R::listing(), &[id.0]).await?.pop())
}

fn count_statement<R>(db: &Database, listing: &Listing<R>, query: &TableQuery) -> Result<Statement, QueryError> {
    let mut sql = Sql::new(db, "SELECT count(*)");
    restrict(&mut sql, listing, &query.filter, query.archived)?;
    Ok(sql.statement())
}

fn keys_statement<R>(
    db: &Database,
    listing: &Listing<R>,
    query: &TableQuery,
    page: Option<(u64, u64)>,
) -> Result<Statement, QueryError> {
    let mut sql = Sql::new(db, "SELECT t.id");
    restrict(&mut sql, listing, &query.filter, query.archived)?;
    order(&mut sql, listing, query.sort.as_ref())?;
    if let Some((limit, offset)) = page {
        sql.push(" LIMIT ").bind(limit as i64).push(" OFFSET ").bind(offset as i64);
    }
    Ok(sql.statement())
}

fn restrict<R>(sql: &mut Sql, listing: &Listing<R>, filter: &Filter, archived: bool) -> Result<(), QueryError> {
    sql.push(" FROM ").push(listing.table).push(" t WHERE ");
    sql.push(if archived { "TRUE" } else { "t.archived_at_ms IS NULL" });
    listing.fields.restrict(sql, filter)
}

/// By the wanted column, unknown values last, and by key among equals, so that pages neither repeat nor miss a row.
fn order<R>(sql: &mut Sql, listing: &Listing<R>, sort: Option<&Sort>) -> Result<(), QueryError> {
    let (column, descending) = sort.map_or(("name", false), |sort| (sort.column.as_str(), sort.descending));
    let field = listing.fields.find(column)?;
    let (expression, nullable) =
        field.order().ok_or_else(|| QueryError::BadOperator { field: column.to_owned(), op: "an order" })?;
    let direction = if descending { " DESC" } else { " ASC" };
    sql.push(" ORDER BY ").push(&expression).push(direction).push(if nullable { " NULLS LAST" } else { "" });
    sql.push(", t.id").push(direction);
    Ok(())
}

async fn read_keys(connection: &impl ConnectionTrait, statement: Statement) -> Result<Vec<i64>, StoreError> {
    let rows = connection.query_all_raw(statement).await?;
    Ok(rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?)
}

/// The rows of these keys, in their order; keys without a row are left out.
async fn rows_of<R>(
    connection: &impl ConnectionTrait,
    db: &Database,
    listing: &Listing<R>,
    ids: &[i64],
) -> Result<Vec<R>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let Listing { table, columns, joins, .. } = listing;
    let sql = format!(
        "SELECT {COMMON}, {columns} FROM {table} t JOIN source src ON src.id = t.source_id \
         LEFT JOIN {table}_state s ON s.{table}_id = t.id {joins} WHERE t.id IN ({})",
        id_list(ids)
    );
    let mut found = HashMap::with_capacity(ids.len());
    for row in connection.query_all_raw(Statement::from_string(db.sql_backend(), sql)).await? {
        let id: i64 = row.try_get_by_index(0)?;
        found.insert(id, (listing.read)(&row)?);
    }
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

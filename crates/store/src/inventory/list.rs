//! Pages of tables, and whole tables for export.
//!
//! Two steps: the keys of the wanted rows in their order, from indices where they can answer, then the rows of these keys.

use std::collections::HashMap;

use futures::stream::{self, BoxStream, StreamExt};
use model::{
    ids::ObjectId,
    table::{Page, Sort, TableQuery, TableRow},
};
use sea_orm::{ConnectionTrait, QueryResult, Statement};

use super::{
    condition::Fields,
    sql::{Sql, id_list},
};
use crate::{Backend, Database, QueryError, StoreError};

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
    /// Which rows stand in no list: ` AND …`, or nothing.
    pub(super) hidden: &'static str,
    pub(super) read: fn(&QueryResult) -> Result<R, StoreError>,
    /// Which index SQLite should use, from the sort and whether there are bare words: ` INDEXED BY …`, or nothing.
    pub(super) hint: fn(&str, bool) -> &'static str,
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
    let offset = (page - 1).saturating_mul(page_size).min(i64::MAX as u64);
    let (ids, total) = keys_and_total(db, &listing, query, page_size, offset).await?;
    let rows = rows_of(db.read(), db, &listing, &ids).await?;
    Ok(Page { rows, total, page, page_size })
}

/// With a filter, one statement finds and counts: looking at every row once is what costs. Without one, indices tell
/// both the page and the count.
async fn keys_and_total<R>(
    db: &Database,
    listing: &Listing<R>,
    query: &TableQuery,
    limit: u64,
    offset: u64,
) -> Result<(Vec<i64>, u64), QueryError> {
    let counted = !query.filter.is_empty();
    let keys = keys_statement(db, listing, query, counted, Some((limit, offset)))?;
    let rows = db.read().query_all_raw(keys).await?;
    let ids = rows.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?;
    if let Some(row) = rows.first().filter(|_| counted) {
        return Ok((ids, row.try_get_by_index::<i64>(1)? as u64));
    }
    if counted && offset == 0 {
        return Ok((ids, 0));
    }
    let mut count = Sql::new(db, "SELECT count(*)");
    restrict(&mut count, listing, query, "")?;
    let row = db.read().query_one_raw(count.statement()).await?;
    Ok((ids, row.map_or(Ok(0_i64), |row| row.try_get_by_index(0))? as u64))
}

/// All rows that a query matches, as they are at one moment; its page is ignored.
pub async fn export<R: Listed>(db: &Database, query: &TableQuery) -> Result<RowPages<R>, QueryError> {
    let snapshot = db.snapshot().await?;
    let ids = read_keys(&snapshot, keys_statement(db, &R::listing(), query, false, None)?).await?;
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

fn keys_statement<R>(
    db: &Database,
    listing: &Listing<R>,
    query: &TableQuery,
    counted: bool,
    page: Option<(u64, u64)>,
) -> Result<Statement, QueryError> {
    let mut sql = Sql::new(db, if counted { "SELECT t.id, count(*) OVER ()" } else { "SELECT t.id" });
    restrict(&mut sql, listing, query, hint(db, listing, query))?;
    order(&mut sql, listing, query.sort.as_ref())?;
    if let Some((limit, offset)) = page {
        sql.push(" LIMIT ").bind(limit as i64).push(" OFFSET ").bind(offset as i64);
    }
    Ok(sql.statement())
}

/// What SQLite is told about indices. It takes every partial index for a selective one and would walk through the rows
/// in the order of whichever it likes.
fn hint<R>(db: &Database, listing: &Listing<R>, query: &TableQuery) -> &'static str {
    if db.backend() != Backend::Sqlite || query.archived {
        return "";
    }
    let words = query.filter.terms.iter().any(|term| term.field.is_none());
    if query.filter.is_empty() || words {
        (listing.hint)(query.sort.as_ref().map_or("name", |sort| sort.column.as_str()), words)
    } else {
        ""
    }
}

fn restrict<R>(sql: &mut Sql, listing: &Listing<R>, query: &TableQuery, hint: &str) -> Result<(), QueryError> {
    sql.push(" FROM ").push(listing.table).push(" t").push(hint).push(" WHERE ");
    sql.push(if query.archived { "TRUE" } else { "t.archived_at_ms IS NULL" }).push(listing.hidden);
    listing.fields.restrict(sql, &query.filter)
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

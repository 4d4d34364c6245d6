//! The first schema: accounts, sources and their runs, the inventory, its changes.
//!
//! Keys are 64 bits wide, times are UTC milliseconds (`…_ms`), words of an enum are text, `NULL` means unknown.

mod accounts;
mod changes;
mod inventory;
mod places;
mod sources;
mod storage;

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, big_integer_null, boolean_null, text, text_null},
};

pub(crate) struct Initial;

impl MigrationName for Initial {
    fn name(&self) -> &'static str {
        "m0001_initial"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Initial {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        accounts::create(manager).await?;
        sources::create(manager).await?;
        places::create(manager).await?;
        storage::create(manager).await?;
        inventory::create(manager).await?;
        changes::create(manager).await
    }
}

/// Creates a table of objects. PostgreSQL would sort `name_key` by the database's language; it is made to sort by bytes.
async fn create_objects(manager: &SchemaManager<'_>, table: TableCreateStatement, name: &str) -> Result<(), DbErr> {
    manager.create_table(table).await?;
    if manager.get_database_backend() == sea_orm_migration::sea_orm::DbBackend::Postgres {
        let collate = format!("ALTER TABLE {name} ALTER COLUMN name_key TYPE text COLLATE \"C\"");
        manager.get_connection().execute_unprepared(&collate).await?;
    }
    Ok(())
}

/// A generated key. AUTOINCREMENT on SQLite: an id is never given to a second row.
fn key() -> ColumnDef {
    let mut column = ColumnDef::new("id");
    column.big_integer().not_null().auto_increment().primary_key();
    column
}

/// A key that is another row's: tables that hold one row for each row of another.
fn shared_key(name: &'static str) -> ColumnDef {
    let mut column = ColumnDef::new(name);
    column.big_integer().not_null().primary_key();
    column
}

fn references(
    from: (&'static str, &'static str),
    to: &'static str,
    on_delete: ForeignKeyAction,
) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .name(format!("fk_{}_{}", from.0, from.1))
        .from(from.0, from.1)
        .to(to, "id")
        .on_delete(on_delete)
        .to_owned()
}

/// What every object of the inventory has. `name_key` sorts `web2` before `web10`; `search` is lower-case text that a
/// bare word of a filter is looked for in.
fn object_table(name: &'static str) -> TableCreateStatement {
    Table::create()
        .table(name)
        .col(key())
        .col(big_integer("source_id"))
        .col(text("external_id"))
        .col(text("name"))
        .col(text("name_key"))
        .col(text("search"))
        .col(binary("content_hash"))
        .col(big_integer("first_seen_ms"))
        .col(big_integer_null("archived_at_ms"))
        .foreign_key(&mut references((name, "source_id"), "source", ForeignKeyAction::Cascade))
        .to_owned()
}

fn binary(name: &'static str) -> ColumnDef {
    let mut column = ColumnDef::new(name);
    column.blob().not_null();
    column
}

fn numbers(table: &mut TableCreateStatement, names: &[&'static str]) {
    for name in names {
        table.col(big_integer_null(*name));
    }
}

fn texts(table: &mut TableCreateStatement, names: &[&'static str]) {
    for name in names {
        table.col(text_null(*name));
    }
}

fn flags(table: &mut TableCreateStatement, names: &[&'static str]) {
    for name in names {
        table.col(boolean_null(*name));
    }
}

/// Columns that point to other objects of the same source; the objects are archived, not deleted, so the pointers hold.
fn pointers(table: &mut TableCreateStatement, owner: &'static str, columns: &[(&'static str, &'static str)]) {
    for (column, target) in columns {
        table.col(big_integer_null(*column));
        table.foreign_key(&mut references((owner, *column), target, ForeignKeyAction::SetNull));
    }
}

/// The volatile state of a kind: one narrow row for each object, rewritten by every sync.
async fn create_state(
    manager: &SchemaManager<'_>,
    name: &'static str,
    owner: &'static str,
    owner_id: &'static str,
    figures: &[&'static str],
) -> Result<(), DbErr> {
    let mut table = Table::create()
        .table(name)
        .col(shared_key(owner_id))
        .col(big_integer("last_seen_ms"))
        .foreign_key(&mut references((name, owner_id), owner, ForeignKeyAction::Cascade))
        .to_owned();
    // Networks have no state but having been seen.
    if !figures.is_empty() {
        table.col(text("health"));
    }
    numbers(&mut table, figures);
    manager.create_table(table).await
}

/// The whole configuration of an object as a JSON document, apart from the columns so that lists stay narrow.
async fn create_document(
    manager: &SchemaManager<'_>,
    name: &'static str,
    owner: &'static str,
    owner_id: &'static str,
) -> Result<(), DbErr> {
    let table = Table::create()
        .table(name)
        .col(shared_key(owner_id))
        .col(text("document"))
        .foreign_key(&mut references((name, owner_id), owner, ForeignKeyAction::Cascade))
        .to_owned();
    manager.create_table(table).await
}

/// A relation between two kinds, readable in both directions.
async fn create_relation(
    manager: &SchemaManager<'_>,
    name: &'static str,
    left: (&'static str, &'static str),
    right: (&'static str, &'static str),
) -> Result<(), DbErr> {
    let table = Table::create()
        .table(name)
        .col(big_integer(left.0))
        .col(big_integer(right.0))
        .primary_key(Index::create().name(format!("pk_{name}")).col(left.0).col(right.0))
        .foreign_key(&mut references((name, left.0), left.1, ForeignKeyAction::Cascade))
        .foreign_key(&mut references((name, right.0), right.1, ForeignKeyAction::Cascade))
        .to_owned();
    manager.create_table(table).await?;
    run(manager, &[format!("CREATE INDEX ix_{name}_back ON {name} ({}, {})", right.0, left.0)]).await
}

async fn run(manager: &SchemaManager<'_>, statements: &[impl AsRef<str> + Sync]) -> Result<(), DbErr> {
    for statement in statements {
        manager.get_connection().execute_unprepared(statement.as_ref()).await?;
    }
    Ok(())
}

//! Measurements: a directory of series, recent samples in slabs, older ones in daily chunks with their rollups.
//!
//! A chunk's key is `day << 32 | series`, so that a day is one range: folding appends, pruning takes away whole pages, and a
//! series over thirty days is thirty keys. Chunks, rollups and slabs have no foreign key: a series that lost its source is
//! not read any more, and pruning takes what is left of it in small transactions.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, big_integer_null, text},
    sea_orm::DbBackend,
};

pub(crate) struct Samples;

impl MigrationName for Samples {
    fn name(&self) -> &'static str {
        "m0003_samples"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Samples {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        create_series(manager).await?;
        create_cursor(manager).await?;
        let slab = Table::create()
            .table("sample_slab")
            .col(generated_key())
            // The upper bits of the series' ids: 1,024 series a block.
            .col(big_integer("block"))
            // The end of the interval.
            .col(big_integer("slot_ms"))
            .col(big_integer("grain_s"))
            .col(bytes("data"))
            .to_owned();
        manager.create_table(slab).await?;
        manager
            .create_table(Table::create().table("sample_chunk").col(given_key()).col(bytes("data")).to_owned())
            .await?;
        let mut hourly = ColumnDef::new("hourly");
        hourly.blob().null();
        let rollup = Table::create().table("sample_rollup").col(given_key()).col(bytes("daily")).col(hourly).to_owned();
        manager.create_table(rollup).await?;
        run(manager, &["CREATE INDEX ix_sample_slab_place ON sample_slab (block, slot_ms)"]).await?;
        if manager.get_database_backend() == DbBackend::Postgres {
            // They are packed already: trying to compress them again costs time and yields nothing.
            run(
                manager,
                &[
                    "ALTER TABLE sample_slab ALTER COLUMN data SET STORAGE EXTERNAL",
                    "ALTER TABLE sample_chunk ALTER COLUMN data SET STORAGE EXTERNAL",
                    "ALTER TABLE sample_rollup ALTER COLUMN hourly SET STORAGE EXTERNAL",
                ],
            )
            .await?;
        }
        Ok(())
    }
}

async fn create_series(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let series = Table::create()
        .table("sample_series")
        .col(generated_key())
        // Empty where the source was deleted with its inventory: nobody reads it, and pruning takes it away.
        .col(big_integer_null("source_id"))
        .col(text("kind"))
        .col(big_integer("object_id"))
        .col(text("metric"))
        // The finest that ever came.
        .col(big_integer("grain_s"))
        // The beginning of the first interval.
        .col(big_integer("first_ms"))
        // The end of the last interval that is in a chunk.
        .col(big_integer_null("chunked_ms"))
        .foreign_key(
            ForeignKey::create()
                .name("fk_sample_series_source_id")
                .from("sample_series", "source_id")
                .to("source", "id")
                .on_delete(ForeignKeyAction::SetNull),
        )
        .to_owned();
    manager.create_table(series).await?;
    run(
        manager,
        &[
            "CREATE UNIQUE INDEX ux_sample_series_object ON sample_series (kind, object_id, metric)",
            "CREATE INDEX ix_sample_series_metric ON sample_series (kind, metric)",
            "CREATE INDEX ix_sample_series_source ON sample_series (source_id)",
        ],
    )
    .await
}

/// Up to where each source has been read.
async fn create_cursor(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut key = ColumnDef::new("source_id");
    key.big_integer().not_null().primary_key();
    let cursor = Table::create()
        .table("sample_cursor")
        .col(key)
        .col(big_integer("until_ms"))
        .foreign_key(
            ForeignKey::create()
                .name("fk_sample_cursor_source_id")
                .from("sample_cursor", "source_id")
                .to("source", "id")
                .on_delete(ForeignKeyAction::Cascade),
        )
        .to_owned();
    manager.create_table(cursor).await
}

fn generated_key() -> ColumnDef {
    let mut column = ColumnDef::new("id");
    column.big_integer().not_null().auto_increment().primary_key();
    column
}

fn given_key() -> ColumnDef {
    let mut column = ColumnDef::new("id");
    column.big_integer().not_null().primary_key();
    column
}

fn bytes(name: &'static str) -> ColumnDef {
    let mut column = ColumnDef::new(name);
    column.blob().not_null();
    column
}

async fn run(manager: &SchemaManager<'_>, statements: &[&str]) -> Result<(), DbErr> {
    for statement in statements {
        manager.get_connection().execute_unprepared(statement).await?;
    }
    Ok(())
}

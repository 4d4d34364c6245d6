//! When a source is measured, and how that went: a schedule beside the one of its syncs.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, big_integer_null, boolean, text_null},
};

pub(crate) struct Measuring;

impl MigrationName for Measuring {
    fn name(&self) -> &'static str {
        "m0004_measuring"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Measuring {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut interval = big_integer_null("measure_interval_s");
        // Sources from before are measured every five minutes, as new ones are.
        interval.default(300);
        manager.alter_table(Table::alter().table("source").add_column(&mut interval).to_owned()).await?;
        let mut source = ForeignKey::create();
        source
            .name("fk_measuring_source")
            .from("measuring", "source_id")
            .to("source", "id")
            .on_delete(ForeignKeyAction::Cascade);
        let mut id = big_integer("source_id");
        id.primary_key();
        manager
            .create_table(
                Table::create()
                    .table("measuring")
                    .col(id)
                    .col(big_integer_null("next_ms"))
                    .col(text_null("lease_owner"))
                    .col(big_integer_null("lease_until_ms"))
                    .col(big_integer_null("started_at_ms"))
                    .col(big_integer_null("ended_at_ms"))
                    .col(big_integer_null("last_success_ms"))
                    // Samples that the last read brought.
                    .col(big_integer("samples"))
                    // JSON of `Failure` and of `Vec<RunIssue>`.
                    .col(text_null("failure"))
                    .col(text_null("issues"))
                    .col(big_integer("consecutive_failures"))
                    .col(boolean("needs_change"))
                    // How far back history has been read, from the first read on; what lies before it is still to come.
                    .col(big_integer_null("history_until_ms"))
                    .col(big_integer("history_failures"))
                    .foreign_key(&mut source)
                    .to_owned(),
            )
            .await
    }
}

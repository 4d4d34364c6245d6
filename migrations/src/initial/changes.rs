//! The history of changes and the alarms that are up.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, big_integer_null, boolean, text, text_null},
};

use super::{key, references, run};

pub(super) async fn create(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("change")
                .col(key())
                .col(big_integer("at_ms"))
                .col(big_integer("run_id"))
                .col(big_integer("source_id"))
                .col(text("kind"))
                .col(big_integer("object_id"))
                // As it was then: history reads the same after a rename.
                .col(text("object_name"))
                .col(text("action"))
                .col(text_null("field"))
                .col(text_null("old_value"))
                .col(text_null("new_value"))
                .foreign_key(&mut references(("change", "source_id"), "source", ForeignKeyAction::Cascade))
                .to_owned(),
        )
        .await?;
    manager
        .create_table(
            Table::create()
                .table("alarm")
                .col(key())
                .col(big_integer("source_id"))
                .col(text("external_key"))
                .col(text("kind"))
                .col(big_integer_null("object_id"))
                .col(text("object_name"))
                .col(text("name"))
                .col(text("health"))
                .col(big_integer_null("since_ms"))
                .col(boolean("acknowledged"))
                .foreign_key(&mut references(("alarm", "source_id"), "source", ForeignKeyAction::Cascade))
                .to_owned(),
        )
        .await?;
    run(
        manager,
        &[
            "CREATE INDEX ix_change_object ON change (kind, object_id, id)",
            "CREATE INDEX ix_change_source ON change (source_id, id)",
            "CREATE INDEX ix_change_run ON change (run_id, id)",
            "CREATE UNIQUE INDEX ux_alarm ON alarm (source_id, external_key)",
            "CREATE INDEX ix_alarm_object ON alarm (kind, object_id)",
        ],
    )
    .await
}

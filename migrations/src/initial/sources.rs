//! Sources, their sync runs and the issues of runs.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, big_integer_null, boolean, text, text_null},
};

use super::{key, references, run};

pub(super) async fn create(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut secret = ColumnDef::new("secret");
    secret.blob().null();
    manager
        .create_table(
            Table::create()
                .table("source")
                .col(key())
                .col(text("kind"))
                .col(text("name"))
                .col(text("endpoint"))
                .col(text("username"))
                // JSON of `model::source::TlsMode`.
                .col(text("tls"))
                .col(big_integer_null("sync_interval_s"))
                .col(boolean("enabled"))
                // Grows when the source is reached differently: a run of older settings says nothing about the new ones.
                .col(big_integer("settings_version"))
                // Sealed by `store::vault`; the row's identity is its associated data.
                .col(secret)
                .col(text_null("product"))
                .col(text_null("version"))
                .col(text_null("build"))
                .col(text_null("instance_uuid"))
                .col(big_integer_null("next_sync_ms"))
                .col(big_integer("consecutive_failures"))
                .col(boolean("needs_change"))
                .col(big_integer_null("last_success_ms"))
                .col(big_integer("created_at_ms"))
                // Deleted, but its archived inventory was kept and still needs the name.
                .col(big_integer_null("deleted_at_ms"))
                .to_owned(),
        )
        .await?;
    manager
        .create_table(
            Table::create()
                .table("sync_run")
                .col(key())
                .col(big_integer("source_id"))
                .col(text("state"))
                .col(text("cause"))
                .col(text_null("requested_by"))
                .col(big_integer("requested_at_ms"))
                .col(big_integer_null("started_at_ms"))
                .col(big_integer_null("finished_at_ms"))
                .col(boolean("cancel_requested"))
                .col(text_null("lease_owner"))
                .col(big_integer_null("heartbeat_at_ms"))
                .col(big_integer_null("lease_until_ms"))
                // JSON of `Vec<KindProgress>`, `Outcome` and `Failure`.
                .col(text("kinds"))
                .col(text_null("outcome"))
                .col(text_null("failure"))
                .col(big_integer("issue_count"))
                .foreign_key(&mut references(("sync_run", "source_id"), "source", ForeignKeyAction::Cascade))
                .to_owned(),
        )
        .await?;
    manager
        .create_table(
            Table::create()
                .table("run_issue")
                .col(key())
                .col(big_integer("run_id"))
                .col(text("severity"))
                .col(text_null("kind"))
                .col(text_null("external_id"))
                .col(text_null("object_name"))
                .col(text("message"))
                .col(text_null("advice"))
                .foreign_key(&mut references(("run_issue", "run_id"), "sync_run", ForeignKeyAction::Cascade))
                .to_owned(),
        )
        .await?;
    run(
        manager,
        &[
            "CREATE UNIQUE INDEX ux_source_name ON source (name) WHERE deleted_at_ms IS NULL",
            "CREATE INDEX ix_sync_run_source ON sync_run (source_id, id)",
            // At most one run of a source is queued or running, whoever asks: the database holds the rule.
            "CREATE UNIQUE INDEX ux_sync_run_live ON sync_run (source_id) WHERE state IN ('queued', 'running')",
            "CREATE INDEX ix_sync_run_live ON sync_run (state, id) WHERE state IN ('queued', 'running')",
            "CREATE INDEX ix_run_issue_run ON run_issue (run_id, id)",
        ],
    )
    .await
}

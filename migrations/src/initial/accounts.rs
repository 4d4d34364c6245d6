//! People, their sessions and preferences, failed sign-ins, settings.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, big_integer_null, boolean, text, text_null},
};

use super::{binary, key, references, run};

pub(super) async fn create(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("app_user")
                .col(key())
                .col(text("name"))
                // Lower case: `Anna` and `anna` are the same person.
                .col(text("name_folded").unique_key().take())
                .col(text("role"))
                .col(text("password_hash"))
                .col(boolean("disabled"))
                .col(boolean("must_change_password"))
                // JSON of `model::account::Preferences`.
                .col(text("preferences"))
                .col(big_integer("created_at_ms"))
                .col(big_integer_null("last_sign_in_ms"))
                .to_owned(),
        )
        .await?;
    let mut id_hash = binary("id_hash");
    manager
        .create_table(
            Table::create()
                .table("session")
                // SHA-256 of the cookie's value: the table alone signs nobody in.
                .col(id_hash.primary_key())
                .col(big_integer_null("user_id"))
                .col(binary("record"))
                .col(text_null("address"))
                .col(text_null("user_agent"))
                .col(big_integer("created_at_ms"))
                .col(big_integer("last_seen_ms"))
                .col(big_integer("expires_at_ms"))
                .foreign_key(&mut references(("session", "user_id"), "app_user", ForeignKeyAction::Cascade))
                .to_owned(),
        )
        .await?;
    manager
        .create_table(
            Table::create()
                .table("login_attempt")
                // `account:anna` or `address:192.0.2.7`.
                .col(text("subject").primary_key().take())
                .col(big_integer("failures"))
                .col(big_integer("last_failure_ms"))
                .col(big_integer("blocked_until_ms"))
                .to_owned(),
        )
        .await?;
    manager
        .create_table(
            Table::create()
                .table("setting")
                .col(text("name").primary_key().take())
                // JSON of the setting's type.
                .col(text("value"))
                .to_owned(),
        )
        .await?;
    run(
        manager,
        &[
            "CREATE INDEX ix_session_user ON session (user_id)",
            "CREATE INDEX ix_session_expiry ON session (expires_at_ms)",
        ],
    )
    .await
}

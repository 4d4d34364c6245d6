//! Which machine of a monitoring system is which machine of a platform: found by evidence, or said by a person.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, text, text_null},
};

pub(crate) struct Links;

impl MigrationName for Links {
    fn name(&self) -> &'static str {
        "m0005_links"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Links {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let to_vm = |column: &'static str| {
            ForeignKey::create()
                .name(format!("fk_machine_link_{column}"))
                .from("machine_link", column)
                .to("vm", "id")
                .on_delete(ForeignKeyAction::Cascade)
                .to_owned()
        };
        manager
            .create_table(
                Table::create()
                    .table("machine_link")
                    .col(big_integer("monitored_id"))
                    .col(big_integer("platform_id"))
                    // `linked`, `suggested` or `refused`.
                    .col(text("state"))
                    .col(text("rung"))
                    .col(text("evidence"))
                    .col(big_integer("since_ms"))
                    // The person who decided; what evidence alone says has none and may change with it.
                    .col(text_null("decided_by"))
                    .primary_key(Index::create().col("monitored_id").col("platform_id"))
                    .foreign_key(&mut to_vm("monitored_id"))
                    .foreign_key(&mut to_vm("platform_id"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create().name("ix_machine_link_platform").table("machine_link").col("platform_id").to_owned(),
            )
            .await
    }
}

//! A person's own measurements: which query of a Prometheus, or which items of a Zabbix, tell which metric.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer, double, text},
};

pub(crate) struct Mappings;

impl MigrationName for Mappings {
    fn name(&self) -> &'static str {
        "m0006_mappings"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Mappings {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut id = ColumnDef::new("id");
        id.big_integer().not_null().auto_increment().primary_key();
        let mut source = ForeignKey::create();
        source
            .name("fk_metric_mapping_source")
            .from("metric_mapping", "source_id")
            .to("source", "id")
            .on_delete(ForeignKeyAction::Cascade);
        manager
            .create_table(
                Table::create()
                    .table("metric_mapping")
                    .col(id)
                    .col(big_integer("source_id"))
                    .col(text("metric"))
                    // A query, or a pattern of item keys.
                    .col(text("selector"))
                    .col(double("factor"))
                    .foreign_key(&mut source)
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                Index::create().name("ix_metric_mapping_source").table("metric_mapping").col("source_id").to_owned(),
            )
            .await
    }
}

//! What Hyper-V tells of its machines and volumes and vCenter does not: dynamic memory, generation, replication, heartbeat.
//!
//! New columns only, empty until the next sync: nothing that is stored changes.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer_null, text_null},
};

pub(crate) struct Hyperv;

impl MigrationName for Hyperv {
    fn name(&self) -> &'static str {
        "m0002_hyperv"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Hyperv {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in ["generation", "memory_minimum_bytes", "memory_maximum_bytes"] {
            add(manager, "vm", big_integer_null(name)).await?;
        }
        add(manager, "vm", text_null("replication")).await?;
        for name in ["memory_demand_bytes", "last_replication_at_ms"] {
            add(manager, "vm_state", big_integer_null(name)).await?;
        }
        for name in ["heartbeat", "replication_state", "replication_health"] {
            add(manager, "vm_state", text_null(name)).await?;
        }
        add(manager, "datastore_state", text_null("owner_node")).await
    }
}

/// SQLite adds one column a statement.
async fn add(manager: &SchemaManager<'_>, table: &'static str, mut column: ColumnDef) -> Result<(), DbErr> {
    manager.alter_table(Table::alter().table(table).add_column(&mut column).to_owned()).await
}

//! Deleting a source, with its inventory or without.

use model::{ids::SourceId, inventory::ObjectKind, run::RunState, source::InventoryFate};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Statement, sea_query::Expr};

use crate::{
    Database, StoreError,
    entity::{source, sync_run},
    measuring,
};

/// Deletes a source. `Keep` archives its objects and leaves a row behind that still gives them their source's name;
/// `Remove` takes everything that came from it, the history of changes included. A run that is under way is cancelled.
pub async fn delete(db: &Database, id: SourceId, fate: InventoryFate, now_ms: i64) -> Result<(), StoreError> {
    let transaction = db.begin().await?;
    // A save holds its run before it touches anything else: whoever takes these in another order waits for it while it
    // waits back. So the runs come first, and a save that is under way ends before its source does.
    end_runs(&transaction, id, now_ms).await?;
    measuring::forget(&transaction, id).await?;
    match fate {
        InventoryFate::Keep => {
            let done = source::Entity::update_many()
                .col_expr(source::Column::DeletedAtMs, Expr::value(now_ms))
                .col_expr(source::Column::Enabled, Expr::value(false))
                .col_expr(source::Column::Secret, Expr::value(Option::<Vec<u8>>::None))
                .col_expr(source::Column::NextSyncMs, Expr::value(Option::<i64>::None))
                .filter(super::is(id))
                .exec(&transaction)
                .await?;
            if done.rows_affected == 0 {
                return Err(StoreError::NotFound("source"));
            }
            for kind in ObjectKind::ALL {
                let sql = format!(
                    "UPDATE {} SET archived_at_ms = {now_ms} WHERE source_id = {id} AND archived_at_ms IS NULL",
                    kind.key()
                );
                transaction.execute_raw(Statement::from_string(db.sql_backend(), sql)).await?;
            }
            let sql = format!("DELETE FROM alarm WHERE source_id = {id}");
            transaction.execute_raw(Statement::from_string(db.sql_backend(), sql)).await?;
        }
        InventoryFate::Remove => {
            // Machines first: what they point to then goes without looking for them.
            for table in ["vm", "resource_pool", "network", "datastore", "host", "cluster", "folder", "datacenter"] {
                let sql = format!("DELETE FROM {table} WHERE source_id = {id}");
                transaction.execute_raw(Statement::from_string(db.sql_backend(), sql)).await?;
            }
            let done = source::Entity::delete_by_id(id.0).exec(&transaction).await?;
            if done.rows_affected == 0 {
                return Err(StoreError::NotFound("source"));
            }
        }
    }
    Ok(transaction.commit().await?)
}

async fn end_runs(connection: &impl ConnectionTrait, id: SourceId, now_ms: i64) -> Result<(), StoreError> {
    sync_run::Entity::update_many()
        .col_expr(sync_run::Column::State, Expr::value(RunState::Cancelled.key()))
        .col_expr(sync_run::Column::FinishedAtMs, Expr::value(now_ms))
        .filter(sync_run::Column::SourceId.eq(id.0))
        .filter(sync_run::Column::State.is_in([RunState::Queued.key(), RunState::Running.key()]))
        .exec(connection)
        .await?;
    Ok(())
}

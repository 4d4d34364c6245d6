//! What people say of two records: that they are one machine, that they are two, or nothing any more.

use model::{
    identity::{LinkState, Rung},
    ids::ObjectId,
};
use sea_orm::{ConnectionTrait, Statement};

use crate::{Database, StoreError, database::Backend};

/// What a person says of two records. A machine is one machine: whatever else was linked with the monitored one is undone, and
/// what else the same system had linked with the platform's. The evidence of what was suggested stays beside the word.
pub async fn decide(
    db: &Database,
    (monitored, platform): (ObjectId, ObjectId),
    state: LinkState,
    by: &str,
    now_ms: i64,
) -> Result<(), StoreError> {
    let transaction = db.begin().await?;
    if state == LinkState::Linked {
        let others = format!(
            "DELETE FROM machine_link WHERE state <> 'refused' AND (monitored_id <> {monitored} OR platform_id <> {platform}) \
             AND (monitored_id = {monitored} OR (platform_id = {platform} AND monitored_id IN \
             (SELECT o.id FROM vm o JOIN vm m ON m.source_id = o.source_id WHERE m.id = {monitored})))"
        );
        transaction.execute_raw(Statement::from_string(db.sql_backend(), others)).await?;
    }
    let mark = |at: usize| if db.backend() == Backend::Postgres { format!("${at}") } else { "?".to_owned() };
    let sql = format!(
        "INSERT INTO machine_link (monitored_id, platform_id, state, rung, evidence, since_ms, decided_by) \
         VALUES ({monitored}, {platform}, '{}', '{}', '', {now_ms}, {}) \
         ON CONFLICT (monitored_id, platform_id) DO UPDATE SET state = excluded.state, since_ms = excluded.since_ms, \
         decided_by = excluded.decided_by",
        state.key(),
        Rung::Manual.key(),
        mark(1),
    );
    transaction.execute_raw(Statement::from_sql_and_values(db.sql_backend(), sql, [by.into()])).await?;
    Ok(transaction.commit().await?)
}

/// Takes back what a person has said; evidence counts again.
pub async fn forget(db: &Database, (monitored, platform): (ObjectId, ObjectId)) -> Result<(), StoreError> {
    let sql = format!(
        "DELETE FROM machine_link WHERE monitored_id = {monitored} AND platform_id = {platform} AND decided_by IS NOT NULL"
    );
    let transaction = db.begin().await?;
    let done = transaction.execute_raw(Statement::from_string(db.sql_backend(), sql)).await?;
    if done.rows_affected() == 0 {
        return Err(StoreError::NotFound("link"));
    }
    Ok(transaction.commit().await?)
}

//! The schedule of measurements: which sources are due, who measures one now, and how it went. The samples are `samples`'.

use std::collections::BTreeMap;

use model::{failure::Failure, ids::SourceId, measuring::MeasuringView, run::RunIssue, source::SourceKind};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect, Statement,
    sea_query::{Expr, OnConflict},
};

use crate::{
    Database, StoreError,
    entity::{measuring, setting, source},
    error::{from_json, to_json},
    settings,
};

use measuring::Column as C;

/// Sources that are due: enabled, with an interval, synced at least once, and measured by nobody now.
pub async fn due(db: &Database, now_ms: i64) -> Result<Vec<SourceId>, StoreError> {
    let join = "SELECT s.id FROM source s LEFT JOIN measuring m ON m.source_id = s.id \
         WHERE s.deleted_at_ms IS NULL AND s.enabled AND s.measure_interval_s IS NOT NULL \
         AND s.last_success_ms IS NOT NULL AND (m.needs_change IS NULL OR NOT m.needs_change)";
    let kinds: Vec<String> =
        SourceKind::ALL.into_iter().filter(|kind| kind.is_measured()).map(|kind| format!("'{}'", kind.key())).collect();
    let sql = format!(
        "{join} AND s.kind IN ({}) AND (m.next_ms IS NULL OR m.next_ms <= {now_ms}) \
         AND (m.lease_until_ms IS NULL OR m.lease_until_ms < {now_ms}) ORDER BY m.next_ms, s.id",
        kinds.join(", ")
    );
    let rows = db.read().query_all_raw(Statement::from_string(db.sql_backend(), sql)).await?;
    rows.iter().map(|row| Ok(SourceId(row.try_get_by_index(0)?))).collect()
}

/// Takes a source for as long as the lease lasts. False where another process was faster.
pub async fn claim(
    db: &Database,
    id: SourceId,
    owner: &str,
    now_ms: i64,
    lease_until_ms: i64,
) -> Result<bool, StoreError> {
    let row = measuring::ActiveModel {
        source_id: Set(id.0),
        next_ms: Set(None),
        lease_owner: Set(Some(owner.to_owned())),
        lease_until_ms: Set(Some(lease_until_ms)),
        started_at_ms: Set(Some(now_ms)),
        ended_at_ms: Set(None),
        last_success_ms: Set(None),
        samples: Set(0),
        failure: Set(None),
        issues: Set(None),
        consecutive_failures: Set(0),
        needs_change: Set(false),
        history_until_ms: Set(None),
        history_failures: Set(0),
    };
    let transaction = db.begin().await?;
    let is_new = measuring::Entity::insert(row)
        .on_conflict(OnConflict::column(C::SourceId).do_nothing().to_owned())
        .exec_without_returning(&transaction)
        .await?;
    let is_claimed = is_new > 0 || {
        let is_free = Condition::any().add(C::LeaseUntilMs.is_null()).add(C::LeaseUntilMs.lt(now_ms));
        // Another process may have measured it since it was found to be due.
        let is_due = Condition::any().add(C::NextMs.is_null()).add(C::NextMs.lte(now_ms));
        let taken = measuring::Entity::update_many()
            .col_expr(C::LeaseOwner, Expr::value(owner))
            .col_expr(C::LeaseUntilMs, Expr::value(lease_until_ms))
            .col_expr(C::StartedAtMs, Expr::value(now_ms))
            .filter(C::SourceId.eq(id.0))
            .filter(is_free)
            .filter(is_due)
            .exec(&transaction)
            .await?;
        taken.rows_affected == 1
    };
    transaction.commit().await?;
    Ok(is_claimed)
}

/// Renews the lease. False where it is somebody else's by now, or the source is gone.
pub async fn renew(db: &Database, id: SourceId, owner: &str, lease_until_ms: i64) -> Result<bool, StoreError> {
    let transaction = db.begin().await?;
    let renewed = measuring::Entity::update_many()
        .col_expr(C::LeaseUntilMs, Expr::value(lease_until_ms))
        .filter(C::SourceId.eq(id.0))
        .filter(C::LeaseOwner.eq(owner))
        .exec(&transaction)
        .await?;
    transaction.commit().await?;
    Ok(renewed.rows_affected == 1)
}

/// How a read of measurements ended.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ended {
    /// New measurements were read, whatever was missing from them.
    pub is_success: bool,
    pub next_ms: Option<i64>,
    pub samples: u64,
    pub failure: Option<Failure>,
    pub issues: Vec<RunIssue>,
    pub consecutive_failures: i64,
    pub needs_change: bool,
}

/// Writes how it went and gives the lease back. Does nothing where the lease is somebody else's.
pub async fn finish(db: &Database, id: SourceId, owner: &str, ended: &Ended, now_ms: i64) -> Result<(), StoreError> {
    let failure = ended.failure.as_ref().map(|failure| to_json("failure", failure)).transpose()?;
    let transaction = db.begin().await?;
    let mut change = measuring::Entity::update_many()
        .col_expr(C::NextMs, Expr::value(ended.next_ms))
        .col_expr(C::LeaseOwner, Expr::value(Option::<String>::None))
        .col_expr(C::LeaseUntilMs, Expr::value(Option::<i64>::None))
        .col_expr(C::EndedAtMs, Expr::value(now_ms))
        .col_expr(C::Samples, Expr::value(ended.samples as i64))
        .col_expr(C::Issues, Expr::value(to_json("issues", &ended.issues)?))
        .col_expr(C::ConsecutiveFailures, Expr::value(ended.consecutive_failures))
        .col_expr(C::NeedsChange, Expr::value(ended.needs_change))
        .filter(C::SourceId.eq(id.0))
        .filter(C::LeaseOwner.eq(owner));
    if ended.is_success {
        change = change.col_expr(C::LastSuccessMs, Expr::value(now_ms));
    }
    change = change.col_expr(C::Failure, Expr::value(failure));
    change.exec(&transaction).await?;
    Ok(transaction.commit().await?)
}

/// How far the reading of history has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// Everything after this moment was read; `None` before the first read.
    pub until_ms: Option<i64>,
    /// How often the slice before it has failed.
    pub failures: i64,
}

pub async fn history(db: &Database, id: SourceId) -> Result<History, StoreError> {
    let row = measuring::Entity::find_by_id(id.0).one(db.read()).await?;
    Ok(row.map_or_else(History::default, |row| History {
        until_ms: row.history_until_ms,
        failures: row.history_failures,
    }))
}

pub async fn set_history(db: &Database, id: SourceId, history: History) -> Result<(), StoreError> {
    let transaction = db.begin().await?;
    measuring::Entity::update_many()
        .col_expr(C::HistoryUntilMs, Expr::value(history.until_ms))
        .col_expr(C::HistoryFailures, Expr::value(history.failures))
        .filter(C::SourceId.eq(id.0))
        .exec(&transaction)
        .await?;
    Ok(transaction.commit().await?)
}

fn remembered_name(id: SourceId) -> String {
    format!("measuring_{id}_remembered")
}

/// What the last read of a source left for the next one; its connector alone understands it.
pub async fn remembered(db: &Database, id: SourceId) -> Result<Option<String>, StoreError> {
    settings::get(db, &remembered_name(id)).await
}

/// To be called after the samples were ingested: whoever is killed between reads them again, which does no harm.
pub async fn remember(db: &Database, id: SourceId, what: &str) -> Result<(), StoreError> {
    settings::set(db, &remembered_name(id), &what).await
}

/// For a source that is deleted.
pub(crate) async fn forget(connection: &impl ConnectionTrait, id: SourceId) -> Result<(), StoreError> {
    setting::Entity::delete_by_id(remembered_name(id)).exec(connection).await?;
    Ok(())
}

/// What went wrong before says nothing about a source that is reached differently now: it is due at once, and all
/// of it is read again: it may be another server's.
pub(crate) async fn reset(connection: &impl ConnectionTrait, id: SourceId) -> Result<(), StoreError> {
    measuring::Entity::update_many()
        .col_expr(C::NextMs, Expr::value(Option::<i64>::None))
        .col_expr(C::ConsecutiveFailures, Expr::value(0_i64))
        .col_expr(C::NeedsChange, Expr::value(false))
        .col_expr(C::HistoryUntilMs, Expr::value(Option::<i64>::None))
        .col_expr(C::HistoryFailures, Expr::value(0_i64))
        .filter(C::SourceId.eq(id.0))
        .exec(connection)
        .await?;
    forget(connection, id).await?;
    let sql = format!("DELETE FROM sample_cursor WHERE source_id = {id}");
    connection.execute_raw(Statement::from_string(connection.get_database_backend(), sql)).await?;
    Ok(())
}

/// The state of every source that was ever measured.
pub async fn states(db: &Database, now_ms: i64) -> Result<BTreeMap<SourceId, MeasuringView>, StoreError> {
    let rows = measuring::Entity::find()
        .join(
            JoinType::InnerJoin,
            measuring::Entity::belongs_to(source::Entity).from(C::SourceId).to(source::Column::Id).into(),
        )
        .filter(source::Column::DeletedAtMs.is_null())
        .order_by_asc(C::SourceId)
        .all(db.read())
        .await?;
    rows.into_iter().map(|row| Ok((SourceId(row.source_id), view(row, now_ms)?))).collect()
}

fn view(row: measuring::Model, now_ms: i64) -> Result<MeasuringView, StoreError> {
    Ok(MeasuringView {
        is_running: row.lease_until_ms.is_some_and(|until_ms| until_ms >= now_ms),
        next_ms: row.next_ms,
        ended_at_ms: row.ended_at_ms,
        last_success_ms: row.last_success_ms,
        samples: row.samples.max(0) as u64,
        failure: row.failure.as_deref().map(|text| from_json("failure", text)).transpose()?,
        issues: row.issues.as_deref().map(|text| from_json("issues", text)).transpose()?.unwrap_or_default(),
        consecutive_failures: row.consecutive_failures,
        needs_change: row.needs_change,
    })
}

/// Of one source.
pub async fn state(db: &Database, id: SourceId, now_ms: i64) -> Result<Option<MeasuringView>, StoreError> {
    let row = measuring::Entity::find_by_id(id.0).one(db.read()).await?;
    row.map(|row| view(row, now_ms)).transpose()
}

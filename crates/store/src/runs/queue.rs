//! The queue: enqueue, claim, heartbeat, cancel, finish, expire.

use model::{
    failure::{Failure, FailureKind},
    ids::{RunId, SourceId},
    run::{KindProgress, Outcome, RunState, Trigger},
};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, Statement,
    sea_query::{Expr, LockBehavior, LockType},
};

use crate::{
    Backend, Database, StoreError,
    entity::{source, sync_run},
    error::{to_json, word},
};

use sync_run::Column as C;

/// Any number that no other program uses for an advisory lock in the same database.
const CLAIM_LOCK: i64 = 0x1_A0A5_C1A1;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Enqueued {
    New(RunId),
    /// A run of the source is queued or running already.
    Already(RunId),
}

impl Enqueued {
    pub const fn run(self) -> RunId {
        match self {
            Self::New(run) | Self::Already(run) => run,
        }
    }
}

/// Puts a run of a source into the queue, unless one is there or running.
pub async fn enqueue(
    db: &Database,
    source: SourceId,
    trigger: Trigger,
    requested_by: Option<&str>,
    now_ms: i64,
) -> Result<Enqueued, StoreError> {
    let transaction = db.begin().await?;
    let mut owner = source::Entity::find_by_id(source.0).filter(source::Column::DeletedAtMs.is_null());
    if db.backend() == Backend::Postgres {
        // Two people who press the button at once stand in line here.
        owner = owner.lock(LockType::Update);
    }
    if owner.one(&transaction).await?.is_none() {
        return Err(StoreError::NotFound("source"));
    }
    let live = sync_run::Entity::find().filter(C::SourceId.eq(source.0)).filter(is_live()).one(&transaction).await?;
    if let Some(run) = live {
        return Ok(Enqueued::Already(RunId(run.id)));
    }
    let row = sync_run::ActiveModel {
        id: NotSet,
        source_id: Set(source.0),
        state: Set(RunState::Queued.key().to_owned()),
        cause: Set(trigger.key().to_owned()),
        requested_by: Set(requested_by.map(str::to_owned)),
        requested_at_ms: Set(now_ms),
        started_at_ms: Set(None),
        finished_at_ms: Set(None),
        cancel_requested: Set(false),
        lease_owner: Set(None),
        heartbeat_at_ms: Set(None),
        lease_until_ms: Set(None),
        kinds: Set("[]".to_owned()),
        outcome: Set(None),
        failure: Set(None),
        issue_count: Set(0),
    };
    let id = sync_run::Entity::insert(row).exec(&transaction).await?.last_insert_id;
    transaction.commit().await?;
    Ok(Enqueued::New(RunId(id)))
}

/// Who asks for work, and on which terms.
#[derive(Clone, Copy, Debug)]
pub struct Claim<'a> {
    pub lease_owner: &'a str,
    pub now_ms: i64,
    pub lease_until_ms: i64,
    /// The most runs at a time, over all processes.
    pub max_parallel: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClaimedRun {
    pub id: RunId,
    pub source: SourceId,
    pub trigger: Trigger,
    pub requested_at_ms: i64,
}

/// Takes the oldest queued run. `None` where nothing waits or as many run as may.
pub async fn claim(db: &Database, claim: Claim<'_>) -> Result<Option<ClaimedRun>, StoreError> {
    let transaction = db.begin().await?;
    lock_queue(db, &transaction).await?;
    let running = sync_run::Entity::find().filter(C::State.eq(RunState::Running.key())).count(&transaction).await?;
    if running >= claim.max_parallel {
        return Ok(None);
    }
    let mut next = sync_run::Entity::find().filter(C::State.eq(RunState::Queued.key())).order_by_asc(C::Id).limit(1);
    if db.backend() == Backend::Postgres {
        next = next.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    }
    let Some(run) = next.one(&transaction).await? else { return Ok(None) };
    sync_run::Entity::update_many()
        .col_expr(C::State, Expr::value(RunState::Running.key()))
        .col_expr(C::StartedAtMs, Expr::value(claim.now_ms))
        .col_expr(C::LeaseOwner, Expr::value(claim.lease_owner))
        .col_expr(C::HeartbeatAtMs, Expr::value(claim.now_ms))
        .col_expr(C::LeaseUntilMs, Expr::value(claim.lease_until_ms))
        .filter(C::Id.eq(run.id))
        .exec(&transaction)
        .await?;
    transaction.commit().await?;
    Ok(Some(ClaimedRun {
        id: RunId(run.id),
        source: SourceId(run.source_id),
        trigger: word("trigger", &run.cause, Trigger::from_key)?,
        requested_at_ms: run.requested_at_ms,
    }))
}

/// Claims stand in line, or two processes could both see room for one more. SQLite's writers stand in line anyway.
async fn lock_queue(db: &Database, transaction: &DatabaseTransaction) -> Result<(), StoreError> {
    if db.backend() == Backend::Postgres {
        let lock = format!("SELECT pg_advisory_xact_lock({CLAIM_LOCK})");
        transaction.query_one_raw(Statement::from_string(db.sql_backend(), lock)).await?;
    }
    Ok(())
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Heartbeat {
    Held {
        cancel_requested: bool,
    },
    /// The run was ended by somebody else; its work must not be saved.
    Lost,
}

/// Extends a lease, and brings back whether somebody wants the run to stop.
pub async fn heartbeat(
    db: &Database,
    run: RunId,
    lease_owner: &str,
    now_ms: i64,
    lease_until_ms: i64,
) -> Result<Heartbeat, StoreError> {
    let transaction = db.begin().await?;
    let done = sync_run::Entity::update_many()
        .col_expr(C::HeartbeatAtMs, Expr::value(now_ms))
        .col_expr(C::LeaseUntilMs, Expr::value(lease_until_ms))
        .filter(held(run, lease_owner))
        .exec(&transaction)
        .await?;
    if done.rows_affected == 0 {
        return Ok(Heartbeat::Lost);
    }
    let row = sync_run::Entity::find_by_id(run.0).one(&transaction).await?;
    transaction.commit().await?;
    Ok(Heartbeat::Held { cancel_requested: row.is_some_and(|row| row.cancel_requested) })
}

pub async fn cancel_requested(db: &Database, run: RunId) -> Result<bool, StoreError> {
    let row = sync_run::Entity::find_by_id(run.0).one(db.read()).await?;
    Ok(row.is_some_and(|row| row.cancel_requested))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cancelled {
    /// It had not begun and is cancelled.
    AtOnce,
    /// It runs, and will stop when its process sees the request.
    Requested,
    /// It had ended.
    TooLate,
}

pub async fn request_cancel(db: &Database, run: RunId, now_ms: i64) -> Result<Cancelled, StoreError> {
    let transaction = db.begin().await?;
    let failure = to_json("failure", &Failure::new(FailureKind::Cancelled, "cancelled before it began"))?;
    let queued = sync_run::Entity::update_many()
        .col_expr(C::State, Expr::value(RunState::Cancelled.key()))
        .col_expr(C::FinishedAtMs, Expr::value(now_ms))
        .col_expr(C::Failure, Expr::value(failure))
        .filter(C::Id.eq(run.0))
        .filter(C::State.eq(RunState::Queued.key()))
        .exec(&transaction)
        .await?;
    let running = sync_run::Entity::update_many()
        .col_expr(C::CancelRequested, Expr::value(true))
        .filter(C::Id.eq(run.0))
        .filter(C::State.eq(RunState::Running.key()))
        .exec(&transaction)
        .await?;
    let known = sync_run::Entity::find_by_id(run.0).count(&transaction).await? > 0;
    transaction.commit().await?;
    match (queued.rows_affected, running.rows_affected) {
        (1.., _) => Ok(Cancelled::AtOnce),
        (_, 1..) => Ok(Cancelled::Requested),
        _ if known => Ok(Cancelled::TooLate),
        _ => Err(StoreError::NotFound("run")),
    }
}

/// How a run ended.
#[derive(Clone, Debug)]
pub struct Finish {
    pub state: RunState,
    pub kinds: Vec<KindProgress>,
    pub outcome: Option<Outcome>,
    pub failure: Option<Failure>,
}

/// Ends a run that the caller holds. `false` where it was ended by somebody else, and nothing changed.
pub async fn finish(
    db: &Database,
    run: RunId,
    lease_owner: &str,
    finish: &Finish,
    now_ms: i64,
) -> Result<bool, StoreError> {
    let transaction = db.begin().await?;
    let was_held = end(&transaction, run, lease_owner, finish, now_ms).await?;
    transaction.commit().await?;
    Ok(was_held)
}

/// The same, as a part of something that is done with it or not at all.
pub(crate) async fn end(
    connection: &impl ConnectionTrait,
    run: RunId,
    lease_owner: &str,
    finish: &Finish,
    now_ms: i64,
) -> Result<bool, StoreError> {
    let outcome = finish.outcome.as_ref().map(|outcome| to_json("outcome", outcome)).transpose()?;
    let failure = finish.failure.as_ref().map(|failure| to_json("failure", failure)).transpose()?;
    let done = sync_run::Entity::update_many()
        .col_expr(C::State, Expr::value(finish.state.key()))
        .col_expr(C::FinishedAtMs, Expr::value(now_ms))
        .col_expr(C::Kinds, Expr::value(to_json("counts", &finish.kinds)?))
        .col_expr(C::Outcome, Expr::value(outcome))
        .col_expr(C::Failure, Expr::value(failure))
        .filter(held(run, lease_owner))
        .exec(connection)
        .await?;
    Ok(done.rows_affected > 0)
}

/// Ends runs whose lease has expired: their process is gone. Another process' living run is never touched, nor are those
/// that the caller knows to be alive, whatever their leases say, nor one whose inventory is being saved.
pub async fn expire_leases(db: &Database, alive: &[RunId], now_ms: i64) -> Result<Vec<RunId>, StoreError> {
    let expired = || {
        let condition = Condition::all()
            .add(C::State.eq(RunState::Running.key()))
            .add(C::LeaseUntilMs.lt(now_ms))
            .add(C::Id.is_not_in(alive.iter().map(|run| run.0)));
        sync_run::Entity::find().select_only().column(C::Id).filter(condition)
    };
    if expired().into_tuple::<i64>().one(db.read()).await?.is_none() {
        return Ok(Vec::new());
    }
    let failure = Failure::new(FailureKind::Interrupted, "IROA stopped while the sync ran");
    let transaction = db.begin().await?;
    let mut select = expired();
    if db.backend() == Backend::Postgres {
        // A save holds its run until it has ended it: passed by, not waited for.
        select = select.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    }
    let ids: Vec<i64> = select.into_tuple().all(&transaction).await?;
    sync_run::Entity::update_many()
        .col_expr(C::State, Expr::value(RunState::Interrupted.key()))
        .col_expr(C::FinishedAtMs, Expr::value(now_ms))
        .col_expr(C::Failure, Expr::value(to_json("failure", &failure)?))
        .filter(C::Id.is_in(ids.iter().copied()))
        .exec(&transaction)
        .await?;
    transaction.commit().await?;
    Ok(ids.into_iter().map(RunId).collect())
}

pub(crate) fn is_live() -> Condition {
    Condition::all().add(C::State.is_in([RunState::Queued.key(), RunState::Running.key()]))
}

/// The run, where it runs and is this process'.
pub(crate) fn held(run: RunId, lease_owner: &str) -> Condition {
    Condition::all().add(C::Id.eq(run.0)).add(C::State.eq(RunState::Running.key())).add(C::LeaseOwner.eq(lease_owner))
}

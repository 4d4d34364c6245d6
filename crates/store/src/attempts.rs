//! Failed sign-ins, counted by account and by address. How long a failure delays the next try is `engine`'s rule.

use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, EntityTrait, QueryFilter,
    sea_query::{Expr, ExprTrait, OnConflict},
};

use crate::{Database, StoreError, entity::login_attempt};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Attempts {
    pub failures: u32,
    pub last_failure_ms: i64,
    pub blocked_until_ms: i64,
}

impl From<login_attempt::Model> for Attempts {
    fn from(row: login_attempt::Model) -> Self {
        Self {
            failures: u32::try_from(row.failures).unwrap_or(u32::MAX),
            last_failure_ms: row.last_failure_ms,
            blocked_until_ms: row.blocked_until_ms,
        }
    }
}

/// What is known of a subject, for example `account:anna` or `address:192.0.2.7`.
pub async fn get(db: &Database, subject: &str) -> Result<Attempts, StoreError> {
    let row = login_attempt::Entity::find_by_id(subject.to_owned()).one(db.read()).await?;
    Ok(row.map_or_else(Attempts::default, Attempts::from))
}

/// Counts a failure; `delay_ms` tells from the new number of failures how long the subject is blocked.
pub async fn record_failure(
    db: &Database,
    subject: &str,
    now_ms: i64,
    delay_ms: impl FnOnce(u32) -> i64 + Send,
) -> Result<Attempts, StoreError> {
    use login_attempt::Column as C;

    let transaction = db.begin().await?;
    let first = login_attempt::ActiveModel {
        subject: Set(subject.to_owned()),
        failures: Set(1),
        last_failure_ms: Set(now_ms),
        blocked_until_ms: Set(0),
    };
    // One statement counts, so that failures at the same moment on several replicas all count.
    let count_up = OnConflict::column(C::Subject)
        .value(C::Failures, Expr::col((login_attempt::Entity, C::Failures)).add(1))
        .update_column(C::LastFailureMs)
        .to_owned();
    login_attempt::Entity::insert(first).on_conflict(count_up).exec_without_returning(&transaction).await?;
    let row = login_attempt::Entity::find_by_id(subject.to_owned()).one(&transaction).await?;
    let mut attempts = row.map_or_else(Attempts::default, Attempts::from);
    attempts.blocked_until_ms = now_ms.saturating_add(delay_ms(attempts.failures));
    login_attempt::Entity::update_many()
        .col_expr(C::BlockedUntilMs, Expr::value(attempts.blocked_until_ms))
        .filter(C::Subject.eq(subject))
        .exec(&transaction)
        .await?;
    transaction.commit().await?;
    Ok(attempts)
}

/// Takes the last failure back: it was none. What was counted before stays.
pub async fn take_back(db: &Database, subject: &str) -> Result<(), StoreError> {
    use login_attempt::Column as C;

    let transaction = db.begin().await?;
    login_attempt::Entity::update_many()
        .col_expr(C::Failures, Expr::col(C::Failures).sub(1))
        .col_expr(C::BlockedUntilMs, Expr::value(0_i64))
        .filter(C::Subject.eq(subject))
        .filter(C::Failures.gt(0))
        .exec(&transaction)
        .await?;
    Ok(transaction.commit().await?)
}

pub async fn clear(db: &Database, subject: &str) -> Result<(), StoreError> {
    let transaction = db.begin().await?;
    login_attempt::Entity::delete_by_id(subject.to_owned()).exec(&transaction).await?;
    Ok(transaction.commit().await?)
}

/// Forgets subjects whose last failure is older.
pub async fn forget_before(db: &Database, ms: i64) -> Result<u64, StoreError> {
    let transaction = db.begin().await?;
    let done = login_attempt::Entity::delete_many()
        .filter(login_attempt::Column::LastFailureMs.lt(ms))
        .filter(login_attempt::Column::BlockedUntilMs.lt(ms))
        .exec(&transaction)
        .await?;
    transaction.commit().await?;
    Ok(done.rows_affected)
}

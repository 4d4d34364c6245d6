//! Sessions as rows, so that they can be revoked. What is in a session's record, and how its id is hashed, is the server's.

use model::{account::SessionView, ids::UserId};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, sea_query::OnConflict};

use crate::{Database, StoreError, entity::session};

/// What a session's row holds besides its times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// SHA-256 of the cookie's value.
    pub id_hash: Vec<u8>,
    pub user: Option<UserId>,
    pub record: Vec<u8>,
    pub expires_at_ms: i64,
    pub address: Option<String>,
    pub user_agent: Option<String>,
}

/// Writes a session; a session that exists keeps its first time, address and user agent where none are given.
pub async fn upsert(db: &Database, row: SessionRow, now_ms: i64) -> Result<(), StoreError> {
    use session::Column as C;
    let mut changed = vec![C::UserId, C::Record, C::LastSeenMs, C::ExpiresAtMs];
    changed.extend(row.address.is_some().then_some(C::Address));
    changed.extend(row.user_agent.is_some().then_some(C::UserAgent));
    let model = session::ActiveModel {
        id_hash: Set(row.id_hash),
        user_id: Set(row.user.map(|user| user.0)),
        record: Set(row.record),
        address: Set(row.address),
        user_agent: Set(row.user_agent),
        created_at_ms: Set(now_ms),
        last_seen_ms: Set(now_ms),
        expires_at_ms: Set(row.expires_at_ms),
    };
    let transaction = db.begin().await?;
    session::Entity::insert(model)
        .on_conflict(OnConflict::column(C::IdHash).update_columns(changed).to_owned())
        .exec_without_returning(&transaction)
        .await?;
    Ok(transaction.commit().await?)
}

/// A session that has not expired.
pub async fn find(db: &Database, id_hash: &[u8], now_ms: i64) -> Result<Option<SessionRow>, StoreError> {
    let found = session::Entity::find_by_id(id_hash.to_vec())
        .filter(session::Column::ExpiresAtMs.gt(now_ms))
        .one(db.read())
        .await?;
    Ok(found.map(|row| SessionRow {
        id_hash: row.id_hash,
        user: row.user_id.map(UserId),
        record: row.record,
        expires_at_ms: row.expires_at_ms,
        address: row.address,
        user_agent: row.user_agent,
    }))
}

/// Writes a session that exists. Does nothing where it is gone or has expired: what was revoked stays revoked.
pub async fn update(db: &Database, row: SessionRow, now_ms: i64) -> Result<(), StoreError> {
    use session::Column as C;
    let mut changed = session::ActiveModel {
        user_id: Set(row.user.map(|user| user.0)),
        record: Set(row.record),
        last_seen_ms: Set(now_ms),
        expires_at_ms: Set(row.expires_at_ms),
        ..session::ActiveModel::default()
    };
    if row.address.is_some() {
        changed.address = Set(row.address);
    }
    if row.user_agent.is_some() {
        changed.user_agent = Set(row.user_agent);
    }
    let transaction = db.begin().await?;
    session::Entity::update_many()
        .set(changed)
        .filter(C::IdHash.eq(row.id_hash))
        .filter(C::ExpiresAtMs.gt(now_ms))
        .exec(&transaction)
        .await?;
    Ok(transaction.commit().await?)
}

pub async fn delete(db: &Database, id_hash: &[u8]) -> Result<(), StoreError> {
    let transaction = db.begin().await?;
    session::Entity::delete_by_id(id_hash.to_vec()).exec(&transaction).await?;
    Ok(transaction.commit().await?)
}

/// Signs a person out everywhere, or everywhere else.
pub async fn delete_of_user(db: &Database, user: UserId, except: Option<&[u8]>) -> Result<u64, StoreError> {
    let mut statement = session::Entity::delete_many().filter(session::Column::UserId.eq(user.0));
    if let Some(kept) = except {
        statement = statement.filter(session::Column::IdHash.ne(kept.to_vec()));
    }
    let transaction = db.begin().await?;
    let done = statement.exec(&transaction).await?;
    transaction.commit().await?;
    Ok(done.rows_affected)
}

/// Ends one session of a person by the handle that `list_of_user` gave. `false` where there is none.
pub async fn delete_by_handle(db: &Database, user: UserId, wanted: &str) -> Result<bool, StoreError> {
    let rows = session::Entity::find().filter(session::Column::UserId.eq(user.0)).all(db.read()).await?;
    let Some(row) = rows.into_iter().find(|row| handle(&row.id_hash) == wanted) else { return Ok(false) };
    delete(db, &row.id_hash).await?;
    Ok(true)
}

/// A person's sessions that have not expired, latest first.
pub async fn list_of_user(
    db: &Database,
    user: UserId,
    current: Option<&[u8]>,
    now_ms: i64,
) -> Result<Vec<SessionView>, StoreError> {
    let rows = session::Entity::find()
        .filter(session::Column::UserId.eq(user.0))
        .filter(session::Column::ExpiresAtMs.gt(now_ms))
        .order_by_desc(session::Column::LastSeenMs)
        .all(db.read())
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| SessionView {
            handle: handle(&row.id_hash),
            is_current: current == Some(row.id_hash.as_slice()),
            created_at_ms: row.created_at_ms,
            last_seen_ms: row.last_seen_ms,
            address: row.address,
            user_agent: row.user_agent,
        })
        .collect())
}

pub async fn delete_expired(db: &Database, now_ms: i64) -> Result<u64, StoreError> {
    let transaction = db.begin().await?;
    let done =
        session::Entity::delete_many().filter(session::Column::ExpiresAtMs.lte(now_ms)).exec(&transaction).await?;
    transaction.commit().await?;
    Ok(done.rows_affected)
}

/// The first bytes of the hash: enough to name one of a person's few sessions, and nothing that signs in.
fn handle(id_hash: &[u8]) -> String {
    use std::fmt::Write;

    id_hash.iter().take(8).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

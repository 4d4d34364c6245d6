//! People with an account. Hashing passwords and judging them is `engine`'s.

use model::{
    account::{Preferences, Role, UserView},
    ids::UserId,
};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, LockType},
};

use crate::{
    Database, StoreError,
    entity::{app_user, session},
    error::{from_json, to_json, word},
};

#[derive(Clone, Debug)]
pub struct NewUser {
    pub name: String,
    pub role: Role,
    /// A PHC string.
    pub password_hash: String,
    pub must_change_password: bool,
}

/// A user with what signing in needs. Not for pages: the hash is in it.
#[derive(Clone)]
pub struct StoredUser {
    pub id: UserId,
    pub name: String,
    pub role: Role,
    pub password_hash: String,
    pub disabled: bool,
    pub must_change_password: bool,
    pub preferences: Preferences,
}

impl TryFrom<app_user::Model> for StoredUser {
    type Error = StoreError;

    fn try_from(row: app_user::Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: UserId(row.id),
            role: word("role", &row.role, Role::from_key)?,
            name: row.name,
            password_hash: row.password_hash,
            disabled: row.disabled,
            must_change_password: row.must_change_password,
            preferences: from_json("preferences", &row.preferences)?,
        })
    }
}

/// Adds a person; `StoreError::Duplicate` where the name is taken, ignoring case.
pub async fn insert(db: &Database, user: NewUser, now_ms: i64) -> Result<UserId, StoreError> {
    let transaction = db.begin().await?;
    let id = insert_row(&transaction, user, now_ms).await?;
    transaction.commit().await?;
    Ok(id)
}

/// Adds the first administrator; `None` where somebody has an account already, also when two ask at once.
pub async fn insert_first(db: &Database, user: NewUser, now_ms: i64) -> Result<Option<UserId>, StoreError> {
    let transaction = db.begin().await?;
    if db.backend() == crate::Backend::Postgres {
        use sea_orm::ConnectionTrait;
        // SQLite's writers stand in line anyway.
        transaction.execute_unprepared("LOCK TABLE app_user IN SHARE ROW EXCLUSIVE MODE").await?;
    }
    if app_user::Entity::find().count(&transaction).await? > 0 {
        return Ok(None);
    }
    let id = insert_row(&transaction, user, now_ms).await?;
    transaction.commit().await?;
    Ok(Some(id))
}

async fn insert_row(
    transaction: &sea_orm::DatabaseTransaction,
    user: NewUser,
    now_ms: i64,
) -> Result<UserId, StoreError> {
    let row = app_user::ActiveModel {
        id: NotSet,
        name_folded: Set(user.name.to_lowercase()),
        name: Set(user.name),
        role: Set(user.role.key().to_owned()),
        password_hash: Set(user.password_hash),
        disabled: Set(false),
        must_change_password: Set(user.must_change_password),
        preferences: Set("{}".to_owned()),
        created_at_ms: Set(now_ms),
        last_sign_in_ms: Set(None),
    };
    let inserted = app_user::Entity::insert(row).exec(transaction).await;
    Ok(UserId(inserted.map_err(|error| StoreError::duplicate(error, "a user"))?.last_insert_id))
}

pub async fn find(db: &Database, id: UserId) -> Result<Option<StoredUser>, StoreError> {
    app_user::Entity::find_by_id(id.0).one(db.read()).await?.map(StoredUser::try_from).transpose()
}

/// Finds by name, ignoring case.
pub async fn find_by_name(db: &Database, name: &str) -> Result<Option<StoredUser>, StoreError> {
    let wanted = app_user::Column::NameFolded.eq(name.to_lowercase());
    app_user::Entity::find().filter(wanted).one(db.read()).await?.map(StoredUser::try_from).transpose()
}

pub async fn count(db: &Database) -> Result<u64, StoreError> {
    Ok(app_user::Entity::find().count(db.read()).await?)
}

/// Everybody, by name, with the number of sessions that have not expired.
pub async fn list(db: &Database, now_ms: i64) -> Result<Vec<UserView>, StoreError> {
    let users = app_user::Entity::find().order_by_asc(app_user::Column::NameFolded).all(db.read()).await?;
    let sessions: Vec<(i64, i64)> = session::Entity::find()
        .select_only()
        .column(session::Column::UserId)
        .column_as(session::Column::IdHash.count(), "sessions")
        .filter(session::Column::UserId.is_not_null())
        .filter(session::Column::ExpiresAtMs.gt(now_ms))
        .group_by(session::Column::UserId)
        .into_tuple()
        .all(db.read())
        .await?;
    users
        .into_iter()
        .map(|row| {
            let open = sessions.iter().find(|(user, _)| *user == row.id).map_or(0, |(_, count)| *count);
            Ok(UserView {
                id: UserId(row.id),
                role: word("role", &row.role, Role::from_key)?,
                name: row.name,
                disabled: row.disabled,
                must_change_password: row.must_change_password,
                created_at_ms: row.created_at_ms,
                last_sign_in_ms: row.last_sign_in_ms,
                active_sessions: open as u64,
            })
        })
        .collect()
}

pub async fn set_password_hash(
    db: &Database,
    id: UserId,
    hash: &str,
    must_change_password: bool,
) -> Result<(), StoreError> {
    let columns = [
        (app_user::Column::PasswordHash, Expr::value(hash)),
        (app_user::Column::MustChangePassword, Expr::value(must_change_password)),
    ];
    update(db, id, &columns).await
}

pub async fn touch_sign_in(db: &Database, id: UserId, now_ms: i64) -> Result<(), StoreError> {
    update(db, id, &[(app_user::Column::LastSignInMs, Expr::value(now_ms))]).await
}

/// Reads, changes and writes a person's preferences in one transaction, in which nobody else changes them.
pub async fn change_preferences(
    db: &Database,
    id: UserId,
    change: impl FnOnce(Preferences) -> Preferences + Send,
) -> Result<(), StoreError> {
    let transaction = db.begin().await?;
    let mut select = app_user::Entity::find_by_id(id.0);
    if db.backend() == crate::Backend::Postgres {
        select = select.lock(LockType::Update);
    }
    let row = select.one(&transaction).await?.ok_or(StoreError::NotFound("user"))?;
    let changed = to_json("preferences", &change(from_json("preferences", &row.preferences)?))?;
    app_user::Entity::update_many()
        .col_expr(app_user::Column::Preferences, Expr::value(changed))
        .filter(app_user::Column::Id.eq(id.0))
        .exec(&transaction)
        .await?;
    Ok(transaction.commit().await?)
}

/// Changes that must leave an enabled administrator behind: `Ok(false)` and nothing changed where they would not.
pub async fn change_keeping_an_admin(
    db: &Database,
    id: UserId,
    role: Option<Role>,
    disabled: Option<bool>,
) -> Result<bool, StoreError> {
    let transaction = db.begin().await?;
    if db.backend() == crate::Backend::Postgres {
        use sea_orm::ConnectionTrait;
        transaction.execute_unprepared("LOCK TABLE app_user IN SHARE ROW EXCLUSIVE MODE").await?;
    }
    let mut change = app_user::Entity::update_many().filter(app_user::Column::Id.eq(id.0));
    if let Some(role) = role {
        change = change.col_expr(app_user::Column::Role, Expr::value(role.key()));
    }
    if let Some(disabled) = disabled {
        change = change.col_expr(app_user::Column::Disabled, Expr::value(disabled));
    }
    if change.exec(&transaction).await?.rows_affected == 0 {
        return Err(StoreError::NotFound("user"));
    }
    let admins = app_user::Entity::find()
        .filter(app_user::Column::Role.eq(Role::Admin.key()))
        .filter(app_user::Column::Disabled.eq(false))
        .count(&transaction)
        .await?;
    if admins == 0 {
        return Ok(false);
    }
    transaction.commit().await?;
    Ok(true)
}

async fn update(
    db: &Database,
    id: UserId,
    columns: &[(app_user::Column, sea_orm::sea_query::Expr)],
) -> Result<(), StoreError> {
    let mut statement = app_user::Entity::update_many().filter(app_user::Column::Id.eq(id.0));
    for (column, value) in columns {
        statement = statement.col_expr(*column, value.clone());
    }
    let transaction = db.begin().await?;
    let done = statement.exec(&transaction).await?;
    transaction.commit().await?;
    if done.rows_affected == 0 { Err(StoreError::NotFound("user")) } else { Ok(()) }
}

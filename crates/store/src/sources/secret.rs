//! Passwords of sources: sealed on the way in, opened only for a connector.

use std::path::Path;

use model::ids::SourceId;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, sea_query::Expr};
use secrecy::SecretString;

use crate::{
    Backend, Database, StoreError,
    entity::source,
    vault::{Rotation, Vault, VaultError, is_rotating},
};

/// One more than rotations can come in between; there should never be a second one.
const TRIES: u32 = 5;

/// Binds a sealed password to its row: copied to another source, it does not open.
fn associated(id: SourceId) -> String {
    format!("source:{id}:password")
}

pub(super) async fn write(
    connection: &impl ConnectionTrait,
    vault: &Vault,
    id: SourceId,
    password: &SecretString,
) -> Result<(), StoreError> {
    let sealed = vault.seal(password, &associated(id))?;
    let done = source::Entity::update_many()
        .col_expr(source::Column::Secret, Expr::value(sealed))
        .filter(super::is(id))
        .exec(connection)
        .await?;
    if done.rows_affected == 0 { Err(StoreError::NotFound("source")) } else { Ok(()) }
}

/// Opens a source's password; `None` where none is stored.
pub async fn password(db: &Database, vault: &Vault, id: SourceId) -> Result<Option<SecretString>, StoreError> {
    for _ in 1..TRIES {
        match read(db, vault, id).await {
            // Perhaps it was read before a rotation that has replaced the key since.
            Err(StoreError::Vault(VaultError::OtherKey)) => {}
            opened => return opened,
        }
    }
    read(db, vault, id).await
}

async fn read(db: &Database, vault: &Vault, id: SourceId) -> Result<Option<SecretString>, StoreError> {
    let row = source::Entity::find().filter(super::is(id)).one(db.read()).await?;
    let sealed = row.ok_or(StoreError::NotFound("source"))?.secret;
    sealed.map(|sealed| vault.unseal(&sealed, &associated(id)).map_err(StoreError::from)).transpose()
}

/// Replaces the key in a file, so that a process that ends anywhere in it loses nothing. Returns how many passwords were
/// sealed again; one that cannot be opened ends it, and everything goes on with both keys.
pub async fn rotate_key_file(db: &Database, file: &Path) -> Result<u64, StoreError> {
    let rotation = Rotation::begin(file)?;
    rotate(db, &Vault::in_file(file), &rotation.next()).await?;
    rotation.put_in_place()?;
    let new = rotation.next();
    let sealed = all(db.read()).await?;
    for (id, name, secret) in &sealed {
        open(&new, *id, name, secret)?;
    }
    rotation.forget_old()?;
    Ok(sealed.len() as u64)
}

/// A rotation of this key file is under way or was cut off; both keys are needed.
pub fn is_key_rotating(file: &Path) -> bool {
    is_rotating(file)
}

/// Seals every password again with another key: all or, where one does not open, none. Returns how many.
pub async fn rotate(db: &Database, old: &Vault, new: &Vault) -> Result<u64, StoreError> {
    let transaction = db.begin().await?;
    if db.backend() == Backend::Postgres {
        // Waits for those who are about to store a password, and makes the others wait.
        transaction.execute_unprepared("LOCK TABLE source IN SHARE ROW EXCLUSIVE MODE").await?;
    }
    let sealed = all(&transaction).await?;
    for (id, name, secret) in &sealed {
        let password = open(old, *id, name, secret)?;
        write(&transaction, new, *id, &password).await?;
    }
    transaction.commit().await?;
    Ok(sealed.len() as u64)
}

/// All stored passwords, as they are sealed, with the names of their sources.
async fn all(connection: &impl ConnectionTrait) -> Result<Vec<(SourceId, String, Vec<u8>)>, StoreError> {
    let sealed: Vec<(i64, String, Vec<u8>)> = source::Entity::find()
        .select_only()
        .columns([source::Column::Id, source::Column::Name, source::Column::Secret])
        .filter(source::Column::Secret.is_not_null())
        .filter(source::Column::DeletedAtMs.is_null())
        .into_tuple()
        .all(connection)
        .await?;
    Ok(sealed.into_iter().map(|(id, name, secret)| (SourceId(id), name, secret)).collect())
}

fn open(vault: &Vault, id: SourceId, name: &str, sealed: &[u8]) -> Result<SecretString, StoreError> {
    let opened = vault.unseal(sealed, &associated(id));
    opened.map_err(|source| StoreError::Secret { name: name.to_owned(), source })
}

//! Passwords of sources: sealed on the way in, opened only for a connector.

use model::ids::SourceId;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect, sea_query::Expr};
use secrecy::SecretString;

use crate::{Database, StoreError, entity::source, vault::Vault};

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
    let row = source::Entity::find().filter(super::is(id)).one(db.read()).await?;
    let sealed = row.ok_or(StoreError::NotFound("source"))?.secret;
    sealed.map(|sealed| vault.unseal(&sealed, &associated(id)).map_err(StoreError::from)).transpose()
}

/// Seals every password again with another key: all or, where one does not open, none. Returns how many.
pub async fn rotate(db: &Database, old: &Vault, new: &Vault) -> Result<u64, StoreError> {
    let transaction = db.begin().await?;
    let sealed: Vec<(i64, Vec<u8>)> = source::Entity::find()
        .select_only()
        .columns([source::Column::Id, source::Column::Secret])
        .filter(source::Column::Secret.is_not_null())
        .filter(source::Column::DeletedAtMs.is_null())
        .into_tuple()
        .all(&transaction)
        .await?;
    let count = sealed.len() as u64;
    for (id, secret) in sealed {
        let id = SourceId(id);
        let password = old.unseal(&secret, &associated(id))?;
        write(&transaction, new, id, &password).await?;
    }
    transaction.commit().await?;
    Ok(count)
}

//! Small values by name, kept as JSON of their type.

use sea_orm::{ActiveValue::Set, EntityTrait, sea_query::OnConflict};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    Database, StoreError,
    entity::setting,
    error::{from_json, to_json},
};

pub async fn get<T: DeserializeOwned>(db: &Database, name: &str) -> Result<Option<T>, StoreError> {
    let row = setting::Entity::find_by_id(name.to_owned()).one(db.read()).await?;
    row.map(|row| from_json("setting", &row.value)).transpose()
}

pub async fn set<T: Serialize>(db: &Database, name: &str, value: &T) -> Result<(), StoreError> {
    let row = setting::ActiveModel { name: Set(name.to_owned()), value: Set(to_json("setting", value)?) };
    let transaction = db.begin().await?;
    setting::Entity::insert(row)
        .on_conflict(OnConflict::column(setting::Column::Name).update_column(setting::Column::Value).to_owned())
        .exec_without_returning(&transaction)
        .await?;
    Ok(transaction.commit().await?)
}

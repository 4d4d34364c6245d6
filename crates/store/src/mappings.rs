//! A person's own measurements of a source. What a mapping may be is checked before it comes here.

use model::{
    ids::SourceId,
    mapping::{MappingView, MetricMapping},
    metric::Metric,
};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
};

use crate::{
    Database, StoreError,
    entity::metric_mapping::{ActiveModel, Column as C, Entity, Model},
    error::word,
    measuring,
};

/// All of a source, the oldest first.
pub async fn list(db: &Database, source: SourceId) -> Result<Vec<MappingView>, StoreError> {
    let rows = Entity::find().filter(C::SourceId.eq(source.0)).order_by_asc(C::Id).all(db.read()).await?;
    rows.into_iter().map(view).collect()
}

pub async fn of_source(db: &Database, source: SourceId) -> Result<Vec<MetricMapping>, StoreError> {
    Ok(list(db, source).await?.into_iter().map(|kept| kept.mapping).collect())
}

fn view(row: Model) -> Result<MappingView, StoreError> {
    let metric = word("metric", &row.metric, Metric::from_key)?;
    Ok(MappingView { id: row.id, mapping: MetricMapping { metric, selector: row.selector, factor: row.factor } })
}

/// Adds a mapping, unless the source has so many already; false then. The source is measured anew from its history on: the
/// mapping has one, too.
pub async fn add(db: &Database, source: SourceId, mapping: &MetricMapping, most: usize) -> Result<bool, StoreError> {
    let transaction = db.begin().await?;
    if Entity::find().filter(C::SourceId.eq(source.0)).count(&transaction).await? >= most as u64 {
        return Ok(false);
    }
    let row = ActiveModel {
        id: NotSet,
        source_id: Set(source.0),
        metric: Set(mapping.metric.key().to_owned()),
        selector: Set(mapping.selector.clone()),
        factor: Set(mapping.factor),
    };
    Entity::insert(row).exec_without_returning(&transaction).await?;
    measuring::reset(&transaction, source).await?;
    transaction.commit().await?;
    Ok(true)
}

/// Takes a mapping away; what it has measured stays for its time.
pub async fn remove(db: &Database, source: SourceId, id: i64) -> Result<(), StoreError> {
    let transaction = db.begin().await?;
    let done = Entity::delete_many().filter(C::Id.eq(id)).filter(C::SourceId.eq(source.0)).exec(&transaction).await?;
    if done.rows_affected == 0 {
        return Err(StoreError::NotFound("mapping"));
    }
    Ok(transaction.commit().await?)
}

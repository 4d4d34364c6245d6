//! Configured sources: their settings, sealed passwords, what their endpoints said of themselves, and when they are due.

mod counts;
mod deletion;
mod secret;

use model::{
    ids::SourceId,
    inventory::SourceIdentity,
    source::{SourceKind, SourceSettings},
};
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, Query},
};
use secrecy::SecretString;

pub use counts::stored_counts;
pub use deletion::delete;
pub use secret::{is_key_rotating, password, rotate, rotate_key_file};

use crate::{
    Database, StoreError,
    entity::{source, sync_run},
    error::{from_json, to_json, word},
    measuring, runs,
    vault::Vault,
};

/// A source as it is stored. The password stays in the store until `password` opens it.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredSource {
    pub id: SourceId,
    pub settings: SourceSettings,
    pub has_password: bool,
    pub identity: SourceIdentity,
    pub schedule: Schedule,
    /// Grows with [`Rescheduling::Reset`].
    pub settings_version: i64,
    pub last_success_ms: Option<i64>,
    pub created_at_ms: i64,
}

/// When a source syncs by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Schedule {
    pub next_sync_ms: Option<i64>,
    pub consecutive_failures: i64,
    /// The last failure cannot mend itself: automatic syncs wait until the source is changed.
    pub needs_change: bool,
}

impl TryFrom<source::Model> for StoredSource {
    type Error = StoreError;

    fn try_from(row: source::Model) -> Result<Self, StoreError> {
        Ok(Self {
            id: SourceId(row.id),
            settings: SourceSettings {
                kind: word("source kind", &row.kind, SourceKind::from_key)?,
                name: row.name,
                endpoint: row.endpoint,
                username: row.username,
                tls: from_json("TLS mode", &row.tls)?,
                sync_interval_s: row.sync_interval_s,
                measure_interval_s: row.measure_interval_s,
                enabled: row.enabled,
            },
            has_password: row.secret.is_some(),
            identity: SourceIdentity {
                product: row.product,
                version: row.version,
                build: row.build,
                instance_uuid: row.instance_uuid,
            },
            schedule: Schedule {
                next_sync_ms: row.next_sync_ms,
                consecutive_failures: row.consecutive_failures,
                needs_change: row.needs_change,
            },
            settings_version: row.settings_version,
            last_success_ms: row.last_success_ms,
            created_at_ms: row.created_at_ms,
        })
    }
}

/// Adds a source with its password sealed; `StoreError::Duplicate` where the name is taken.
pub async fn insert(
    db: &Database,
    vault: &Vault,
    settings: &SourceSettings,
    password: Option<&SecretString>,
    now_ms: i64,
) -> Result<SourceId, StoreError> {
    let row = source::ActiveModel {
        id: NotSet,
        kind: Set(settings.kind.key().to_owned()),
        name: Set(settings.name.clone()),
        endpoint: Set(settings.endpoint.clone()),
        username: Set(settings.username.clone()),
        tls: Set(to_json("TLS mode", &settings.tls)?),
        sync_interval_s: Set(settings.sync_interval_s),
        measure_interval_s: Set(settings.measure_interval_s),
        enabled: Set(settings.enabled),
        settings_version: Set(1),
        secret: Set(None),
        product: Set(None),
        version: Set(None),
        build: Set(None),
        instance_uuid: Set(None),
        next_sync_ms: Set(None),
        consecutive_failures: Set(0),
        needs_change: Set(false),
        last_success_ms: Set(None),
        created_at_ms: Set(now_ms),
        deleted_at_ms: Set(None),
    };
    let transaction = db.begin().await?;
    let inserted = source::Entity::insert(row).exec(&transaction).await;
    let id = SourceId(inserted.map_err(|error| StoreError::duplicate(error, "a source"))?.last_insert_id);
    if let Some(password) = password {
        secret::write(&transaction, vault, id, password).await?;
    }
    transaction.commit().await?;
    Ok(id)
}

/// What a change of its settings means for a source's schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rescheduling {
    /// Earlier failures say nothing any more: it may sync by itself again at once.
    Reset,
    /// Another interval: it is due at once, unless it waits for a change.
    Due,
    Keep,
}

/// Replaces the settings, and the password where one is given.
pub async fn update(
    db: &Database,
    vault: &Vault,
    id: SourceId,
    settings: &SourceSettings,
    password: Option<&SecretString>,
    rescheduling: Rescheduling,
) -> Result<(), StoreError> {
    use source::Column as C;

    let transaction = db.begin().await?;
    let mut change = source::Entity::update_many()
        .col_expr(C::Kind, Expr::value(settings.kind.key()))
        .col_expr(C::Name, Expr::value(settings.name.as_str()))
        .col_expr(C::Endpoint, Expr::value(settings.endpoint.as_str()))
        .col_expr(C::Username, Expr::value(settings.username.as_str()))
        .col_expr(C::Tls, Expr::value(to_json("TLS mode", &settings.tls)?))
        .col_expr(C::SyncIntervalS, Expr::value(settings.sync_interval_s))
        .col_expr(C::MeasureIntervalS, Expr::value(settings.measure_interval_s))
        .col_expr(C::Enabled, Expr::value(settings.enabled))
        .filter(is(id));
    if rescheduling != Rescheduling::Keep {
        change = change.col_expr(C::NextSyncMs, Expr::value(Option::<i64>::None));
    }
    if rescheduling == Rescheduling::Reset {
        change = change
            .col_expr(C::ConsecutiveFailures, Expr::value(0_i64))
            .col_expr(C::NeedsChange, Expr::value(false))
            .col_expr(C::SettingsVersion, Expr::col(C::SettingsVersion).add(1));
        measuring::reset(&transaction, id).await?;
    }
    let done = change.exec(&transaction).await.map_err(|error| StoreError::duplicate(error, "a source"))?;
    if done.rows_affected == 0 {
        return Err(StoreError::NotFound("source"));
    }
    if let Some(password) = password {
        secret::write(&transaction, vault, id, password).await?;
    }
    Ok(transaction.commit().await?)
}

/// All sources that are not deleted, by name.
pub async fn list(db: &Database) -> Result<Vec<StoredSource>, StoreError> {
    let rows = source::Entity::find()
        .filter(source::Column::DeletedAtMs.is_null())
        .order_by_asc(source::Column::Name)
        .all(db.read())
        .await?;
    rows.into_iter().map(StoredSource::try_from).collect()
}

pub async fn find(db: &Database, id: SourceId) -> Result<Option<StoredSource>, StoreError> {
    source::Entity::find().filter(is(id)).one(db.read()).await?.map(StoredSource::try_from).transpose()
}

pub(crate) fn identity_columns(identity: &SourceIdentity) -> source::ActiveModel {
    source::ActiveModel {
        product: Set(identity.product.clone()),
        version: Set(identity.version.clone()),
        build: Set(identity.build.clone()),
        instance_uuid: Set(identity.instance_uuid.clone()),
        ..source::ActiveModel::default()
    }
}

pub async fn set_schedule(db: &Database, id: SourceId, schedule: Schedule) -> Result<(), StoreError> {
    write_schedule(db, is(id), schedule).await
}

/// Sets the schedule that follows from these settings; does nothing where the source has been given other ones.
pub async fn set_schedule_of(
    db: &Database,
    id: SourceId,
    settings_version: i64,
    schedule: Schedule,
) -> Result<(), StoreError> {
    write_schedule(db, is(id).add(source::Column::SettingsVersion.eq(settings_version)), schedule).await
}

async fn write_schedule(db: &Database, which: Condition, schedule: Schedule) -> Result<(), StoreError> {
    let transaction = db.begin().await?;
    source::Entity::update_many()
        .col_expr(source::Column::NextSyncMs, Expr::value(schedule.next_sync_ms))
        .col_expr(source::Column::ConsecutiveFailures, Expr::value(schedule.consecutive_failures))
        .col_expr(source::Column::NeedsChange, Expr::value(schedule.needs_change))
        .filter(which)
        .exec(&transaction)
        .await?;
    Ok(transaction.commit().await?)
}

/// Sources whose automatic sync is due: enabled, with an interval, not waiting for a change, without a run that waits or
/// runs. One that never had a time set is due at once.
pub async fn due(db: &Database, now_ms: i64) -> Result<Vec<SourceId>, StoreError> {
    use source::Column as C;

    let busy =
        Query::select().column(sync_run::Column::SourceId).from(sync_run::Entity).cond_where(runs::is_live()).take();
    let ids: Vec<i64> = source::Entity::find()
        .select_only()
        .column(C::Id)
        .filter(C::DeletedAtMs.is_null())
        .filter(C::Enabled.eq(true))
        .filter(C::NeedsChange.eq(false))
        .filter(C::SyncIntervalS.is_not_null())
        .filter(C::Id.not_in_subquery(busy))
        .filter(Condition::any().add(C::NextSyncMs.is_null()).add(C::NextSyncMs.lte(now_ms)))
        .order_by_asc(C::NextSyncMs)
        .into_tuple()
        .all(db.read())
        .await?;
    Ok(ids.into_iter().map(SourceId).collect())
}

/// The source of this id, unless it is deleted.
fn is(id: SourceId) -> Condition {
    Condition::all().add(source::Column::Id.eq(id.0)).add(source::Column::DeletedAtMs.is_null())
}

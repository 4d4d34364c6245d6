//! Writing what a sync read: one transaction of bulk statements that changes only what changed.
//!
//! Objects are found again by source and external id, so identity survives rename and move. Configuration is compared by
//! hash and written where it differs; volatile state goes to narrow tables of its own; what was not seen is archived where
//! its kind was read to the end. How the inventory was read is the connectors' business, when it is read is `engine`'s.

mod alarms;
mod carry;
mod changes;
mod diff;
mod index;
mod kinds;
mod natural;
mod object;
mod records;
mod relations;
mod search_text;
mod statements;
mod unread;

use std::time::Instant;

use model::{
    change::ChangeAction,
    ids::{RunId, SourceId},
    inventory::{Aspect, Collection, ObjectKind, SourceIdentity},
    run::{KindProgress, Outcome, RunState},
};
use sea_orm::{
    ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect,
    sea_query::{Expr, LockType},
};

pub(crate) use natural::natural_key;

use crate::{
    Backend, Database, StoreError,
    entity::{source, sync_run},
    runs::{self, Finish},
    sources,
};
use changes::Changes;
use records::Save;
use unread::Unread;

/// The run that a collection is saved by, and how it ends with that.
#[derive(Clone, Copy, Debug)]
pub struct SavingRun<'a> {
    pub id: RunId,
    pub source: SourceId,
    pub lease_owner: &'a str,
    pub state: RunState,
    pub kinds: &'a [KindProgress],
}

/// Replaces the stored inventory of a source by a collection, and ends the run that read it: from now on the run is what
/// its state says, with the collection's issues.
///
/// All or nothing: an error, a panic or the end of the process leaves the previous inventory whole and the run running.
/// However long it takes, and whatever its lease says meanwhile, nobody else can end the run between. Of external ids that
/// come twice the last one counts; pointers to objects that nobody knows become unknown.
pub async fn persist(
    db: &Database,
    run: SavingRun<'_>,
    collection: &Collection,
    now_ms: i64,
) -> Result<Outcome, StoreError> {
    let (begun, source) = (Instant::now(), run.source);
    let transaction = db.begin().await?;
    hold_run(db, &transaction, run).await?;
    let row = source::Entity::find_by_id(source.0)
        .filter(source::Column::DeletedAtMs.is_null())
        .one(&transaction)
        .await?
        .ok_or(StoreError::NotFound("source"))?;

    let index = index::load(db, &transaction, source, &collection.inventory).await?;
    // The first inventory is where history starts, not thousands of changes. It need not be whole to be the first.
    let is_first = row.last_success_ms.is_none() && !index.has_stored();
    let changes = if is_first { Changes::ignored() } else { Changes::recorded() };
    check_instance(&row, &collection.identity, index.has_stored())?;
    let unread = Unread::of(collection);
    let outcome = Outcome::default();
    let mut save = Save { db, transaction: &transaction, source, now_ms, unread, index, changes, outcome };
    kinds::save_all(&mut save, &collection.inventory).await?;
    for kind in ObjectKind::ALL {
        if collection.complete.contains(&kind) {
            archive_unseen(&mut save, kind).await?;
        }
    }
    if collection.aspects.contains(&Aspect::Alarms) {
        alarms::replace(&save, &collection.inventory.alarms, &collection.complete).await?;
    }
    save.changes.write(&transaction, source, run.id, now_ms).await?;
    let outcome = save.outcome;

    let identity = merged(&row, &collection.identity);
    // "As of" speaks of what people look at: a save without all hosts and machines does not make it current.
    let is_current = [ObjectKind::Host, ObjectKind::Vm].iter().all(|kind| collection.complete.contains(kind));
    let last_success_ms = if is_current { Some(now_ms) } else { row.last_success_ms };
    source::Entity::update_many()
        .set(sources::identity_columns(&identity))
        .col_expr(source::Column::LastSuccessMs, Expr::value(last_success_ms))
        .filter(source::Column::Id.eq(source.0))
        .exec(&transaction)
        .await?;

    let finish = Finish { state: run.state, kinds: run.kinds.to_vec(), outcome: Some(outcome), failure: None };
    let finished_at_ms = now_ms.saturating_add(begun.elapsed().as_millis() as i64);
    runs::write_issues(&transaction, run.id, &collection.issues).await?;
    if !runs::end(&transaction, run.id, run.lease_owner, &finish, finished_at_ms).await? {
        return Err(StoreError::RunNotHeld(run.id));
    }
    transaction.commit().await?;
    Ok(outcome)
}

/// Checks that the run is running and whose it is, and keeps it so: until the transaction ends, nobody can expire or end it.
async fn hold_run(db: &Database, transaction: &DatabaseTransaction, run: SavingRun<'_>) -> Result<(), StoreError> {
    let mut select = sync_run::Entity::find()
        .filter(runs::held(run.id, run.lease_owner))
        .filter(sync_run::Column::SourceId.eq(run.source.0));
    if db.backend() == Backend::Postgres {
        select = select.lock(LockType::Update);
    }
    match select.one(transaction).await? {
        Some(_) => Ok(()),
        None => Err(StoreError::RunNotHeld(run.id)),
    }
}

/// Another server behind the same address would look like one whose every object was replaced. One that tells no
/// identity where there was one is another; so is one that tells the first and calls itself another product.
fn check_instance(row: &source::Model, found: &SourceIdentity, has_objects: bool) -> Result<(), StoreError> {
    let told = |identity: Option<&str>, product: Option<&str>| {
        identity.map_or_else(|| format!("unknown ({})", product.unwrap_or("unknown product")), str::to_owned)
    };
    let is_other = match (row.instance_uuid.as_deref(), found.instance_uuid.as_deref()) {
        (Some(known), Some(found)) => !known.eq_ignore_ascii_case(found),
        (Some(_), None) => true,
        (None, Some(_)) => has_objects && row.product != found.product,
        (None, None) => has_objects && found.product.is_some() && row.product != found.product,
    };
    if !is_other {
        return Ok(());
    }
    Err(StoreError::OtherInstance {
        known: told(row.instance_uuid.as_deref(), row.product.as_deref()),
        found: told(found.instance_uuid.as_deref(), found.product.as_deref()),
    })
}

/// What the endpoint said now, and what it said before where it said nothing.
fn merged(row: &source::Model, found: &SourceIdentity) -> SourceIdentity {
    SourceIdentity {
        product: found.product.clone().or_else(|| row.product.clone()),
        version: found.version.clone().or_else(|| row.version.clone()),
        build: found.build.clone().or_else(|| row.build.clone()),
        instance_uuid: found.instance_uuid.clone().or_else(|| row.instance_uuid.clone()),
    }
}

async fn archive_unseen(save: &mut Save<'_>, kind: ObjectKind) -> Result<(), StoreError> {
    let gone: Vec<(i64, String)> = save
        .index
        .of(kind)
        .values()
        .filter(|entry| !entry.seen && !entry.archived)
        .map(|entry| (entry.id, entry.name.clone()))
        .collect();
    let ids: Vec<i64> = gone.iter().map(|(id, _)| *id).collect();
    statements::archive(save.transaction, kind, &ids, save.now_ms).await?;
    save.outcome.archived += gone.len() as u64;
    save.outcome.configuration_rows_written += gone.len() as u64;
    for (id, name) in gone {
        save.changes.event(kind, id, &name, ChangeAction::Archived);
    }
    Ok(())
}

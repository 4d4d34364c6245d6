//! One object with everything that is kept of it: the row, the configuration, the state, what it is related to, alarms.

use model::{
    ids::{ExternalId, ObjectId},
    inventory::ObjectKind,
    table::{ClusterDetail, DatastoreDetail, HostDetail, NetworkDetail, Reference, Related, VmDetail},
};
use sea_orm::{ConnectionTrait, QueryResult, Statement};
use serde::de::DeserializeOwned;

use super::{
    alarms, list,
    read::Columns,
    state::{cluster_state, datastore_state, host_state, vm_state},
};
use crate::{Database, StoreError, error::from_json};

/// A machine, archived or not.
pub async fn vm(db: &Database, id: ObjectId) -> Result<Option<VmDetail>, StoreError> {
    let Some(row) = list::row(db, id).await? else { return Ok(None) };
    let Some(kept) = kept(db, "vm", id).await? else { return Ok(None) };
    let s = Columns(&kept);
    Ok(Some(VmDetail {
        row,
        external_id: s.get("external_id")?,
        config: document(&kept)?,
        state: vm_state(&s)?,
        datastores: related(db, "vm_datastore", ("vm", id), ObjectKind::Datastore).await?,
        networks: related(db, "vm_network", ("vm", id), ObjectKind::Network).await?,
        alarms: alarms::of_object(db, ObjectKind::Vm, id).await?,
    }))
}

pub async fn host(db: &Database, id: ObjectId) -> Result<Option<HostDetail>, StoreError> {
    let Some(row) = list::row(db, id).await? else { return Ok(None) };
    let Some(kept) = kept(db, "host", id).await? else { return Ok(None) };
    let s = Columns(&kept);
    Ok(Some(HostDetail {
        row,
        external_id: s.get("external_id")?,
        config: document(&kept)?,
        state: host_state(&s)?,
        datastores: objects(related(db, "host_datastore", ("host", id), ObjectKind::Datastore).await?),
        networks: objects(related(db, "host_network", ("host", id), ObjectKind::Network).await?),
        alarms: alarms::of_object(db, ObjectKind::Host, id).await?,
    }))
}

pub async fn cluster(db: &Database, id: ObjectId) -> Result<Option<ClusterDetail>, StoreError> {
    let Some(row) = list::row(db, id).await? else { return Ok(None) };
    let Some(kept) = kept(db, "cluster", id).await? else { return Ok(None) };
    let s = Columns(&kept);
    let pools = format!(
        "SELECT name FROM resource_pool WHERE cluster_id = {id} AND parent_id IS NOT NULL AND archived_at_ms IS NULL \
         ORDER BY name_key, id"
    );
    let pools = db.read().query_all_raw(Statement::from_string(db.sql_backend(), pools)).await?;
    Ok(Some(ClusterDetail {
        row,
        external_id: s.get("external_id")?,
        config: document(&kept)?,
        state: cluster_state(&s)?,
        resource_pools: pools.iter().map(|row| row.try_get_by_index(0)).collect::<Result<_, _>>()?,
        alarms: alarms::of_object(db, ObjectKind::Cluster, id).await?,
    }))
}

pub async fn datastore(db: &Database, id: ObjectId) -> Result<Option<DatastoreDetail>, StoreError> {
    let Some(row) = list::row(db, id).await? else { return Ok(None) };
    let Some(kept) = kept(db, "datastore", id).await? else { return Ok(None) };
    let s = Columns(&kept);
    Ok(Some(DatastoreDetail {
        row,
        external_id: s.get("external_id")?,
        config: document(&kept)?,
        state: datastore_state(&s)?,
        hosts: objects(related(db, "host_datastore", ("datastore", id), ObjectKind::Host).await?),
        alarms: alarms::of_object(db, ObjectKind::Datastore, id).await?,
    }))
}

pub async fn network(db: &Database, id: ObjectId) -> Result<Option<NetworkDetail>, StoreError> {
    let Some(row) = list::row(db, id).await? else { return Ok(None) };
    let Some(kept) = kept(db, "network", id).await? else { return Ok(None) };
    Ok(Some(NetworkDetail {
        row,
        external_id: Columns(&kept).get("external_id")?,
        config: document(&kept)?,
        hosts: objects(related(db, "host_network", ("network", id), ObjectKind::Host).await?),
    }))
}

/// External id, document and state of one object.
async fn kept(db: &Database, table: &str, id: ObjectId) -> Result<Option<QueryResult>, StoreError> {
    let sql = format!(
        "SELECT t.external_id, c.document, s.* FROM {table} t JOIN {table}_config c ON c.{table}_id = t.id \
         LEFT JOIN {table}_state s ON s.{table}_id = t.id WHERE t.id = {id}"
    );
    Ok(db.read().query_one_raw(Statement::from_string(db.sql_backend(), sql)).await?)
}

pub(super) fn document<T: DeserializeOwned>(row: &QueryResult) -> Result<T, StoreError> {
    from_json("configuration", &row.try_get::<String>("", "document")?)
}

/// The objects of another kind that a table of pairs gives this one, by name; archived ones are left out.
async fn related(
    db: &Database,
    pairs: &str,
    (owner, id): (&str, ObjectId),
    kind: ObjectKind,
) -> Result<Vec<Related>, StoreError> {
    let other = kind.key();
    let sql = format!(
        "SELECT o.external_id, o.id, o.name FROM {pairs} p JOIN {other} o ON o.id = p.{other}_id \
         WHERE p.{owner}_id = {id} AND o.archived_at_ms IS NULL ORDER BY o.name_key, o.id"
    );
    let rows = db.read().query_all_raw(Statement::from_string(db.sql_backend(), sql)).await?;
    rows.iter()
        .map(|row| {
            let object = Reference { kind, id: ObjectId(row.try_get_by_index(1)?), name: row.try_get_by_index(2)? };
            Ok(Related { external_id: ExternalId::new(row.try_get_by_index::<String>(0)?), object })
        })
        .collect()
}

fn objects(related: Vec<Related>) -> Vec<Reference> {
    related.into_iter().map(|related| related.object).collect()
}

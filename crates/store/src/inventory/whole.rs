//! The inventory of a source as judgement takes it: clusters, hosts, pools, machines and datastores with what is kept of them,
//! in a fixed number of statements. Archived objects are left out, and so is what judgement does not look at.

use std::collections::HashMap;

use model::{
    ids::{ExternalId, ObjectId, SourceId},
    inventory::{Cluster, Datacenter, Datastore, Host, Inventory, ObjectKind, ResourcePool, ResourcePoolConfig, Vm},
};
use sea_orm::{ConnectionTrait, QueryResult, Statement};

use super::{
    detail::document,
    read::Columns,
    state::{cluster_state, datastore_state, host_state, vm_state},
};
use crate::{Database, StoreError};

/// An inventory, and which stored objects it is of.
#[derive(Clone, Debug, Default)]
pub struct Whole {
    /// Of datacenters, clusters, hosts, resource pools, machines and datastores. Relations to datastores and networks are left out.
    pub inventory: Inventory,
    ids: HashMap<(ObjectKind, ExternalId), ObjectId>,
}

impl Whole {
    pub fn id(&self, kind: ObjectKind, external_id: &ExternalId) -> Option<ObjectId> {
        self.ids.get(&(kind, external_id.clone())).copied()
    }
}

pub async fn whole(db: &Database, source: SourceId) -> Result<Whole, StoreError> {
    let mut whole = Whole::default();
    for row in rows(db, source, ObjectKind::Cluster, &[]).await? {
        let object = whole.object(&row, ObjectKind::Cluster)?;
        let (config, state) = (document(&row)?, cluster_state(&Columns(&row))?);
        let cluster = Cluster { external_id: object.0, name: object.1, datacenter: None, folder: None, config, state };
        whole.inventory.clusters.push(cluster);
    }
    for row in rows(db, source, ObjectKind::Host, &["cluster"]).await? {
        let object = whole.object(&row, ObjectKind::Host)?;
        whole.inventory.hosts.push(Host {
            external_id: object.0,
            name: object.1,
            cluster: external(&row, "cluster")?,
            datacenter: None,
            folder: None,
            datastores: Vec::new(),
            networks: Vec::new(),
            config: document(&row)?,
            state: host_state(&Columns(&row))?,
        });
    }
    let pools = "SELECT t.external_id, t.name, c.external_id AS cluster_key, h.external_id AS host_key FROM resource_pool t \
         LEFT JOIN cluster c ON c.id = t.cluster_id LEFT JOIN host h ON h.id = t.host_id";
    for row in query(db, &format!("{pools} WHERE t.source_id = {source} AND t.archived_at_ms IS NULL")).await? {
        let columns = Columns(&row);
        whole.inventory.resource_pools.push(ResourcePool {
            external_id: ExternalId::new(columns.get::<String>("external_id")?),
            name: columns.get("name")?,
            parent: None,
            cluster: external(&row, "cluster")?,
            host: external(&row, "host")?,
            config: ResourcePoolConfig::default(),
        });
    }
    for row in rows(db, source, ObjectKind::Vm, &["host", "resource_pool"]).await? {
        let object = whole.object(&row, ObjectKind::Vm)?;
        let (config, state) = (document(&row)?, vm_state(&Columns(&row))?);
        let (host, resource_pool) = (external(&row, "host")?, external(&row, "resource_pool")?);
        whole.inventory.vms.push(Vm { host, resource_pool, ..Vm::unplaced(object.0, object.1, config, state) });
    }
    let datacenters = format!(
        "SELECT external_id, name FROM datacenter WHERE source_id = {source} AND archived_at_ms IS NULL ORDER BY id"
    );
    for row in query(db, &datacenters).await? {
        let columns = Columns(&row);
        whole.inventory.datacenters.push(Datacenter {
            external_id: ExternalId::new(columns.get::<String>("external_id")?),
            name: columns.get("name")?,
            folder: None,
        });
    }
    for row in rows(db, source, ObjectKind::Datastore, &["datacenter"]).await? {
        let object = whole.object(&row, ObjectKind::Datastore)?;
        whole.inventory.datastores.push(Datastore {
            external_id: object.0,
            name: object.1,
            datacenter: external(&row, "datacenter")?,
            folder: None,
            config: document(&row)?,
            state: datastore_state(&Columns(&row))?,
        });
    }
    Ok(whole)
}

impl Whole {
    /// Its external id and name; notes which object it is.
    fn object(&mut self, row: &QueryResult, kind: ObjectKind) -> Result<(ExternalId, String), StoreError> {
        let columns = Columns(row);
        let external_id = ExternalId::new(columns.get::<String>("external_id")?);
        self.ids.insert((kind, external_id.clone()), ObjectId(columns.get("object_id")?));
        Ok((external_id, columns.get("name")?))
    }
}

/// Objects of a kind with document and state, and the external ids of what they point to.
async fn rows(
    db: &Database,
    source: SourceId,
    kind: ObjectKind,
    pointers: &[&str],
) -> Result<Vec<QueryResult>, StoreError> {
    let table = kind.key();
    let keys: Vec<String> = pointers.iter().map(|to| format!(", {to}.external_id AS {to}_key")).collect();
    let joins: Vec<String> = pointers.iter().map(|to| format!(" LEFT JOIN {to} ON {to}.id = t.{to}_id")).collect();
    let (keys, joins) = (keys.concat(), joins.concat());
    let sql = format!(
        "SELECT t.id AS object_id, t.external_id, t.name, c.document{keys}, s.* FROM {table} t \
         JOIN {table}_config c ON c.{table}_id = t.id LEFT JOIN {table}_state s ON s.{table}_id = t.id{joins} \
         WHERE t.source_id = {source} AND t.archived_at_ms IS NULL ORDER BY t.id"
    );
    query(db, &sql).await
}

fn external(row: &QueryResult, to: &str) -> Result<Option<ExternalId>, StoreError> {
    Ok(Columns(row).get::<Option<String>>(&format!("{to}_key"))?.map(ExternalId::new))
}

async fn query(db: &Database, sql: &str) -> Result<Vec<QueryResult>, StoreError> {
    Ok(db.read().query_all_raw(Statement::from_string(db.sql_backend(), sql)).await?)
}

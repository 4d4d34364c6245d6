//! Which objects a source has: stored ones by external id, and keys for those that are new.

use std::collections::{BTreeMap, HashMap};

use model::{
    ids::{ExternalId, SourceId},
    inventory::{Inventory, ObjectKind},
};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, Statement,
    sea_query::{Expr, ExprTrait, Query},
};

use crate::{Backend, Database, StoreError};

/// What is known of one object before this run writes it.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) id: i64,
    /// The stored name; empty for an object that is new.
    pub(super) name: String,
    /// `None` for an object that is new.
    pub(super) hash: Option<Vec<u8>>,
    pub(super) archived: bool,
    pub(super) seen: bool,
}

pub(super) type Entries = HashMap<String, Entry>;

#[derive(Debug, Default)]
pub(super) struct Index {
    kinds: BTreeMap<ObjectKind, Entries>,
    /// Names of places by key, as they were and as they are: machines are not pointed to.
    old_names: BTreeMap<ObjectKind, HashMap<i64, String>>,
    new_names: BTreeMap<ObjectKind, HashMap<i64, String>>,
    /// The cluster of each host, by external ids: as collected, or as stored where the hosts could not be read.
    host_clusters: HashMap<String, ExternalId>,
}

impl Index {
    pub(super) fn of(&self, kind: ObjectKind) -> &Entries {
        static NONE: std::sync::LazyLock<Entries> = std::sync::LazyLock::new(HashMap::new);
        self.kinds.get(&kind).unwrap_or(&NONE)
    }

    /// Some object of the source was there before this run.
    pub(super) fn has_stored(&self) -> bool {
        self.kinds.values().flat_map(Entries::values).any(|entry| entry.hash.is_some())
    }

    pub(super) fn mark_seen(&mut self, kind: ObjectKind, external_id: &str) {
        if let Some(entry) = self.kinds.get_mut(&kind).and_then(|entries| entries.get_mut(external_id)) {
            entry.seen = true;
        }
    }

    /// The key of an object that is stored or collected.
    pub(super) fn id(&self, kind: ObjectKind, external_id: &ExternalId) -> Option<i64> {
        Some(self.of(kind).get(external_id.as_str())?.id)
    }

    pub(super) fn old_name(&self, kind: ObjectKind, id: i64) -> Option<&str> {
        self.old_names.get(&kind)?.get(&id).map(String::as_str)
    }

    pub(super) fn new_name(&self, kind: ObjectKind, id: i64) -> Option<&str> {
        let collected = self.new_names.get(&kind).and_then(|names| names.get(&id)).map(String::as_str);
        collected.or_else(|| self.old_name(kind, id))
    }

    pub(super) fn cluster_of_host(&self, host: &ExternalId) -> Option<&ExternalId> {
        self.host_clusters.get(host.as_str())
    }
}

/// Loads what is stored of the source and gives keys to what is new.
pub(super) async fn load(
    db: &Database,
    transaction: &DatabaseTransaction,
    source: SourceId,
    inventory: &Inventory,
) -> Result<Index, StoreError> {
    let mut index = Index::default();
    for kind in ObjectKind::ALL {
        let mut entries = load_kind(transaction, source, kind).await?;
        if kind != ObjectKind::Vm {
            index.old_names.insert(kind, entries.values().map(|entry| (entry.id, entry.name.clone())).collect());
        }
        let collected = collected(inventory, kind);
        let new: Vec<&str> = {
            let mut new: Vec<&str> =
                collected.iter().map(|(id, _)| *id).filter(|id| !entries.contains_key(*id)).collect();
            new.sort_unstable();
            new.dedup();
            new
        };
        let keys = allocate(db, transaction, kind, new.len()).await?;
        for (external_id, id) in new.into_iter().zip(keys) {
            let entry = Entry { id, name: String::new(), hash: None, archived: false, seen: false };
            entries.insert(external_id.to_owned(), entry);
        }
        if kind != ObjectKind::Vm {
            let names = collected.iter().filter_map(|(id, name)| Some((entries.get(*id)?.id, (*name).to_owned())));
            index.new_names.insert(kind, names.collect());
        }
        index.kinds.insert(kind, entries);
    }
    index.host_clusters = load_host_clusters(db, transaction, source).await?;
    for host in &inventory.hosts {
        match &host.cluster {
            Some(cluster) => index.host_clusters.insert(host.external_id.0.clone(), cluster.clone()),
            None => index.host_clusters.remove(host.external_id.as_str()),
        };
    }
    Ok(index)
}

async fn load_kind(
    transaction: &DatabaseTransaction,
    source: SourceId,
    kind: ObjectKind,
) -> Result<Entries, StoreError> {
    let select = Query::select()
        .columns(["id", "external_id", "name", "content_hash", "archived_at_ms"])
        .from(kind.key())
        .and_where(Expr::col("source_id").eq(source.0))
        .take();
    let mut entries = HashMap::new();
    for row in transaction.query_all(&select).await? {
        let archived: Option<i64> = row.try_get_by_index(4)?;
        let entry = Entry {
            id: row.try_get_by_index(0)?,
            name: row.try_get_by_index(2)?,
            hash: Some(row.try_get_by_index(3)?),
            archived: archived.is_some(),
            seen: false,
        };
        entries.insert(row.try_get_by_index(1)?, entry);
    }
    Ok(entries)
}

/// Takes keys before anything is inserted, so that rows can point to each other whatever their order.
async fn allocate(
    db: &Database,
    transaction: &DatabaseTransaction,
    kind: ObjectKind,
    count: usize,
) -> Result<Vec<i64>, StoreError> {
    if count == 0 {
        return Ok(Vec::new());
    }
    let table = kind.key();
    match db.backend() {
        Backend::Sqlite => {
            // Nobody else writes while this transaction does.
            let sql = format!("SELECT coalesce(max(seq), 0) AS last FROM sqlite_sequence WHERE name = '{table}'");
            let row = transaction.query_one_raw(Statement::from_string(db.sql_backend(), sql)).await?;
            let last: i64 = row.map_or(Ok(0), |row| row.try_get("", "last"))?;
            Ok((last + 1..=last + count as i64).collect())
        }
        Backend::Postgres => {
            let sql = format!(
                "SELECT nextval(pg_get_serial_sequence('{table}', 'id')) AS id FROM generate_series(1, {count})"
            );
            let rows = transaction.query_all_raw(Statement::from_string(db.sql_backend(), sql)).await?;
            Ok(rows.iter().map(|row| row.try_get("", "id")).collect::<Result<_, _>>()?)
        }
    }
}

async fn load_host_clusters(
    db: &Database,
    transaction: &DatabaseTransaction,
    source: SourceId,
) -> Result<HashMap<String, ExternalId>, StoreError> {
    let sql = format!(
        "SELECT host.external_id AS host, cluster.external_id AS cluster FROM host \
         JOIN cluster ON cluster.id = host.cluster_id WHERE host.source_id = {source}"
    );
    let rows = transaction.query_all_raw(Statement::from_string(db.sql_backend(), sql)).await?;
    rows.iter().map(|row| Ok((row.try_get("", "host")?, ExternalId(row.try_get("", "cluster")?)))).collect()
}

/// External id and name of everything collected of a kind.
fn collected(inventory: &Inventory, kind: ObjectKind) -> Vec<(&str, &str)> {
    macro_rules! of {
        ($list:ident) => {
            inventory.$list.iter().map(|object| (object.external_id.as_str(), object.name.as_str())).collect()
        };
    }
    match kind {
        ObjectKind::Datacenter => of!(datacenters),
        ObjectKind::Folder => of!(folders),
        ObjectKind::Cluster => of!(clusters),
        ObjectKind::Host => of!(hosts),
        ObjectKind::ResourcePool => of!(resource_pools),
        ObjectKind::Vm => of!(vms),
        ObjectKind::Datastore => of!(datastores),
        ObjectKind::Network => of!(networks),
    }
}

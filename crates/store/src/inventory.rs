//! Questions about the stored inventory: tables, details, search, the overview's figures and the history of changes.
//!
//! Every answer costs a fixed number of statements, whatever its size. Writing is `persister`'s; who may ask is `engine`'s.

mod alarms;
mod changes;
mod condition;
mod detail;
mod field;
mod list;
mod overview;
mod read;
mod search;
mod sql;
mod state;
mod subjects;
mod tables;
mod whole;

use model::table::{ClusterRow, DatastoreRow, HostRow, NetworkRow, Page, TableQuery, VmRow};

pub use alarms::problems;
pub use changes::changes;
pub use detail::{cluster, datastore, host, network, vm};
pub use list::{Listed, RowPages, export, list};
pub use overview::overview;
pub use search::search;
pub(crate) use sql::{Sql, id_list};
pub use subjects::subjects;
pub use whole::{Whole, whole};

use crate::{Database, QueryError};

pub async fn list_vms(db: &Database, query: &TableQuery) -> Result<Page<VmRow>, QueryError> {
    list(db, query).await
}

pub async fn list_hosts(db: &Database, query: &TableQuery) -> Result<Page<HostRow>, QueryError> {
    list(db, query).await
}

pub async fn list_clusters(db: &Database, query: &TableQuery) -> Result<Page<ClusterRow>, QueryError> {
    list(db, query).await
}

pub async fn list_datastores(db: &Database, query: &TableQuery) -> Result<Page<DatastoreRow>, QueryError> {
    list(db, query).await
}

pub async fn list_networks(db: &Database, query: &TableQuery) -> Result<Page<NetworkRow>, QueryError> {
    list(db, query).await
}

//! Server functions of the inventory: tables, details, search, the overview and what changed. All of them for viewers.
//!
//! What is asked and answered is the engine's; here rows become the cells that a page shows.

use leptos::{prelude::*, server_fn::codec::Json};
use model::{
    ids::{ObjectId, SourceId},
    inventory::ObjectKind,
    overview::Overview,
    run::RunState,
    table::{ClusterDetail, DatastoreDetail, HostDetail, NetworkDetail, SearchHit, TableQuery, VmDetail},
};
use serde::{Deserialize, Serialize};

use crate::{error::AppError, table::Grid};
#[cfg(feature = "ssr")]
use crate::{
    guard,
    table::{GridRow, choose_columns},
};
#[cfg(feature = "ssr")]
use model::{
    account::Role,
    source::SourceView,
    table::{Column, Page, TableRow},
};

/// One page of a kind's table: the cells of these columns, or of the person's own choice, or of the default.
#[server(prefix = "/api/fn", endpoint = "list_rows", input = Json)]
pub async fn list_rows(kind: ObjectKind, query: TableQuery, columns: Option<Vec<String>>) -> Result<Grid, AppError> {
    let (engine, actor) = guard::require(Role::Viewer).await?;
    let stored = engine.current_user(&actor).await?.preferences.columns.remove(kind.key());
    let shown = choose_columns(crate::table::columns(kind), columns.as_deref(), stored.as_deref());
    let has_stored = stored.is_some();
    Ok(match kind {
        ObjectKind::Vm => grid(engine.list_vms(&actor, &query).await?, &shown, has_stored),
        ObjectKind::Host => grid(engine.list_hosts(&actor, &query).await?, &shown, has_stored),
        ObjectKind::Cluster => grid(engine.list_clusters(&actor, &query).await?, &shown, has_stored),
        ObjectKind::Datastore => grid(engine.list_datastores(&actor, &query).await?, &shown, has_stored),
        ObjectKind::Network => grid(engine.list_networks(&actor, &query).await?, &shown, has_stored),
        ObjectKind::Datacenter | ObjectKind::Folder | ObjectKind::ResourcePool => {
            return Err(AppError::NotFound.answered());
        }
    })
}

#[cfg(feature = "ssr")]
fn grid<R: TableRow>(page: Page<R>, shown: &[&'static Column], has_stored_columns: bool) -> Grid {
    Grid {
        kind: R::KIND,
        columns: shown.iter().map(|column| column.key.to_owned()).collect(),
        rows: page.rows.iter().map(|row| GridRow::of(row, shown)).collect(),
        total: page.total,
        page: page.page,
        page_size: page.page_size,
        has_stored_columns,
    }
}

/// Keeps the columns of a kind's table for this person; no columns means the default again.
#[server(prefix = "/api/fn", endpoint = "save_columns")]
pub async fn save_columns(kind: ObjectKind, columns: String) -> Result<(), AppError> {
    let (engine, actor) = guard::require(Role::Viewer).await?;
    let wanted: Vec<String> = columns.split(',').map(str::to_owned).collect();
    let known = choose_columns(crate::table::columns(kind), Some(&wanted), None);
    let mut preferences = engine.current_user(&actor).await?.preferences;
    if columns.is_empty() {
        preferences.columns.remove(kind.key());
    } else {
        let keys = known.iter().map(|column| column.key.to_owned()).collect();
        preferences.columns.insert(kind.key().to_owned(), keys);
    }
    engine.set_preferences(&actor, preferences).await?;
    guard::go_to(crate::table::list_path(kind).unwrap_or("/"));
    Ok(())
}

#[server(prefix = "/api/fn", endpoint = "read_vm", input = Json)]
pub async fn read_vm(id: ObjectId) -> Result<VmDetail, AppError> {
    let (engine, actor) = guard::require(Role::Viewer).await?;
    Ok(engine.vm(&actor, id).await?)
}

#[server(prefix = "/api/fn", endpoint = "read_host", input = Json)]
pub async fn read_host(id: ObjectId) -> Result<HostDetail, AppError> {
    let (engine, actor) = guard::require(Role::Viewer).await?;
    Ok(engine.host(&actor, id).await?)
}

#[server(prefix = "/api/fn", endpoint = "read_cluster", input = Json)]
pub async fn read_cluster(id: ObjectId) -> Result<ClusterDetail, AppError> {
    let (engine, actor) = guard::require(Role::Viewer).await?;
    Ok(engine.cluster(&actor, id).await?)
}

#[server(prefix = "/api/fn", endpoint = "read_datastore", input = Json)]
pub async fn read_datastore(id: ObjectId) -> Result<DatastoreDetail, AppError> {
    let (engine, actor) = guard::require(Role::Viewer).await?;
    Ok(engine.datastore(&actor, id).await?)
}

#[server(prefix = "/api/fn", endpoint = "read_network", input = Json)]
pub async fn read_network(id: ObjectId) -> Result<NetworkDetail, AppError> {
    let (engine, actor) = guard::require(Role::Viewer).await?;
    Ok(engine.network(&actor, id).await?)
}

/// The best hits over all kinds, for the search page and the command palette.
#[server(prefix = "/api/fn", endpoint = "search_inventory", input = Json)]
pub async fn search_inventory(q: String) -> Result<Vec<SearchHit>, AppError> {
    let (engine, actor) = guard::require(Role::Viewer).await?;
    if q.trim().is_empty() {
        return Ok(Vec::new());
    }
    Ok(engine.search(&actor, q.trim()).await?)
}

#[server(prefix = "/api/fn", endpoint = "read_overview", input = Json)]
pub async fn read_overview() -> Result<Overview, AppError> {
    let (engine, actor) = guard::require(Role::Viewer).await?;
    Ok(engine.overview(&actor).await?)
}

/// How current what a source holds is: for the line under a table's heading and the notes above it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceAge {
    pub id: SourceId,
    pub name: String,
    pub last_success_ms: Option<i64>,
    /// How the last run ended.
    pub last_state: Option<RunState>,
    pub issue_count: u64,
    /// Why the last run failed, in a few words.
    pub failure: Option<String>,
    /// Older than it should be by now.
    pub is_stale: bool,
}

#[server(prefix = "/api/fn", endpoint = "list_source_ages", input = Json)]
pub async fn list_source_ages() -> Result<Vec<SourceAge>, AppError> {
    let (engine, actor) = guard::require(Role::Viewer).await?;
    let now_ms = std::time::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_millis() as i64);
    let sources = engine.list_sources(&actor).await?;
    Ok(sources.into_iter().map(|source| age(source, now_ms)).collect())
}

/// A source is stale when three of its intervals passed without a success; a day, where it is synced by hand.
#[cfg(feature = "ssr")]
fn age(source: SourceView, now_ms: i64) -> SourceAge {
    const BY_HAND_S: i64 = 86_400;
    let patience_ms = source.settings.sync_interval_s.map_or(BY_HAND_S, |interval_s| interval_s * 3) * 1_000;
    SourceAge {
        id: source.id,
        is_stale: source.last_success_ms.is_some_and(|last_ms| now_ms - last_ms > patience_ms),
        last_success_ms: source.last_success_ms,
        last_state: source.last_run.as_ref().map(|run| run.state),
        issue_count: source.last_run.as_ref().map_or(0, |run| run.issue_count),
        failure: source.last_run.and_then(|run| run.failure).map(|failure| failure.kind.title().to_owned()),
        name: source.settings.name,
    }
}

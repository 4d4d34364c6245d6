//! Server functions of the inventory: tables, details, search, the overview and what changed. All of them for viewers.
//!
//! What is asked and answered is the engine's; here rows become the cells that a page shows.

use leptos::{prelude::*, server_fn::codec::Json};
use model::{
    ids::ObjectId,
    inventory::ObjectKind,
    overview::Overview,
    table::{ClusterDetail, DatastoreDetail, HostDetail, NetworkDetail, SearchHit, TableQuery, VmDetail},
};

use crate::{error::AppError, table::Grid};
#[cfg(feature = "ssr")]
use crate::{
    guard,
    table::{GridRow, choose_columns},
};
#[cfg(feature = "ssr")]
use model::{
    account::Role,
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
    let keys: Vec<String> = known.iter().map(|column| column.key.to_owned()).collect();
    let set = |preferences: &mut model::account::Preferences| {
        if columns.is_empty() {
            preferences.columns.remove(kind.key());
        } else {
            preferences.columns.insert(kind.key().to_owned(), keys);
        }
    };
    engine.change_preferences(&actor, set).await?;
    crate::response::go_to(crate::table::list_path(kind).unwrap_or("/"));
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

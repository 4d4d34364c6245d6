//! Sync runs and the changes that they found.

use leptos::{prelude::*, server_fn::codec::Json};
use model::{
    change::{ChangeQuery, ChangeView},
    ids::{RunId, SourceId},
    run::{RunIssue, RunView},
    table::Page,
};

use crate::error::AppError;

/// Starts a sync, or answers with the run that is under way.
#[server(prefix = "/api/fn", endpoint = "start_sync")]
pub async fn start_sync(source: SourceId) -> Result<RunId, AppError> {
    let (engine, actor) = crate::guard::require(model::account::Role::Manager).await?;
    let run = engine.start_sync(&actor, source).await?;
    crate::response::go_to("/sources");
    Ok(run)
}

/// Starts a sync of every enabled source; answers how many.
#[server(prefix = "/api/fn", endpoint = "start_all_syncs")]
pub async fn start_all_syncs() -> Result<u64, AppError> {
    let (engine, actor) = crate::guard::require(model::account::Role::Manager).await?;
    let mut started = 0;
    for source in engine.list_sources(&actor).await? {
        if source.settings.enabled {
            // One that was disabled or deleted a moment ago does not hold up the others.
            started += u64::from(engine.start_sync(&actor, source.id).await.is_ok());
        }
    }
    crate::response::go_to("/sources");
    Ok(started)
}

#[server(prefix = "/api/fn", endpoint = "cancel_run")]
pub async fn cancel_run(run: RunId) -> Result<(), AppError> {
    let (engine, actor) = crate::guard::require(model::account::Role::Manager).await?;
    engine.cancel_run(&actor, run).await?;
    crate::response::go_to("/sources");
    Ok(())
}

#[server(prefix = "/api/fn", endpoint = "list_runs", input = Json)]
pub async fn list_runs(source: Option<SourceId>, page: u64) -> Result<Page<RunView>, AppError> {
    let (engine, actor) = crate::guard::require(model::account::Role::Viewer).await?;
    Ok(engine.list_runs(&actor, source, page).await?)
}

#[server(prefix = "/api/fn", endpoint = "read_run", input = Json)]
pub async fn read_run(id: RunId) -> Result<(RunView, Vec<RunIssue>), AppError> {
    let (engine, actor) = crate::guard::require(model::account::Role::Viewer).await?;
    Ok(engine.run(&actor, id).await?)
}

#[server(prefix = "/api/fn", endpoint = "list_changes", input = Json)]
pub async fn list_changes(query: ChangeQuery) -> Result<Page<ChangeView>, AppError> {
    let (engine, actor) = crate::guard::require(model::account::Role::Viewer).await?;
    Ok(engine.changes(&actor, query).await?)
}

//! Server functions of links: which records are one machine, and what people say of them.

use leptos::{prelude::*, server_fn::codec::Json};
use model::{identity::LinkView, ids::ObjectId, series::MetricOrigin};

use crate::error::AppError;
#[cfg(feature = "ssr")]
use crate::guard;
#[cfg(feature = "ssr")]
use model::{account::Role, inventory::ObjectKind};

/// Links and suggestions of one machine, and who tells which of its metrics.
#[server(prefix = "/api/fn", endpoint = "read_links", input = Json)]
pub async fn read_links(id: ObjectId) -> Result<(Vec<LinkView>, Vec<MetricOrigin>), AppError> {
    let (engine, actor) = guard::require(Role::Viewer).await?;
    let links = engine.links_of(&actor, id).await?;
    let origins = if links.is_empty() { Vec::new() } else { engine.metric_origins(&actor, ObjectKind::Vm, id).await? };
    Ok((links, origins))
}

/// What waits for somebody's word.
#[server(prefix = "/api/fn", endpoint = "list_link_suggestions", input = Json)]
pub async fn list_link_suggestions() -> Result<Vec<LinkView>, AppError> {
    let (engine, actor) = guard::require(Role::Viewer).await?;
    Ok(engine.link_suggestions(&actor).await?)
}

/// Says that two records are one machine, or that they are not.
#[server(prefix = "/api/fn", endpoint = "decide_link")]
pub async fn decide_link(monitored: ObjectId, platform: ObjectId, is_one: bool) -> Result<(), AppError> {
    let (engine, actor) = guard::require(Role::Manager).await?;
    engine.decide_link(&actor, monitored, platform, is_one).await?;
    crate::response::go_to(&format!("/vms/{platform}"));
    Ok(())
}

//! Server functions of links: what people say of two records. What is shown of links is drawn (`server::measurements`).

use leptos::prelude::*;
use model::ids::ObjectId;

use crate::error::AppError;
#[cfg(feature = "ssr")]
use crate::{drawn::Told, guard, server::accounts::local_path};
#[cfg(feature = "ssr")]
use model::account::Role;

/// Says that two records are one machine, or that they are not.
#[server(prefix = "/api/fn", endpoint = "decide_link")]
pub async fn decide_link(
    monitored: ObjectId,
    platform: ObjectId,
    is_one: bool,
    next: Option<String>,
) -> Result<(), AppError> {
    let (engine, actor) = guard::require(Role::Manager).await?;
    let decided = engine.decide_link(&actor, monitored, platform, is_one).await;
    let words = if is_one { "They are one machine." } else { "They are two machines." };
    let said = decided.map(|()| words.to_owned()).map_err(AppError::from);
    Told::answer(&actor, local_path(next.as_deref()), "decide_link", Vec::new(), said)
}

/// Takes back what somebody has said of two records.
#[server(prefix = "/api/fn", endpoint = "forget_link")]
pub async fn forget_link(monitored: ObjectId, platform: ObjectId, next: Option<String>) -> Result<(), AppError> {
    let (engine, actor) = guard::require(Role::Manager).await?;
    let forgotten = engine.forget_link(&actor, monitored, platform).await;
    let said = forgotten.map(|()| "Taken back; evidence decides again.".to_owned()).map_err(AppError::from);
    Told::answer(&actor, local_path(next.as_deref()), "decide_link", Vec::new(), said)
}

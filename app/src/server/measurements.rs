//! Server functions of measurements. They answer with drawings and not with numbers: a chart's scales, ticks and words stay
//! on the server, and a page asks once, however many charts it has. The numbers themselves are files (`/export/series.csv`).

use leptos::{prelude::*, server_fn::codec::Json};
use model::{ids::ObjectId, inventory::ObjectKind};

use crate::error::AppError;
#[cfg(feature = "ssr")]
use crate::{
    guard,
    pages::{monitoring, object::measurements},
};
#[cfg(feature = "ssr")]
use model::account::Role;

/// The charts of an object, as HTML. `search` is the address's query, `utc_offset_ms` how far the reader's clock is ahead.
#[server(prefix = "/api/fn", endpoint = "draw_measurements", input = Json)]
pub async fn draw_measurements(
    kind: ObjectKind,
    id: ObjectId,
    search: String,
    utc_offset_ms: i64,
) -> Result<String, AppError> {
    let (engine, actor) = guard::require(Role::Viewer).await?;
    let wanted = measurements::Wanted { kind, id, search, utc_offset_ms, now_ms: engine::now_ms() };
    measurements::draw(&engine, &actor, wanted).await
}

/// The busiest objects and what is wrong, as HTML. `search` is the address's query.
#[server(prefix = "/api/fn", endpoint = "draw_monitoring", input = Json)]
pub async fn draw_monitoring(search: String) -> Result<String, AppError> {
    let (engine, actor) = guard::require(Role::Viewer).await?;
    monitoring::draw(&engine, &actor, &search, engine::now_ms()).await
}

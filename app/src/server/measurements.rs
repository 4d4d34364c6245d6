//! The server function of measurements. It answers with a drawing and not with numbers: a chart's scales, ticks and words
//! stay on the server, and a page asks once, however many charts it has. The numbers are a file (`/export/series.csv`).

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

/// The charts of an object, or without one the boards of Monitoring, as HTML. `search` is the address's query,
/// `utc_offset_ms` how far the reader's clock is ahead. One function for both: each costs the browser as much as a page.
#[server(prefix = "/api/fn", endpoint = "draw_measurements", input = Json)]
pub async fn draw_measurements(
    object: Option<(ObjectKind, ObjectId)>,
    search: String,
    utc_offset_ms: i64,
) -> Result<String, AppError> {
    let (engine, actor) = guard::require(Role::Viewer).await?;
    let now_ms = engine::now_ms();
    match object {
        Some((kind, id)) => {
            let wanted = measurements::Wanted { kind, id, search, utc_offset_ms, now_ms };
            measurements::draw(&engine, &actor, wanted).await
        }
        None => monitoring::draw(&engine, &actor, &search, now_ms).await,
    }
}

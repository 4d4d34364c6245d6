//! The server function of what the server draws: charts, and forms that need no script. It answers with HTML and not with
//! numbers: a chart's scales, ticks and words stay on the server, and a page asks once, however many charts it has. The
//! numbers are a file (`/export/series.csv`).

use leptos::{prelude::*, server_fn::codec::Json};
use model::ids::ObjectId;

use crate::{drawn::Part, error::AppError};
#[cfg(feature = "ssr")]
use crate::{
    guard,
    pages::{admin, capacity, links, monitoring, object::measurements, source},
};
#[cfg(feature = "ssr")]
use model::{account::Role, ids::SourceId};

/// A part of a page as HTML. `id` is what the address names, `search` its query, `utc_offset_ms` how far the reader's clock is
/// ahead. One function for all of them: each costs the browser as much as a page.
#[server(prefix = "/api/fn", endpoint = "draw_measurements", input = Json)]
pub async fn draw_measurements(
    part: Part,
    id: Option<ObjectId>,
    search: String,
    utc_offset_ms: i64,
) -> Result<String, AppError> {
    let (engine, actor) = guard::require(Role::Viewer).await?;
    let now_ms = engine::now_ms();
    match (part, id) {
        (Part::Monitoring, _) => monitoring::draw(&engine, &actor, &search, now_ms).await,
        (Part::Capacity, _) => capacity::draw(&engine, &actor, &search, now_ms).await,
        (Part::WhoIsWho, _) => links::draw(&engine, &actor, &search, now_ms).await,
        (Part::Keeping, _) => admin::draw(&engine, &actor, &search).await,
        (Part::Object(kind), Some(id)) => {
            let wanted = measurements::Wanted { kind, id, search, utc_offset_ms, now_ms };
            measurements::draw(&engine, &actor, wanted).await
        }
        (Part::Mappings, Some(id)) => source::draw(&engine, &actor, SourceId(id.0), &search).await,
        // The page says that there is nothing.
        (Part::Object(_) | Part::Mappings, None) => Ok(String::new()),
    }
}

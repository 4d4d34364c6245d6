//! The measurements of an object: charts of the time that the address names, and the load signature. Drawn on the server.

#[cfg(feature = "ssr")]
mod groups;
#[cfg(feature = "ssr")]
mod period;
#[cfg(feature = "ssr")]
mod section;

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use model::inventory::ObjectKind;

#[cfg(feature = "ssr")]
pub(crate) use section::{Wanted, draw};

use super::object_id;
use crate::{
    components::Zone,
    drawn::{Drawing, Drawn},
    live::Live,
    loading::resource,
    server::measurements::draw_measurements,
};

/// The charts of the page's object.
#[derive(Clone, Copy)]
struct Loading(Drawing);

/// Loads the charts of the object that the address names. Called by the page, and not where they stand: what stands in a
/// part that is loaded itself is made anew with it.
pub(in crate::pages) fn load_measurements(kind: ObjectKind) {
    let id = object_id();
    let (live, zone, search) = (Live::current(), Zone::current(), use_location().search);
    let drawing = resource(
        move || (id.get(), search.get(), zone.get(), live.measured_version()),
        move |(id, search, utc_offset_ms, _)| async move {
            match id {
                Some(id) => draw_measurements(kind, id, search, utc_offset_ms).await,
                None => Ok(String::new()),
            }
        },
    );
    provide_context(Loading(drawing));
}

/// Where the charts stand.
#[component]
pub(in crate::pages) fn Measurements() -> AnyView {
    let Loading(drawing) = expect_context();
    view! { <Drawn drawing /> }.into_any()
}

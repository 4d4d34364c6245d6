//! The measurements of an object: charts of the time that the address names, and the load signature. Drawn on the server.

#[cfg(feature = "ssr")]
mod groups;
#[cfg(feature = "ssr")]
mod period;
#[cfg(feature = "ssr")]
mod section;
#[cfg(feature = "ssr")]
mod systems;

use leptos::prelude::*;
use model::inventory::ObjectKind;

#[cfg(feature = "ssr")]
pub(crate) use section::{Wanted, draw};

use crate::drawn::{self, Drawing, Drawn, Part};

/// The charts of the page's object.
#[derive(Clone, Copy)]
struct Loading(Drawing);

/// Loads the charts of the object that the address names. Called by the page, and not where they stand: what stands in a
/// part that is loaded itself is made anew with it.
pub(in crate::pages) fn load_measurements(kind: ObjectKind) {
    provide_context(Loading(drawn::load(Part::Object(kind))));
}

/// Where the charts stand.
#[component]
pub(in crate::pages) fn Measurements() -> AnyView {
    let Loading(drawing) = expect_context();
    view! { <Drawn drawing /> }.into_any()
}

//! Capacity: what clusters, hosts that stand alone and datastores have left, how long that lasts, and what still fits. Drawn on
//! the server.

#[cfg(feature = "ssr")]
mod board;
#[cfg(feature = "ssr")]
mod pool;
#[cfg(feature = "ssr")]
mod settings;
#[cfg(feature = "ssr")]
mod wording;

use leptos::prelude::*;

#[cfg(feature = "ssr")]
pub(crate) use board::draw;

use crate::{
    components::PageHead,
    drawn::{self, Drawn, Part},
};

#[component]
pub fn CapacityPage() -> impl IntoView {
    let drawing = drawn::load(Part::Capacity);
    view! {
        <PageHead title="Capacity" line="What is left, for how long, and what still fits" />
        <Drawn drawing />
    }
}

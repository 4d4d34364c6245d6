//! Who is who: machines that may be one, what people have said of them, and two that somebody links by hand. Drawn on the
//! server.

#[cfg(feature = "ssr")]
mod by_hand;
#[cfg(feature = "ssr")]
mod cards;
#[cfg(feature = "ssr")]
mod table;

use leptos::prelude::*;

#[cfg(feature = "ssr")]
pub(crate) use {cards::draw, table::link_table};

use crate::{
    components::PageHead,
    drawn::{self, Drawn, Part},
};

/// Where the page stands.
#[cfg(feature = "ssr")]
pub(crate) const PATH: &str = "/who-is-who";

#[component]
pub fn LinksPage() -> impl IntoView {
    let drawing = drawn::load(Part::WhoIsWho);
    view! {
        <PageHead title="Who is who" line="One machine as platforms and monitoring systems see it" />
        <Drawn drawing />
    }
}

//! Monitoring: the busiest machines, hosts and datastores by metric, and what is wrong now. Drawn on the server, and again
//! whenever something was measured.

#[cfg(feature = "ssr")]
mod board;
#[cfg(feature = "ssr")]
mod choices;

use leptos::prelude::*;

#[cfg(feature = "ssr")]
pub(crate) use board::draw;

use crate::{
    components::PageHead,
    drawn::{self, Drawn, Part},
};

#[component]
pub fn MonitoringPage() -> impl IntoView {
    let drawing = drawn::load(Part::Monitoring);
    view! {
        <PageHead title="Monitoring" line="Who is busiest by the latest values, and what is wrong now" />
        <Drawn drawing />
    }
}

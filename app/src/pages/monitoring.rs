//! Monitoring: the busiest machines, hosts and datastores by metric, and what is wrong now. Drawn on the server, and again
//! whenever something was measured.

#[cfg(feature = "ssr")]
mod board;
#[cfg(feature = "ssr")]
mod choices;

use leptos::prelude::*;
use leptos_router::hooks::use_location;

#[cfg(feature = "ssr")]
pub(crate) use board::draw;

use crate::{components::PageHead, drawn::Drawn, live::Live, loading::resource, server::measurements::draw_monitoring};

#[component]
pub fn MonitoringPage() -> impl IntoView {
    let (live, search) = (Live::current(), use_location().search);
    let drawing = resource(
        move || (search.get(), live.measured_version(), live.inventory_version()),
        |(search, _, _)| draw_monitoring(search),
    );
    view! {
        <PageHead title="Monitoring" line="Who is busiest by the latest values, and what is wrong now" />
        <Drawn drawing />
    }
}

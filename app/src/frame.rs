//! The frame around the pages of people who are signed in.

use leptos::prelude::*;
use leptos_router::components::Outlet;

#[component]
pub fn Frame() -> impl IntoView {
    view! { <main id="main"><Outlet /></main> }
}

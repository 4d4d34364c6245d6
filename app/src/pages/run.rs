//! A page under construction.

use leptos::prelude::*;

use crate::components::PageHead;

#[component]
pub fn RunPage() -> impl IntoView {
    view! { <PageHead title="Run" /> }
}

//! A page under construction.

use leptos::prelude::*;

use crate::components::PageHead;

#[component]
pub fn SourcesPage() -> impl IntoView {
    view! { <PageHead title="Sources" /> }
}

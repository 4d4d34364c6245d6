//! A page under construction.

use leptos::prelude::*;

use crate::components::PageHead;

#[component]
pub fn NewSourcePage() -> impl IntoView {
    view! { <PageHead title="Add source" /> }
}

#[component]
pub fn SourcePage() -> impl IntoView {
    view! { <PageHead title="Source" /> }
}

//! A page under construction.

use leptos::prelude::*;

use crate::components::PageHead;

#[component]
pub fn ActivityPage() -> impl IntoView {
    view! { <PageHead title="Activity" /> }
}

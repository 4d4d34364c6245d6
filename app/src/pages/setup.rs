//! A page under construction.

use leptos::prelude::*;

use crate::components::PageHead;

#[component]
pub fn SetupPage() -> impl IntoView {
    view! { <PageHead title="Setup" /> }
}

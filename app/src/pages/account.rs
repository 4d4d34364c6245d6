//! A page under construction.

use leptos::prelude::*;

use crate::components::PageHead;

#[component]
pub fn AccountPage() -> impl IntoView {
    view! { <PageHead title="Account" /> }
}

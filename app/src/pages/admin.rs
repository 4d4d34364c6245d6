//! A page under construction.

use leptos::prelude::*;

use crate::components::PageHead;

#[component]
pub fn AdminPage() -> impl IntoView {
    view! { <PageHead title="Administration" /> }
}

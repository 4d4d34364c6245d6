//! A page under construction.

use leptos::prelude::*;

use crate::components::PageHead;

#[component]
pub fn SignInPage() -> impl IntoView {
    view! { <PageHead title="Sign in" /> }
}

//! The bar at the top: search, sync state, account.

use leptos::prelude::*;
use leptos_router::{components::Form, hooks::use_query_map};
use model::account::CurrentUser;

use super::{account_menu::AccountMenu, nav::Drawer, shortcuts::SEARCH_ID, sync_state::SyncState};
use crate::components::{Glyph, Icon};

#[component]
pub(super) fn Top(user: CurrentUser) -> impl IntoView {
    view! {
        <header class="top">
            <Drawer role=user.role />
            <Search />
            <SyncState />
            <AccountMenu user />
        </header>
    }
}

/// A plain form: it works before and without script.
#[component]
fn Search() -> impl IntoView {
    let query = use_query_map();
    let pathname = leptos_router::hooks::use_location().pathname;
    // Elsewhere `q` is a table's filter.
    let words = move || {
        if pathname.get() == "/search" { query.with(|query| query.get("q")).unwrap_or_default() } else { String::new() }
    };
    view! {
        <search class="search">
            <Form method="GET" action="/search">
                <Icon glyph=Glyph::Search />
                <input
                    type="search"
                    id=SEARCH_ID
                    name="q"
                    value=words
                    placeholder="Search machines, hosts, IPs…"
                    aria-label="Search the inventory"
                    aria-keyshortcuts="/"
                    autocomplete="off"
                    spellcheck="false"
                />
                <kbd aria-hidden="true">"/"</kbd>
            </Form>
        </search>
    }
}

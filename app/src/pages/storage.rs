//! Datastores: their table, and the page of one (`detail`).

mod detail;

use leptos::prelude::*;
use model::inventory::ObjectKind;

pub use detail::DatastorePage;

use crate::{components::PageHead, table::TablePage};

#[component]
pub fn StoragePage() -> impl IntoView {
    view! {
        <PageHead title="Storage" />
        <TablePage
            kind=ObjectKind::Datastore
            path="/storage"
            quick=&[("Shared", "shared:yes"), ("Not accessible", "accessible:no"), ("Without machines", "vms=0")]
        />
    }
}

//! Hosts: their table, and the page of one (`detail`).

mod detail;

use leptos::prelude::*;
use model::inventory::ObjectKind;

pub use detail::HostPage;

use super::clusters::PlaceTabs;
use crate::{components::PageHead, table::TablePage};

#[component]
pub fn HostsPage() -> impl IntoView {
    view! {
        <PageHead title="Hosts & clusters" />
        <PlaceTabs current=ObjectKind::Host />
        <TablePage
            kind=ObjectKind::Host
            path="/hosts"
            quick=&[
                ("In maintenance", "maintenance:yes"),
                ("Not connected", "-connection:connected"),
                ("Without machines", "vms=0"),
            ]
        />
    }
}

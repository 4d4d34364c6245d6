//! Networks: their table, and the page of one (`detail`).

mod detail;

use leptos::prelude::*;
use model::inventory::ObjectKind;

pub use detail::NetworkPage;

use crate::{components::PageHead, table::TablePage};

#[component]
pub fn NetworksPage() -> impl IntoView {
    view! {
        <PageHead title="Networks" />
        <TablePage
            kind=ObjectKind::Network
            path="/networks"
            quick=&[
                ("Standard", "type:standard"),
                ("Distributed", "type:distributed"),
                ("Uplinks", "uplink:yes"),
                ("Without machines", "vms=0"),
            ]
        />
    }
}

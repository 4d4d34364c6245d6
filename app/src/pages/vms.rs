//! Virtual machines: their table, and the page of one (`detail`).

mod allocation;
mod detail;
mod devices;
mod hyperv;
mod snapshots;

use leptos::prelude::*;
use model::inventory::ObjectKind;

pub use detail::VmPage;

use crate::{components::PageHead, table::TablePage};

#[component]
pub fn VmsPage() -> impl IntoView {
    view! {
        <PageHead title="Virtual machines" />
        <TablePage
            kind=ObjectKind::Vm
            path="/vms"
            quick=&[
                ("On", "power:on"),
                ("Off", "power:off"),
                ("Suspended", "power:suspended"),
                ("With snapshots", "snapshots>0"),
                ("Templates", "role:template"),
                ("Not connected", "-connection:connected"),
            ]
        />
    }
}

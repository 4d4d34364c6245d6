//! Clusters: their table, and the page of one (`detail`).

mod availability;
mod detail;
mod failover;

use leptos::prelude::*;
use model::inventory::ObjectKind;

pub use detail::ClusterPage;

use crate::{components::PageHead, table::TablePage};

#[component]
pub fn ClustersPage() -> impl IntoView {
    view! {
        <PageHead title="Hosts & clusters" />
        <PlaceTabs current=ObjectKind::Cluster />
        <TablePage
            kind=ObjectKind::Cluster
            path="/clusters"
            quick=&[("HA off", "ha:no"), ("DRS off", "drs:no"), ("Without machines", "vms=0")]
        />
    }
}

/// Hosts and clusters are two tables of one thing.
#[component]
pub(super) fn PlaceTabs(current: ObjectKind) -> impl IntoView {
    let tab = |kind: ObjectKind, href: &'static str, label: &'static str| {
        view! {
            <a href=href aria-current=(kind == current).then_some("page")>
                {label}
            </a>
        }
    };
    view! {
        <nav class="tabs" aria-label="Hosts and clusters">
            {tab(ObjectKind::Host, "/hosts", "Hosts")}
            {tab(ObjectKind::Cluster, "/clusters", "Clusters")}
        </nav>
    }
}

//! The first page: how much there is, how full it is, how current the picture is, what changed, what alarms.

mod capacity;
mod counts;
mod lists;
mod storage;

use leptos::prelude::*;
use model::{format, overview::Overview};

use self::{
    capacity::CapacityCard,
    counts::Counts,
    lists::{AlarmCard, ChangeCard, SourceCard},
    storage::StorageCard,
};
use crate::{
    components::{EmptyState, ErrorState, Glyph, PageHead, Skeleton},
    live::Live,
    loading::resource,
    server::inventory::read_overview,
};

#[component]
pub fn OverviewPage() -> impl IntoView {
    let live = Live::current();
    let overview = resource(move || (live.inventory_version(), live.run_list_version()), |_| read_overview());
    view! {
        <Transition fallback=|| {
            view! {
                <PageHead title="Overview" />
                <section class="card">
                    <Skeleton rows=12 />
                </section>
            }
        }>
            {move || {
                overview
                    .get()
                    .map(|overview| match overview {
                        Ok(overview) if overview.sources.is_empty() && overview.vms.total == 0 => {
                            view! { <Welcome /> }.into_any()
                        }
                        Ok(overview) if is_unread(&overview) => view! { <Unread overview /> }.into_any(),
                        Ok(overview) => view! { <Estate overview /> }.into_any(),
                        Err(error) => {
                            view! {
                                <PageHead title="Overview" />
                                <section class="card">
                                    <ErrorState error />
                                </section>
                            }
                                .into_any()
                        }
                    })
            }}
        </Transition>
    }
}

/// Before the first source.
#[component]
fn Welcome() -> impl IntoView {
    view! {
        <PageHead title="Overview" />
        <section class="card">
            <EmptyState
                glyph=Glyph::Plug
                title="Add your first source"
                text="Name a vCenter, an ESXi host, a Hyper-V host or a failover cluster, and an account that may read. The first sync shows the whole estate here."
            >
                <a class="button primary" href="/sources/new">
                    "Add a source"
                </a>
            </EmptyState>
        </section>
    }
}

/// Sources stand ready, and none was read: there is nothing to count yet.
fn is_unread(overview: &Overview) -> bool {
    overview.hosts.total == 0
        && overview.vms.total + overview.vms.templates == 0
        && overview.sources.iter().all(|source| source.last_success_ms.is_none())
}

#[component]
fn Unread(overview: Overview) -> impl IntoView {
    view! {
        <PageHead title="Overview" />
        <div class="grid">
            <section class="card c8">
                <EmptyState
                    glyph=Glyph::Sync
                    title="Nothing has been read yet"
                    text="The first sync that comes to its end shows the whole estate here."
                >
                    <a class="button primary" href="/sources">
                        "Go to the sources"
                    </a>
                </EmptyState>
            </section>
            <SourceCard sources=overview.sources />
        </div>
    }
}

#[component]
fn Estate(overview: Overview) -> impl IntoView {
    let line = line(&overview);
    let Overview {
        vms,
        by_platform,
        clusters,
        hosts,
        storage,
        networks,
        capacity,
        datastores,
        sources,
        changes,
        alarms,
    } = overview;
    view! {
        <PageHead title="Overview" line />
        <div class="grid">
            <Counts vms by_platform clusters hosts storage networks />
            <CapacityCard capacity />
            <SourceCard sources />
            <StorageCard datastores />
            <ChangeCard changes />
            <AlarmCard alarms />
        </div>
    }
}

fn line(overview: &Overview) -> String {
    let plural = |count: u64, one: &str, many: &str| {
        format!("{} {}", format::count(count as i64), if count == 1 { one } else { many })
    };
    format!(
        "{} · {}",
        plural(overview.sources.len() as u64, "source", "sources"),
        plural(overview.vms.total, "machine", "machines")
    )
}

//! How much there is: machines by power and platform, hosts, clusters, storage.

use leptos::prelude::*;
use model::{
    format,
    overview::{HostCounts, PlatformCounts, StorageTotals, VmCounts},
    source::SourceKind,
};

use crate::components::Meter;

fn number(value: u64) -> String {
    format::count(value as i64)
}

#[component]
pub(super) fn Counts(
    vms: VmCounts,
    by_platform: Vec<PlatformCounts>,
    clusters: u64,
    hosts: HostCounts,
    storage: StorageTotals,
    networks: u64,
) -> impl IntoView {
    view! {
        <Machines vms by_platform />
        <Hosts hosts clusters />
        <Allocated vms hosts />
        <Storage storage networks />
    }
}

/// Says that a sum leaves out what nobody tells.
fn without(count: u64, one: &'static str, many: &'static str) -> Option<AnyView> {
    let words = match count {
        0 => return None,
        1 => format!("Without {one}, whose size is unknown"),
        count => format!("Without {} {many}, whose size is unknown", number(count)),
    };
    Some(view! { <p>{words}</p> }.into_any())
}

/// A figure with what it counts, opening the table behind it.
fn kpi(label: &'static str, href: &'static str, figure: String, beside: String, below: AnyView) -> AnyView {
    view! {
        <div class="card kpi c3">
            <dl>
                <dt>
                    <a href=href>{label}</a>
                </dt>
                <dd>{figure} " " <small>{beside}</small></dd>
            </dl>
            {below}
        </div>
    }
    .into_any()
}

#[component]
fn Machines(vms: VmCounts, by_platform: Vec<PlatformCounts>) -> impl IntoView {
    let states = [
        ("power:off", vms.off, "off"),
        ("power:suspended", vms.suspended, "suspended"),
        ("power:unknown", vms.unknown, "unknown"),
        ("role:template", vms.templates, "templates"),
    ];
    let links = states
        .into_iter()
        .filter(|(_, count, _)| *count > 0)
        .map(|(filter, count, word)| {
            view! {
                <li>
                    <a href=format!("/vms?q={filter}")>{format!("{} {word}", number(count))}</a>
                </li>
            }
        })
        .collect_view();
    let platforms = by_platform.iter().map(platform_words).collect::<Vec<_>>().join(" · ");
    let below = view! {
        <p>{platforms}</p>
        <ul class="inline">{links}</ul>
    }
    .into_any();
    kpi("Machines", "/vms", number(vms.total), format!("{} on", number(vms.on)), below)
}

fn platform_words(counts: &PlatformCounts) -> String {
    let name = match SourceKind::from_key(&counts.platform) {
        Some(kind) => kind.platform(),
        None => counts.platform.as_str(),
    };
    format!("{name} {}", number(counts.vms))
}

#[component]
fn Hosts(hosts: HostCounts, clusters: u64) -> impl IntoView {
    let states = [
        ("maintenance:yes", hosts.in_maintenance, "in maintenance"),
        ("-connection:connected", hosts.not_connected, "not connected"),
    ];
    let links = states
        .into_iter()
        .filter(|(_, count, _)| *count > 0)
        .map(|(filter, count, word)| {
            view! {
                <li>
                    <a href=format!("/hosts?q={filter}")>{format!("{} {word}", number(count))}</a>
                </li>
            }
        })
        .collect_view();
    let below = view! {
        <p>{format!("{} cores · {} memory", number(hosts.cores), format::bytes(hosts.memory_bytes as i64))}</p>
        {without(hosts.size_unknown, "1 host", "hosts")}
        <ul class="inline">{links}</ul>
    }
    .into_any();
    let clusters = if clusters == 1 { "in 1 cluster".to_owned() } else { format!("in {} clusters", number(clusters)) };
    kpi("Hosts", "/hosts", number(hosts.total), clusters, below)
}

/// What runs, against what there is to run it on.
#[component]
fn Allocated(vms: VmCounts, hosts: HostCounts) -> impl IntoView {
    let ratio = (hosts.cores > 0).then(|| format!("{:.1} on each core", vms.vcpu_on as f64 / hosts.cores as f64));
    let memory = format!("{} memory allocated", format::bytes(vms.memory_on_bytes as i64));
    let share = (hosts.memory_bytes > 0).then(|| vms.memory_on_bytes as f64 * 100.0 / hosts.memory_bytes as f64);
    let bar = share.map(|percent| {
        view! {
            <p class="kpi-bar">
                <Meter percent label=format!("{percent:.0} % of the hosts' memory is allocated") width=120 />
                <span>{format!("{percent:.0} %")}</span>
            </p>
        }
    });
    let below = view! {
        <p>{memory}</p>
        {without(vms.size_unknown, "1 machine", "machines")}
        {bar}
    }
    .into_any();
    kpi("Running vCPU", "/clusters", number(vms.vcpu_on), ratio.unwrap_or_default(), below)
}

#[component]
fn Storage(storage: StorageTotals, networks: u64) -> impl IntoView {
    let used = storage.capacity_bytes.saturating_sub(storage.free_bytes);
    let percent = used as f64 * 100.0 / storage.capacity_bytes.max(1) as f64;
    let bar = (storage.capacity_bytes > 0).then(|| {
        view! {
            <p class="kpi-bar">
                <Meter percent label=format!("{percent:.0} % of the storage is used") width=120 />
                <span>{format!("{percent:.0} %")}</span>
            </p>
        }
    });
    let stores = if storage.datastores == 1 { "datastore" } else { "datastores" };
    let networks_word = if networks == 1 { "network" } else { "networks" };
    let below = view! {
        <p>{format!("{} {stores} · {} {networks_word}", number(storage.datastores), number(networks))}</p>
        {without(storage.size_unknown, "1 datastore", "datastores")}
        {bar}
    }
    .into_any();
    let of = format!("of {}", format::bytes(storage.capacity_bytes as i64));
    kpi("Storage used", "/storage", format::bytes(used as i64), of, below)
}

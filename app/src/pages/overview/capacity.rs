//! How full clusters and stand-alone hosts are: in use now, and behind it what is allocated to machines that are on.

use leptos::prelude::*;
use model::{format, inventory::ObjectKind, overview::CapacityBar};

use crate::{
    components::{Head, Meter, PlainTable},
    table::{ObjectLink, dash},
};

const HEADS: [Head; 6] = [
    Head::Text("Cluster or host"),
    Head::Text("Memory"),
    Head::Text("CPU"),
    Head::Number("vCPU per core"),
    Head::Number("Hosts"),
    Head::Number("Machines on"),
];

const WIDTH: u32 = 88;
const NOT_REPORTED: &str = "not reported by the platform";
/// Rows on the first page; the table of clusters has them all.
const SHOWN_MAX: usize = 10;

#[component]
pub(super) fn CapacityCard(capacity: Vec<CapacityBar>) -> impl IntoView {
    let body = if capacity.is_empty() {
        view! { <p class="none">"No cluster or host has been read yet."</p> }.into_any()
    } else {
        let rows = capacity.into_iter().take(SHOWN_MAX).map(row).collect_view();
        view! {
            <PlainTable caption="Capacity of clusters and hosts" heads=HEADS>
                {rows}
            </PlainTable>
        }
        .into_any()
    };
    view! {
        <section class="card c8 capacity-card" aria-labelledby="capacity">
            <header>
                <h2 id="capacity">"Capacity"</h2>
                <p>
                    <svg class="key" width="10" height="8" viewBox="0 0 10 8" aria-hidden="true">
                        <rect class="fill" width="10" height="8" rx="2" />
                    </svg>
                    "in use "
                    <svg class="key" width="10" height="8" viewBox="0 0 10 8" aria-hidden="true">
                        <rect class="alloc" width="10" height="8" rx="2" />
                    </svg>
                    "allocated"
                </p>
                <a class="end" href="/clusters">
                    "All clusters"
                </a>
            </header>
            {body}
        </section>
    }
}

fn row(bar: CapacityBar) -> AnyView {
    let kind = if bar.is_host { ObjectKind::Host } else { ObjectKind::Cluster };
    let ratio = match (bar.vcpu_allocated, bar.cores) {
        (Some(vcpu), Some(cores)) if cores > 0 => format!("{:.1}", vcpu as f64 / cores as f64).into_any(),
        _ => dash(NOT_REPORTED, -1),
    };
    let missing = missing_words(&bar);
    let memory =
        share(bar.memory_used_bytes, bar.memory_allocated_bytes, bar.memory_capacity_bytes, format::bytes, &missing);
    let cpu = share(bar.cpu_used_mhz, None, bar.cpu_capacity_mhz, format::mhz, &missing);
    view! {
        <tr>
            <th scope="row">
                <ObjectLink kind id=bar.object name=bar.name />
                <small>{bar.source_name}</small>
            </th>
            <td>{memory}</td>
            <td>{cpu}</td>
            <td class="num">{ratio}</td>
            <td class="num">{format::count(bar.hosts as i64)}</td>
            <td class="num">{format::count(bar.vms_on as i64)}</td>
        </tr>
    }
    .into_any()
}

/// What the sums leave out, because nobody tells it.
fn missing_words(bar: &CapacityBar) -> String {
    let silent =
        (bar.hosts_silent > 0).then(|| format!("; {} of {} hosts do not tell their use", bar.hosts_silent, bar.hosts));
    let unsized_vms =
        (bar.vms_size_unknown > 0).then(|| format!("; the size of {} machines is unknown", bar.vms_size_unknown));
    [silent, unsized_vms].into_iter().flatten().collect()
}

fn share(
    used: Option<i64>,
    allocated: Option<i64>,
    capacity: Option<i64>,
    print: fn(i64) -> String,
    missing: &str,
) -> AnyView {
    let (Some(used), Some(capacity)) = (used, capacity.filter(|capacity| *capacity > 0)) else {
        return dash(NOT_REPORTED, -1);
    };
    let percent = |part: i64| part as f64 * 100.0 / capacity as f64;
    let mut words = format!("{} in use of {}", print(used), print(capacity));
    if let Some(allocated) = allocated {
        words = format!("{words}, {} allocated ({:.0} %)", print(allocated), percent(allocated));
    }
    words += missing;
    let at_least = if missing.is_empty() { "" } else { "≥ " };
    view! {
        <span class="share" title=words.clone()>
            <Meter
                percent=percent(used)
                allocated_percent=allocated.map(percent).unwrap_or_default()
                label=words.clone()
                width=WIDTH
            />
            <span>{format!("{at_least}{:.0} %", percent(used))}</span>
        </span>
    }
    .into_any()
}

//! One pool in full: every resource from capacity to what is left, what still fits, the forecast's report and what is unknown.

use leptos::prelude::*;
use model::{
    capacity::{CapacitySettings, Measure, PoolView, Resource, ResourceOutlook, SizeFit},
    format,
};

use super::wording::{UNKNOWN, amount, cases, kept_back, limit, outlook};
use crate::{
    chart::age,
    components::{Card, Head, PlainTable},
    pages::object::{Fact, Facts},
    table::{ObjectLink, capital},
};

const MEASURES: [Head; 6] = [
    Head::Text("Resource"),
    Head::Number("Capacity"),
    Head::Number("Kept back"),
    Head::Number("May be used"),
    Head::Number("Taken"),
    Head::Number("Left"),
];
const FITS: [Head; 5] = [
    Head::Text("Size"),
    Head::Number("In use"),
    Head::Number("Fit in addition"),
    Head::Text("Limited by"),
    Head::Number("Lost to fragmentation"),
];
const OUTLOOKS: [Head; 5] = [
    Head::Text("Resource"),
    Head::Text("Time remaining"),
    Head::Text("Bad to good case"),
    Head::Text("Forecast"),
    Head::Number("Days measured"),
];
/// The sizes of most machines; rarer ones say little.
const SIZES_SHOWN: usize = 12;

pub(super) fn view(pool: &PoolView, settings: &CapacitySettings, now_ms: i64) -> AnyView {
    let object = pool.object.clone();
    let note = format!("from {}", pool.source.name);
    let end = move || view! { <ObjectLink kind=object.kind id=object.id name="Open".to_owned() /> }.into_any();
    let measures = pool.capacity.measures.iter().map(|measure| measure_row(measure, settings)).collect_view();
    let outlooks = pool.outlooks.iter().map(outlook_row).collect_view();
    let (facts, fits, gaps) = (facts(pool), fits(&pool.fits), gaps(pool));
    let read_at = pool.read_ms.map_or_else(|| "never".into_any(), |at_ms| age(at_ms, now_ms));
    view! {
        <Card title=pool.object.name.clone() note class="c12" end=end>
            {facts}
            <PlainTable caption="From capacity to what is left" heads=MEASURES>
                {measures}
            </PlainTable>
            <h3>"Time remaining"</h3>
            <PlainTable caption="Time remaining by resource" heads=OUTLOOKS>
                {outlooks}
            </PlainTable>
            {fits}
            {gaps}
            <p class="line">
                "Demand is what the hosts used when they were last read, " {read_at}
                ". Time remaining looks at the days measured, by 95 % of each day."
            </p>
        </Card>
    }
    .into_any()
}

fn facts(pool: &PoolView) -> AnyView {
    let capacity = &pool.capacity;
    let ratio = |value: Option<f64>| value.map_or_else(|| UNKNOWN.to_owned(), |value| format!("{value:.2}"));
    let hosts = &capacity.hosts;
    let mut of_hosts = format!("{} of {} serve", hosts.serving, hosts.all);
    for (count, words) in [
        (hosts.in_maintenance, "in maintenance"),
        (hosts.unreachable, "unreachable"),
        (hosts.failover, "kept for failures"),
    ] {
        if count > 0 {
            of_hosts = format!("{of_hosts}, {count} {words}");
        }
    }
    let claim = |machines: u32, vcpu: i64, bytes: i64| {
        format!("{} · {} vCPU · {}", format::count(i64::from(machines)), format::count(vcpu), format::bytes(bytes))
    };
    let mut facts = vec![
        ("Hosts", of_hosts),
        ("Machines on", claim(capacity.on.machines, capacity.on.vcpu, capacity.on.memory_bytes)),
        ("vCPU per core", ratio(capacity.vcpu_per_core)),
        ("vCPU per thread", ratio(capacity.vcpu_per_thread)),
        ("Memory given to memory there", ratio(capacity.memory_ratio)),
    ];
    for (name, of) in [("Off", capacity.off), ("Waiting replicas", capacity.standby)] {
        if of.machines > 0 {
            facts.push((name, claim(of.machines, of.vcpu, of.memory_bytes)));
        }
    }
    let facts = facts.into_iter().map(|(name, fact)| Fact::new(name, fact.into_any())).collect::<Vec<_>>();
    view! { <Facts facts /> }.into_any()
}

fn measure_row(measure: &Measure, settings: &CapacitySettings) -> AnyView {
    let unit = measure.resource.unit();
    let buffer = match measure.resource {
        Resource::CpuDemand | Resource::CpuAllocation => settings.cpu_buffer_percent,
        Resource::MemoryDemand | Resource::MemoryAllocation => settings.memory_buffer_percent,
        Resource::StorageUsed | Resource::StorageProvisioned => settings.storage_buffer_percent,
    };
    view! {
        <tr>
            <th scope="row">{capital(measure.resource.name())}</th>
            <td class="num">{amount(measure.capacity, unit)}</td>
            <td class="num">
                {amount(measure.reserve, unit)} <small>{kept_back(measure.reserve_by)}</small>
            </td>
            <td class="num">
                {amount(measure.usable, unit)} <small>{measure.usable.map(|_| format!("less {buffer:.0} % buffer"))}</small>
            </td>
            <td class="num">{amount(measure.taken, unit)}</td>
            <td class="num">{amount(measure.headroom, unit)}</td>
        </tr>
    }
    .into_any()
}

fn outlook_row(of: &ResourceOutlook) -> AnyView {
    let report = of.report.map(|report| {
        let mut words = format!("{}, from {} days", report.model.name(), report.days);
        if report.pinball_naive > 0.0 {
            let against = report.pinball / report.pinball_naive * 100.0;
            words = format!("{words}; error {against:.0} % of repeating the last week");
        }
        format!(
            "{words}; {:.0} % of {} past days lay in the 80 % interval",
            report.coverage_80 * 100.0,
            report.origins * report.days_ahead
        )
    });
    view! {
        <tr>
            <th scope="row">{capital(of.runway.resource.name())}</th>
            <td>{outlook(of.runway.outlook)}</td>
            <td>{cases(of.runway.worst_days, of.runway.best_days).unwrap_or_else(|| UNKNOWN.to_owned())}</td>
            <td>{report.unwrap_or_else(|| UNKNOWN.to_owned())}</td>
            <td class="num">{of.days}</td>
        </tr>
    }
    .into_any()
}

fn fits(fits: &[SizeFit]) -> Option<AnyView> {
    let failures = fits.first()?.fit.failures;
    let rows = fits.iter().take(SIZES_SHOWN).map(|of| {
        let number = |value: Option<u64>| value.map_or_else(|| UNKNOWN.to_owned(), |value| format::count(value as i64));
        view! {
            <tr>
                <th scope="row">
                    {format!("{} vCPU · {}", of.size.vcpu, format::bytes(of.size.memory_bytes))}
                </th>
                <td class="num">{format::count(i64::from(of.in_use))}</td>
                <td class="num">{number(of.fit.machines)}</td>
                <td>{limit(of.fit.limit)}</td>
                <td class="num">{number(of.fit.fragmentation_loss())}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    let title = match failures {
        0 => "What still fits".to_owned(),
        1 => "What still fits after the worst failure of a host".to_owned(),
        failures => format!("What still fits after the worst failures of {failures} hosts"),
    };
    Some(
        view! {
            <h3>{title}</h3>
            <PlainTable caption="Machines that still fit, by the sizes in use" heads=FITS>
                {rows}
            </PlainTable>
        }
        .into_any(),
    )
}

fn gaps(pool: &PoolView) -> Option<AnyView> {
    if pool.capacity.gaps.is_empty() {
        return None;
    }
    let lines = pool.capacity.gaps.iter().map(|gap| view! { <li>{capital(&gap.costs())}</li> }).collect_view();
    Some(
        view! {
            <h3>"What is not known"</h3>
            <ul class="gaps">{lines}</ul>
        }
        .into_any(),
    )
}

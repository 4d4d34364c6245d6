//! Draws the measurements of an object: asks the engine for all of its series at once, and puts charts into groups.

use std::ops::Range;

use engine::Engine;
use futures::future::join;
use leptos::prelude::*;
use model::{
    account::Actor,
    ids::ObjectId,
    inventory::ObjectKind,
    metric::{Metric, Unit},
    series::SeriesSummary,
};

use super::{
    groups::grouped,
    period::{CHOICES, Period},
    systems,
};
use crate::{
    chart::{self, Allocation, Chart, POINTS_MAX, Week},
    components::{Advice, Card, Tone},
    error::AppError,
    table::{href, pairs},
};

/// A signature says something of weeks alone: it does not follow the range of the charts.
const SIGNATURE_DAYS: i64 = 30;
const DAY_MS: i64 = 86_400_000;
/// A few years of them are asked for at most; further zones than these do not exist.
const ZONE_MAX_MS: i64 = 15 * 3_600_000;

/// What is to be drawn.
pub(crate) struct Wanted {
    pub(crate) kind: ObjectKind,
    pub(crate) id: ObjectId,
    /// The address's query.
    pub(crate) search: String,
    /// Of the reader's clock.
    pub(crate) utc_offset_ms: i64,
    pub(crate) now_ms: i64,
}

pub(crate) async fn draw(engine: &Engine, actor: &Actor, mut wanted: Wanted) -> Result<String, AppError> {
    wanted.utc_offset_ms = wanted.utc_offset_ms.clamp(-ZONE_MAX_MS, ZONE_MAX_MS);
    let period = Period::parse(&wanted.search, wanted.utc_offset_ms);
    let range = period.range(wanted.now_ms);
    let (kind, id) = (wanted.kind, wanted.id);
    let (summaries, sizes) = join(engine.metrics_of(actor, kind, id), Sizes::read(engine, actor, kind, id)).await;
    let (summaries, sizes) = (summaries?, sizes?);
    let systems = match kind {
        ObjectKind::Vm => systems::card(engine, actor, id, &wanted.search, wanted.now_ms).await?,
        _ => None,
    };
    let groups = grouped(&summaries.iter().map(|summary| summary.metric).collect::<Vec<_>>());
    if groups.is_empty() {
        return Ok(view! {
            {systems}
            {empty(kind)}
        }
        .to_html());
    }
    let shown: Vec<Metric> = groups.iter().flat_map(|(_, metrics)| metrics.iter().copied()).collect();
    let asked = engine.series_of(actor, (kind, id), &shown, range.clone(), POINTS_MAX);
    let (views, week) = join(asked, week(engine, actor, &wanted, &summaries)).await;
    let (views, week) = (views?, week?);

    let charts = |metric: &Metric| {
        let view = views.iter().find(|view| view.metric == *metric)?.clone();
        let summary = *summaries.iter().find(|summary| summary.metric == *metric)?;
        let allocation = sizes.of(*metric, &summaries);
        let csv = csv(kind, id, *metric, &range);
        let (range, utc_offset_ms, now_ms) = (range.clone(), wanted.utc_offset_ms, wanted.now_ms);
        Some(Chart { view, summary, allocation, range, utc_offset_ms, now_ms, csv }.draw())
    };
    let groups = groups.into_iter().map(|(name, metrics)| {
        view! {
            <section class="charts" aria-label=format!("Charts of {name}")>
                <h3>{name}</h3>
                {metrics.iter().filter_map(charts).collect_view()}
            </section>
        }
    });
    let groups = groups.collect_view();
    let zone = chart::zone(wanted.utc_offset_ms);
    let week = week.map(|week| {
        let figure = chart::signature(Metric::CpuUsage, &week, SIGNATURE_DAYS, &zone);
        view! {
            <section class="charts" aria-label="Load by weekday and hour">
                <h3>"Pattern"</h3>
                {figure}
            </section>
        }
    });
    let refused = match period {
        Period::Refused(reason) => Some(view! {
            <Advice tone=Tone::Warn title="That is no time:">{reason} ". Shown are the last 24 hours."</Advice>
        }),
        _ => None,
    };
    // A clock has one distance from UTC on a chart, also where summer time began or ended within it.
    let note = format!("all times {zone}");
    let html = view! {
        {systems}
        <Card title="Measurements" note class="c12 drawing" end=move || choices(&wanted, &period, &range)>
            {refused}
            {groups}
            {week}
        </Card>
    };
    Ok(html.to_html())
}

/// Clusters are not measured by every platform: there is nothing to wait for.
fn empty(kind: ObjectKind) -> Option<AnyView> {
    if kind == ObjectKind::Cluster {
        return None;
    }
    let html = view! {
        <Card title="Measurements">
            <p class="none">
                "No measurements yet: a source is measured every five minutes once it has been synced, unless that is switched off. What is off has nothing to measure. Whether it works is said at the "
                <a href="/sources">"sources"</a> "."
            </p>
        </Card>
    };
    Some(html.into_any())
}

/// Links to the usual ranges, and two dates for any other.
fn choices(wanted: &Wanted, period: &Period, range: &Range<i64>) -> AnyView {
    let others = pairs(&wanted.search).into_iter().filter(|(key, _)| !matches!(key.as_str(), "range" | "from" | "to"));
    let others: Vec<_> = others.collect();
    let links = CHOICES.iter().map(|choice| {
        let mut address = others.clone();
        address.push(("range".to_owned(), choice.key.to_owned()));
        let is_here = matches!(period, Period::Last(here) if here.key == choice.key).then_some("true");
        view! {
            <a href=href("", &address) aria-current=is_here data-noscroll="">
                {choice.label}
            </a>
        }
    });
    let is_custom = matches!(period, Period::Custom(_)).then_some("true");
    let hidden = others.iter().map(|(key, value)| {
        view! { <input type="hidden" name=key.clone() value=value.clone() /> }
    });
    let day = |at_ms: i64| chart::date(at_ms, wanted.utc_offset_ms);
    view! {
        <nav class="quick" aria-label="Time of the charts">
            {links.collect_view()}
            <details class="pop custom">
                <summary aria-current=is_custom>"Other days"</summary>
                <form class="panel" method="get">
                    {hidden.collect_view()}
                    <input type="hidden" name="range" value="custom" />
                    <label>
                        <span>"From"</span>
                        <input type="date" name="from" required=true value=day(range.start) />
                    </label>
                    <label>
                        <span>"To"</span>
                        <input type="date" name="to" required=true value=day(range.end - 1) />
                    </label>
                    <button class="button" type="submit">
                        "Show"
                    </button>
                </form>
            </details>
        </nav>
    }
    .into_any()
}

/// The file with the numbers of a chart.
fn csv(kind: ObjectKind, id: ObjectId, metric: Metric, range: &Range<i64>) -> String {
    let pair = |key: &str, value: String| (key.to_owned(), value);
    href(
        "/export/series.csv",
        &[
            pair("kind", kind.key().to_owned()),
            pair("id", id.to_string()),
            pair("metric", metric.key().to_owned()),
            pair("from", range.start.to_string()),
            pair("to", range.end.to_string()),
        ],
    )
}

/// Of what runs machines or is one, where its CPU is measured.
async fn week(
    engine: &Engine,
    actor: &Actor,
    wanted: &Wanted,
    summaries: &[SeriesSummary],
) -> Result<Option<Week>, AppError> {
    let has_cpu = summaries.iter().any(|summary| summary.metric == Metric::CpuUsage);
    if !has_cpu || !matches!(wanted.kind, ObjectKind::Vm | ObjectKind::Host | ObjectKind::Cluster) {
        return Ok(None);
    }
    let range = wanted.now_ms - SIGNATURE_DAYS * DAY_MS..wanted.now_ms;
    let week =
        engine.load_signature(actor, wanted.kind, wanted.id, Metric::CpuUsage, range, wanted.utc_offset_ms).await?;
    Ok(week)
}

/// What an object has of memory and CPU, for the lines above what it uses.
#[derive(Clone, Copy, Debug, Default)]
struct Sizes {
    memory_bytes: Option<i64>,
    cpu_mhz: Option<i64>,
}

impl Sizes {
    async fn read(engine: &Engine, actor: &Actor, kind: ObjectKind, id: ObjectId) -> Result<Self, AppError> {
        Ok(match kind {
            ObjectKind::Vm => Self { memory_bytes: engine.vm(actor, id).await?.row.memory_bytes, cpu_mhz: None },
            ObjectKind::Host => {
                let row = engine.host(actor, id).await?.row;
                Self { memory_bytes: row.memory_bytes, cpu_mhz: row.cpu_total_mhz }
            }
            ObjectKind::Cluster => {
                let row = engine.cluster(actor, id).await?.row;
                Self { memory_bytes: row.memory_bytes, cpu_mhz: row.cpu_total_mhz }
            }
            _ => Self::default(),
        })
    }

    fn of(self, metric: Metric, summaries: &[SeriesSummary]) -> Option<Allocation> {
        let (label, value) = match metric {
            Metric::CpuDemand => ("all cores", self.cpu_mhz? as f64),
            Metric::StorageUsed => {
                let capacity = summaries.iter().find(|summary| summary.metric == Metric::StorageCapacity)?;
                ("capacity", capacity.last)
            }
            Metric::MemoryUsed
            | Metric::MemoryDemand
            | Metric::MemoryActive
            | Metric::MemoryConsumed
            | Metric::MemoryGranted
                if metric.unit() == Unit::Bytes =>
            {
                ("configured", self.memory_bytes? as f64)
            }
            _ => return None,
        };
        Some(Allocation { label, value })
    }
}

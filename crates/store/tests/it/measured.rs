//! A small estate whose machines are measured, and short ways to give and ask for samples.

use model::{
    ids::{ExternalId, ObjectId, SourceId},
    inventory::ObjectKind,
    metric::Metric,
    sample::{Grain, Sample, SeriesSamples, Subject},
    series::SeriesView,
    table::TableQuery,
};
use store::{inventory, samples};

use crate::{estate::estate, stores::Store};

pub(crate) const MINUTE: i64 = 60_000;
pub(crate) const STEP: i64 = 5 * MINUTE;
pub(crate) const HOUR: i64 = 60 * MINUTE;
pub(crate) const DAY: i64 = 24 * HOUR;
/// Midnight, Monday 2026-10-05.
pub(crate) const MONDAY: i64 = 20_731 * DAY;

/// A source with thirty machines; `vm-0` is called `web-0`.
pub(crate) async fn estate_of(store: &Store) -> SourceId {
    let source = store.add_source("vc1").await;
    store.sync(source, &estate(30), 1_000).await.unwrap();
    source
}

pub(crate) async fn machine(store: &Store, name: &str) -> ObjectId {
    let query = TableQuery { page_size: 100, ..TableQuery::default() };
    let rows = inventory::list_vms(&store.db, &query).await.unwrap().rows;
    rows.iter().find(|row| row.name == name).unwrap().id
}

/// Samples of a grain, the first ending one interval after `from_ms`; `None` is a gap.
pub(crate) fn of(
    machine: usize,
    metric: Metric,
    grain: Grain,
    from_ms: i64,
    values: impl IntoIterator<Item = Option<f64>>,
) -> SeriesSamples {
    let samples = values.into_iter().enumerate().filter_map(|(at, value)| {
        Some(Sample { end_ms: from_ms + (at as i64 + 1) * grain.ms(), average: value?, maximum: None })
    });
    SeriesSamples {
        subject: Subject { kind: ObjectKind::Vm, external_id: ExternalId::new(format!("vm-{machine}")) },
        metric,
        grain,
        samples: samples.collect(),
    }
}

pub(crate) fn cpu(machine: usize, from_ms: i64, values: impl IntoIterator<Item = f64>) -> SeriesSamples {
    of(machine, Metric::CpuUsage, Grain::BASE, from_ms, values.into_iter().map(Some))
}

/// Something between 0 and 90 that differs from slot to slot and machine to machine.
pub(crate) fn wave(machine: usize, slot: i64) -> f64 {
    let level = 30.0 + 25.0 * (slot as f64 / 46.0 + machine as f64).sin();
    let noise = ((slot * 7_919 + machine as i64 * 104_729) % 1_000) as f64 / 40.0;
    ((level + noise) * 100.0).round() / 100.0
}

pub(crate) fn waves(machine: usize, slots: std::ops::Range<i64>) -> impl Iterator<Item = f64> {
    slots.map(move |slot| wave(machine, slot))
}

pub(crate) async fn give(store: &Store, source: SourceId, batch: &[SeriesSamples], now_ms: i64) -> samples::Ingested {
    samples::ingest(&store.db, source, batch, now_ms).await.unwrap()
}

pub(crate) async fn cpu_of(
    store: &Store,
    object: ObjectId,
    range: std::ops::Range<i64>,
    max_points: usize,
    now_ms: i64,
) -> SeriesView {
    samples::series(&store.db, ObjectKind::Vm, object, Metric::CpuUsage, range, max_points, now_ms)
        .await
        .unwrap()
        .unwrap()
}

/// The averages of all points, by end.
pub(crate) fn told(view: &SeriesView) -> Vec<(i64, f64)> {
    view.points.iter().map(|point| (point.end_ms, (point.average * 1_000.0).round() / 1_000.0)).collect()
}

//! Samples come back as they were given: exactly enough, once, with their gaps and grains.

use model::{
    inventory::ObjectKind,
    metric::Metric,
    sample::{Grain, Sample},
};
use store::{StoreError, samples};

use crate::{
    measured::{DAY, HOUR, MINUTE, MONDAY, STEP, cpu, cpu_of, estate_of, give, machine, of, told, wave, waves},
    stores::{Store, on_both},
};

on_both!(
    a_month_comes_back_with_its_average_and_p95,
    what_is_no_sample_is_counted_and_left_out,
    of_one_interval_the_last_sample_counts,
    gaps_stay_gaps_and_are_told_by_the_coverage,
    coarse_samples_never_pass_as_fine_ones,
    maxima_are_kept_beside_averages,
    a_cursor_is_kept_for_each_source,
    a_machine_lists_its_metrics,
    samples_without_an_object_or_a_source_are_refused,
);

fn p95(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[(values.len() as f64 * 0.95).ceil() as usize - 1]
}

async fn a_month_comes_back_with_its_average_and_p95(store: Store) {
    let source = estate_of(&store).await;
    let now = MONDAY + 30 * DAY + HOUR;
    let slots = 0..30 * 288;
    let bytes: Vec<f64> = slots.clone().map(|slot| 3e9 + 5e7 * wave(1, slot) + slot as f64 * 1e5).collect();
    let batch = [
        cpu(0, MONDAY, waves(0, slots.clone())),
        of(0, Metric::MemoryUsed, Grain::BASE, MONDAY, bytes.iter().copied().map(Some)),
    ];
    let ingested = give(&store, source, &batch, now).await;
    assert_eq!((ingested.accepted, ingested.refused.total()), (2 * 8_640, 0));

    let object = machine(&store, "web-0").await;
    let range = MONDAY..MONDAY + 30 * DAY;
    let view = cpu_of(&store, object, range.clone(), 400, now).await;
    let values: Vec<f64> = waves(0, slots).collect();
    let average = values.iter().sum::<f64>() / values.len() as f64;
    assert!((view.average.unwrap() - average).abs() < 0.1 && (view.p95.unwrap() - p95(values)).abs() < 0.1);
    assert_eq!((view.expected, view.valid, view.step_ms, view.grain), (8_640, 8_640, 2 * HOUR, Grain::BASE));
    assert_eq!((view.points.len(), view.points[0].end_ms), (360, MONDAY + 2 * HOUR));
    assert!(view.points.iter().all(|point| point.p95.unwrap() <= point.maximum.unwrap()));

    let memory = samples::series(&store.db, ObjectKind::Vm, object, Metric::MemoryUsed, range, 400, now).await.unwrap();
    let memory = memory.unwrap();
    let average = bytes.iter().sum::<f64>() / bytes.len() as f64;
    assert!((memory.average.unwrap() / average - 1.0).abs() < 0.001);
    assert!((memory.p95.unwrap() / p95(bytes) - 1.0).abs() < 0.001);
}

async fn what_is_no_sample_is_counted_and_left_out(store: Store) {
    let source = estate_of(&store).await;
    let now = MONDAY + 10 * DAY;
    let at = |end_ms, average| Sample { end_ms, average, maximum: Some(f64::NAN) };
    let mut odd = cpu(0, 0, []);
    odd.samples = vec![
        at(i64::MIN, 1.0),
        at(now - 20 * 365 * DAY, 1.0),
        at(now - 4 * STEP, f64::NAN),
        at(now - 3 * STEP, -1.0),
        at(now - 2 * STEP, f64::INFINITY),
        at(now - STEP, 130.0),
        at(now, 1e300),
        at(now + HOUR, 1.0),
        at(i64::MAX, 1.0),
    ];
    let ingested = give(&store, source, &[odd, cpu(99, now - HOUR, [1.0, 2.0])], now).await;
    let refused = ingested.refused;
    assert_eq!(ingested.accepted, 1);
    assert_eq!((refused.too_old, refused.not_a_value, refused.in_the_future, refused.unknown_object), (2, 4, 2, 2));
    let view = cpu_of(&store, machine(&store, "web-0").await, now - HOUR..now, 100, now).await;
    assert_eq!(told(&view), [(now - STEP, 100.0)], "clipped to what can be");
}

async fn of_one_interval_the_last_sample_counts(store: Store) {
    let source = estate_of(&store).await;
    let object = machine(&store, "web-0").await;
    let now = MONDAY + DAY + 2 * HOUR;
    let range = MONDAY..MONDAY + HOUR;
    // Ticks, twice; then history over them; then a late one, before and after folding.
    give(&store, source, &[cpu(0, MONDAY, [1.0, 2.0])], MONDAY + 10 * MINUTE).await;
    give(&store, source, &[cpu(0, MONDAY, [1.0, 3.0])], MONDAY + 11 * MINUTE).await;
    let first = |view| told(&view)[..2].to_vec();
    let expect = |left, right| vec![(MONDAY + STEP, left), (MONDAY + 2 * STEP, right)];
    assert_eq!(told(&cpu_of(&store, object, range.clone(), 100, now).await), expect(1.0, 3.0));
    give(&store, source, &[cpu(0, MONDAY, vec![4.0; 288])], now).await;
    assert_eq!(first(cpu_of(&store, object, range.clone(), 100, now).await), expect(4.0, 4.0));
    give(&store, source, &[cpu(0, MONDAY, [5.0])], now).await;
    assert_eq!(first(cpu_of(&store, object, range.clone(), 100, now).await), expect(5.0, 4.0));
    samples::fold(&store.db, now).await.unwrap();
    assert_eq!(first(cpu_of(&store, object, range.clone(), 100, now).await), expect(5.0, 4.0));
    give(&store, source, &[cpu(0, MONDAY + STEP, [6.0])], now).await;
    assert_eq!(first(cpu_of(&store, object, range.clone(), 100, now).await), expect(5.0, 6.0));
    assert_eq!(samples::fold(&store.db, now).await.unwrap().slabs, 1);
    let view = cpu_of(&store, object, range, 100, now).await;
    assert_eq!((first(view.clone()), view.valid), (expect(5.0, 6.0), 12));
    // Whoever reads the last intervals again adds nothing.
    give(&store, source, &[cpu(0, now - HOUR, [7.0, 8.0])], now).await;
    give(&store, source, &[cpu(0, now - HOUR, [7.0, 8.0])], now).await;
    assert_eq!(samples::fold(&store.db, now + 2 * DAY).await.unwrap().slabs, 2);
}

async fn gaps_stay_gaps_and_are_told_by_the_coverage(store: Store) {
    let source = estate_of(&store).await;
    let now = MONDAY + 2 * DAY;
    let values = (0..2 * 288).map(|slot| (slot % 288 >= 72 && slot % 3 != 0).then_some(10.0));
    give(&store, source, &[of(0, Metric::CpuUsage, Grain::BASE, MONDAY, values)], now).await;
    let object = machine(&store, "web-0").await;
    let view = cpu_of(&store, object, MONDAY - DAY..MONDAY + 3 * DAY, 10_000, now).await;
    assert_eq!(view.points.len(), 288);
    assert!(view.points.windows(2).any(|pair| pair[1].end_ms - pair[0].end_ms > 6 * HOUR));
    // Not from the range's beginning, but from the first sample on; not to its end, but up to now.
    assert_eq!((view.expected, view.valid), (2 * 288 - 73, 288));
    let empty = cpu_of(&store, object, MONDAY..MONDAY + HOUR, 100, now).await;
    assert_eq!((empty.points.len(), empty.average, empty.p95), (0, None, None));
}

async fn coarse_samples_never_pass_as_fine_ones(store: Store) {
    let source = estate_of(&store).await;
    let now = MONDAY + 3 * DAY;
    let some = |value: f64, count: usize| vec![Some(value); count];
    let batch = [
        of(0, Metric::CpuUsage, Grain::Day, MONDAY, some(10.0, 1)),
        of(0, Metric::CpuUsage, Grain::TwoHours, MONDAY + DAY, some(20.0, 12)),
        of(0, Metric::CpuUsage, Grain::Hour, MONDAY + 2 * DAY, some(30.0, 24)),
    ];
    give(&store, source, &batch, now).await;
    give(&store, source, &[cpu(0, MONDAY + 2 * DAY + HOUR, vec![60.0; 12])], now).await;
    let object = machine(&store, "web-0").await;
    let whole = cpu_of(&store, object, MONDAY..now, 10_000, now).await;
    assert_eq!((whole.step_ms, whole.grain), (DAY, Grain::Day));
    assert_eq!(told(&whole), [(MONDAY + DAY, 10.0), (MONDAY + 2 * DAY, 20.0), (now, 31.25)]);
    let hours = cpu_of(&store, object, MONDAY + 2 * DAY..now, 10_000, now).await;
    assert_eq!((hours.step_ms, hours.grain, hours.valid), (HOUR, Grain::Hour, 288));
    assert_eq!(told(&hours)[..3].iter().map(|(_, value)| *value).collect::<Vec<_>>(), [30.0, 60.0, 30.0]);
    let fine = cpu_of(&store, object, MONDAY + 2 * DAY + HOUR..MONDAY + 2 * DAY + 2 * HOUR - STEP, 100, now).await;
    assert_eq!((fine.step_ms, fine.grain, fine.points.len()), (STEP, Grain::BASE, 11));
    let summary = samples::metrics_of(&store.db, ObjectKind::Vm, object).await.unwrap()[0];
    assert_eq!((summary.grain, summary.first_ms, summary.last_ms), (Grain::BASE, MONDAY, now));
}

async fn maxima_are_kept_beside_averages(store: Store) {
    let source = estate_of(&store).await;
    let now = MONDAY + 2 * DAY;
    let mut batch = cpu(0, MONDAY, waves(0, 0..288));
    for (at, sample) in batch.samples.iter_mut().enumerate() {
        sample.maximum = (at % 5 != 0).then_some(sample.average + 3.0);
    }
    give(&store, source, &[batch], now).await;
    let object = machine(&store, "web-0").await;
    let view = cpu_of(&store, object, MONDAY..MONDAY + DAY, 288, now).await;
    assert_eq!((view.points[0].maximum, view.points.len()), (None, 288));
    assert!((view.points[1].maximum.unwrap() - view.points[1].average - 3.0).abs() < 0.02);
    assert!((view.maximum.unwrap() - waves(0, 0..288).fold(0.0, f64::max) - 3.0).abs() < 0.5);
}

async fn a_cursor_is_kept_for_each_source(store: Store) {
    let source = store.add_source("vc1").await;
    assert_eq!(samples::cursor(&store.db, source).await.unwrap(), None);
    samples::set_cursor(&store.db, source, 5).await.unwrap();
    samples::set_cursor(&store.db, source, 7).await.unwrap();
    assert_eq!(samples::cursor(&store.db, source).await.unwrap(), Some(7));
    let unknown = model::ids::SourceId(99);
    assert!(matches!(samples::set_cursor(&store.db, unknown, 1).await, Err(StoreError::NotFound(_))));
}

async fn a_machine_lists_its_metrics(store: Store) {
    let source = estate_of(&store).await;
    let now = MONDAY + HOUR;
    let batch = [
        of(0, Metric::DiskRead, Grain::BASE, MONDAY, [Some(4_096.0), Some(8_192.0)]),
        cpu(0, MONDAY, [1.5, 2.5, 3.5]),
        cpu(1, MONDAY, [9.0]),
    ];
    give(&store, source, &batch, now).await;
    let metrics = samples::metrics_of(&store.db, ObjectKind::Vm, machine(&store, "web-0").await).await.unwrap();
    let told: Vec<_> = metrics.iter().map(|summary| (summary.metric, summary.last_ms, summary.last)).collect();
    assert_eq!(told, [(Metric::CpuUsage, MONDAY + 3 * STEP, 3.5), (Metric::DiskRead, MONDAY + 2 * STEP, 8_192.0)]);
    assert!(metrics.iter().all(|summary| summary.first_ms == MONDAY));
}

async fn samples_without_an_object_or_a_source_are_refused(store: Store) {
    let source = estate_of(&store).await;
    let other = store.add_source("vc2").await;
    let batch = [cpu(0, MONDAY, [1.0])];
    assert_eq!(give(&store, other, &batch, MONDAY + HOUR).await.refused.unknown_object, 1, "it is another source's");
    assert_eq!(give(&store, source, &[], MONDAY).await, samples::Ingested::default());
    let unknown = samples::ingest(&store.db, model::ids::SourceId(99), &batch, MONDAY).await;
    assert!(matches!(unknown, Err(StoreError::NotFound("source"))));
    let object = machine(&store, "web-0").await;
    let nothing = samples::series(&store.db, ObjectKind::Vm, object, Metric::CpuUsage, 0..MONDAY, 10, MONDAY).await;
    assert_eq!(nothing.unwrap(), None);
}

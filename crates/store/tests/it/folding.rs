//! Folding, pruning and what interrupts them: nothing is missing or double at any time, and nothing stays that should go.

use std::{
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use model::{
    ids::{ObjectId, SourceId},
    inventory::ObjectKind,
    metric::Metric,
    sample::{Grain, SeriesSamples},
    series::Retention,
    source::InventoryFate,
};
use store::{Database, Options, samples, sources};

use crate::{
    measured::{self, DAY, HOUR, MONDAY, STEP, cpu, cpu_of, estate_of, give, machine, told, wave, waves},
    stores::{Store, on_both},
};

on_both!(
    folding_changes_nothing_that_is_read,
    a_fold_that_is_broken_off_loses_nothing,
    an_ingest_that_is_broken_off_is_completed_by_the_next,
    summaries_remain_when_samples_are_pruned,
    a_part_of_a_summarised_day_has_figures_of_that_part,
    what_no_sample_tells_no_summary_tells,
    a_deleted_source_takes_its_series_along,
    a_killed_process_loses_nothing_that_it_had_passed,
);

fn tick(slot: i64) -> Vec<SeriesSamples> {
    (0..4).map(|at| cpu(at, MONDAY + slot * STEP, [wave(at, slot)])).collect()
}

/// Ticks of four machines, one after the other.
async fn ticks(store: &Store, source: SourceId, slots: std::ops::Range<i64>) {
    for slot in slots {
        give(store, source, &tick(slot), MONDAY + (slot + 1) * STEP).await;
    }
}

async fn folding_changes_nothing_that_is_read(store: Store) {
    let source = estate_of(&store).await;
    ticks(&store, source, 0..330).await;
    let (object, now) = (machine(&store, "web-0").await, MONDAY + 331 * STEP);
    let range = MONDAY..MONDAY + 2 * DAY;
    let before = cpu_of(&store, object, range.clone(), 1_000, now).await;
    let reader = async {
        let mut read = 0;
        while read < 40 {
            assert_eq!(cpu_of(&store, object, range.clone(), 1_000, now).await, before);
            read += 1;
        }
    };
    let (folded, again, ()) = tokio::join!(samples::fold(&store.db, now), samples::fold(&store.db, now), reader);
    let (folded, again) = (folded.unwrap(), again.unwrap());
    assert_eq!((folded.slabs + again.slabs, folded.chunks + again.chunks), (288, 4), "each slab by one of them");
    assert_eq!(cpu_of(&store, object, range, 1_000, now).await, before);
    let expected: Vec<_> = (0..330).map(|slot| (MONDAY + (slot + 1) * STEP, wave(0, slot))).collect();
    assert_eq!(told(&before), expected);
    assert_eq!(samples::fold(&store.db, now).await.unwrap(), samples::Folded::default());
}

async fn a_fold_that_is_broken_off_loses_nothing(store: Store) {
    let source = estate_of(&store).await;
    ticks(&store, source, 0..288).await;
    let (object, now) = (machine(&store, "web-0").await, MONDAY + DAY + HOUR);
    let before = cpu_of(&store, object, MONDAY..now, 1_000, now).await;
    for delay in [0, 1, 2, 3, 5, 8, 13, 21, 34] {
        let breaking = tokio::time::timeout(Duration::from_millis(delay), samples::fold(&store.db, now));
        let _ = breaking.await;
        assert_eq!(cpu_of(&store, object, MONDAY..now, 1_000, now).await, before, "after {delay} ms");
    }
    samples::fold(&store.db, now).await.unwrap();
    assert_eq!(cpu_of(&store, object, MONDAY..now, 1_000, now).await, before);
}

async fn an_ingest_that_is_broken_off_is_completed_by_the_next(store: Store) {
    let source = estate_of(&store).await;
    let now = MONDAY + 20 * DAY + 20 * STEP;
    let batch: Vec<_> = (0..20).map(|at| cpu(at, MONDAY, waves(at, 0..20 * 288 + 20))).collect();
    for delay in [1, 5, 20, 60, 150] {
        let ingesting = samples::ingest(&store.db, source, &batch, now);
        let _ = tokio::time::timeout(Duration::from_millis(delay), ingesting).await;
    }
    assert_eq!(give(&store, source, &batch, now).await.accepted, 20 * 5_780);
    for (name, at) in [("web-0", 0), ("web-2", 16)] {
        let view = cpu_of(&store, machine(&store, name).await, MONDAY..now, 10_000, now).await;
        let expected: Vec<_> = (0..5_780).map(|slot| (MONDAY + (slot + 1) * STEP, wave(at, slot))).collect();
        assert!(told(&view) == expected, "{name}");
        assert_eq!((view.expected, view.valid), (5_780, 5_780));
    }
}

async fn summaries_remain_when_samples_are_pruned(store: Store) {
    let source = estate_of(&store).await;
    let now = MONDAY + 40 * DAY;
    give(&store, source, &[cpu(0, MONDAY, waves(0, 0..40 * 288))], now).await;
    let object = machine(&store, "web-0").await;
    let whole = cpu_of(&store, object, MONDAY..now, 500, now).await;
    let retention = Retention { base_ms: 10 * DAY, hourly_ms: 20 * DAY, daily_ms: 35 * DAY };
    let pruned = samples::prune(&store.db, &retention, now).await.unwrap();
    assert_eq!((pruned.chunks, pruned.hourly, pruned.daily), (30, 20, 5));
    assert_eq!(samples::prune(&store.db, &retention, now).await.unwrap(), samples::Pruned::default());

    // Samples where they are kept, hours where these are, and days before.
    let range = |days: i64| now - days * DAY..now;
    let fine = cpu_of(&store, object, range(10), 10_000, now).await;
    assert_eq!((fine.step_ms, fine.points.len(), fine.valid), (STEP, 2_880, 2_880));
    let hours = cpu_of(&store, object, range(20), 10_000, now).await;
    assert_eq!((hours.step_ms, hours.points.len(), hours.valid), (HOUR, 480, 20 * 288));
    assert!(hours.points.iter().all(|point| point.p95.is_some() && point.maximum.is_some()));
    let days = cpu_of(&store, object, MONDAY..now, 10_000, now).await;
    assert_eq!((days.step_ms, days.points.len(), days.valid), (DAY, 35, 35 * 288));
    assert!((days.p95.unwrap() - whole.p95.unwrap()).abs() < 1.0, "from histograms: {days:?}");
    assert!((days.average.unwrap() - whole.average.unwrap()).abs() < 1.0);

    // A day of which only summaries are left is closed: a late sample must not replace them.
    let late = give(&store, source, &[cpu(0, now - 15 * DAY, vec![99.0; 200])], now).await;
    assert_eq!((late.accepted, late.refused.too_old), (0, 200));
    samples::set_retention(&store.db, &retention).await.unwrap();
    assert_eq!(samples::retention(&store.db).await.unwrap(), retention);
}

async fn a_part_of_a_summarised_day_has_figures_of_that_part(store: Store) {
    let source = estate_of(&store).await;
    let now = MONDAY + 40 * DAY;
    // Idle until noon, busy from then on.
    let day: Vec<f64> = (0..288).map(|slot| if slot < 144 { 5.0 } else { 90.0 }).collect();
    give(&store, source, &[cpu(0, MONDAY, day)], now).await;
    let object = machine(&store, "web-0").await;
    let retention = Retention { base_ms: 10 * DAY, ..Retention::default() };
    samples::prune(&store.db, &retention, now).await.unwrap();
    let morning = cpu_of(&store, object, MONDAY..MONDAY + DAY / 2, 500, now).await;
    assert_eq!((morning.average, morning.maximum, morning.valid), (Some(5.0), Some(5.0), 144));
    assert!((5.0..6.0).contains(&morning.p95.unwrap()), "{morning:?}");
    let whole = cpu_of(&store, object, MONDAY..MONDAY + DAY, 500, now).await;
    assert!((90.0..91.0).contains(&whole.p95.unwrap()), "{whole:?}");
}

async fn what_no_sample_tells_no_summary_tells(store: Store) {
    let source = estate_of(&store).await;
    let now = MONDAY + 40 * DAY;
    let object = machine(&store, "web-0").await;
    let of_days = |metric, value| measured::of(0, metric, Grain::Day, MONDAY, [Some(value)]);
    let batch = [of_days(Metric::CpuUsage, 20.0), of_days(Metric::MemoryPressure, 140.0)];
    give(&store, source, &batch, now).await;
    let retention = Retention { base_ms: 10 * DAY, ..Retention::default() };
    for _ in 0..2 {
        let cpu = cpu_of(&store, object, MONDAY..MONDAY + DAY, 500, now).await;
        assert_eq!((cpu.average, cpu.maximum), (Some(20.0), None), "the average of a day is no peak");
        // A range that begins within the sample is covered from there on.
        let evening = cpu_of(&store, object, MONDAY + DAY - 2 * HOUR..MONDAY + DAY + 2 * HOUR, 500, now).await;
        assert_eq!((evening.valid, evening.expected), (24, 48));
        samples::prune(&store.db, &retention, now).await.unwrap();
    }
    let range = MONDAY..MONDAY + DAY;
    let pressure = samples::series(&store.db, ObjectKind::Vm, object, Metric::MemoryPressure, range, 10, now).await;
    let pressure = pressure.unwrap().unwrap();
    assert_eq!((pressure.average, pressure.p95), (Some(140.0), None), "histograms end at 100");
}

async fn a_deleted_source_takes_its_series_along(store: Store) {
    let (source, other) = (estate_of(&store).await, store.add_source("vc2").await);
    store.sync(other, &crate::estate::estate(2), 2_000).await.unwrap();
    let now = MONDAY + 3 * DAY;
    let batch = [cpu(0, MONDAY, waves(0, 0..3 * 288)), cpu(1, MONDAY, waves(1, 0..3 * 288))];
    give(&store, source, &batch, now).await;
    give(&store, other, &batch, now).await;
    let object = machine(&store, "web-0").await;
    sources::delete(&store.db, source, InventoryFate::Remove, now).await.unwrap();
    let gone = async |object: ObjectId| {
        let range = MONDAY..now;
        samples::series(&store.db, ObjectKind::Vm, object, Metric::CpuUsage, range, 10, now).await.unwrap().is_none()
    };
    let kept = machine(&store, "web-0").await;
    assert!(object == kept || gone(object).await);
    let pruned = samples::prune(&store.db, &Retention::default(), now).await.unwrap();
    assert_eq!(pruned.series, 2);
    assert!(!gone(kept).await, "the other source's stay");
    samples::fold(&store.db, now + DAY).await.unwrap();
    assert_eq!(samples::prune(&store.db, &Retention::default(), now).await.unwrap(), samples::Pruned::default());
}

/// Run by the test below in a process of its own: takes ticks, folds now and then, and never ends.
#[tokio::test]
async fn child_that_takes_ticks() {
    let Ok(url) = std::env::var("IROA_TEST_TICKS_URL") else { return };
    let db = Database::open(&url, Options::default()).await.unwrap();
    for slot in 0_i64.. {
        let now = MONDAY + (slot + 1) * STEP;
        samples::ingest(&db, SourceId(1), &tick(slot), now).await.unwrap();
        samples::set_cursor(&db, SourceId(1), now).await.unwrap();
        if slot % 100 == 99 {
            samples::fold(&db, now).await.unwrap();
        }
    }
}

async fn a_killed_process_loses_nothing_that_it_had_passed(store: Store) {
    let source = estate_of(&store).await;
    let object = machine(&store, "web-0").await;
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "folding::child_that_takes_ticks"])
        .env("IROA_TEST_TICKS_URL", &store.url)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let since = Instant::now();
    // Past the first day, so that something has been folded.
    while samples::cursor(&store.db, source).await.unwrap().unwrap_or_default() < MONDAY + DAY + 3 * HOUR {
        assert!(since.elapsed() < Duration::from_mins(2), "the child takes no ticks");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    child.kill().unwrap();
    child.wait().unwrap();

    let passed = samples::cursor(&store.db, source).await.unwrap().unwrap();
    let slots = (passed - MONDAY) / STEP;
    let view = cpu_of(&store, object, MONDAY..passed, 10_000, passed).await;
    let expected: Vec<_> = (0..slots).map(|slot| (MONDAY + (slot + 1) * STEP, wave(0, slot))).collect();
    assert_eq!(told(&view), expected);
    // The next process goes on from the cursor, reading a little of it again.
    ticks(&store, source, slots - 2..slots + 50).await;
    samples::fold(&store.db, passed + 2 * DAY).await.unwrap();
    let end = MONDAY + (slots + 50) * STEP;
    let view = cpu_of(&store, object, MONDAY..end, 10_000, end).await;
    assert_eq!((view.valid, view.expected), (slots as u64 + 50, slots as u64 + 50));
}

//! Questions over many series: the busiest now, the whole fleet over a month, the week of one machine.

use std::collections::BTreeMap;

use model::{inventory::ObjectKind, metric::Metric, sample::Grain, series::Retention};
use store::samples;

use crate::{
    estate::estate,
    measured::{DAY, HOUR, MONDAY, STEP, cpu, cpu_of, estate_of, give, machine, waves},
    stores::{Store, on_both},
};

on_both!(
    the_busiest_are_those_that_are_busy_now,
    the_fleet_agrees_with_each_machine,
    a_week_has_its_hours_in_the_zone_that_is_asked_for,
);

async fn the_busiest_are_those_that_are_busy_now(store: Store) {
    let source = estate_of(&store).await;
    let now = MONDAY + DAY + 6 * HOUR;
    // An hour each, by level, of yesterday and of the last hour; one machine fell silent.
    for (at, level) in [(0, 10.0), (1, 90.0), (2, 50.0), (3, 99.0)] {
        let silent = if at == 3 { 2 * HOUR } else { 0 };
        give(&store, source, &[cpu(at, now - 7 * HOUR, vec![level / 2.0; 12])], now).await;
        give(&store, source, &[cpu(at, now - HOUR - silent, vec![level; 12])], now).await;
    }
    samples::fold(&store.db, now).await.unwrap();
    let busy = samples::busiest(&store.db, ObjectKind::Vm, Metric::CpuUsage, 2, now).await.unwrap();
    let names: Vec<_> = busy.iter().map(|busy| (busy.object.name.as_str(), busy.last, busy.end_ms)).collect();
    assert_eq!(names, [("db-0", 90.0, now), ("app-0", 50.0, now)]);
    assert!(busy.iter().all(|busy| busy.recent.len() == 24 && busy.source == source));
    assert_eq!((busy[0].recent[23], busy[0].recent[17], busy[0].recent[18]), (Some(90.0), Some(45.0), None));

    let mut rest = estate(30);
    rest.inventory.vms.remove(1);
    store.sync(source, &rest, now).await.unwrap();
    let busy = samples::busiest(&store.db, ObjectKind::Vm, Metric::CpuUsage, 2, now).await.unwrap();
    let names: Vec<_> = busy.iter().map(|busy| busy.object.name.as_str()).collect();
    assert_eq!(names, ["app-0", "web-0"], "one is archived");
    assert!(samples::busiest(&store.db, ObjectKind::Host, Metric::CpuUsage, 2, now).await.unwrap().is_empty());
}

async fn the_fleet_agrees_with_each_machine(store: Store) {
    let source = estate_of(&store).await;
    let now = MONDAY + 12 * DAY + 3 * STEP;
    let batch: Vec<_> = (0..6).map(|at| cpu(at, MONDAY, waves(at, 0..12 * 288 + 3))).collect();
    give(&store, source, &batch, now).await;
    let fleet = async |range: std::ops::Range<i64>| {
        let mut all = BTreeMap::new();
        let seen = samples::fleet(&store.db, ObjectKind::Vm, Metric::CpuUsage, range, |object, stats| {
            assert!(all.insert(object, stats).is_none(), "each once");
        });
        seen.await.unwrap();
        all
    };
    let range = now - 10 * DAY..now;
    for pruned in [false, true] {
        if pruned {
            let retention = Retention { base_ms: 4 * DAY, ..Retention::default() };
            samples::prune(&store.db, &retention, now).await.unwrap();
        }
        let all = fleet(range.clone()).await;
        assert_eq!(all.len(), 6);
        for name in ["web-0", "db-0", "app-0"] {
            let object = machine(&store, name).await;
            let (stats, view) = (all[&object], cpu_of(&store, object, range.clone(), 100, now).await);
            assert_eq!((Some(stats.average), stats.p95, stats.maximum), (view.average, view.p95, view.maximum));
            assert_eq!((stats.valid, stats.expected), (view.valid, view.expected));
            assert_eq!((stats.valid, stats.grain), (2_880, Grain::BASE));
            assert!(stats.p995.unwrap() >= stats.p95.unwrap() && stats.p995 <= stats.maximum);
        }
    }
    assert!(fleet(MONDAY - 9 * DAY..MONDAY).await.is_empty());
    assert_eq!(fleet(i64::MIN..i64::MAX).await.len(), 0, "the range's end is what it is cut from");
}

async fn a_week_has_its_hours_in_the_zone_that_is_asked_for(store: Store) {
    let source = estate_of(&store).await;
    let now = MONDAY + 14 * DAY;
    // The hour of the week, and a hundred percent never.
    let values = (0..14 * 288).map(|slot| f64::from(slot / 12 % 168) / 2.0);
    give(&store, source, &[cpu(0, MONDAY, values)], now).await;
    let object = machine(&store, "web-0").await;
    let week = async |offset: i64| {
        let range = MONDAY..now;
        let week = samples::load_signature(&store.db, ObjectKind::Vm, object, Metric::CpuUsage, range, offset).await;
        week.unwrap().unwrap()
    };
    let utc = week(0).await;
    assert_eq!((utc[0][0], utc[0][23], utc[6][23]), (Some(0.0), Some(11.5), Some(83.5)));
    let ahead = week(2 * HOUR).await;
    assert_eq!((ahead[0][2], ahead[0][0]), (Some(0.0), Some(83.0)));
    let retention = Retention { base_ms: 2 * DAY, ..Retention::default() };
    samples::prune(&store.db, &retention, now).await.unwrap();
    assert_eq!(week(0).await, utc, "hours tell the same");
}

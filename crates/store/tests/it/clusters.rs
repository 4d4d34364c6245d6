//! Clusters are what their hosts come to, where all of them are known.

use std::collections::BTreeMap;

use model::{
    ids::{ExternalId, SourceId},
    inventory::{Collection, ConnectionState, ObjectKind},
    metric::Metric,
    sample::{Grain, SeriesSamples},
};
use store::samples;

use crate::{
    estate::estate,
    measured::{self, DAY, HOUR, MONDAY, STEP, give},
    stores::{Store, on_both},
};

on_both!(
    a_cluster_is_what_its_hosts_come_to,
    a_part_of_a_cluster_is_not_taken_for_it,
    history_that_is_folded_is_added_up_too,
);

/// `host-0` and `host-1` are in a cluster and equally large, `host-2` stands alone.
fn three_hosts() -> Collection {
    estate(75)
}

async fn source_of(store: &Store) -> SourceId {
    let source = store.add_source("vc1").await;
    store.sync(source, &three_hosts(), 1_000).await.unwrap();
    source
}

fn host(at: usize, metric: Metric, from_ms: i64, values: &[Option<f64>]) -> SeriesSamples {
    let mut samples = measured::of(0, metric, Grain::BASE, from_ms, values.iter().copied());
    samples.subject.kind = ObjectKind::Host;
    samples.subject.external_id = ExternalId::new(format!("host-{at}"));
    samples
}

/// What a source's clusters come to, by metric: slot after `MONDAY` and average.
async fn added_up(store: &Store, source: SourceId, until_ms: i64) -> BTreeMap<Metric, Vec<(i64, f64)>> {
    let all = samples::of_clusters(&store.db, source, MONDAY..until_ms).await.unwrap();
    let told = |series: SeriesSamples| {
        assert_eq!((series.subject.kind, series.grain), (ObjectKind::Cluster, Grain::BASE));
        assert!(series.samples.iter().all(|sample| sample.maximum.is_none()), "hosts do not peak together");
        let slots = series.samples.iter().map(|sample| ((sample.end_ms - MONDAY) / STEP, sample.average));
        (series.metric, slots.collect())
    };
    all.into_iter().map(told).collect()
}

async fn a_cluster_is_what_its_hosts_come_to(store: Store) {
    let source = source_of(&store).await;
    let now = MONDAY + HOUR;
    let mut batch = Vec::new();
    for (at, level) in [(0, 10.0), (1, 30.0), (2, 90.0)] {
        batch.push(host(at, Metric::CpuUsage, MONDAY, &[Some(level), Some(level + 2.0)]));
        batch.push(host(at, Metric::CpuDemand, MONDAY, &[Some(level * 100.0), Some(level * 100.0)]));
        batch.push(host(at, Metric::DiskLatency, MONDAY, &[Some(5.0), Some(5.0)]));
    }
    give(&store, source, &batch, now).await;
    let sums = added_up(&store, source, now).await;
    assert_eq!(sums[&Metric::CpuUsage], [(1, 20.0), (2, 22.0)], "a share of all processors");
    assert_eq!(sums[&Metric::CpuDemand], [(1, 4_000.0), (2, 4_000.0)], "without the host that stands alone");
    assert_eq!(sums.len(), 2, "latencies do not add up: {sums:?}");
    // What comes out goes in again, and adds nothing the second time.
    let again = samples::of_clusters(&store.db, source, MONDAY..now).await.unwrap();
    assert_eq!(give(&store, source, &again, now).await.accepted, 4);
    assert_eq!(samples::of_clusters(&store.db, source, MONDAY..now).await.unwrap(), again);
}

async fn a_part_of_a_cluster_is_not_taken_for_it(store: Store) {
    let source = source_of(&store).await;
    let now = MONDAY + HOUR;
    give(&store, source, &[host(0, Metric::CpuDemand, MONDAY, &[Some(1.0); 4])], now).await;
    assert!(added_up(&store, source, now).await.is_empty(), "of the other host nothing is known");
    // The second one joins at slot 2 and is silent at slot 3.
    give(&store, source, &[host(1, Metric::CpuDemand, MONDAY + STEP, &[Some(5.0), None, Some(5.0)])], now).await;
    let sums = added_up(&store, source, now).await;
    assert_eq!(sums[&Metric::CpuDemand], [(1, 1.0), (2, 6.0), (4, 6.0)]);

    // A host that does not answer any more is not waited for.
    let mut estate = three_hosts();
    estate.inventory.hosts[1].config.connection = ConnectionState::Disconnected;
    store.sync(source, &estate, 2_000).await.unwrap();
    let sums = added_up(&store, source, now).await;
    assert_eq!(sums[&Metric::CpuDemand], [(1, 1.0), (2, 1.0), (3, 1.0), (4, 1.0)]);
}

async fn history_that_is_folded_is_added_up_too(store: Store) {
    let source = source_of(&store).await;
    let now = MONDAY + 3 * DAY;
    let batch: Vec<_> =
        [0, 1].map(|at| host(at, Metric::MemoryConsumed, MONDAY, &[Some((at + 1) as f64 * 1e9); 3 * 288])).into();
    give(&store, source, &batch, now).await;
    samples::fold(&store.db, now).await.unwrap();
    let sums = added_up(&store, source, now).await;
    let consumed = &sums[&Metric::MemoryConsumed];
    assert_eq!(consumed.len(), 3 * 288);
    assert!(consumed.iter().all(|(_, bytes)| (bytes - 3e9).abs() < 1e6), "{:?}", consumed.first());
}

//! A person's own measurements of a source, and how much all measurements take.

use model::{mapping::MetricMapping, metric::Metric};
use store::{StoreError, mappings, measuring, samples};

use crate::{
    measured::{HOUR, MONDAY, STEP, cpu, estate_of, give},
    stores::{Store, on_both},
};

on_both!(mappings_are_kept_up_to_a_number_and_begin_with_their_history, what_is_kept_has_a_size_and_a_beginning);

async fn mappings_are_kept_up_to_a_number_and_begin_with_their_history(store: Store) {
    let source = store.add_source("prom").await;
    assert!(measuring::claim(&store.db, source, "test", 1, 2).await.unwrap());
    let read = measuring::History { until_ms: Some(500), failures: 1 };
    measuring::set_history(&store.db, source, read).await.unwrap();
    let mapping = |factor| MetricMapping { metric: Metric::MemoryUsed, selector: "app_kb{é=\"'\"}".into(), factor };

    assert!(mappings::add(&store.db, source, &mapping(1024.0), 2).await.unwrap());
    assert_eq!(measuring::history(&store.db, source).await.unwrap(), measuring::History::default());
    assert!(mappings::add(&store.db, source, &mapping(0.001), 2).await.unwrap());
    assert!(!mappings::add(&store.db, source, &mapping(3.0), 2).await.unwrap(), "two are enough");
    assert_eq!(mappings::of_source(&store.db, source).await.unwrap(), [mapping(1024.0), mapping(0.001)]);

    let first = mappings::list(&store.db, source).await.unwrap()[0].id;
    let other = store.add_source("other").await;
    let elsewhere = mappings::remove(&store.db, other, first).await;
    assert!(matches!(elsewhere, Err(StoreError::NotFound(_))), "{elsewhere:?}");
    mappings::remove(&store.db, source, first).await.unwrap();
    assert_eq!(mappings::of_source(&store.db, source).await.unwrap(), [mapping(0.001)]);
}

async fn what_is_kept_has_a_size_and_a_beginning(store: Store) {
    let empty = samples::extent(&store.db).await.unwrap();
    assert_eq!((empty.series, empty.first_ms), (0, None));
    let source = estate_of(&store).await;
    let batch: Vec<_> = (0..30).map(|at| cpu(at, MONDAY + at as i64 * STEP, (0..12).map(f64::from))).collect();
    give(&store, source, &batch, MONDAY + 3 * HOUR).await;
    let extent = samples::extent(&store.db).await.unwrap();
    assert_eq!((extent.series, extent.first_ms), (30, Some(MONDAY)));
    assert!(extent.bytes.unwrap() >= empty.bytes.unwrap() && extent.bytes.unwrap() > 4_096, "{extent:?}");
}

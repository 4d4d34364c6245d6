//! Measuring on its own schedule: from the first sync to a chart, a source that fails, and a machine that another source
//! knows from within.

use std::time::Duration;

use model::{
    account::Role, failure::FailureKind, inventory::ObjectKind, live::ServerFrame, measuring::MeasuringView,
    metric::Metric, sample::Grain, source::SourceSettings, table::VmRow,
};
use tokio::time::{sleep, timeout};

use crate::{
    lab::{Lab, settings_of},
    support::{Place, on_both},
};

const PATIENCE: Duration = Duration::from_secs(30);
const HOUR_MS: i64 = 3_600_000;

fn now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

impl Lab {
    async fn measure_every_five_minutes(&self) {
        let settings = SourceSettings { measure_interval_s: Some(300), ..settings_of(&self.relay, "lab") };
        self.place.engine.update_source(&self.place.admin, self.source, settings, None).await.unwrap();
    }

    async fn measuring(&self) -> Option<MeasuringView> {
        self.place.engine.source(&self.place.admin, self.source).await.unwrap().measuring
    }

    async fn running_vm(&self) -> VmRow {
        self.vms("power:on").await.remove(0)
    }
}

async fn a_synced_source_is_measured_by_itself(place: Place) {
    let Some(lab) = Lab::start(place).await else { return };
    let (engine, admin) = (&lab.place.engine, &lab.place.admin);
    let mut feed = engine.subscribe();
    lab.measure_every_five_minutes().await;
    sleep(Duration::from_millis(200)).await;
    assert_eq!(lab.measuring().await, None, "nothing is measured before there is anything to measure");
    lab.sync().await;

    let wanted = ServerFrame::Measured { source: lab.source };
    timeout(PATIENCE, async { while feed.next().await != wanted {} }).await.expect("it is measured");
    let measuring = lab.measuring().await.unwrap();
    assert!(measuring.failure.is_none() && measuring.samples > 0, "{measuring:?}");
    assert!(measuring.next_ms.unwrap() > now_ms());

    let vm = lab.running_vm().await;
    let metrics = engine.metrics_of(admin, ObjectKind::Vm, vm.id).await.unwrap();
    assert!(metrics.iter().any(|summary| summary.metric == Metric::CpuReady), "{metrics:?}");
    let range = now_ms() - HOUR_MS..now_ms();
    let series = engine.series(admin, ObjectKind::Vm, vm.id, Metric::CpuUsage, range, 500).await.unwrap().unwrap();
    assert_eq!((series.grain, series.step_ms), (Grain::BASE, Grain::BASE.ms()));
    assert!(series.points.len() >= 9, "an hour of hosts' own values: {}", series.points.len());
    assert!(series.points.iter().all(|point| (0.0..=100.0).contains(&point.average)));
    let busiest = engine.busiest(admin, ObjectKind::Host, Metric::CpuUsage, 10).await.unwrap();
    assert!(!busiest.is_empty());
    assert!(busiest.windows(2).all(|pair| pair[0].last >= pair[1].last));

    let clusters = engine.busiest(admin, ObjectKind::Cluster, Metric::CpuUsage, 10).await.unwrap();
    assert!(!clusters.is_empty(), "clusters are what their hosts come to");

    let viewer = lab.place.add("viewer", Role::Viewer).await;
    assert!(engine.metrics_of(&viewer, ObjectKind::Vm, vm.id).await.is_ok());
    lab.end().await;
}

async fn a_source_that_cannot_be_measured_says_why_and_is_tried_again(place: Place) {
    let Some(mut lab) = Lab::start(place).await else { return };
    lab.sync().await;
    let mut feed = lab.place.engine.subscribe();
    lab.vcsim.kill();
    lab.measure_every_five_minutes().await;
    let wanted = ServerFrame::Measured { source: lab.source };
    timeout(PATIENCE, async { while feed.next().await != wanted {} }).await.expect("it is tried");
    let measuring = lab.measuring().await.unwrap();
    let failure = measuring.failure.unwrap();
    assert!(matches!(failure.kind, FailureKind::Unreachable | FailureKind::Protocol), "{failure:?}");
    assert_eq!((measuring.last_success_ms, measuring.consecutive_failures), (None, 1));
    let wait_ms = measuring.next_ms.unwrap() - now_ms();
    assert!((1..=1_980_000).contains(&wait_ms), "within what hosts keep: {wait_ms}");
    lab.end().await;
}

on_both!(a_synced_source_is_measured_by_itself, a_source_that_cannot_be_measured_says_why_and_is_tried_again);

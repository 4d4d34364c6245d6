//! Measurements from vcsim: values of 20 seconds, and through a proxy what the simulator has no history for.

use std::collections::BTreeSet;

use connectors::{Endpoint, SampleRequest, Sampled, Sampling, samples};
use jiff::Timestamp;
use model::{
    failure::{Failure, FailureKind},
    inventory::ObjectKind,
    metric::Metric,
    sample::{Grain, SeriesSamples},
};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::{
    endpoint::plain,
    performance_proxy::{Proxy, Script},
    vcsim::Vcsim,
};

const MINUTE: i64 = 60_000;
const SMALL: [&str; 9] = ["-tls=false", "-cluster", "1", "-host", "2", "-standalone-host", "0", "-vm", "5"];

fn now_ms() -> i64 {
    Timestamp::now().as_millisecond()
}

/// Reads what lies this many minutes back.
async fn measure(endpoint: &Endpoint, minutes: i64) -> (Result<Sampled, Failure>, Vec<SeriesSamples>) {
    let until_ms = now_ms();
    let request =
        SampleRequest { since_ms: until_ms - minutes * MINUTE, until_ms, subjects: Vec::new(), remembered: None };
    let (sink, mut batches) = mpsc::channel(4);
    let cancel = CancellationToken::new();
    let gather = async {
        let mut all = Vec::new();
        while let Some(batch) = batches.recv().await {
            all.extend(batch);
        }
        all
    };
    tokio::join!(samples(endpoint, Sampling { request: &request, sink, cancel: &cancel }), gather)
}

fn of(all: &[SeriesSamples], kind: ObjectKind, metric: Metric) -> Vec<&SeriesSamples> {
    all.iter().filter(|series| series.subject.kind == kind && series.metric == metric).collect()
}

fn grains(all: &[SeriesSamples]) -> BTreeSet<Grain> {
    all.iter().map(|series| series.grain).collect()
}

#[tokio::test]
async fn machines_hosts_and_datastores_are_measured_in_intervals_of_five_minutes() {
    let Some(vcsim) = Vcsim::start(&SMALL) else { return };
    let (sampled, all) = measure(&plain(vcsim.plain_address()), 21).await;
    let sampled = sampled.unwrap();
    assert!(sampled.complete_until_ms.is_some(), "{:?}", sampled.issues);
    assert_eq!(grains(&all), BTreeSet::from([Grain::FiveMinutes]));

    let machines = of(&all, ObjectKind::Vm, Metric::CpuUsage);
    assert_eq!(machines.len(), 5);
    assert_eq!(of(&all, ObjectKind::Host, Metric::CpuUsage).len(), 2);
    for series in machines {
        assert!((3..=4).contains(&series.samples.len()), "{series:?}");
        for sample in &series.samples {
            assert_eq!(sample.end_ms % Grain::BASE.ms(), 0);
            assert!((0.0..=100.0).contains(&sample.average), "{sample:?}");
            assert!(sample.maximum.unwrap() >= sample.average, "{sample:?}");
        }
    }
    let memory = of(&all, ObjectKind::Vm, Metric::MemoryConsumed);
    assert!(memory[0].samples[0].average > 1_048_576.0, "kilobytes become bytes: {:?}", memory[0]);
    let ready = of(&all, ObjectKind::Vm, Metric::CpuReady);
    assert!(ready.iter().flat_map(|series| &series.samples).all(|sample| sample.average <= 100.0));
    let used = of(&all, ObjectKind::Datastore, Metric::StorageUsed);
    let capacity = of(&all, ObjectKind::Datastore, Metric::StorageCapacity);
    assert_eq!((used.len(), capacity.len()), (1, 1));
    assert!(used[0].samples[0].average < capacity[0].samples[0].average);
}

#[tokio::test]
async fn a_first_read_takes_the_history_at_every_grain_that_the_server_keeps() {
    let Some(vcsim) = Vcsim::start(&SMALL) else { return };
    let proxy = Proxy::start(&vcsim, Script::default()).await;
    let (sampled, all) = measure(&plain(proxy.url()), 60 * 24 * 400).await;
    let sampled = sampled.unwrap();
    assert!(sampled.complete_until_ms.is_some(), "{:?}", sampled.issues);
    assert_eq!(
        grains(&all),
        BTreeSet::from([Grain::FiveMinutes, Grain::HalfHour, Grain::TwoHours]),
        "the disabled one is left out"
    );
    let stores = of(&all, ObjectKind::Datastore, Metric::StorageUsed);
    assert!(stores.iter().any(|series| series.grain == Grain::HalfHour), "how full datastores were is history, too");
    let coarse = all.iter().find(|series| series.grain == Grain::TwoHours).unwrap();
    assert!(coarse.samples.iter().all(|sample| sample.maximum.is_none()), "an average of two hours knows no maximum");
    // 64 metrics at once, and each object has more than 64 / 5 of them at level 1.
    assert!(proxy.objects_asked(300).iter().all(|objects| *objects < 64), "{:?}", proxy.objects_asked(300));
    let levels = sampled.issues.iter().find(|issue| issue.message.contains("statistics level 1")).unwrap();
    assert!(levels.message.contains("CPU co-stop"), "{}", levels.message);
    assert!(levels.advice.as_deref().unwrap().contains("Statistics"));
}

#[tokio::test]
async fn what_is_too_much_for_the_server_is_asked_in_halves() {
    let Some(vcsim) = Vcsim::start(&SMALL) else { return };
    let proxy = Proxy::start(&vcsim, Script { most_objects: Some(2), ..Script::default() }).await;
    let (sampled, all) = measure(&plain(proxy.url()), 21).await;
    assert!(sampled.unwrap().complete_until_ms.is_some());
    assert_eq!(of(&all, ObjectKind::Vm, Metric::CpuUsage).len(), 5);
    assert_eq!(proxy.objects_asked(20), [5, 2, 3, 1, 2, 2]);
}

#[tokio::test]
async fn a_machine_that_is_gone_costs_itself_alone() {
    let Some(vcsim) = Vcsim::start(&SMALL) else { return };
    let (_, all) = measure(&plain(vcsim.plain_address()), 21).await;
    let id = of(&all, ObjectKind::Vm, Metric::CpuUsage)[2].subject.external_id.clone();
    let gone: &'static str = Box::leak(id.as_str().to_owned().into_boxed_str());
    let proxy = Proxy::start(&vcsim, Script { gone: Some(gone), ..Script::default() }).await;
    let (sampled, all) = measure(&plain(proxy.url()), 21).await;
    let sampled = sampled.unwrap();
    assert_eq!(of(&all, ObjectKind::Vm, Metric::CpuUsage).len(), 4);
    assert!(sampled.complete_until_ms.is_some());
    assert!(sampled.issues.iter().any(|issue| issue.message.starts_with("1 objects could not be measured")));
}

#[tokio::test]
async fn a_session_that_ends_is_renewed_once() {
    let Some(vcsim) = Vcsim::start(&SMALL) else { return };
    let proxy = Proxy::start(&vcsim, Script { expire: true, ..Script::default() }).await;
    let (sampled, all) = measure(&plain(proxy.url()), 21).await;
    assert!(sampled.unwrap().complete_until_ms.is_some());
    assert_eq!(of(&all, ObjectKind::Vm, Metric::CpuUsage).len(), 5);
}

#[tokio::test]
async fn a_wrong_clock_is_told_and_corrected() {
    let Some(vcsim) = Vcsim::start(&SMALL) else { return };
    let slow = Timestamp::from_millisecond(now_ms() - 10 * MINUTE).unwrap().to_string();
    let clock: &'static str = Box::leak(slow.into_boxed_str());
    let proxy = Proxy::start(&vcsim, Script { clock: Some(clock), ..Script::default() }).await;
    let (sampled, all) = measure(&plain(proxy.url()), 21).await;
    let sampled = sampled.unwrap();
    assert!(sampled.issues.iter().any(|issue| issue.message.contains("behind")), "{:?}", sampled.issues);
    let newest = of(&all, ObjectKind::Vm, Metric::CpuUsage)[0].samples.last().unwrap().end_ms;
    assert!(now_ms() - newest <= 10 * MINUTE, "times are this machine's");
}

#[tokio::test]
async fn a_wrong_password_is_told_as_it_is() {
    let Some(vcsim) = Vcsim::start(&SMALL) else { return };
    let endpoint = Endpoint { password: "wrong".into(), ..plain(vcsim.plain_address()) };
    let (sampled, all) = measure(&endpoint, 21).await;
    assert_eq!(sampled.unwrap_err().kind, FailureKind::Unauthorized);
    assert!(all.is_empty());
}

//! Measurements of an estate of seven hosts over real WinRM peers, whose counters move between reads.

use std::collections::BTreeMap;

use connectors::{Endpoint, SampleRequest, Sampled, Sampling, samples};
use model::{
    failure::{Failure, FailureKind},
    inventory::ObjectKind,
    metric::Metric,
    sample::{Sample, SeriesSamples},
};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::{
    hyperv_aged::aged,
    hyperv_estate::{Estate, guid},
};

const MINUTE: i64 = 60_000;

type Told = BTreeMap<(ObjectKind, String, Metric), Vec<Sample>>;

async fn read(endpoint: &Endpoint, remembered: Option<String>) -> Result<(Told, Sampled), Failure> {
    let until_ms = jiff::Timestamp::now().as_millisecond();
    let request = SampleRequest { since_ms: until_ms - 120 * MINUTE, until_ms, subjects: Vec::new(), remembered };
    let (sink, mut batches) = mpsc::channel(2);
    let cancel = CancellationToken::new();
    let gather = async {
        let mut all: Vec<SeriesSamples> = Vec::new();
        while let Some(batch) = batches.recv().await {
            all.extend(batch);
        }
        all
    };
    let sampling = Sampling { request: &request, sink, cancel: &cancel };
    let (sampled, all) = tokio::join!(samples(endpoint, sampling), gather);
    let told = all.into_iter().map(|series| {
        let id = series.subject.external_id.as_str().to_owned();
        ((series.subject.kind, id, series.metric), series.samples)
    });
    Ok((told.collect(), sampled?))
}

impl Estate {
    /// The next read, five minutes after the last one. Whatever the time of day is, the interval that ended last lies wholly
    /// between the first of three reads and the third.
    async fn measured(&self, named: &[&str], before: &Sampled) -> (Told, Sampled) {
        self.change(&["pass", "300"]);
        read(&self.endpoint(named), before.remember.as_deref().map(aged)).await.unwrap()
    }
}

const NAMED: [&str; 3] = ["hva1", "hvb2", "hvc1"];

fn objects(told: &Told, kind: ObjectKind, metric: Metric) -> BTreeMap<&str, f64> {
    let of_kind = told.iter().filter(|((own, _, measured), _)| *own == kind && *measured == metric);
    of_kind.filter_map(|((_, id, _), samples)| Some((id.as_str(), samples.last()?.average))).collect()
}

#[tokio::test]
async fn seven_hosts_are_measured_with_one_shell_and_one_command_each() {
    let Some(estate) = Estate::start() else { return };
    let (levels, first) = read(&estate.endpoint(&NAMED), None).await.unwrap();
    assert_eq!(first.issues, []);
    assert!(first.complete_until_ms.is_some());
    for (host, peer) in &estate.peers {
        let counts = ["connected", "Create", "Command", "Delete"].map(|event| peer.count(event));
        assert_eq!(counts, [1, 1, 1, 1], "{host}: {:?}", peer.journal());
    }
    let running = objects(&levels, ObjectKind::Vm, Metric::MemoryGranted).len();
    assert_eq!(objects(&levels, ObjectKind::Vm, Metric::CpuUsage).len(), 0);
    assert_eq!(objects(&levels, ObjectKind::Datastore, Metric::StorageUsed).len(), 2 * 7 + 4 + 3);

    let (_, second) = estate.measured(&NAMED, &first).await;
    let (told, third) = estate.measured(&NAMED, &second).await;
    let usage = objects(&told, ObjectKind::Vm, Metric::CpuUsage);
    assert_eq!(usage.len(), running, "every machine that runs, those with letters of other alphabets included");
    // The machines of a cluster are 300, and each is busy for its number modulo 90 in percent.
    assert!(usage.values().all(|percent| (0.0..=90.0).contains(percent)));
    let mean = usage.values().sum::<f64>() / usage.len() as f64;
    assert!((38.0..46.0).contains(&mean), "{mean}");
    for percent in objects(&told, ObjectKind::Host, Metric::CpuUsage).values() {
        assert!((percent - 30.0).abs() < 0.5, "{percent}");
    }
    for metric in
        [Metric::CpuWait, Metric::DiskRead, Metric::DiskWrite, Metric::NetworkReceive, Metric::NetworkTransmit]
    {
        assert_eq!(objects(&told, ObjectKind::Vm, metric).len(), running, "{metric:?}");
    }
    assert_eq!(third.issues, []);
    let remembered = third.remember.unwrap().len();
    assert!(remembered < 250_000, "{remembered} bytes for 700 machines");
}

#[tokio::test]
async fn restarts_and_migrations_leave_gaps_and_no_peaks() {
    let Some(estate) = Estate::start() else { return };
    let (_, first) = read(&estate.endpoint(&NAMED), None).await.unwrap();
    let (_, second) = estate.measured(&NAMED, &first).await;
    let (before, third) = estate.measured(&NAMED, &second).await;
    let usage = |told: &Told, guid: &str| {
        objects(told, ObjectKind::Vm, Metric::CpuUsage)
            .into_iter()
            .find(|(id, _)| id.starts_with(guid))
            .map(|(_, value)| value)
    };
    // Of web-hva-8 and db-hvb-1, as `hyperv_estate.py` makes them.
    let (moved, restarted) = (guid("web-hva-8"), guid("db-hvb-1"));
    assert!((usage(&before, &moved).unwrap() - 8.0).abs() < 0.1);
    assert!((usage(&before, &restarted).unwrap() - 1.0).abs() < 0.1);
    estate.change(&["migrate", "web-hva-8", "hva1"]);
    estate.change(&["restart", "db-hvb-1"]);
    let (broken, fourth) = estate.measured(&NAMED, &third).await;
    let (mended, fifth) = estate.measured(&NAMED, &fourth).await;
    // By the time of day, what was measured before or after is the larger part of an interval or not.
    let is_gap_or = |percent: f64, found: Option<f64>| found.is_none_or(|found| (found - percent).abs() < 0.1);
    for told in [&broken, &mended] {
        assert!(is_gap_or(8.0, usage(told, &moved)) && is_gap_or(1.0, usage(told, &restarted)));
    }
    let (after, _) = estate.measured(&NAMED, &fifth).await;
    assert!((usage(&after, &moved).unwrap() - 8.0).abs() < 0.1);
    assert!((usage(&after, &restarted).unwrap() - 1.0).abs() < 0.1);
    for told in [&broken, &mended, &after] {
        let rates = told.iter().filter(|((_, _, metric), _)| *metric == Metric::DiskRead);
        let most = rates.flat_map(|(_, samples)| samples).map(|sample| sample.average).fold(0.0, f64::max);
        assert!(most <= 3.0 * 301_000.0, "{most}");
    }
}

#[tokio::test]
async fn a_host_that_does_not_answer_costs_its_machines_alone() {
    let Some(mut estate) = Estate::start() else { return };
    let (_, first) = read(&estate.endpoint(&NAMED), None).await.unwrap();
    let (_, second) = estate.measured(&NAMED, &first).await;
    estate.end("hva3");
    let (told, sampled) = estate.measured(&NAMED, &second).await;
    assert_eq!(objects(&told, ObjectKind::Host, Metric::CpuUsage).len(), 6);
    assert_eq!(objects(&told, ObjectKind::Datastore, Metric::StorageUsed).len(), 2 * 6 + 4 + 3);
    assert_eq!(sampled.complete_until_ms, None);
    let [issue] = &sampled.issues[..] else { panic!("{:?}", sampled.issues) };
    assert!(issue.message.starts_with("hva3.lab.invalid was not measured"), "{issue:?}");

    let nobody = Endpoint { password: "wrong".into(), ..estate.endpoint(&NAMED) };
    assert_eq!(read(&nobody, None).await.unwrap_err().kind, FailureKind::Unauthorized);
}

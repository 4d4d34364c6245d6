//! What two reads of counters say together: rates, restarts, migrations, names that two machines have, clocks that differ,
//! and answers with parts missing.

use connectors::{
    SampleRequest,
    hyperv::performance::{Compared, compare},
};
use model::{inventory::ObjectKind, metric::Metric, run::Severity, sample::Grain};
use serde_json::json;

use crate::{
    hyperv_answers::{Answer, CLUSTER, GIB, guid, silent},
    hyperv_counted::{HOST, Load, MINUTE, Reads, START, counted, load, machine, samples, values},
};

#[test]
fn the_first_read_tells_levels_and_the_second_everything() {
    let loads = [load(1, "büro", 30), Load { state: 3, ..load(2, "off", 50) }];
    let mut reads = Reads::default();
    let first = reads.host(START, &loads);
    assert_eq!(values(&first, &machine(1), Metric::MemoryGranted), [4.0 * GIB as f64]);
    assert_eq!(values(&first, &machine(1), Metric::CpuUsage), [0.0; 0]);
    let second = reads.host(START + 5 * MINUTE, &loads);
    let gib = GIB as f64;
    for (metric, expected) in [
        (Metric::CpuUsage, 30.0),
        // Two processors of 32, which are 16 cores of 2,000 MHz.
        (Metric::CpuDemand, 600.0),
        (Metric::CpuWait, 3_000.0),
        (Metric::MemoryGranted, 4.0 * gib),
        (Metric::MemoryPressure, 75.0),
        (Metric::MemoryDemand, 3.0 * gib),
        (Metric::DiskRead, 4_000.0),
        (Metric::DiskWrite, 2_000.0),
        (Metric::NetworkReceive, 20_000.0),
        (Metric::NetworkTransmit, 10_000.0),
    ] {
        assert_eq!(values(&second, &machine(1), metric), [expected], "{metric:?}");
    }
    assert_eq!(samples(&second, &machine(1), Metric::CpuUsage)[0].end_ms, START + 5 * MINUTE);
    assert_eq!(values(&second, HOST, Metric::CpuUsage), [40.0]);
    assert_eq!(values(&second, HOST, Metric::CpuDemand), [12_800.0]);
    assert_eq!(values(&second, HOST, Metric::MemoryConsumed), [156.0 * gib]);
    let volume = "volume{11111111-0000-0000-0000-000000000001}@hv1.lab.example";
    assert_eq!(values(&second, volume, Metric::StorageUsed), [200.0 * gib]);
    assert_eq!(values(&second, volume, Metric::StorageCapacity), [500.0 * gib]);
    assert!(second.series.iter().all(|series| series.subject.external_id.as_str() != machine(2)), "it is off");
    assert!(second.series.iter().all(|series| series.grain == Grain::BASE));
    assert_eq!(second.issues, []);
}

#[test]
fn intervals_are_weighted_by_the_time_that_each_read_covers() {
    let mut reads = Reads::default();
    // 20 % until the second read, and so much more after it that the average since its start is 21 %.
    let steady = load(1, "web", 20);
    reads.host(START + 2 * MINUTE, std::slice::from_ref(&steady));
    let second = reads.host(START + 7 * MINUTE, std::slice::from_ref(&steady));
    // Three of five minutes: enough.
    assert_eq!(values(&second, &machine(1), Metric::CpuUsage), [20.0]);
    let third = reads.host(START + 12 * MINUTE, &[Load { percent: 21, ..steady.clone() }]);
    // After 72 minutes at 21 % instead of 67 at 20 %: 34.4 % in the last five. Two minutes of the interval had 20 %.
    assert_eq!(values(&third, &machine(1), Metric::CpuUsage), [28.64]);
    assert_eq!(samples(&third, &machine(1), Metric::CpuUsage)[0].end_ms, START + 10 * MINUTE);
    // A read before the interval is over tells nothing new.
    let early = reads.host(START + 14 * MINUTE, &[Load { percent: 21, ..steady }]);
    assert_eq!(early.series, []);
}

#[test]
fn a_machine_that_was_restarted_has_no_rates_for_that_time() {
    let mut reads = Reads::default();
    let before = load(1, "web", 10);
    reads.host(START, std::slice::from_ref(&before));
    let restarted = Load { process: 200, began_ms: START + 2 * MINUTE, percent: 90, ..before.clone() };
    let after = reads.host(START + 5 * MINUTE, std::slice::from_ref(&restarted));
    for metric in [Metric::CpuUsage, Metric::CpuWait, Metric::DiskRead, Metric::NetworkReceive] {
        assert_eq!(values(&after, &machine(1), metric), [0.0; 0], "{metric:?}");
    }
    assert_eq!(values(&after, &machine(1), Metric::MemoryGranted).len(), 1, "levels need no second read");
    let later = reads.host(START + 10 * MINUTE, std::slice::from_ref(&restarted));
    assert_eq!(values(&later, &machine(1), Metric::CpuUsage), [90.0]);
    // Another process with higher counters is another run, too.
    let swapped = Load { process: 300, began_ms: START - 7_200_000, ..restarted };
    let swapped = reads.host(START + 15 * MINUTE, &[swapped]);
    assert_eq!(values(&swapped, &machine(1), Metric::CpuUsage), [0.0; 0]);
}

#[test]
fn a_host_that_was_restarted_has_no_rates_for_that_time() {
    let mut reads = Reads::default();
    reads.host(START, &[]);
    let mut rebooted = counted(Answer::alone("hv1"), START + 5 * MINUTE, &[]);
    rebooted.set("logical_processors", json!({"count": 32, "run": 96_000_000, "base": 120_000_000}));
    let after = reads.next(START + 5 * MINUTE, &[rebooted.read_at(START + 5 * MINUTE)], &[]);
    assert_eq!(values(&after, HOST, Metric::CpuUsage), [0.0; 0]);
    assert_eq!(values(&after, HOST, Metric::MemoryConsumed).len(), 1);
}

#[test]
fn a_machine_that_moves_stays_the_same_and_never_jumps() {
    let nodes = [("hv1", 0), ("hv2", 0)];
    let at = |minutes: i64, first: &[Load], second: &[Load]| {
        let now_ms = START + minutes * MINUTE;
        [("hv1", first), ("hv2", second)]
            .map(|(host, loads)| counted(Answer::node(host, &nodes), now_ms, loads).read_at(now_ms))
    };
    let id = format!("{}/main@{CLUSTER}", guid(1));
    let here = load(1, "web", 50);
    let there = Load { process: 900, began_ms: START + 8 * MINUTE, percent: 20, ..here.clone() };
    let mut reads = Reads::default();
    let mut told = |minutes: i64, first: &[Load], second: &[Load]| {
        let compared = reads.next(START + minutes * MINUTE, &at(minutes, first, second), &[]);
        (values(&compared, &id, Metric::CpuUsage), compared)
    };
    told(0, std::slice::from_ref(&here), &[]);
    assert_eq!(told(5, std::slice::from_ref(&here), &[]).0, [50.0]);
    assert_eq!(told(10, &[], std::slice::from_ref(&there)).0, [0.0; 0]);
    let (usage, compared) = told(15, &[], std::slice::from_ref(&there));
    assert_eq!(usage, [20.0]);
    // Both nodes tell of the shared volume; it counts once.
    assert_eq!(values(&compared, "csv-1", Metric::StorageUsed), [500.0 * GIB as f64]);
    let volumes = compared.series.iter().filter(|series| series.subject.kind == ObjectKind::Datastore);
    assert_eq!(volumes.count(), 2 * 3, "two local ones and the shared one");
    // It comes back: what the first node counted before says nothing.
    assert_eq!(told(20, &[Load { process: 901, ..here.clone() }], &[]).0, [0.0; 0]);
}

#[test]
fn two_machines_of_one_name_have_what_their_identity_tells() {
    let mut reads = Reads::default();
    let twins = [load(1, "web", 10), load(2, "Web", 60), load(3, "db", 30)];
    reads.host(START, &twins);
    let compared = reads.host(START + 5 * MINUTE, &twins);
    for number in [1, 2] {
        assert_eq!(values(&compared, &machine(number), Metric::CpuUsage), [0.0; 0]);
        assert_eq!(values(&compared, &machine(number), Metric::MemoryPressure), [0.0; 0]);
        assert_eq!(values(&compared, &machine(number), Metric::DiskRead), [4_000.0]);
        assert_eq!(values(&compared, &machine(number), Metric::NetworkReceive), [20_000.0]);
    }
    assert_eq!(values(&compared, &machine(3), Metric::CpuUsage), [30.0]);
    // The other one is off: then the name is this one's.
    let mut reads = Reads::default();
    let alone = [load(1, "web", 10), Load { state: 3, ..load(2, "web", 60) }];
    reads.host(START, &alone);
    let compared = reads.host(START + 5 * MINUTE, &alone);
    assert_eq!(values(&compared, &machine(1), Metric::CpuUsage), [10.0]);
}

#[test]
fn a_host_that_was_silent_leaves_a_gap_and_nothing_else() {
    let mut reads = Reads::default();
    let loads = [load(1, "web", 30)];
    reads.host(START, &loads);
    reads.host(START + 5 * MINUTE, &loads);
    let other =
        |minutes: i64| counted(Answer::alone("hv2"), START + minutes * MINUTE, &[]).read_at(START + minutes * MINUTE);
    let lost = reads.next(START + 10 * MINUTE, &[other(10)], &[silent("hv1")]);
    assert!(
        lost.issues.iter().any(|issue| issue.message.starts_with("hv1.lab.example was not measured")),
        "{:?}",
        lost.issues
    );
    assert!(lost.series.iter().all(|series| series.subject.external_id.as_str() != machine(1)));
    let back = reads.host(START + 15 * MINUTE, &loads);
    assert_eq!(values(&back, &machine(1), Metric::CpuUsage), [0.0; 0], "ten minutes are no five");
    let again = reads.host(START + 20 * MINUTE, &loads);
    assert_eq!(values(&again, &machine(1), Metric::CpuUsage), [30.0]);
    // After a day nobody knows what was between.
    let day = 24 * 60 * MINUTE;
    let next_day = reads.host(START + day, &loads);
    assert_eq!(values(&next_day, &machine(1), Metric::CpuUsage), [0.0; 0]);
    let after = compare(
        &[],
        &[silent("hv1")],
        &SampleRequest { since_ms: 0, until_ms: START, subjects: Vec::new(), remembered: None },
    );
    assert!(after.unwrap_err().detail.contains("nothing answers"));
}

#[test]
fn a_slower_schedule_tells_half_hours_and_says_so() {
    let mut reads = Reads::default();
    let loads = [load(1, "web", 30)];
    let mut told = Vec::new();
    for minutes in [3, 13, 23, 33, 43, 53, 63] {
        let compared = reads.host(START + minutes * MINUTE, &loads);
        for series in compared.series.iter().filter(|series| series.metric == Metric::CpuUsage) {
            if series.subject.kind == ObjectKind::Vm {
                told.extend(series.samples.iter().map(|sample| (series.grain, sample.end_ms - START, sample.average)));
            }
        }
    }
    assert_eq!(told, [(Grain::HalfHour, 30 * MINUTE, 30.0), (Grain::HalfHour, 60 * MINUTE, 30.0)]);
}

#[test]
fn a_clock_that_is_wrong_is_told_and_does_not_move_samples() {
    let loads = [load(1, "web", 30)];
    let mut reads = Reads::default();
    let mut last = Compared::default();
    for minutes in [0, 5] {
        let now_ms = START + minutes * MINUTE;
        last = reads.next(now_ms, &[counted(Answer::alone("hv1"), now_ms + 600 * MINUTE, &loads).read_at(now_ms)], &[]);
    }
    assert_eq!(samples(&last, &machine(1), Metric::CpuUsage)[0].end_ms, START + 5 * MINUTE);
    let [issue] = &last.issues[..] else { panic!("{:?}", last.issues) };
    assert_eq!(issue.severity, Severity::Note);
    assert!(issue.message.contains("about 600 min ahead of"), "{issue:?}");
}

#[test]
fn missing_counters_cost_themselves_and_are_told_once() {
    let loads = [load(1, "web", 30)];
    let mut reads = Reads::default();
    let mut last = Compared::default();
    for minutes in [0, 5] {
        let now_ms = START + minutes * MINUTE;
        let mut answer = counted(Answer::alone("hv1"), now_ms, &loads);
        for section in ["logical_processors", "virtual_processors", "storage_devices"] {
            answer.fail(section, "Zugriff verweigert");
        }
        last = reads.next(now_ms, &[answer.read_at(now_ms)], &[]);
    }
    assert_eq!(values(&last, &machine(1), Metric::CpuUsage), [0.0; 0]);
    assert_eq!(values(&last, &machine(1), Metric::DiskRead), [0.0; 0]);
    assert_eq!(values(&last, &machine(1), Metric::NetworkReceive), [20_000.0]);
    let [issue] = &last.issues[..] else { panic!("{:?}", last.issues) };
    assert!(issue.advice.as_deref().unwrap().contains("Performance Monitor Users"), "{issue:?}");
}

#[test]
fn an_account_without_rights_is_told_and_an_empty_host_is_not() {
    let mut forbidden = counted(Answer::alone("hv1"), START, &[]);
    forbidden.part_mut("access")["hyperv_administrator"] = json!(false);
    let compared = Reads::default().next(START, &[forbidden.read_at(START)], &[]);
    assert!(compared.issues[0].advice.as_deref().unwrap().contains("Hyper-V Administrators"));
    assert_eq!(Reads::default().host(START, &[]).issues, []);
}

#[test]
fn what_is_remembered_is_not_believed() {
    let loads = [load(1, "web", 30)];
    for text in ["", "no base64!", "AAAA", "eJyrVkrOSCwqBgAK3gLB"] {
        let mut reads = Reads { remembered: Some(text.to_owned()) };
        let first = reads.host(START, &loads);
        assert_eq!(values(&first, &machine(1), Metric::CpuUsage), [0.0; 0], "{text}");
        assert_eq!(values(&reads.host(START + 5 * MINUTE, &loads), &machine(1), Metric::CpuUsage), [30.0]);
    }
}

#[test]
fn odd_counters_are_no_values() {
    let mut reads = Reads::default();
    let loads = [load(1, "web", 30)];
    for minutes in [0, 5, 10] {
        let now_ms = START + minutes * MINUTE;
        let mut answer = counted(Answer::alone("hv1"), now_ms, &loads);
        answer.set("logical_processors", json!({"count": 0, "run": i64::MAX, "base": -1}));
        answer.set(
            "virtual_processors",
            json!([{"name": "web", "count": 2, "run": 18_446_744_073_709_551_615_u64, "base": "x"}]),
        );
        answer.set("storage_devices", json!({"ticks": i64::MAX, "frequency": 0, "rows": "System.Object[]"}));
        answer.set("network_devices", json!(null));
        answer.set("dynamic_memory", json!([{"name": "web", "assigned_bytes": -5, "pressure_percent": 0}]));
        let compared = reads.next(now_ms, &[answer.read_at(now_ms)], &[]);
        let metrics = |id: &str| -> Vec<Metric> {
            let own = compared.series.iter().filter(|series| series.subject.external_id.as_str() == id);
            own.map(|series| series.metric).collect()
        };
        assert_eq!(metrics(&machine(1)), [Metric::MemoryGranted], "the partition's");
        assert_eq!(metrics(HOST), [Metric::MemoryConsumed]);
    }
}

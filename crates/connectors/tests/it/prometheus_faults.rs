//! What a healthy Prometheus does not do: other products, refusals, odd values, slow and endless answers, many machines.

use std::time::{Duration, Instant};

use axum::http::StatusCode;
use connectors::{Observer, SampleRequest, Sampling, check, collect, prometheus::Mapping};
use model::{check::CheckOutcome, failure::FailureKind, inventory::ObjectKind, metric::Metric, run::RunIssue};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use crate::{
    prometheus_peer::{endpoint, measure, now_ms, read},
    prometheus_server::{Script, ScriptedPrometheus},
};

const HOUR: i64 = 3_600_000;

fn last_hours(hours: i64) -> (i64, i64) {
    (now_ms() - hours * HOUR, now_ms())
}

fn says(issues: &[RunIssue], text: &str) -> bool {
    issues.iter().any(|issue| issue.message.contains(text))
}

fn error(kind: &str, text: &str) -> String {
    format!(r#"{{"status":"error","errorType":"{kind}","error":"{text}"}}"#)
}

#[tokio::test]
async fn what_answers_instead_is_named() {
    for (status, body, kind) in [
        (StatusCode::OK, "<html>Grafana</html>", FailureKind::NotThisProduct),
        (StatusCode::NOT_FOUND, "<html>no secret page</html>", FailureKind::NotThisProduct),
        (StatusCode::FOUND, "", FailureKind::NotThisProduct),
        (StatusCode::UNAUTHORIZED, "", FailureKind::Unauthorized),
        (StatusCode::FORBIDDEN, "", FailureKind::Forbidden),
        (StatusCode::TOO_MANY_REQUESTS, "", FailureKind::Throttled),
        (StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable", FailureKind::Unreachable),
        (StatusCode::OK, r#"{"status":"success"}"#, FailureKind::Protocol),
        (StatusCode::OK, r#"{"status":"succ"#, FailureKind::Protocol),
        (StatusCode::OK, r#"{"cluster_name":"elastic"}"#, FailureKind::Protocol),
    ] {
        let fault = Some(("time()", status, body.to_owned()));
        let server = ScriptedPrometheus::start(Script { fault, ..Script::default() }).await;
        let failure = read(&endpoint(&server.url())).await.unwrap_err();
        assert_eq!(failure.kind, kind, "{status} {body}: {failure:?}");
        assert!(
            failure.detail.contains(&server.address.to_string()) && !failure.detail.contains("secret"),
            "{failure:?}"
        );
        let CheckOutcome::Failed { failure: checked, .. } = check(&endpoint(&server.url())).await else { panic!() };
        assert_eq!(checked, failure);
    }
}

#[tokio::test]
async fn a_product_that_speaks_the_query_api_alone_is_read_as_well() {
    let script = Script { machines: 3, has_no_status: true, ..Script::default() };
    let server = ScriptedPrometheus::start(script).await;
    let CheckOutcome::Passed(report) = check(&endpoint(&server.url())).await else { panic!("it works") };
    assert_eq!(report.identity.product.as_deref(), Some("Prometheus-compatible"));
    assert_eq!(report.vms_visible, Some(3));
    let collection = read(&endpoint(&server.url())).await.unwrap();
    assert_eq!((collection.inventory.vms.len(), collection.complete.len()), (3, ObjectKind::ALL.len()));
}

#[tokio::test]
async fn nothing_is_archived_while_targets_wait_for_their_first_scrape_or_nothing_is_there() {
    let server = ScriptedPrometheus::start(Script { machines: 2, unscraped: 1, ..Script::default() }).await;
    let collection = read(&endpoint(&server.url())).await.unwrap();
    assert!(collection.complete.is_empty() && says(&collection.issues, "1 targets have not been scraped yet"));
    assert_eq!(collection.inventory.vms.len(), 2);

    let server = ScriptedPrometheus::start(Script::default()).await;
    let collection = read(&endpoint(&server.url())).await.unwrap();
    assert!(collection.complete.is_empty() && says(&collection.issues, "no machine was found"));
    let measured = measure(&endpoint(&server.url()), last_hours(1), &[]).await.unwrap();
    assert_eq!(measured.outcome.complete_until_ms, None);
}

#[tokio::test]
async fn a_question_without_an_answer_costs_what_it_asked_for() {
    let fault = Some(("node_dmi_info", StatusCode::INTERNAL_SERVER_ERROR, error("internal", "out of memory")));
    let server = ScriptedPrometheus::start(Script { machines: 2, fault, ..Script::default() }).await;
    let collection = read(&endpoint(&server.url())).await.unwrap();
    assert_eq!(collection.complete.len(), ObjectKind::ALL.len(), "which machines there are is known");
    assert!(collection.withheld.iter().all(|withheld| withheld.fields == ["bios_uuid"]));
    assert_eq!(collection.withheld.len(), 2);
    assert!(says(&collection.issues, "UUIDs of node_exporter was not read"), "{:?}", collection.issues);
    // A number that is none costs itself.
    let memory: Vec<_> = collection.inventory.vms.iter().map(|vm| vm.config.memory_bytes).collect();
    assert_eq!(memory, [Some(8 << 30), None]);

    let fault = Some(("windows_os_info", StatusCode::UNPROCESSABLE_ENTITY, error("execution", "boom")));
    let server = ScriptedPrometheus::start(Script { machines: 2, fault, ..Script::default() }).await;
    let collection = read(&endpoint(&server.url())).await.unwrap();
    assert!(collection.complete.is_empty(), "Windows machines may be missing");
}

#[tokio::test]
async fn a_server_that_is_lost_in_the_middle_costs_what_was_not_read() {
    let lost = |text| Some((text, StatusCode::BAD_GATEWAY, String::new()));
    let server = ScriptedPrometheus::start(Script { machines: 2, fault: lost("node_dmi"), ..Script::default() }).await;
    let collection = read(&endpoint(&server.url())).await.unwrap();
    assert!(says(&collection.issues, "the read broke off"), "{:?}", collection.issues);
    assert_eq!(collection.inventory.vms.len(), 2);
    for withheld in &collection.withheld {
        assert_eq!(withheld.fields, ["adapters", "bios_uuid", "ip_addresses", "memory_bytes", "power", "vcpu"]);
    }
    let server = ScriptedPrometheus::start(Script { machines: 2, fault: lost("vmware_vm"), ..Script::default() }).await;
    assert!(read(&endpoint(&server.url())).await.unwrap().complete.is_empty(), "there may be more machines");

    let fault = lost("node_disk_read_bytes_total");
    let server = ScriptedPrometheus::start(Script { machines: 1, fault, ..Script::default() }).await;
    let measured = measure(&endpoint(&server.url()), last_hours(1), &[]).await.unwrap();
    assert!(says(&measured.outcome.issues, "the read broke off") && measured.outcome.complete_until_ms.is_none());
    assert!(!measured.samples("node:vm0:9100", Metric::CpuUsage).is_empty());
    assert!(measured.samples("node:vm0:9100", Metric::DiskWrite).is_empty());
}

#[tokio::test]
async fn a_range_that_is_too_much_is_halved_until_it_is_not() {
    let script = Script { machines: 2, most_points: Some(13), ..Script::default() };
    let server = ScriptedPrometheus::start(script).await;
    let measured = measure(&endpoint(&server.url()), last_hours(24), &[]).await.unwrap();
    assert!(measured.outcome.complete_until_ms.is_some(), "{:?}", measured.outcome.issues);
    let samples = measured.samples("node:vm1:9100", Metric::CpuUsage);
    assert!((286..=289).contains(&samples.len()), "{}", samples.len());
    assert!(samples.windows(2).all(|pair| pair[1].end_ms - pair[0].end_ms == 300_000));

    assert!(server.queries_with("/api/v1/query_range") < 500, "{}", server.queries_with("/api/v1/query_range"));

    // Not even one interval: each metric is given up, and said so.
    let script = Script { machines: 2, most_points: Some(0), ..Script::default() };
    let server = ScriptedPrometheus::start(script).await;
    let measured = measure(&endpoint(&server.url()), last_hours(24), &[]).await.unwrap();
    assert_eq!(measured.outcome.complete_until_ms, None);
    assert!(says(&measured.outcome.issues, "CPU usage of node_exporter was not read"), "{:?}", measured.outcome.issues);
    // Ten metrics, halved nine times each.
    assert!(server.queries_with("/api/v1/query_range") < 150, "{}", server.queries_with("/api/v1/query_range"));
}

#[tokio::test]
async fn one_metric_that_cannot_be_evaluated_does_not_cost_the_others() {
    for (status, body) in [
        (StatusCode::UNPROCESSABLE_ENTITY, error("execution", "many-to-many matching not allowed")),
        (StatusCode::BAD_REQUEST, error("bad_data", "parse error")),
        (StatusCode::SERVICE_UNAVAILABLE, error("timeout", "query timed out")),
        (StatusCode::OK, "{}".to_owned()),
    ] {
        let fault = Some(("node_disk_read_bytes_total", status, body));
        let server = ScriptedPrometheus::start(Script { machines: 1, fault, ..Script::default() }).await;
        let measured = measure(&endpoint(&server.url()), last_hours(2), &[]).await.unwrap();
        assert_eq!(measured.outcome.complete_until_ms, None, "{status}");
        assert!(measured.samples("node:vm0:9100", Metric::DiskRead).is_empty());
        assert!(!measured.samples("node:vm0:9100", Metric::DiskWrite).is_empty());
        assert!(
            says(&measured.outcome.issues, "Disk reads of node_exporter was not read"),
            "{:?}",
            measured.outcome.issues
        );
    }
}

#[tokio::test]
async fn warnings_and_odd_series_become_issues_and_odd_values_gaps() {
    let script = Script {
        machines: 1,
        warnings: r#","warnings":["store 10.0.0.9 was not reachable"],"infos":["metric might not be a counter"]"#,
        odd_series: r#"7,{"metric":{"job":7}},{"metric":{},"values":"NaN"},{"metric":{"job":"node","instance":"other:9100"},"values":[]}"#,
        ..Script::default()
    };
    let server = ScriptedPrometheus::start(script).await;
    let measured = measure(&endpoint(&server.url()), last_hours(2), &[]).await.unwrap();
    let issues = &measured.outcome.issues;
    assert!(says(issues, "store 10.0.0.9 was not reachable") && says(issues, "might not be a counter"), "{issues:?}");
    assert!(says(issues, "3 series of CPU usage of node_exporter could not be read"), "{issues:?}");
    assert!(!measured.samples("node:vm0:9100", Metric::CpuUsage).is_empty());

    for value in [r#""NaN""#, r#""+Inf""#, r#""-1""#, r#""-Inf""#, r#""""#, r#""0x10""#, r#""1e400""#, "null", "[]"] {
        let server = ScriptedPrometheus::start(Script { machines: 1, value: Some(value), ..Script::default() }).await;
        let measured = measure(&endpoint(&server.url()), last_hours(1), &[]).await.unwrap();
        let memory = measured.samples("node:vm0:9100", Metric::MemoryUsed);
        assert!(memory.is_empty(), "{value}: {memory:?}");
    }
}

#[tokio::test]
async fn a_mapping_that_names_no_machine_is_told() {
    let odd_series = r#"{"metric":{"pod":"x"},"values":[[300,"1"]]}"#;
    let server = ScriptedPrometheus::start(Script { machines: 1, odd_series, ..Script::default() }).await;
    let mapping = |query: &str| Mapping { metric: Metric::MemoryDemand, query: query.to_owned() };
    let good = measure(&endpoint(&server.url()), last_hours(1), &[mapping("app_memory")]).await.unwrap();
    assert!(!good.samples("node:vm0:9100", Metric::MemoryDemand).is_empty());
    assert!(good.outcome.issues.is_empty(), "{:?}", good.outcome.issues);

    let body = format!(r#"{{"status":"success","data":{{"result":[{odd_series}]}}}}"#);
    let fault = Some(("app_memory", StatusCode::OK, body));
    let server = ScriptedPrometheus::start(Script { machines: 1, fault, ..Script::default() }).await;
    let measured = measure(&endpoint(&server.url()), last_hours(1), &[mapping("app_memory")]).await.unwrap();
    assert!(says(&measured.outcome.issues, "by your own query name no machine"), "{:?}", measured.outcome.issues);
    assert!(measured.outcome.complete_until_ms.is_some());
}

#[tokio::test]
async fn machines_without_rates_are_told() {
    let server = ScriptedPrometheus::start(Script { machines: 1, value: Some("\"NaN\""), ..Script::default() }).await;
    let measured = measure(&endpoint(&server.url()), last_hours(1), &[]).await.unwrap();
    assert!(says(&measured.outcome.issues, "no CPU usage of node_exporter"), "{:?}", measured.outcome.issues);
}

#[tokio::test]
async fn a_clock_that_is_wrong_is_told_and_believed() {
    for ahead_s in [600, -600] {
        let server = ScriptedPrometheus::start(Script { machines: 1, ahead_s, ..Script::default() }).await;
        let collection = read(&endpoint(&server.url())).await.unwrap();
        let direction = if ahead_s > 0 { "ahead of" } else { "behind" };
        assert!(says(&collection.issues, direction), "{:?}", collection.issues);
        let measured = measure(&endpoint(&server.url()), (now_ms() - HOUR, now_ms() + HOUR), &[]).await.unwrap();
        let last = measured.samples("node:vm0:9100", Metric::CpuUsage).last().unwrap().end_ms;
        let there = now_ms() + ahead_s * 1_000;
        assert!(last <= there && there - last < 7 * 60_000, "{last} {there}");
    }
}

#[tokio::test]
async fn a_slow_query_is_cancelled_at_once_on_both_sides() {
    let slow = Some(("node_network_receive_bytes_total", Duration::from_mins(10)));
    let server = ScriptedPrometheus::start(Script { machines: 1, slow, ..Script::default() }).await;
    let (cancel, request) = (
        CancellationToken::new(),
        SampleRequest { since_ms: now_ms() - HOUR, until_ms: now_ms(), subjects: Vec::new(), remembered: None },
    );
    let (sink, mut batches) = mpsc::channel(100);
    let endpoint = endpoint(&server.url());
    let begun = Instant::now();
    let stop = async {
        while server.queries_with("node_network_receive_bytes_total") == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        cancel.cancel();
        Instant::now()
    };
    let sampling = Sampling { request: &request, sink, cancel: &cancel };
    let (outcome, stopped) = tokio::join!(connectors::samples(&endpoint, sampling), stop);
    assert_eq!(outcome.unwrap_err().kind, FailureKind::Cancelled);
    assert!(stopped.elapsed() < Duration::from_secs(1) && begun.elapsed() < Duration::from_secs(30));
    assert!(batches.recv().await.is_some(), "what was read before was handed on");
    for _ in 0..100 {
        if server.abandoned() == 1 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the server still works on the query");
}

#[tokio::test]
async fn a_read_of_machines_is_cancelled_as_well_and_a_closed_sink_ends_the_other() {
    let slow = Some(("node_dmi_info", Duration::from_mins(10)));
    let server = ScriptedPrometheus::start(Script { machines: 1, slow, ..Script::default() }).await;
    let cancel = CancellationToken::new();
    let observer = Observer::new(watch::Sender::default(), cancel.clone());
    let endpoint = endpoint(&server.url());
    let stop = async {
        while server.queries_with("node_dmi_info") == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        cancel.cancel();
    };
    let (outcome, ()) = tokio::join!(collect(&endpoint, &observer), stop);
    assert_eq!(outcome.unwrap_err().kind, FailureKind::Cancelled);

    let (sink, batches) = mpsc::channel(1);
    drop(batches);
    let request =
        SampleRequest { since_ms: now_ms() - HOUR, until_ms: now_ms(), subjects: Vec::new(), remembered: None };
    let cancel = CancellationToken::new();
    let ended = connectors::samples(&endpoint, Sampling { request: &request, sink, cancel: &cancel }).await;
    assert_eq!(ended.unwrap_err().kind, FailureKind::Cancelled);
}

/// The clock stands still and jumps to the next time-out when nothing else can happen.
#[tokio::test(start_paused = true)]
async fn an_endpoint_that_never_answers_times_out() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let endpoint = endpoint(&format!("http://{}", listener.local_addr().unwrap()));
    let begun = tokio::time::Instant::now();
    let CheckOutcome::Failed { failure, .. } = check(&endpoint).await else { panic!("it never answers") };
    assert_eq!(failure.kind, FailureKind::TimedOut);
    assert!(begun.elapsed() <= Duration::from_secs(21), "{:?}", begun.elapsed());
    assert_eq!(read(&endpoint).await.unwrap_err().kind, FailureKind::TimedOut);
}

#[tokio::test]
async fn an_answer_without_an_end_costs_its_question_alone() {
    let script = Script { machines: 1, endless: Some("node_os_info"), ..Script::default() };
    let server = ScriptedPrometheus::start(script).await;
    let begun = Instant::now();
    let collection = read(&endpoint(&server.url())).await.unwrap();
    assert!(says(&collection.issues, "exceeds 128 MiB"), "{:?}", collection.issues);
    assert_eq!(collection.inventory.vms.len(), 1);
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn ten_thousand_machines_are_read_and_measured_in_small_pieces() {
    let server = ScriptedPrometheus::start(Script { machines: 10_000, ..Script::default() }).await;
    let begun = Instant::now();
    let collection = read(&endpoint(&server.url())).await.unwrap();
    assert_eq!(collection.inventory.vms.len(), 10_000);
    assert_eq!(collection.complete.len(), ObjectKind::ALL.len());
    eprintln!("10,000 machines read in {:?}", begun.elapsed());
    let begun = Instant::now();
    let measured = measure(&endpoint(&server.url()), (now_ms() - 20 * 60_000, now_ms()), &[]).await.unwrap();
    assert!(measured.outcome.complete_until_ms.is_some(), "{:?}", measured.outcome.issues);
    assert_eq!(
        measured.samples("node:vm9999:9100", Metric::CpuUsage).len(),
        measured.samples("node:vm0:9100", Metric::CpuUsage).len()
    );
    let largest =
        measured.batches.iter().map(|batch| batch.iter().map(|series| series.samples.len()).sum::<usize>()).max();
    assert!(largest <= Some(500_000), "{largest:?}");
    eprintln!("and measured in {:?}", begun.elapsed());
}

//! The connector against the small server: versions, chunks, sessions that end, clocks, and answers that are none.

use std::time::{Duration, Instant};

use connectors::{SampleRequest, Sampling, check, samples};
use model::{
    check::CheckOutcome,
    failure::FailureKind,
    metric::Metric,
    run::Severity,
    sample::{Grain, Subject},
};
use serde_json::json;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::{
    endpoint::read,
    hostile::serve,
    zabbix::{of, sampled, subject},
    zabbix_peer::now_s,
    zabbix_server::{Script, ZabbixServer},
};

fn minutes(minutes: i64, hosts: usize) -> SampleRequest {
    let until_ms = now_s() / 300 * 300_000;
    let subjects: Vec<Subject> = (1..=hosts).map(|id| subject(&id.to_string())).collect();
    SampleRequest { since_ms: until_ms - minutes * 60_000, until_ms, subjects, remembered: None }
}

#[tokio::test]
async fn each_version_is_asked_in_its_own_way() {
    for (version, has_bearer, groups) in [
        ("5.0.31", false, "selectGroups"),
        ("5.4.12", false, "selectGroups"),
        ("6.0.14", false, "selectGroups"),
        ("6.2.9", false, "selectHostGroups"),
        ("6.4.1", true, "selectHostGroups"),
        ("7.0.0", true, "selectHostGroups"),
        ("7.2.3", true, "selectHostGroups"),
    ] {
        let server = ZabbixServer::start(Script { version, hosts: 3, ..Script::default() }).await;
        let collection = read(&server.endpoint()).await.unwrap();
        assert_eq!(collection.inventory.vms.len(), 3, "{version}");
        assert_eq!(collection.inventory.vms[0].config.tags.len(), 1, "{version}: the group is told by {groups}");
        assert_eq!(collection.identity.version.as_deref(), Some(version));
        let CheckOutcome::Passed(_) = check(&server.endpoint()).await else { panic!("{version}") };
        let (_, all) = sampled(&server.endpoint(), &minutes(15, 3)).await;
        assert_eq!(of(&all, Metric::CpuUsage, Grain::BASE).len(), 9, "{version}");
        assert_eq!(server.count("user.login"), 3);
        assert_eq!(server.count("user.logout"), 3, "{version}: each login has its logout");
        server.each(|asked| match asked.method.as_str() {
            "apiinfo.version" | "user.login" => {
                assert!(asked.bearer.is_none() && asked.body.get("auth").is_none(), "{version}: {}", asked.method);
            }
            _ => assert_eq!((asked.bearer.is_some(), asked.body.get("auth").is_some()), (has_bearer, !has_bearer)),
        });
    }
    let old = ZabbixServer::start(Script { version: "4.4.10", ..Script::default() }).await;
    let failure = read(&old.endpoint()).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::NotThisProduct);
    assert!(failure.detail.contains("4.4.10"), "{failure:?}");
}

#[tokio::test]
async fn the_api_is_found_below_zabbix() {
    let server = ZabbixServer::start(Script { path: "/zabbix/api_jsonrpc.php", ..Script::default() }).await;
    let CheckOutcome::Passed(report) = check(&server.endpoint()).await else { panic!("it is there") };
    assert_eq!(report.endpoint, format!("http://{}/zabbix/api_jsonrpc.php", server.address));
}

#[tokio::test]
async fn a_chunk_that_is_too_large_is_halved_until_all_of_it_is_there() {
    for (most_items, longest_s) in [(7, i64::MAX), (usize::MAX, 1_000), (3, 4_000)] {
        let server = ZabbixServer::start(Script { hosts: 20, most_items, longest_s, ..Script::default() }).await;
        let (sampled, all) = sampled(&server.endpoint(), &minutes(120, 20)).await;
        assert!(sampled.issues.is_empty(), "{:?}", sampled.issues);
        assert!(sampled.complete_until_ms.is_some());
        let cpu = of(&all, Metric::CpuUsage, Grain::BASE);
        assert_eq!(cpu.len(), 20 * 24);
        let sums: f64 = cpu.iter().map(|sample| sample.average).sum();
        assert!((sums - 24.0 * f64::from((2..=21).sum::<i32>())).abs() < 1e-6, "nothing is lost, nothing is twice");
        let received = of(&all, Metric::NetworkReceive, Grain::BASE);
        assert!(received.len() == 20 * 24 && received.iter().all(|sample| sample.average >= 4.0), "both interfaces");
    }
}

#[tokio::test]
async fn a_server_that_can_answer_nothing_ends_the_run_and_costs_no_sample_for_ever() {
    let server = ZabbixServer::start(Script { hosts: 2, most_items: 0, ..Script::default() }).await;
    let (sampled, all) = sampled(&server.endpoint(), &minutes(10, 2)).await;
    assert!(all.is_empty() && sampled.issues.iter().all(|issue| issue.severity >= Severity::Warning));
    assert_eq!(sampled.issues.len(), 6, "each item is named: {:?}", sampled.issues);
    assert!(sampled.issues[0].advice.as_ref().is_some_and(|advice| advice.contains("memory_limit")));
}

#[tokio::test]
async fn a_body_without_an_end_is_not_swallowed() {
    let server = ZabbixServer::start(Script { is_endless: true, ..Script::default() }).await;
    let begun = Instant::now();
    let (sampled, all) = sampled(&server.endpoint(), &minutes(10, 1)).await;
    assert!(all.is_empty() && !sampled.issues.is_empty());
    assert!(sampled.issues[0].message.contains("exceeds 64 MiB"), "{:?}", sampled.issues);
    assert!(begun.elapsed() < Duration::from_mins(1), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_session_may_end_but_not_at_once_again() {
    for ends_at in [vec![1], vec![2], vec![3], vec![4]] {
        let server = ZabbixServer::start(Script { hosts: 2, ends_at: ends_at.clone(), ..Script::default() }).await;
        let collection = read(&server.endpoint()).await.unwrap();
        assert_eq!(collection.inventory.vms.len(), 2, "{ends_at:?}");
        assert_eq!((server.count("user.login"), server.count("user.logout")), (2, 1), "{ends_at:?}");
    }
    let server = ZabbixServer::start(Script { ends_at: vec![1, 2], ..Script::default() }).await;
    assert_eq!(read(&server.endpoint()).await.unwrap_err().kind, FailureKind::Unauthorized);
    assert_eq!(server.count("user.login"), 2);
}

#[tokio::test]
async fn what_stands_in_place_of_an_answer_is_told() {
    let error = |data: &str| json!({"jsonrpc": "2.0", "error": {"code": -32500, "data": data}}).to_string();
    for (method, text, kind) in [
        (
            "user.login",
            error("Incorrect user name or password or account is temporarily blocked."),
            FailureKind::Unauthorized,
        ),
        ("user.login", error("Account is blocked for 30 seconds."), FailureKind::AccountLocked),
        ("user.login", json!({"result": {"sessionid": []}}).to_string(), FailureKind::Protocol),
        ("user.login", json!({"result": "0123456789"}).to_string(), FailureKind::Protocol),
        ("host.get", error("No permissions to call \"host.get\"."), FailureKind::Forbidden),
        ("host.get", "<html><form>Password</form></html>".to_owned(), FailureKind::NotThisProduct),
        ("host.get", "<h1>Zabbix is under maintenance.</h1>".to_owned(), FailureKind::Unreachable),
        ("host.get", "{\"result\":[".to_owned(), FailureKind::Protocol),
        ("host.get", json!({"result": 5.5}).to_string(), FailureKind::Protocol),
        ("host.get", format!("{{\"result\":{}", "[".repeat(200_000)), FailureKind::Protocol),
    ] {
        let server = ZabbixServer::start(Script { instead: vec![(method, text.clone())], ..Script::default() }).await;
        let failure = read(&server.endpoint()).await.unwrap_err();
        assert_eq!(failure.kind, kind, "{}: {failure:?}", &text[..text.len().min(80)]);
        assert!(!failure.detail.contains("secret"));
        let CheckOutcome::Failed { failure, .. } = check(&server.endpoint()).await else { panic!("{method}") };
        assert_eq!(failure.kind, kind);
    }
}

#[tokio::test]
async fn what_is_beside_hosts_costs_itself_alone() {
    let instead =
        vec![("problem.get", "<html>".to_owned()), ("item.get", json!({"result": [5, {}, {"key_": 7}]}).to_string())];
    let server = ZabbixServer::start(Script { hosts: 4, instead, ..Script::default() }).await;
    let collection = read(&server.endpoint()).await.unwrap();
    assert_eq!(collection.inventory.vms.len(), 4);
    assert!(!collection.aspects.contains(&model::inventory::Aspect::Alarms));
    assert!(collection.issues.iter().any(|issue| issue.message.starts_with("problems were not read")));
}

#[tokio::test]
async fn an_account_that_has_lost_its_rights_archives_nothing() {
    let server = ZabbixServer::start(Script { hosts: 0, ..Script::default() }).await;
    let collection = read(&server.endpoint()).await.unwrap();
    assert!(!collection.complete.contains(&model::inventory::ObjectKind::Vm));
    assert!(collection.issues.iter().any(|issue| issue.message.contains("sees no enabled host")));
}

#[tokio::test]
async fn values_of_other_types_and_absurd_ones_are_left_out() {
    let end = now_s() / 300 * 300;
    let row = |value: serde_json::Value| json!({"itemid": "11", "clock": (end - 100).to_string(), "value": value});
    let rows = json!({"result": [
        row(json!("18446744073709551615")), row(json!("-1")), row(json!("nan")), row(json!({"a": 1})), row(json!(null)),
        row(json!("40")), {"itemid": "11"}, {"itemid": "x", "clock": "y", "value": "1"}, 7,
        {"itemid": "11", "clock": "9223372036854775807", "value": "1"},
    ]});
    let server =
        ZabbixServer::start(Script { instead: vec![("history.get", rows.to_string())], ..Script::default() }).await;
    let (sampled, all) = sampled(&server.endpoint(), &minutes(5, 1)).await;
    assert!(sampled.complete_until_ms.is_some(), "{:?}", sampled.issues);
    let cpu = of(&all, Metric::CpuUsage, Grain::BASE);
    // Told once for each value type, as the server answers the same to both.
    assert!(cpu.len() == 1 && (cpu[0].average - 40.0).abs() < 1e-9, "{cpu:?}");
}

#[tokio::test]
async fn ten_thousand_hosts_are_read() {
    let server = ZabbixServer::start(Script { hosts: 10_000, ..Script::default() }).await;
    let begun = Instant::now();
    let collection = read(&server.endpoint()).await.unwrap();
    assert_eq!(collection.inventory.vms.len(), 10_000);
    eprintln!("10,000 hosts: {:?}", begun.elapsed());
    let begun = Instant::now();
    let (_, all) = sampled(&server.endpoint(), &minutes(10, 10_000)).await;
    assert_eq!(of(&all, Metric::CpuUsage, Grain::BASE).len(), 20_000);
    eprintln!("10 minutes of 10,000 hosts: {:?}", begun.elapsed());
}

#[tokio::test]
async fn a_slow_clock_leaves_the_rest_to_the_next_read() {
    let slow = jiff::Timestamp::from_second(now_s() - 1_800).unwrap();
    let date = jiff::fmt::rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&slow).unwrap();
    let server = ZabbixServer::start(Script { date: Some(date), ..Script::default() }).await;
    let request = minutes(60, 1);
    let (sampled, _) = sampled(&server.endpoint(), &request).await;
    let behind = request.until_ms - sampled.complete_until_ms.unwrap();
    assert!((1_500_000..=2_100_000).contains(&behind), "{behind}");
    assert!(sampled.issues.iter().any(|issue| issue.message.contains("behind IROA's")), "{:?}", sampled.issues);
}

#[tokio::test]
async fn cancelling_ends_a_read_at_once() {
    let server = ZabbixServer::start(Script { delay: Duration::from_secs(3), ..Script::default() }).await;
    let cancel = CancellationToken::new();
    let (sink, _waiting) = mpsc::channel(1);
    let request = minutes(10, 1);
    let endpoint = server.endpoint();
    let begun = Instant::now();
    let reading = samples(&endpoint, Sampling { request: &request, sink, cancel: &cancel });
    let stop = async {
        tokio::time::sleep(Duration::from_millis(200)).await;
        cancel.cancel();
    };
    let (read, ()) = tokio::join!(reading, stop);
    assert_eq!(read.unwrap_err().kind, FailureKind::Cancelled);
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_closed_sink_ends_it_as_cancelled() {
    let server = ZabbixServer::start(Script::default()).await;
    let (sink, waiting) = mpsc::channel(1);
    drop(waiting);
    let cancel = CancellationToken::new();
    let request = minutes(10, 1);
    let read = samples(&server.endpoint(), Sampling { request: &request, sink, cancel: &cancel }).await;
    assert_eq!(read.unwrap_err().kind, FailureKind::Cancelled);
    assert_eq!(server.count("user.logout"), 1);
}

#[tokio::test]
async fn another_web_server_is_told_by_what_it_answers() {
    use axum::http::StatusCode;

    let page = |status| axum::Router::new().fallback(move || async move { (status, "<html>hello") });
    for (status, kind) in [
        (StatusCode::OK, FailureKind::NotThisProduct),
        (StatusCode::NOT_FOUND, FailureKind::NotThisProduct),
        (StatusCode::FOUND, FailureKind::NotThisProduct),
        (StatusCode::INTERNAL_SERVER_ERROR, FailureKind::NotThisProduct),
        (StatusCode::SERVICE_UNAVAILABLE, FailureKind::Unreachable),
        (StatusCode::TOO_MANY_REQUESTS, FailureKind::Throttled),
        (StatusCode::UNAUTHORIZED, FailureKind::Forbidden),
    ] {
        let address = serve(page(status)).await;
        let mut endpoint = ZabbixServer::start(Script::default()).await.endpoint();
        endpoint.address = format!("http://{address}");
        assert_eq!(read(&endpoint).await.unwrap_err().kind, kind, "{status}");
    }
}

#[tokio::test]
async fn a_self_signed_certificate_is_shown_to_be_pinned() {
    let address = crate::tls::serve_tls(axum::Router::new().fallback(|| async { "hello" })).await;
    let mut endpoint = ZabbixServer::start(Script::default()).await.endpoint();
    endpoint.address = address.to_string();
    let outcome = check(&endpoint).await;
    let CheckOutcome::Failed { failure, certificate: Some(certificate) } = outcome else { panic!("{outcome:?}") };
    assert_eq!(failure.kind, FailureKind::Certificate);
    endpoint.tls = model::source::TlsMode::Pinned { fingerprint: certificate.fingerprint };
    assert_eq!(read(&endpoint).await.unwrap_err().kind, FailureKind::NotThisProduct);
}

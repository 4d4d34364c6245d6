//! A real Zabbix: who its hosts are, its problems, and what goes in with the sender protocol and comes out as samples.

use std::collections::BTreeMap;

use connectors::{Endpoint, SampleRequest, Sampled, Sampling, check, samples};
use model::{
    check::CheckOutcome,
    failure::FailureKind,
    ids::ExternalId,
    inventory::{Collection, Health, ObjectKind, PowerState, Vm},
    metric::Metric,
    sample::{Grain, Sample, SeriesSamples, Subject},
};
use serde_json::json;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::{
    endpoint::read,
    zabbix_peer::{ZabbixPeer, now_s},
};

pub(crate) fn subject(host: &str) -> Subject {
    Subject { kind: ObjectKind::Vm, external_id: ExternalId::new(host) }
}

/// Reads to the end; yields what was sent and how it ended.
pub(crate) async fn sampled(endpoint: &Endpoint, request: &SampleRequest) -> (Sampled, Vec<SeriesSamples>) {
    let (sink, mut waiting) = mpsc::channel(4);
    let cancel = CancellationToken::new();
    let reading = samples(endpoint, Sampling { request, sink, cancel: &cancel });
    let receiving = async {
        let mut all = Vec::new();
        while let Some(batch) = waiting.recv().await {
            all.extend(batch);
        }
        all
    };
    let (sampled, all) = tokio::join!(reading, receiving);
    (sampled.unwrap(), all)
}

/// All samples of a metric, by grain.
pub(crate) fn of(all: &[SeriesSamples], metric: Metric, grain: Grain) -> Vec<Sample> {
    let series = all.iter().filter(|series| series.metric == metric && series.grain == grain);
    series.flat_map(|series| series.samples.clone()).collect()
}

fn vm<'a>(collection: &'a Collection, id: &str) -> &'a Vm {
    collection.inventory.vms.iter().find(|vm| vm.external_id.as_str() == id).unwrap()
}

#[tokio::test]
async fn the_test_of_a_connection_tells_what_zabbix_has() {
    let Some(zabbix) = ZabbixPeer::start().await else { return };
    // The address of the web interface, as the browser shows it.
    let mut endpoint = zabbix.admin();
    endpoint.address = zabbix.url.replace("api_jsonrpc.php", "zabbix.php?action=dashboard.view");
    let outcome = check(&endpoint).await;
    let CheckOutcome::Passed(report) = outcome else { panic!("{outcome:?}") };
    assert_eq!(report.endpoint, zabbix.url);
    assert_eq!(report.identity.product.as_deref(), Some("Zabbix"));
    assert!(report.identity.version.as_ref().is_some_and(|version| version.starts_with("6.0.")), "{report:?}");
    assert!(report.vms_visible >= Some(1));
    assert!(report.missing_privileges.is_empty(), "{:?}", report.missing_privileges);
    let notes = report.notes.join("\n");
    for told in ["Signed in as Admin (super admin)", "may change Zabbix", "in the clear", "CPU usage (", "Memory used"]
    {
        assert!(notes.contains(told), "{told}: {notes}");
    }
}

#[tokio::test]
async fn a_wrong_password_and_a_wrong_token_are_refused() {
    let Some(zabbix) = ZabbixPeer::start().await else { return };
    let group = zabbix.call("usergroup.create", json!({"name": format!("refused {}", zabbix.mark)})).await;
    let user = format!("refused-{}", zabbix.mark);
    let params = json!({"username": user, "passwd": "Right-7!x", "roleid": "1", "usrgrps": [{"usrgrpid": group["usrgrpids"][0]}]});
    zabbix.call("user.create", params).await;
    for endpoint in [zabbix.endpoint(&user, "wrong"), zabbix.endpoint("", &"0".repeat(64)), zabbix.endpoint("", " ")] {
        let failure = read(&endpoint).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Unauthorized, "{failure:?}");
        assert!(!failure.detail.contains("wrong"), "{failure:?}");
        let CheckOutcome::Failed { failure, certificate: None } = check(&endpoint).await else { panic!("it is wrong") };
        assert_eq!(failure.kind, FailureKind::Unauthorized);
    }
}

#[tokio::test]
async fn a_token_of_an_account_that_may_only_read_sees_its_hosts() {
    let Some(zabbix) = ZabbixPeer::start().await else { return };
    let (shown, hidden) = (zabbix.group("shown").await, zabbix.group("hidden").await);
    let host = zabbix.host("shown", &shown, json!({})).await;
    zabbix.host("hidden", &hidden, json!({})).await;
    zabbix.host("off", &shown, json!({"status": 1})).await;
    let rights = json!({"name": format!("readers {}", zabbix.mark), "rights": [{"id": shown, "permission": 2}]});
    let group = zabbix.call("usergroup.create", rights).await["usrgrpids"][0].clone();
    let user = format!("reader-{}", zabbix.mark);
    let params = json!({"username": user, "passwd": "Read-only-7", "roleid": "1", "usrgrps": [{"usrgrpid": group}]});
    let id = zabbix.call("user.create", params).await["userids"][0].clone();
    let token = zabbix.call("token.create", json!({"name": zabbix.mark, "userid": id})).await["tokenids"][0].clone();
    let token = zabbix.call("token.generate", json!([token])).await[0]["token"].as_str().unwrap().to_owned();

    for endpoint in [zabbix.endpoint("", &format!(" {token}\n")), zabbix.endpoint(&user, "Read-only-7")] {
        let collection = read(&endpoint).await.unwrap();
        let ids: Vec<_> = collection.inventory.vms.iter().map(|vm| vm.external_id.as_str()).collect();
        assert_eq!(ids, [host.as_str()]);
        assert_eq!(collection.complete.len(), ObjectKind::ALL.len(), "{:?}", collection.issues);
        assert!(collection.issues.iter().any(|issue| issue.message.contains("1 hosts are disabled")));
        let outcome = check(&endpoint).await;
        let CheckOutcome::Passed(report) = outcome else { panic!("{outcome:?}") };
        assert_eq!((report.vms_visible, report.missing_privileges.len()), (Some(1), 0));
        assert!(!report.notes.join(" ").contains("may change Zabbix"));
    }
    // Password sessions are signed out again, and tokens have none.
    let open =
        zabbix.query(&format!("select count(*) from sessions where status = 0 and userid = {}", id.as_str().unwrap()));
    assert_eq!(open, "0");
}

#[tokio::test]
async fn hosts_are_read_with_what_tells_who_they_are() {
    let Some(zabbix) = ZabbixPeer::start().await else { return };
    let group = zabbix.group("identity").await;
    let host = zabbix
        .host("who", &group, json!({
            "name": format!("Who? Büro {}", zabbix.mark), "inventory_mode": 0,
            "interfaces": [{"type": 1, "main": 1, "useip": 1, "ip": "192.0.2.44", "dns": "who.lab.example", "port": "1"}],
            "inventory": {"serialno_a": "VMware-42 03 1a 2b 3c 4d 5e 6f-70 81 92 a3 b4 c5 d6 e7", "macaddress_a": "00:50:56:00:00:44", "os": "Debian 12"},
            "macros": [{"macro": "{$VMWARE.VM.UUID}", "value": "502a1b2c-3d4e-5f60-7182-93a4b5c6d7e8"}],
            "tags": [{"tag": "stage", "value": "test"}],
        }))
        .await;
    zabbix.item(&host, "system.cpu.num", 3, "", json!({})).await;
    zabbix.item(&host, "vm.memory.size[total]", 3, "B", json!({})).await;
    zabbix.item(&host, "agent.ping", 3, "", json!({})).await;
    let now = now_s();
    let facts = [("system.cpu.num", "6"), ("vm.memory.size[total]", "17179869184"), ("agent.ping", "1")];
    zabbix.push("who", &facts.map(|(key, value)| (key, now, value.to_owned()))).await;

    let collection = read(&zabbix.admin()).await.unwrap();
    let config = &vm(&collection, &host).config;
    assert_eq!(vm(&collection, &host).name, format!("Who? Büro {}", zabbix.mark));
    assert_eq!(config.bios_uuid.as_deref(), Some("42031a2b-3c4d-5e6f-7081-92a3b4c5d6e7"));
    assert_eq!(config.instance_uuid.as_deref(), Some("502a1b2c-3d4e-5f60-7182-93a4b5c6d7e8"));
    assert_eq!(config.guest_host_name.as_deref(), Some("who.lab.example"));
    assert_eq!(config.ip_addresses, ["192.0.2.44"]);
    assert_eq!(config.adapters[0].mac.as_deref(), Some("00:50:56:00:00:44"));
    assert_eq!((config.vcpu, config.memory_bytes), (Some(6), Some(16 << 30)));
    assert_eq!(config.guest_os_running.as_deref(), Some("Debian 12"));
    assert_eq!(config.power, PowerState::On, "its agent was heard just now");
    assert!(config.tags.iter().any(|tag| tag.category == "stage" && tag.name == "test"));
    assert!(config.tags.iter().any(|tag| tag.category == "Host group" && tag.name.starts_with("identity")));
}

#[tokio::test]
async fn values_that_are_pushed_come_back_as_samples_with_their_averages() {
    let Some(zabbix) = ZabbixPeer::start().await else { return };
    let group = zabbix.group("samples").await;
    let host = zabbix.host("measured", &group, json!({})).await;
    for (key, value_type, units) in [
        ("system.cpu.util", 0, "%"),
        ("vm.memory.size[total]", 3, "B"),
        ("vm.memory.size[available]", 3, "B"),
        ("net.if.in[\"eth0\"]", 3, "bps"),
        ("net.if.in[\"eth1\"]", 3, "bps"),
        ("vfs.fs.size[/,pused]", 0, "%"),
        ("vfs.fs.size[/var,pused]", 0, "%"),
    ] {
        zabbix.item(&host, key, value_type, units, json!({})).await;
    }
    // Two hours of minutes that end a quarter of an hour ago, on the grid of five minutes.
    let end = (now_s() - 900) / 300 * 300;
    let mut values: Vec<(&str, i64, String)> = Vec::new();
    for minute in 0..120 {
        let clock = end - 120 * 60 + (minute + 1) * 60;
        // 10, 11, 12, 13, 14 in each interval, and 1 more in each later one.
        values.push(("system.cpu.util", clock, format!("{}", 10 + minute % 5 + minute / 5)));
        values.push(("vm.memory.size[total]", clock, (8_u64 << 30).to_string()));
        values.push(("vm.memory.size[available]", clock, (3_u64 << 30).to_string()));
        values.push(("net.if.in[\"eth0\"]", clock, "8000".to_owned()));
        values.push(("net.if.in[\"eth1\"]", clock, "800".to_owned()));
        values.push(("vfs.fs.size[/,pused]", clock, "40.5".to_owned()));
        values.push(("vfs.fs.size[/var,pused]", clock, "90.25".to_owned()));
    }
    zabbix.push("measured", &values).await;

    let (since_ms, until_ms) = ((end - 7_200) * 1_000, now_s() * 1_000);
    let request = SampleRequest { since_ms, until_ms, subjects: vec![subject(&host)], remembered: None };
    let (sampled, all) = sampled(&zabbix.admin(), &request).await;
    assert!(sampled.issues.is_empty(), "{:?}", sampled.issues);
    assert!(sampled.complete_until_ms.is_some_and(|complete| until_ms - complete < 300_000 + 2_000));
    assert!(all.iter().all(|series| series.subject == subject(&host) && series.grain == Grain::BASE));
    let cpu = of(&all, Metric::CpuUsage, Grain::BASE);
    let expected: Vec<_> = (0..24)
        .map(|at| Sample {
            end_ms: (end - 7_200 + (at + 1) * 300) * 1_000,
            average: 12.0 + at as f64,
            maximum: Some(14.0 + at as f64),
        })
        .collect();
    assert_eq!(cpu, expected);
    let constant = |metric| {
        let flat = of(&all, metric, Grain::BASE);
        assert_eq!(flat.len(), 24, "{metric:?}");
        assert!(flat.iter().all(|sample| (sample.average - flat[0].average).abs() < 1e-9), "{metric:?}");
        flat[0].average
    };
    assert!((constant(Metric::MemoryUsed) - f64::from(5_u32) * 1_073_741_824.0).abs() < 1.0);
    assert!((constant(Metric::NetworkReceive) - 1_100.0).abs() < 1e-9, "8,800 bits are 1,100 bytes");
    assert!((constant(Metric::FilesystemUsage) - 90.25).abs() < 1e-9, "the fullest one");
}

/// Trends of past days can only come from past days: the test writes them into Zabbix's own database.
#[tokio::test]
async fn what_is_older_than_history_comes_as_hours() {
    let Some(zabbix) = ZabbixPeer::start().await else { return };
    let group = zabbix.group("trends").await;
    let host = zabbix.host("old", &group, json!({})).await;
    let idle = zabbix.item(&host, "system.cpu.util[,idle]", 0, "%", json!({"history": "1d"})).await;
    let now = now_s();
    let hour = now / 3_600 * 3_600;
    zabbix.query(&format!(
        "insert into trends (itemid, clock, num, value_min, value_avg, value_max)
         select {idle}, {hour} - 3600 * n, 60, 20, 70, 95 from generate_series(1, 24 * 10) n"
    ));
    let clock = now / 300 * 300 - 3_600;
    zabbix
        .push(
            "old",
            &[
                ("system.cpu.util[,idle]", clock - 60, "80".to_owned()),
                ("system.cpu.util[,idle]", clock, "60".to_owned()),
            ],
        )
        .await;

    let request = SampleRequest {
        since_ms: (now - 10 * 86_400) * 1_000,
        until_ms: now * 1_000,
        subjects: vec![subject(&host)],
        remembered: None,
    };
    let (sampled, all) = sampled(&zabbix.admin(), &request).await;
    assert!(sampled.complete_until_ms.is_some(), "{:?}", sampled.issues);
    let hours = of(&all, Metric::CpuUsage, Grain::Hour);
    assert!((9 * 24 - 1..=9 * 24 + 1).contains(&hours.len()), "{}", hours.len());
    // Idle 70 % on average and 20 % at the least: 30 % busy, 80 % at the most.
    assert!(hours.iter().all(|sample| (sample.average - 30.0).abs() < 1e-9 && sample.maximum == Some(80.0)));
    assert!(hours.windows(2).all(|pair| pair[1].end_ms - pair[0].end_ms == 3_600_000));
    let fine = of(&all, Metric::CpuUsage, Grain::BASE);
    assert_eq!(fine, [Sample { end_ms: clock * 1_000, average: 30.0, maximum: Some(40.0) }]);
    assert!(hours.last().unwrap().end_ms <= fine[0].end_ms - 22 * 3_600_000, "no hour stands beside its detail");
}

#[tokio::test]
async fn a_problem_is_raised_and_shown() {
    let Some(zabbix) = ZabbixPeer::start().await else { return };
    let group = zabbix.group("problems").await;
    let host = zabbix.host("ill", &group, json!({})).await;
    zabbix.item(&host, "app.queue", 3, "", json!({})).await;
    let technical = format!("ill-{}", zabbix.mark);
    let expression = format!("last(/{technical}/app.queue)>100");
    let trigger = json!({"description": "The queue is too long", "expression": expression, "priority": 4});
    let trigger = zabbix.call("trigger.create", trigger).await["triggerids"][0].as_str().unwrap().to_owned();
    let begun = std::time::Instant::now();
    // The server takes note of a new trigger a little later, and looks at new values alone.
    loop {
        zabbix.push("ill", &[("app.queue", now_s(), "250".to_owned())]).await;
        tokio::time::sleep(std::time::Duration::from_secs(1)).await;
        if !zabbix.call("problem.get", json!({"objectids": [trigger]})).await.as_array().unwrap().is_empty() {
            break;
        }
        assert!(begun.elapsed().as_secs() < 120, "the trigger did not fire");
    }
    let collection = read(&zabbix.admin()).await.unwrap();
    let alarms: Vec<_> = collection.inventory.alarms.iter().filter(|alarm| alarm.object.as_str() == host).collect();
    let [alarm] = alarms.as_slice() else { panic!("{alarms:?}") };
    assert_eq!((alarm.name.as_str(), alarm.kind, alarm.health), ("The queue is too long", ObjectKind::Vm, Health::Red));
    assert!(!alarm.acknowledged && alarm.since_ms.is_some_and(|since| (0..180).contains(&(now_s() - since / 1_000))));
    assert_eq!(vm(&collection, &host).state.health, Health::Red);

    zabbix.push("ill", &[("app.queue", now_s() + 1, "0".to_owned())]).await;
    let begun = std::time::Instant::now();
    while read(&zabbix.admin()).await.unwrap().inventory.alarms.iter().any(|alarm| alarm.object.as_str() == host) {
        assert!(begun.elapsed().as_secs() < 60, "the problem is over");
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    }
}

#[tokio::test]
async fn a_session_that_ends_in_the_middle_is_opened_again() {
    let Some(zabbix) = ZabbixPeer::start().await else { return };
    let group = zabbix.group("session").await;
    let host = zabbix.host("ends", &group, json!({})).await;
    zabbix.item(&host, "system.cpu.util", 0, "%", json!({})).await;
    let end = now_s() / 300 * 300 - 900;
    let values: Vec<_> = (0..40).map(|n| ("system.cpu.util", end - n * 3_600, "25".to_owned())).collect();
    zabbix.push("ends", &values).await;
    let group = zabbix.call("usergroup.create", json!({"name": format!("session {}", zabbix.mark)})).await;
    let user = format!("ends-{}", zabbix.mark);
    let params = json!({"username": user, "passwd": "Ends-7-soon", "roleid": "3", "usrgrps": [{"usrgrpid": group["usrgrpids"][0]}]});
    let id = zabbix.call("user.create", params).await["userids"][0].as_str().unwrap().to_owned();
    let sessions = format!("select sessionid from sessions where status = 0 and userid = {id}");

    let request = SampleRequest {
        since_ms: (end - 40 * 3_600) * 1_000,
        until_ms: end * 1_000,
        subjects: vec![subject(&host)],
        remembered: None,
    };
    let (sink, mut waiting) = mpsc::channel(1);
    let endpoint = zabbix.endpoint(&user, "Ends-7-soon");
    let reading = tokio::spawn(async move {
        let cancel = CancellationToken::new();
        samples(&endpoint, Sampling { request: &request, sink, cancel: &cancel }).await
    });
    let mut all = waiting.recv().await.unwrap();
    // The connector waits for the sink, one slice of time ahead.
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    let first = zabbix.query(&sessions);
    assert_eq!(first.lines().count(), 1, "{first}");
    let out = zabbix.call_as(&first, "user.logout", json!([])).await;
    assert_eq!(out["result"], json!(true), "{out}");
    while let Some(batch) = waiting.recv().await {
        all.extend(batch);
    }
    let sampled = reading.await.unwrap().unwrap();
    assert_eq!(sampled.complete_until_ms, Some(end * 1_000), "{:?}", sampled.issues);
    assert_eq!(of(&all, Metric::CpuUsage, Grain::BASE).len(), 40);
    assert_eq!(zabbix.query(&sessions), "", "the second session was signed out");
}

#[tokio::test]
async fn the_host_that_zabbix_comes_with_measures_itself() {
    let Some(zabbix) = ZabbixPeer::start().await else { return };
    // Its agent is asked every minute: whatever it has told so far.
    let request = SampleRequest {
        since_ms: (now_s() - 7_200) * 1_000,
        until_ms: now_s() * 1_000,
        subjects: vec![subject("10084"), subject("no id"), subject("99999999")],
        remembered: None,
    };
    let (sampled, all) = sampled(&zabbix.admin(), &request).await;
    assert!(sampled.complete_until_ms.is_some(), "{:?}", sampled.issues);
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for series in &all {
        *counts.entry(series.metric.key()).or_default() += series.samples.len();
    }
    eprintln!("{counts:?}");
    assert!(
        all.iter()
            .flat_map(|series| &series.samples)
            .all(|sample| sample.average.is_finite() && sample.end_ms % 300_000 == 0)
    );
}

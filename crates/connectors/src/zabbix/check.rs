//! The connection test: what answers there, whether the account works, what it can see, what it lacks, and which measurements
//! its items would give.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use model::{
    check::{CheckOutcome, CheckReport, MissingPrivilege},
    failure::{Failure, FailureKind},
    metric::Metric,
};
use serde_json::json;
use tokio_util::sync::CancellationToken;

use super::{
    collect::{host_ids, identity},
    mapping::Mapping,
    plan::{Plans, plans},
    rpc::CallError,
    session::{Login, Session, connect},
    transport::Transport,
    value::List,
    wire::{HostId, Item},
};
use crate::{Endpoint, http_failure};

/// The whole test; signing out comes on top of it.
const LIMIT: Duration = Duration::from_secs(20);
/// Looking at items, which is worth knowing and no more.
const LOOK: Duration = Duration::from_secs(6);
/// Hosts whose items are looked at.
const LOOKED_AT: usize = 50;
/// Clocks that differ by less say nothing to anybody.
const SKEW_WORTH_TELLING_MS: i64 = 120_000;

pub(crate) async fn check(endpoint: &Endpoint) -> CheckOutcome {
    let started = Instant::now();
    let mut shown = None;
    let tested = tokio::time::timeout(LIMIT, test(endpoint, &mut shown)).await;
    let tested = tested.unwrap_or_else(|_| Err(http_failure::timed_out(&place(endpoint))));
    let certificate = shown.as_ref().and_then(|transport| transport.certificate());
    match tested {
        Ok(report) => CheckOutcome::Passed(CheckReport {
            certificate,
            duration_ms: started.elapsed().as_millis() as i64,
            ..report
        }),
        Err(failure) => {
            let is_certificate = failure.kind == FailureKind::Certificate;
            CheckOutcome::Failed { failure, certificate: certificate.filter(|_| is_certificate) }
        }
    }
}

fn place(endpoint: &Endpoint) -> String {
    let places = crate::address::Address::zabbix(&endpoint.address).unwrap_or_default();
    places.first().map_or_else(|| "the endpoint".to_owned(), crate::address::Address::host_and_port)
}

async fn test(endpoint: &Endpoint, shown: &mut Option<Arc<Transport>>) -> Result<CheckReport, Failure> {
    let never = CancellationToken::new();
    let (transport, version) = match connect(endpoint, &never).await {
        Ok(connected) => connected,
        Err((failure, transport)) => {
            *shown = transport.map(Arc::new);
            return Err(failure);
        }
    };
    let transport = Arc::new(transport);
    *shown = Some(transport.clone());
    // Dropped by the time limit or an error, the session signs itself out.
    let session = Session::open(endpoint, transport.clone(), version, &never).await?;
    let hosts = host_ids(&session).await.map_err(CallError::failure)?;
    let mut notes = Vec::new();
    let mut missing_privileges = missing_methods(&session).await;
    notes.extend(account(&session).await);
    if transport.address().is_plain() {
        notes.push("The address says http: the password and everything that is read travel in the clear.".to_owned());
    }
    notes.extend(clocks(&transport));
    if hosts.is_empty() {
        missing_privileges.push(MissingPrivilege {
            privilege: "Read permission on host groups".to_owned(),
            costs: "everything: the account sees no enabled host (User groups → Host permissions)".to_owned(),
        });
    } else {
        let looked = tokio::time::timeout(LOOK, measurements(&session, &hosts)).await;
        notes.push(looked.unwrap_or_else(|_| "Zabbix is too slow now to tell which items it has.".to_owned()));
    }
    let report = CheckReport {
        identity: identity(&session.full_version),
        endpoint: transport.address().to_string(),
        vms_visible: Some(hosts.len() as u64),
        missing_privileges,
        notes,
        ..CheckReport::default()
    };
    session.close().await;
    Ok(report)
}

/// A role may allow the API, but not each of its methods.
async fn missing_methods(session: &Session) -> Vec<MissingPrivilege> {
    // Of objects that are not there: permissions on all triggers of a large estate take their time.
    let methods = [
        ("item.get", json!({"itemids": ["1"]}), "who machines are, and all measurements"),
        ("history.get", json!({"itemids": ["1"], "history": 0}), "all measurements in detail"),
        ("trend.get", json!({"itemids": ["1"]}), "measurements older than Zabbix keeps values"),
        ("problem.get", json!({"objectids": ["1"]}), "problems of machines"),
        ("trigger.get", json!({"triggerids": ["1"]}), "which machines a problem is about"),
    ];
    let mut missing = Vec::new();
    for (method, parameters, costs) in methods {
        let answer = session.call::<List<HostId>>(method, parameters).await;
        if answer.is_err_and(|error| error.failure().kind == FailureKind::Forbidden) {
            missing.push(MissingPrivilege { privilege: format!("API method {method}"), costs: costs.to_owned() });
        }
    }
    missing
}

/// Who the account is and what it may.
async fn account(session: &Session) -> Vec<String> {
    let mut notes = Vec::new();
    let asked;
    let login: Option<&Login> = if !session.is_token() {
        Some(&session.login)
    } else if session.version.tells_of_tokens() {
        let parameters = json!({"token": session.token().trim()});
        asked = session.call_unsigned::<Login>("user.checkAuthentication", parameters).await.ok();
        asked.as_ref()
    } else {
        None
    };
    let how = if session.is_token() { "an API token" } else { "a password" };
    let name = login.and_then(Login::name);
    let kind = login.and_then(|login| login.kind.0);
    let kind_name = match kind {
        Some(1) => "user",
        Some(2) => "admin",
        Some(3) => "super admin",
        _ => "of a type that Zabbix does not tell",
    };
    notes.push(match &name {
        Some(name) => format!("Signed in as {name} ({kind_name}) with {how}."),
        None => format!("Signed in with {how}; Zabbix does not tell whose it is."),
    });
    if kind == Some(3) || kind == Some(2) {
        notes.push(
            "The account may change Zabbix. IROA only reads: an account of the type user with read permission on the host groups suffices."
                .to_owned(),
        );
    }
    if name.as_deref() == Some("guest") {
        notes
            .push("This is Zabbix's guest account: it sees only what everybody may see without signing in.".to_owned());
    }
    notes
}

fn clocks(transport: &Transport) -> Option<String> {
    let ahead_ms = transport.clock_ahead_ms().filter(|ahead| ahead.abs() > SKEW_WORTH_TELLING_MS)?;
    let way = if ahead_ms > 0 { "ahead of" } else { "behind" };
    Some(format!("Zabbix's clock is {} s {way} IROA's: synchronise both with a time server.", ahead_ms.abs() / 1_000))
}

/// What the items of some hosts would give.
async fn measurements(session: &Session, hosts: &[String]) -> String {
    let looked_at = &hosts[..hosts.len().min(LOOKED_AT)];
    let mapping = Mapping::new(&[]);
    let parameters = json!({
        "output": ["itemid", "hostid", "key_", "value_type", "units", "delay", "history"],
        "selectPreprocessing": ["type", "params"], "hostids": looked_at, "monitored": true,
        "filter": {"value_type": ["0", "3"]},
        "search": {"key_": mapping.searches()}, "searchByAny": true, "startSearch": true,
    });
    let items = match session.call::<List<Item>>("item.get", parameters).await {
        Ok(List(items)) => items,
        Err(error) => return format!("Items could not be looked at: {}.", error.failure().detail),
    };
    describe(&plans(&items, &mapping), looked_at.len())
}

fn describe(plans: &Plans, hosts: usize) -> String {
    let mut counts: BTreeMap<Metric, usize> = BTreeMap::new();
    let mut items = 0;
    for plan in plans.machines.iter().flat_map(|machine| &machine.metrics) {
        *counts.entry(plan.metric).or_default() += 1;
        items += plan.items.len();
    }
    if counts.is_empty() {
        return format!(
            "None of the items of {hosts} hosts is one that IROA knows: no measurements will be read. Link Zabbix's templates for Linux, Windows or VMware."
        );
    }
    let told: Vec<String> = counts.iter().map(|(metric, count)| format!("{} ({count})", metric.label())).collect();
    format!("{items} items of {hosts} hosts are recognised: {}.", told.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_items_would_give_is_told_by_metric() {
        let items: List<Item> = serde_json::from_value(json!([
            {"itemid": "1", "hostid": "1", "key_": "system.cpu.util", "value_type": "0", "units": "%"},
            {"itemid": "2", "hostid": "2", "key_": "system.cpu.util", "value_type": "0", "units": "%"},
            {"itemid": "3", "hostid": "2", "key_": "net.if.in[a]", "value_type": "3", "units": "bps"},
        ]))
        .unwrap();
        let told = describe(&plans(&items.0, &Mapping::new(&[])), 3);
        assert_eq!(told, "3 items of 3 hosts are recognised: CPU usage (2), Network received (1).");
        assert!(describe(&Plans::default(), 3).starts_with("None of the items"));
    }
}

//! One read of all monitored hosts and their problems.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use model::{
    failure::Failure,
    ids::ExternalId,
    inventory::{Aspect, Collection, Inventory, ObjectKind, SourceIdentity, Vm},
    run::{Severity, Stage},
};
use serde_json::{Value, json};

use super::{
    issues::Issues,
    machine::{FACTS, Facts, machine},
    problems,
    rpc::CallError,
    session::{Session, connect},
    value::{List, Scalar},
    version::Version,
    wire::{Host, HostId, Item},
};
use crate::{Endpoint, Observer};

/// Hosts with their inventories and last values in one answer.
const HOSTS_AT_ONCE: usize = 100;
/// More hosts than any Zabbix has.
const MAX_HOSTS: usize = 200_000;
const INVENTORY: [&str; 17] = [
    "name",
    "os",
    "os_full",
    "os_short",
    "serialno_a",
    "serialno_b",
    "macaddress_a",
    "macaddress_b",
    "asset_tag",
    "location",
    "contact",
    "hardware",
    "poc_1_name",
    "deployment_status",
    "tag",
    "type",
    "vendor",
];

pub(super) fn identity(version: &str) -> SourceIdentity {
    SourceIdentity {
        product: Some("Zabbix".to_owned()),
        version: Some(crate::quote::shortened(version)),
        build: None,
        // Its API tells no identity of the installation.
        instance_uuid: None,
    }
}

pub(crate) async fn collect(endpoint: &Endpoint, observer: &Observer) -> Result<Collection, Failure> {
    observer.stage(Stage::Connect);
    let cancel = observer.cancellation();
    let (transport, version) = connect(endpoint, cancel).await.map_err(|(failure, _)| failure)?;
    let session = Session::open(endpoint, Arc::new(transport), version, cancel).await?;
    let read = read(&session, observer).await;
    let full_version = session.full_version.clone();
    session.close().await;
    let mut collection = read?;
    collection.identity = identity(&full_version);
    observer.issues(collection.issues.len() as u64);
    Ok(collection)
}

async fn read(session: &Session, observer: &Observer) -> Result<Collection, Failure> {
    observer.stage(Stage::Vms);
    let mut issues = Issues::default();
    let ids = host_ids(session).await.map_err(CallError::failure)?;
    observer.total(ObjectKind::Vm, ids.len() as u64);
    let machines = read_machines(session, observer, &ids, &mut issues).await?;
    let mut inventory = Inventory { vms: machines.vms, ..Inventory::default() };
    let mut complete: BTreeSet<ObjectKind> = ObjectKind::ALL.into_iter().collect();
    if !machines.is_whole || ids.len() >= MAX_HOSTS {
        complete.remove(&ObjectKind::Vm);
    }
    // Zabbix answers an account that has lost its rights with an empty list; it always has a host of its own.
    if ids.is_empty() {
        complete.remove(&ObjectKind::Vm);
        let advice = "Give the account's user group read permission on the host groups. What was known before stays.";
        issues.add(Severity::Warning, Some(ObjectKind::Vm), "the account sees no enabled host", Some(advice));
    }
    // Zabbix has no custom attributes, snapshots or roles of machines: there is nothing of them that was not read.
    let mut aspects: BTreeSet<Aspect> = Aspect::ALL.into_iter().collect();

    let known = inventory.vms.iter().map(|vm| vm.external_id.clone()).collect();
    match problems::read(session, &known).await {
        Ok(read) => {
            note_problems(&read, &mut issues);
            inventory.alarms = read.alarms;
        }
        Err(error) if error.is_cancelled() => return Err(error.failure()),
        Err(error) => {
            aspects.remove(&Aspect::Alarms);
            issues.unread(Severity::Warning, "problems were not read", &error.failure());
        }
    }
    let worst = problems::worst(&inventory.alarms);
    for vm in &mut inventory.vms {
        if let Some(health) = worst.get(&vm.external_id) {
            vm.state.health = *health;
        }
    }
    note_disabled(session, &mut issues).await;
    Ok(Collection { inventory, complete, aspects, issues: issues.finish(), ..Collection::default() })
}

/// All enabled hosts that the account may see. There is no paging: ids first, then the rest in chunks.
pub(super) async fn host_ids(session: &Session) -> Result<Vec<String>, CallError> {
    let parameters = json!({"output": ["hostid"], "monitored_hosts": true, "sortfield": "hostid", "limit": MAX_HOSTS});
    let List(hosts) = session.call::<List<HostId>>("host.get", parameters).await?;
    let ids: BTreeSet<String> = hosts.into_iter().filter_map(|host| host.hostid.0).collect();
    Ok(ids.into_iter().collect())
}

struct Machines {
    vms: Vec<Vm>,
    is_whole: bool,
}

async fn read_machines(
    session: &Session,
    observer: &Observer,
    ids: &[String],
    issues: &mut Issues,
) -> Result<Machines, Failure> {
    let mut hosts = Vec::with_capacity(ids.len());
    let mut facts: BTreeMap<String, Facts> = BTreeMap::new();
    let mut newest_s = None;
    let mut is_whole = true;
    // Chunks that are still to be read, the next one last; one that is too large is halved.
    let mut chunks: Vec<&[String]> = ids.chunks(HOSTS_AT_ONCE).rev().collect();
    while let Some(chunk) = chunks.pop() {
        match read_chunk(session, chunk).await {
            Ok((read, items)) => {
                observer.found(ObjectKind::Vm, read.len() as u64);
                hosts.extend(read);
                for item in items {
                    newest_s = newest_s.max(item.lastclock.0);
                    if let Some(host) = item.hostid.as_str() {
                        facts.entry(host.to_owned()).or_default().add(&item);
                    }
                }
            }
            Err(error) if error.is_cancelled() => return Err(error.failure()),
            Err(CallError::TooLarge(_)) if chunk.len() > 1 => {
                let (first, second) = chunk.split_at(chunk.len() / 2);
                chunks.extend([second, first]);
            }
            Err(CallError::TooLarge(failure)) => {
                is_whole = false;
                let id = ExternalId::new(chunk[0].as_str());
                issues.object(&id, None, format!("the host was not read: {}", failure.detail), failure.advice());
            }
            Err(error) if hosts.is_empty() => return Err(error.failure()),
            Err(error) => {
                is_whole = false;
                let unread = chunk.len() + chunks.iter().map(|chunk| chunk.len()).sum::<usize>();
                issues.unread(Severity::Error, &format!("{unread} hosts were not read"), &error.failure());
                break;
            }
        }
    }
    let none = Facts::default();
    let mut seen = BTreeSet::new();
    let mut vms = Vec::with_capacity(hosts.len());
    for host in &hosts {
        let facts = host.hostid.as_str().and_then(|id| facts.get(id)).unwrap_or(&none);
        match machine(host, facts, newest_s) {
            Some(vm) if seen.insert(vm.external_id.clone()) => vms.push(vm),
            Some(_) => {}
            None => {
                is_whole = false;
                issues.note("a host without an id was left out", None);
            }
        }
    }
    Ok(Machines { vms, is_whole })
}

async fn read_chunk(session: &Session, ids: &[String]) -> Result<(Vec<Host>, Vec<Item>), CallError> {
    let List(hosts) = session.call::<List<Host>>("host.get", host_parameters(session.version, ids)).await?;
    let parameters = json!({
        "output": ["itemid", "hostid", "key_", "lastvalue", "lastclock"],
        "hostids": ids, "monitored": true, "search": {"key_": FACTS}, "searchByAny": true, "startSearch": true,
    });
    let List(items) = session.call::<List<Item>>("item.get", parameters).await?;
    Ok((hosts, items))
}

fn host_parameters(version: Version, ids: &[String]) -> Value {
    let mut output = vec!["hostid", "host", "name", "description"];
    let mut interface = vec!["main", "type", "ip", "dns"];
    if version.has_interface_availability() {
        interface.push("available");
    } else {
        output.push("available");
    }
    if version.has_active_availability() {
        output.push("active_available");
    }
    json!({
        "output": output, "hostids": ids, "monitored_hosts": true,
        "selectInterfaces": interface, "selectInventory": INVENTORY, "selectMacros": ["macro", "value"],
        "selectTags": ["tag", "value"], (version.groups_parameter()): ["name"],
    })
}

fn note_problems(read: &problems::Problems, issues: &mut Issues) {
    if read.suppressed > 0 {
        issues.note(
            format!("{} problems are suppressed, for example by a maintenance, and not shown", read.suppressed),
            None,
        );
    }
    if read.is_cut {
        let message = format!("there are more problems than are read: the newest {} are shown", read.alarms.len());
        issues.add(Severity::Warning, Some(ObjectKind::Vm), message, Some("Close or repair what is known in Zabbix."));
    }
}

/// Worth knowing where a machine is missed; not worth failing.
async fn note_disabled(session: &Session, issues: &mut Issues) {
    let parameters = json!({"countOutput": true, "filter": {"status": 1}});
    if let Ok(Scalar(Some(count))) = session.call::<Scalar<u64>>("host.get", parameters).await
        && count > 0
    {
        issues.note(format!("{count} hosts are disabled in Zabbix, and left out"), None);
    }
}

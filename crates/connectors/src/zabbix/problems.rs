//! Problems that are up, as alarms of the machines that their triggers watch.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    ids::ExternalId,
    inventory::{Alarm, Health, ObjectKind},
};
use serde_json::json;

use super::{
    rpc::CallError,
    session::Session,
    value::List,
    wire::{Problem, Trigger},
};

/// An estate with more has other troubles; the newest count.
const MAX_PROBLEMS: usize = 20_000;
const TRIGGERS_AT_ONCE: usize = 500;
const LONGEST_NAME: usize = 500;

/// Alarms, and what was left out of them.
#[derive(Debug, Default)]
pub(super) struct Problems {
    pub(super) alarms: Vec<Alarm>,
    /// Hidden by a maintenance or by a person.
    pub(super) suppressed: u64,
    /// There are more than are read.
    pub(super) is_cut: bool,
}

pub(super) async fn read(session: &Session, machines: &BTreeSet<ExternalId>) -> Result<Problems, CallError> {
    // Source 0 and object 0: events of triggers. Newest first, because an answer is cut at its end.
    let parameters = json!({
        "output": ["eventid", "objectid", "clock", "name", "severity", "acknowledged", "suppressed"],
        "source": 0, "object": 0, "sortfield": ["eventid"], "sortorder": "DESC", "limit": MAX_PROBLEMS,
    });
    let List(problems) = session.call::<List<Problem>>("problem.get", parameters).await?;
    let ids: BTreeSet<&str> = problems.iter().filter_map(|problem| problem.objectid.as_str()).collect();
    let ids: Vec<&str> = ids.into_iter().collect();
    let mut hosts: BTreeMap<String, Vec<ExternalId>> = BTreeMap::new();
    for chunk in ids.chunks(TRIGGERS_AT_ONCE) {
        // Problems of triggers and hosts that are switched off stay open for ever.
        let parameters =
            json!({"output": ["triggerid"], "selectHosts": ["hostid"], "triggerids": chunk, "monitored": true});
        let List(triggers) = session.call::<List<Trigger>>("trigger.get", parameters).await?;
        for trigger in triggers {
            let watched = trigger.hosts.0.iter().filter_map(|host| host.hostid.as_str().map(ExternalId::new));
            let watched = watched.filter(|host| machines.contains(host)).collect();
            if let Some(id) = trigger.triggerid.0 {
                hosts.insert(id, watched);
            }
        }
    }
    Ok(assemble(&problems, &hosts))
}

fn assemble(problems: &[Problem], hosts: &BTreeMap<String, Vec<ExternalId>>) -> Problems {
    let mut read = Problems { is_cut: problems.len() >= MAX_PROBLEMS, ..Problems::default() };
    for problem in problems {
        let (Some(event), Some(trigger)) = (problem.eventid.as_str(), problem.objectid.as_str()) else { continue };
        let Some(watched) = hosts.get(trigger) else { continue };
        if problem.suppressed.0 == Some(1) {
            read.suppressed += 1;
            continue;
        }
        let name = problem.name.line().unwrap_or_else(|| format!("problem {event}"));
        for object in watched {
            // A trigger over several machines raises one problem on all of them.
            let key = if watched.len() == 1 { event.to_owned() } else { format!("{event}.{object}") };
            read.alarms.push(Alarm {
                key,
                kind: ObjectKind::Vm,
                object: object.clone(),
                name: name.chars().take(LONGEST_NAME).collect(),
                health: health(problem.severity.0),
                since_ms: problem.clock.0.filter(|clock| *clock > 0).and_then(|clock| clock.checked_mul(1_000)),
                acknowledged: problem.acknowledged.0 == Some(1),
            });
        }
    }
    read
}

/// Severities: 0 not classified, 1 information, 2 warning, 3 average, 4 high, 5 disaster.
fn health(severity: Option<u8>) -> Health {
    match severity {
        Some(2 | 3) => Health::Yellow,
        Some(4 | 5) => Health::Red,
        _ => Health::Gray,
    }
}

/// The worst of a machine's alarms.
pub(super) fn worst(alarms: &[Alarm]) -> BTreeMap<&ExternalId, Health> {
    let rank = |health: Health| match health {
        Health::Red => 2,
        Health::Yellow => 1,
        Health::Green | Health::Gray => 0,
    };
    let mut worst: BTreeMap<&ExternalId, Health> = BTreeMap::new();
    for alarm in alarms.iter().filter(|alarm| rank(alarm.health) > 0) {
        let known = worst.entry(&alarm.object).or_insert(alarm.health);
        if rank(alarm.health) > rank(*known) {
            *known = alarm.health;
        }
    }
    worst
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_becomes_an_alarm_of_each_machine_that_its_trigger_watches() {
        let problems: List<Problem> = serde_json::from_value(json!([
            {"eventid": "9", "objectid": "1", "clock": "1700000000", "name": "Disk full", "severity": "4", "acknowledged": "1"},
            {"eventid": "8", "objectid": "2", "clock": "99999999999999999", "name": "", "severity": "2"},
            {"eventid": "7", "objectid": "1", "suppressed": "1"},
            {"eventid": "6", "objectid": "404", "severity": "5"},
            {"objectid": "1"},
        ]))
        .unwrap();
        let id = ExternalId::new;
        let hosts = BTreeMap::from([("1".to_owned(), vec![id("10")]), ("2".to_owned(), vec![id("10"), id("11")])]);
        let read = assemble(&problems.0, &hosts);
        let told: Vec<_> = read.alarms.iter().map(|alarm| (alarm.key.as_str(), alarm.health, alarm.since_ms)).collect();
        assert_eq!(
            told,
            [
                ("9", Health::Red, Some(1_700_000_000_000)),
                ("8.10", Health::Yellow, None),
                ("8.11", Health::Yellow, None),
            ]
        );
        assert!(read.alarms[0].acknowledged && read.suppressed == 1);
        assert_eq!(worst(&read.alarms), BTreeMap::from([(&id("10"), Health::Red), (&id("11"), Health::Yellow)]));
    }
}

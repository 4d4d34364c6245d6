//! Gathers a run's issues: alike ones are counted together, and there is a bound.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    failure::Failure,
    ids::ExternalId,
    inventory::{ConnectionState, ObjectKind},
    run::{RunIssue, Severity},
};

use super::{fault::Fault, objects::Missing};
use crate::issue_list::IssueList;

const MAX_ISSUES: usize = 1_000;
/// Names and paths that an aggregated issue lists.
const LISTED: usize = 5;

pub(super) struct Issues {
    list: IssueList,
    withheld: BTreeMap<(&'static str, String), Withheld>,
}

impl Default for Issues {
    fn default() -> Self {
        Self { list: IssueList::of_at_most(MAX_ISSUES), withheld: BTreeMap::new() }
    }
}

/// Properties that the server did not give, of many objects for one reason.
struct Withheld {
    kind: ObjectKind,
    fault: Fault,
    objects: u64,
    names: Vec<String>,
    first: ExternalId,
    paths: BTreeSet<String>,
}

impl Issues {
    pub(super) fn add(&mut self, issue: RunIssue) {
        self.list.push(issue);
    }

    /// A whole kind or a part of it could not be read.
    pub(super) fn kind_failed(&mut self, kind: ObjectKind, what: &str, failure: &Failure) {
        self.add(RunIssue {
            severity: Severity::Error,
            kind: Some(kind),
            object: None,
            object_name: None,
            message: format!("{what}: {}", failure.detail),
            advice: Some(failure.advice().to_owned()),
        });
    }

    /// Something beside the objects was not read; what was known of it stays.
    pub(super) fn not_read(&mut self, kind: Option<ObjectKind>, message: impl Into<String>, advice: &str) {
        self.add(RunIssue {
            severity: Severity::Warning,
            kind,
            object: None,
            object_name: None,
            message: message.into(),
            advice: Some(advice.to_owned()),
        });
    }

    pub(super) fn note(&mut self, kind: Option<ObjectKind>, message: impl Into<String>, advice: Option<&str>) {
        self.add(RunIssue {
            severity: Severity::Note,
            kind,
            object: None,
            object_name: None,
            message: message.into(),
            advice: advice.map(str::to_owned),
        });
    }

    /// One object has a problem of its own.
    pub(super) fn object(&mut self, kind: ObjectKind, id: &ExternalId, name: &str, message: &str, advice: &str) {
        self.add(RunIssue {
            severity: Severity::Warning,
            kind: Some(kind),
            object: Some(id.clone()),
            object_name: Some(name.to_owned()),
            message: message.to_owned(),
            advice: Some(advice.to_owned()),
        });
    }

    /// Properties of an object were withheld.
    pub(super) fn withheld(&mut self, kind: ObjectKind, id: &ExternalId, name: &str, missing: &[Missing]) {
        let mut counted: Vec<&str> = Vec::new();
        for Missing { path, fault } in missing {
            let group = self.withheld.entry((kind.key(), fault.class.clone())).or_insert_with(|| Withheld {
                kind,
                fault: fault.clone(),
                objects: 0,
                names: Vec::new(),
                first: id.clone(),
                paths: BTreeSet::new(),
            });
            if group.paths.len() < LISTED {
                group.paths.insert(path.clone());
            }
            if !counted.contains(&fault.class.as_str()) {
                counted.push(&fault.class);
                group.objects += 1;
                if group.names.len() < LISTED {
                    group.names.push(name.to_owned());
                }
            }
        }
    }

    /// All issues so far, those that are not listed included.
    pub(super) fn count(&self) -> u64 {
        self.list.count() + self.withheld.len() as u64
    }

    pub(super) fn finish(mut self) -> Vec<RunIssue> {
        for withheld in std::mem::take(&mut self.withheld).into_values() {
            let issue = withheld.issue();
            self.add(issue);
        }
        self.list.finish()
    }
}

impl Withheld {
    fn issue(self) -> RunIssue {
        let paths = self.paths.into_iter().collect::<Vec<_>>().join(", ");
        let why = match (self.fault.class.as_str(), self.fault.privilege.as_deref()) {
            ("NoPermission", Some(privilege)) => format!("the account lacks {privilege}"),
            ("NoPermission", None) => "the account lacks a privilege".to_owned(),
            ("", _) => "the server gave no reason".to_owned(),
            (class, _) if self.fault.text.is_empty() => format!("the server says {class}"),
            _ => format!("the server says “{}”", self.fault.text),
        };
        let (object, object_name, whose) = if self.objects == 1 {
            (Some(self.first), self.names.first().cloned(), self.names.join(""))
        } else {
            let more = self.objects - self.names.len() as u64;
            let names = self.names.join(", ");
            let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
            (None, None, format!("{} {} ({names}{tail})", self.objects, self.kind.plural()))
        };
        let advice = match self.fault.class.as_str() {
            "NoPermission" => {
                "Give the account the read-only role on the top object, propagated to its children; vCLS machines and restricted folders may be meant to stay hidden."
            }
            _ => "Look at these objects in vCenter; their other properties were read.",
        };
        RunIssue {
            severity: Severity::Warning,
            kind: Some(self.kind),
            object,
            object_name,
            message: format!("{paths} of {whose} could not be read: {why}"),
            advice: Some(advice.to_owned()),
        }
    }
}

/// What to say of a machine that cannot be reached, and what to do about it.
pub(super) fn unreachable_vm(connection: ConnectionState) -> Option<(&'static str, &'static str)> {
    match connection {
        ConnectionState::Orphaned => Some((
            "the machine is orphaned: vCenter knows it, but no host does",
            "Register it on a host again, or remove it from vCenter's inventory.",
        )),
        ConnectionState::Inaccessible => Some((
            "the machine is inaccessible: its files cannot be reached",
            "Look at its datastore and the host's storage paths.",
        )),
        ConnectionState::Invalid => Some((
            "the machine's configuration is invalid",
            "Look at its configuration file; registering it again often helps.",
        )),
        _ => None,
    }
}

//! Gathers a run's issues: the same trouble of several hosts is told once, and there is a bound.

use std::collections::BTreeMap;

use model::{
    failure::Failure,
    ids::ExternalId,
    inventory::ObjectKind,
    run::{RunIssue, Severity},
};

use crate::issue_list::IssueList;

const MAX_ISSUES: usize = 1_000;
/// Hosts that an issue lists by name.
const LISTED: usize = 5;

pub(super) struct Issues {
    list: IssueList,
    /// By what was not read and why.
    sections: BTreeMap<(&'static str, String), Section>,
}

impl Default for Issues {
    fn default() -> Self {
        Self { list: IssueList::of_at_most(MAX_ISSUES), sections: BTreeMap::new() }
    }
}

struct Section {
    kind: ObjectKind,
    severity: Severity,
    hosts: Vec<String>,
}

impl Issues {
    pub(super) fn add(&mut self, issue: RunIssue) {
        self.list.push(issue);
    }

    /// A host was not read at all.
    pub(super) fn unread(&mut self, name: &str, id: Option<ExternalId>, failure: &Failure) {
        let message =
            format!("{name} was not read: {}; what is known of it and its machines stays as it was", failure.detail);
        self.lost(name, id, message, failure);
    }

    /// The same of its counters.
    pub(super) fn unmeasured(&mut self, name: &str, id: Option<ExternalId>, failure: &Failure) {
        let message = format!("{name} was not measured, nor were its machines: {}", failure.detail);
        self.lost(name, id, message, failure);
    }

    fn lost(&mut self, name: &str, id: Option<ExternalId>, message: String, failure: &Failure) {
        self.add(RunIssue {
            severity: Severity::Error,
            kind: Some(ObjectKind::Host),
            object: id,
            object_name: Some(name.to_owned()),
            message,
            advice: Some(failure.advice().to_owned()),
        });
    }

    /// The account sees no machines, which is no empty host.
    pub(super) fn no_rights(&mut self, host: &str) {
        let message = format!("{host} shows no machines to this account, which is in none of the groups that see them");
        let advice =
            "Put the account into the host's local group Hyper-V Administrators. Nothing is archived meanwhile.";
        self.kind(Severity::Error, ObjectKind::Vm, message, advice);
    }

    /// A host did not tell something.
    pub(super) fn section(
        &mut self,
        kind: ObjectKind,
        severity: Severity,
        what: &'static str,
        host: &str,
        reason: &str,
    ) {
        let section = self.sections.entry((what, reason.to_owned()));
        let section = section.or_insert_with(|| Section { kind, severity, hosts: Vec::new() });
        section.hosts.push(host.to_owned());
    }

    /// One object has a problem of its own.
    pub(super) fn object(&mut self, kind: ObjectKind, id: &ExternalId, name: &str, message: String, advice: &str) {
        self.add(RunIssue {
            severity: Severity::Warning,
            kind: Some(kind),
            object: Some(id.clone()),
            object_name: Some(name.to_owned()),
            message,
            advice: Some(advice.to_owned()),
        });
    }

    /// Something about a kind as a whole.
    pub(super) fn kind(&mut self, severity: Severity, kind: ObjectKind, message: String, advice: &str) {
        self.add(RunIssue {
            severity,
            kind: Some(kind),
            object: None,
            object_name: None,
            message,
            advice: Some(advice.to_owned()),
        });
    }

    pub(super) fn finish(mut self) -> Vec<RunIssue> {
        for ((what, reason), section) in std::mem::take(&mut self.sections) {
            let more = section.hosts.len().saturating_sub(LISTED);
            let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
            let hosts = section.hosts[..section.hosts.len() - more].join(", ");
            let message = format!("{what} were not all read on {hosts}{tail}: {reason}");
            self.kind(section.severity, section.kind, message, advice(what, &reason));
        }
        self.list.finish()
    }
}

/// By what was asked: reasons come in the host's language.
fn advice(what: &str, reason: &str) -> &'static str {
    if reason.contains(r"\\") {
        return "Files on SMB shares can be read only if the account's sign-in may be passed on (constrained delegation from the host to the file server); everything else of these machines was read.";
    }
    match what {
        "failover clusters" | "Cluster Shared Volumes" => {
            "Give the account read access to the cluster, on one of its nodes: Grant-ClusterAccess -User DOMAIN\\account -ReadOnly"
        }
        "performance counters" => {
            "Put the account into the host's group Performance Monitor Users; everything else was read."
        }
        "sizes of virtual disks" => {
            "Look at these files on the host: they are missing, in use by another system or not accessible. Sizes that were known stay."
        }
        _ => "Put the account into the host's group Hyper-V Administrators. What was known before stays as it was.",
    }
}

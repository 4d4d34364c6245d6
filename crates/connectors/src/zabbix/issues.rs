//! Gathers a run's issues; there is a bound.

use model::{
    failure::Failure,
    ids::ExternalId,
    inventory::ObjectKind,
    run::{RunIssue, Severity},
};

use crate::issue_list::IssueList;

const MAX_ISSUES: usize = 1_000;

pub(super) struct Issues(IssueList);

impl Default for Issues {
    fn default() -> Self {
        Self(IssueList::of_at_most(MAX_ISSUES))
    }
}

impl Issues {
    pub(super) fn add(
        &mut self,
        severity: Severity,
        kind: Option<ObjectKind>,
        message: impl Into<String>,
        advice: Option<&str>,
    ) {
        let advice = advice.map(str::to_owned);
        self.0.push(RunIssue { severity, kind, object: None, object_name: None, message: message.into(), advice });
    }

    pub(super) fn note(&mut self, message: impl Into<String>, advice: Option<&str>) {
        self.add(Severity::Note, Some(ObjectKind::Vm), message, advice);
    }

    /// A part could not be read.
    pub(super) fn unread(&mut self, severity: Severity, what: &str, failure: &Failure) {
        let message = format!("{what}: {}", failure.detail);
        self.add(severity, Some(ObjectKind::Vm), message, Some(failure.advice()));
    }

    /// One machine has a problem of its own.
    pub(super) fn object(&mut self, id: &ExternalId, name: Option<&str>, message: impl Into<String>, advice: &str) {
        self.0.push(RunIssue {
            severity: Severity::Warning,
            kind: Some(ObjectKind::Vm),
            object: Some(id.clone()),
            object_name: name.map(str::to_owned),
            message: message.into(),
            advice: Some(advice.to_owned()),
        });
    }

    pub(super) fn finish(self) -> Vec<RunIssue> {
        self.0.finish()
    }
}

//! Gathers a run's issues; there is a bound.

use model::{
    failure::Failure,
    ids::ExternalId,
    inventory::ObjectKind,
    run::{RunIssue, Severity},
};

const MAX_ISSUES: usize = 1_000;

#[derive(Default)]
pub(super) struct Issues {
    listed: Vec<RunIssue>,
    unlisted: u64,
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
        self.push(RunIssue { severity, kind, object: None, object_name: None, message: message.into(), advice });
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
        self.push(RunIssue {
            severity: Severity::Warning,
            kind: Some(ObjectKind::Vm),
            object: Some(id.clone()),
            object_name: name.map(str::to_owned),
            message: message.into(),
            advice: Some(advice.to_owned()),
        });
    }

    pub(super) fn finish(mut self) -> Vec<RunIssue> {
        if self.unlisted > 0 {
            let message = format!("{} more issues are not listed", self.unlisted);
            self.listed.push(RunIssue {
                severity: Severity::Warning,
                kind: None,
                object: None,
                object_name: None,
                message,
                advice: None,
            });
        }
        self.listed.sort_by_key(|issue| std::cmp::Reverse(issue.severity));
        self.listed
    }

    fn push(&mut self, issue: RunIssue) {
        if self.listed.len() < MAX_ISSUES { self.listed.push(issue) } else { self.unlisted += 1 }
    }
}

//! Gathers what went wrong in a read: alike things once, in bounded number.

use std::collections::BTreeSet;

use model::{
    failure::Failure,
    inventory::ObjectKind,
    run::{RunIssue, Severity},
};

use super::{
    clock::Clock,
    roster::{Machine, Roster},
};
use crate::{issue_list::IssueList, quote::shortened};

const MAX_ISSUES: usize = 200;
/// Machines that an issue names.
const NAMED: usize = 5;

pub(super) struct Issues {
    list: IssueList,
    said: BTreeSet<String>,
}

impl Default for Issues {
    fn default() -> Self {
        Self { list: IssueList::of_at_most(MAX_ISSUES), said: BTreeSet::new() }
    }
}

impl Issues {
    pub(super) fn add(&mut self, severity: Severity, message: impl Into<String>, advice: Option<&str>) {
        let message = message.into();
        // What is said is remembered as long as it can be listed: a server may say something else each time.
        if self.said.contains(&message) {
            return;
        }
        if self.said.len() < MAX_ISSUES {
            self.said.insert(message.clone());
        }
        self.list.push(RunIssue {
            severity,
            kind: Some(ObjectKind::Vm),
            object: None,
            object_name: None,
            message,
            advice: advice.map(str::to_owned),
        });
    }

    /// A question was not answered; everything else was.
    pub(super) fn not_read(&mut self, what: &str, failure: &Failure) {
        self.add(Severity::Warning, format!("{what} was not read: {}", failure.detail), Some(failure.advice()));
    }

    /// The server was lost in the middle.
    pub(super) fn broke_off(&mut self, failure: &Failure) {
        self.add(Severity::Error, format!("the read broke off: {}", failure.detail), Some(failure.advice()));
    }

    /// What the server says about an answer: warnings and infos.
    pub(super) fn remarks(&mut self, host: &str, what: &str, remarks: &[String]) {
        for remark in remarks {
            self.add(
                Severity::Note,
                format!("{host} says of {what}: “{}”", shortened(remark)),
                Some("Where several stores answer together (Thanos, federation), one of them may have been silent: values can be missing."),
            );
        }
    }

    pub(super) fn lost(&mut self, what: &str, count: u64) {
        if count > 0 {
            let message = format!("{count} series of {what} could not be read and were left out");
            self.add(Severity::Warning, message, Some("Something between IROA and the server changes its answers."));
        }
    }

    pub(super) fn clock(&mut self, clock: &Clock) {
        if let Some(skew) = clock.skew() {
            self.add(
                Severity::Warning,
                format!("{skew}: measurements stand at the server's times"),
                Some("Synchronise both clocks (NTP): measurements of several sources can only be compared at the same time."),
            );
        }
    }

    /// Servers that scrape the same, for safety.
    pub(super) fn replicas(&mut self, names: &BTreeSet<String>) {
        if names.len() > 1 {
            let first: Vec<&str> = names.iter().take(NAMED).map(String::as_str).collect();
            let first = shortened(&first.join(", "));
            let message = format!("{} replicas tell of the same machines, counted once: {first}", names.len());
            self.add(Severity::Note, message, None);
        }
    }

    /// Machines that are told twice, and those that cannot be told apart.
    pub(super) fn roster(&mut self, roster: &Roster) {
        let named = |machines: Vec<&Machine>| {
            let more = machines.len().saturating_sub(NAMED);
            let names: Vec<&str> = machines.iter().take(NAMED).map(|machine| machine.name()).collect();
            let tail = if more > 0 { format!(" and {more} more") } else { String::new() };
            format!("{}{tail}", names.join(", "))
        };
        let duplicated: Vec<&Machine> = roster.machines.iter().filter(|machine| machine.is_duplicated()).collect();
        if !duplicated.is_empty() {
            let message = format!("scraped by several jobs, and counted once: {}", named(duplicated));
            self.add(Severity::Note, message, None);
        }
        for machine in roster.machines.iter().filter(|machine| machine.is_ambiguous) {
            self.list.push(RunIssue {
                severity: Severity::Warning,
                kind: Some(ObjectKind::Vm),
                object: Some(machine.id.clone()),
                object_name: Some(machine.name().to_owned()),
                message: "several machines answer under this name: none of their values is believed".to_owned(),
                advice: Some(
                    "Give each its own instance label (or vm_name and dc_name); series of several Prometheus servers need that before they are put together.".to_owned(),
                ),
            });
        }
    }

    pub(super) fn count(&self) -> u64 {
        self.list.count()
    }

    pub(super) fn finish(self) -> Vec<RunIssue> {
        self.list.finish()
    }
}

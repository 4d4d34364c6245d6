//! The issues of one read, in bounded number: what does not fit is counted.

use model::run::{RunIssue, Severity};

#[derive(Debug)]
pub(crate) struct IssueList {
    listed: Vec<RunIssue>,
    most: usize,
    unlisted: u64,
}

impl IssueList {
    pub(crate) const fn of_at_most(most: usize) -> Self {
        Self { listed: Vec::new(), most, unlisted: 0 }
    }

    pub(crate) fn push(&mut self, issue: RunIssue) {
        if self.listed.len() < self.most { self.listed.push(issue) } else { self.unlisted += 1 }
    }

    /// All of them, those that did not fit included.
    pub(crate) fn count(&self) -> u64 {
        self.listed.len() as u64 + self.unlisted
    }

    /// What matters most first. That some did not fit is an issue of its own.
    pub(crate) fn finish(mut self) -> Vec<RunIssue> {
        if self.unlisted > 0 {
            self.listed.push(RunIssue {
                severity: Severity::Warning,
                kind: None,
                object: None,
                object_name: None,
                message: format!("{} more issues are not listed", self.unlisted),
                advice: Some("Solve some of the listed ones, then sync again.".to_owned()),
            });
        }
        self.listed.sort_by_key(|issue| std::cmp::Reverse(issue.severity));
        self.listed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issue(severity: Severity, message: &str) -> RunIssue {
        let message = message.to_owned();
        RunIssue { severity, kind: None, object: None, object_name: None, message, advice: None }
    }

    #[test]
    fn what_does_not_fit_is_counted_and_the_worst_comes_first() {
        let mut list = IssueList::of_at_most(2);
        list.push(issue(Severity::Note, "a note"));
        list.push(issue(Severity::Error, "an error"));
        list.push(issue(Severity::Error, "one too many"));
        assert_eq!(list.count(), 3);
        let messages: Vec<String> = list.finish().into_iter().map(|issue| issue.message).collect();
        assert_eq!(messages, ["an error", "1 more issues are not listed", "a note"]);
    }
}

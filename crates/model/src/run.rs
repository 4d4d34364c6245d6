//! Sync runs: their states, stages, live progress, counts and issues.

use serde::{Deserialize, Serialize};

use crate::{
    failure::Failure,
    ids::{ExternalId, RunId, SourceId},
    inventory::ObjectKind,
};

/// The life of a run. Only `Queued` and `Running` are not final.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunState {
    Queued,
    Running,
    Completed,
    CompletedWithIssues,
    Failed,
    Cancelled,
    /// The lease expired: the process that ran it is gone.
    Interrupted,
}

impl RunState {
    pub const ALL: [Self; 7] = [
        Self::Queued,
        Self::Running,
        Self::Completed,
        Self::CompletedWithIssues,
        Self::Failed,
        Self::Cancelled,
        Self::Interrupted,
    ];

    pub const fn key(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Completed => "completed",
            Self::CompletedWithIssues => "completed_with_issues",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Interrupted => "interrupted",
        }
    }

    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.key() == key)
    }

    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Queued | Self::Running)
    }

    /// The inventory was replaced by what this run read.
    pub const fn is_success(self) -> bool {
        matches!(self, Self::Completed | Self::CompletedWithIssues)
    }
}

/// What a run is doing; in this order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    #[default]
    Queued,
    Connect,
    Places,
    Hosts,
    Vms,
    Storage,
    Networks,
    Save,
    Done,
}

impl Stage {
    /// The stages that a person watches.
    pub const SHOWN: [Self; 7] =
        [Self::Connect, Self::Places, Self::Hosts, Self::Vms, Self::Storage, Self::Networks, Self::Save];

    pub const fn label(self) -> &'static str {
        match self {
            Self::Queued => "Waiting",
            Self::Connect => "Connect",
            Self::Places => "Places",
            Self::Hosts => "Clusters and hosts",
            Self::Vms => "Virtual machines",
            Self::Storage => "Storage",
            Self::Networks => "Networks",
            Self::Save => "Save",
            Self::Done => "Done",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    Manual,
    Schedule,
}

impl Trigger {
    pub const fn key(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::Schedule => "schedule",
        }
    }

    pub fn from_key(key: &str) -> Option<Self> {
        [Self::Manual, Self::Schedule].into_iter().find(|trigger| trigger.key() == key)
    }
}

/// Objects of one kind read so far, and how many there are, once the platform has said so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindProgress {
    pub kind: ObjectKind,
    pub found: u64,
    pub total: Option<u64>,
}

/// The live state of a run: what has been counted, nothing else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    pub run: RunId,
    pub source: SourceId,
    pub state: RunState,
    pub stage: Stage,
    pub kinds: Vec<KindProgress>,
    pub issues: u64,
    /// How long the run has been running.
    pub elapsed_ms: i64,
    /// Median duration of this source's last successful runs; `None` before there are any.
    pub expected_ms: Option<i64>,
    /// Known once the run has ended well.
    pub outcome: Option<Outcome>,
    pub failure: Option<Failure>,
}

/// What a run did to the stored inventory.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    pub added: u64,
    pub changed: u64,
    pub archived: u64,
    /// Archived before, seen again.
    pub returned: u64,
    pub unchanged: u64,
    /// Rows of configuration written: 0 for an unchanged estate.
    pub configuration_rows_written: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing; nothing is missing.
    Note,
    /// Something could not be read.
    Warning,
    /// A whole kind or scope could not be read.
    Error,
}

impl Severity {
    pub const fn key(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    pub fn from_key(key: &str) -> Option<Self> {
        [Self::Note, Self::Warning, Self::Error].into_iter().find(|severity| severity.key() == key)
    }
}

/// A problem that did not end the run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunIssue {
    pub severity: Severity,
    pub kind: Option<ObjectKind>,
    pub object: Option<ExternalId>,
    pub object_name: Option<String>,
    pub message: String,
    pub advice: Option<String>,
}

/// A run as its history shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunView {
    pub id: RunId,
    pub source: SourceId,
    pub source_name: String,
    pub state: RunState,
    pub trigger: Trigger,
    /// Who pressed the button.
    pub requested_by: Option<String>,
    pub requested_at_ms: i64,
    pub started_at_ms: Option<i64>,
    pub finished_at_ms: Option<i64>,
    pub kinds: Vec<KindProgress>,
    pub outcome: Option<Outcome>,
    pub issue_count: u64,
    pub failure: Option<Failure>,
}

impl RunView {
    pub fn duration_ms(&self) -> Option<i64> {
        Some(self.finished_at_ms? - self.started_at_ms?)
    }
}

//! What should be done about a machine, what it would save, and what speaks for it.
//!
//! The life of a recommendation (accepted, done, snoozed) is the engine's.

use serde::{Deserialize, Serialize};

use crate::rightsizing::{BackTest, Evidence, Level, Size};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Oversized,
    Undersized,
    Idle,
    PoweredOff,
    Orphaned,
    OldSnapshot,
    LargeSnapshot,
    Contended,
    /// A limit on CPU or memory that the machine runs into unseen.
    LimitSet,
    ToolsMissing,
}

impl Kind {
    pub const ALL: [Self; 10] = [
        Self::Oversized,
        Self::Undersized,
        Self::Idle,
        Self::PoweredOff,
        Self::Orphaned,
        Self::OldSnapshot,
        Self::LargeSnapshot,
        Self::Contended,
        Self::LimitSet,
        Self::ToolsMissing,
    ];

    pub const fn key(self) -> &'static str {
        match self {
            Self::Oversized => "oversized",
            Self::Undersized => "undersized",
            Self::Idle => "idle",
            Self::PoweredOff => "powered_off",
            Self::Orphaned => "orphaned",
            Self::OldSnapshot => "old_snapshot",
            Self::LargeSnapshot => "large_snapshot",
            Self::Contended => "contended",
            Self::LimitSet => "limit_set",
            Self::ToolsMissing => "tools_missing",
        }
    }

    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.key() == key)
    }
}

/// What would be free; negative where something is added.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Saving {
    /// Of what is allocated: it counts against overcommitment.
    pub vcpu: i64,
    pub memory_bytes: i64,
    /// Of what is really used on hosts and datastores; `None` where that is unknown.
    pub physical_memory_bytes: Option<i64>,
    pub storage_bytes: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Recommendation {
    pub kind: Kind,
    /// The object of the machine that is meant, where there are several: a snapshot's key.
    pub part: Option<String>,
    /// The size that the machine should have, where its size should change.
    pub target: Option<Size>,
    pub saving: Saving,
    pub confidence: Level,
    pub risk: Level,
    /// The rule and its inputs, in words.
    pub rule: String,
    /// What speaks against it.
    pub risks: Vec<String>,
    pub evidence: Option<Evidence>,
    pub back_test: Option<BackTest>,
}

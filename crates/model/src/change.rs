//! The history of changes that syncs found.

use serde::{Deserialize, Serialize};

use crate::{
    ids::{ObjectId, RunId, SourceId},
    inventory::ObjectKind,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeAction {
    Added,
    Changed,
    Archived,
    Returned,
}

impl ChangeAction {
    pub const ALL: [Self; 4] = [Self::Added, Self::Changed, Self::Archived, Self::Returned];

    pub const fn key(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Changed => "changed",
            Self::Archived => "archived",
            Self::Returned => "returned",
        }
    }

    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.key() == key)
    }
}

/// One change of one field (or the coming and going of an object, then without field).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeView {
    pub id: i64,
    pub at_ms: i64,
    pub run: RunId,
    pub source: SourceId,
    pub source_name: String,
    pub kind: ObjectKind,
    pub object: ObjectId,
    pub object_name: String,
    pub action: ChangeAction,
    /// The field's stable name, for example `memory_bytes` or `disks.2000.capacity_bytes`.
    pub field: Option<String>,
    pub old: Option<String>,
    pub new: Option<String>,
}

/// What to list; everything `None` lists all, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ChangeQuery {
    pub kind: Option<ObjectKind>,
    pub object: Option<ObjectId>,
    pub source: Option<SourceId>,
    pub run: Option<RunId>,
    pub action: Option<ChangeAction>,
    /// 1-based.
    pub page: u64,
    pub page_size: u64,
}

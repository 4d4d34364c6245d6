//! What kind of load a machine carries: one class, tags beside it, and the numbers that decided.

use serde::{Deserialize, Serialize};

/// The first of these, in this order, that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    PoweredOff,
    Orphaned,
    InsufficientData,
    Idle,
    Undersized,
    Oversized,
    Balanced,
}

impl Class {
    pub const ALL: [Self; 7] = [
        Self::PoweredOff,
        Self::Orphaned,
        Self::InsufficientData,
        Self::Idle,
        Self::Undersized,
        Self::Oversized,
        Self::Balanced,
    ];

    pub const fn key(self) -> &'static str {
        match self {
            Self::PoweredOff => "powered_off",
            Self::Orphaned => "orphaned",
            Self::InsufficientData => "insufficient_data",
            Self::Idle => "idle",
            Self::Undersized => "undersized",
            Self::Oversized => "oversized",
            Self::Balanced => "balanced",
        }
    }

    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.key() == key)
    }
}

/// What load does over time. Several may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Tag {
    Steady,
    Periodic,
    BusinessHours,
    NightlyBatch,
    Weekly,
    Bursty,
    RarePeak,
    Growing,
    Shrinking,
    CpuBound,
    MemoryBound,
    IoBound,
    NetBound,
    Contended,
}

impl Tag {
    pub const ALL: [Self; 14] = [
        Self::Steady,
        Self::Periodic,
        Self::BusinessHours,
        Self::NightlyBatch,
        Self::Weekly,
        Self::Bursty,
        Self::RarePeak,
        Self::Growing,
        Self::Shrinking,
        Self::CpuBound,
        Self::MemoryBound,
        Self::IoBound,
        Self::NetBound,
        Self::Contended,
    ];

    pub const fn key(self) -> &'static str {
        match self {
            Self::Steady => "steady",
            Self::Periodic => "periodic",
            Self::BusinessHours => "business_hours",
            Self::NightlyBatch => "nightly_batch",
            Self::Weekly => "weekly",
            Self::Bursty => "bursty",
            Self::RarePeak => "rare_peak",
            Self::Growing => "growing",
            Self::Shrinking => "shrinking",
            Self::CpuBound => "cpu_bound",
            Self::MemoryBound => "memory_bound",
            Self::IoBound => "io_bound",
            Self::NetBound => "net_bound",
            Self::Contended => "contended",
        }
    }

    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|tag| tag.key() == key)
    }
}

/// A period of a machine's load.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Period {
    pub hours: u32,
    /// Autocorrelation at the period.
    pub correlation: f64,
    /// The share (0 to 1) of the variance that it explains.
    pub strength: f64,
}

/// A published or own rule for whether a machine does nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdleRule {
    Own,
    Azure,
    Gcp,
    Bmc,
    Aria,
}

impl IdleRule {
    pub const ALL: [Self; 5] = [Self::Own, Self::Azure, Self::Gcp, Self::Bmc, Self::Aria];
}

/// A tag, and the figures that decided, in words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Tagged {
    pub tag: Tag,
    pub because: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    pub class: Class,
    pub because: String,
    /// In the order of [`Tag::ALL`].
    pub tags: Vec<Tagged>,
    /// The one that explains most first.
    pub periods: Vec<Period>,
    /// Samples were coarser than five minutes: peaks within them are unknown.
    pub is_preliminary: bool,
}

impl Profile {
    pub fn has(&self, tag: Tag) -> bool {
        self.tags.iter().any(|tagged| tagged.tag == tag)
    }
}

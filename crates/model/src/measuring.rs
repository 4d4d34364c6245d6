//! How the measuring of a source goes: on a schedule of its own, apart from the syncs of its inventory.

use serde::{Deserialize, Serialize};

use crate::{failure::Failure, run::RunIssue};

/// The shortest and longest interval, in seconds. A host keeps its measurements for an hour: half of that is the most.
pub const MEASURE_INTERVAL_S: std::ops::RangeInclusive<i64> = 300..=1_800;

/// The state of a source's measurements.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct MeasuringView {
    pub is_running: bool,
    pub next_ms: Option<i64>,
    /// Of the last read that ended.
    pub ended_at_ms: Option<i64>,
    pub last_success_ms: Option<i64>,
    /// Samples that it brought.
    pub samples: u64,
    pub failure: Option<Failure>,
    pub issues: Vec<RunIssue>,
    pub consecutive_failures: i64,
    /// The last failure cannot mend itself.
    pub needs_change: bool,
}

//! Measurements as connectors yield them: values over intervals, of objects by the platform's identity.
//!
//! A gap is a sample that is not there. There are no database keys in here.

use serde::{Deserialize, Serialize};

use crate::{ids::ExternalId, inventory::ObjectKind, metric::Metric};

/// The interval that one sample stands for. What is coarser than [`Grain::BASE`] serves trends and never supports taking
/// CPU away from a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grain {
    FiveMinutes,
    HalfHour,
    Hour,
    TwoHours,
    Day,
}

impl Grain {
    /// What every source is brought to where it can be.
    pub const BASE: Self = Self::FiveMinutes;

    pub const ALL: [Self; 5] = [Self::FiveMinutes, Self::HalfHour, Self::Hour, Self::TwoHours, Self::Day];

    pub const fn seconds(self) -> i64 {
        match self {
            Self::FiveMinutes => 300,
            Self::HalfHour => 1_800,
            Self::Hour => 3_600,
            Self::TwoHours => 7_200,
            Self::Day => 86_400,
        }
    }

    pub const fn ms(self) -> i64 {
        self.seconds() * 1_000
    }

    pub fn from_seconds(seconds: i64) -> Option<Self> {
        Self::ALL.into_iter().find(|grain| grain.seconds() == seconds)
    }

    /// The end of the interval that holds the moment: a moment that ends one belongs to it.
    pub const fn end_of(self, at_ms: i64) -> i64 {
        let ms = self.ms();
        (at_ms + ms - 1).div_euclid(ms) * ms
    }

    /// The end of the last interval that is over at the moment.
    pub const fn last_end(self, at_ms: i64) -> i64 {
        at_ms.div_euclid(self.ms()) * self.ms()
    }
}

/// One value: of the interval that ends at `end_ms`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// UTC, a multiple of the grain: the sample covers (`end_ms` − grain, `end_ms`].
    pub end_ms: i64,
    /// In the metric's unit; finite and not negative.
    pub average: f64,
    /// The largest value within the interval, where the source knows finer ones.
    pub maximum: Option<f64>,
}

/// What was measured: an object by the identity that its source gives it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Subject {
    pub kind: ObjectKind,
    pub external_id: ExternalId,
}

/// Samples of one metric of one object, ascending in time; an interval at most once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeriesSamples {
    pub subject: Subject,
    pub metric: Metric,
    pub grain: Grain,
    pub samples: Vec<Sample>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_belongs_to_the_interval_that_it_ends() {
        assert_eq!(Grain::BASE.end_of(300_000), 300_000);
        assert_eq!(Grain::BASE.end_of(300_001), 600_000);
        assert_eq!(Grain::BASE.end_of(0), 0);
        assert_eq!(Grain::BASE.end_of(-1), 0);
        assert_eq!(Grain::BASE.last_end(599_999), 300_000);
        assert_eq!(Grain::from_seconds(1_800), Some(Grain::HalfHour));
        assert_eq!(Grain::from_seconds(20), None);
    }
}

//! Time remaining: forecasts of what is taken, when it reaches what may be used, and how far to trust that.
//!
//! Forecasts are made where the models are; what crosses when is arithmetic that a browser does as well.

mod forecast;

use serde::{Deserialize, Serialize};

use crate::capacity::Resource;

pub use forecast::{Forecast, Model, ReportCard};

/// A year: beyond it nothing is said.
pub const HORIZON_DAYS: u32 = 365;
/// Fewer days say nothing of a trend.
pub const MIN_DAYS: u32 = 21;

/// The quantiles that a forecast is kept at, ascending: of the intervals shown and of each [`Caution`].
pub const QUANTILES: [f64; 5] = [0.1, 0.3, 0.5, 0.7, 0.9];
/// The place of the median among [`QUANTILES`].
pub const MEDIAN: usize = 2;

/// A value a day; a gap is `None`. The unit is the resource's.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct DailySeries {
    /// Days since 1970-01-01 UTC of the first value.
    pub first_day: i64,
    pub values: Vec<Option<f64>>,
}

impl DailySeries {
    /// The day after the last value.
    pub fn end_day(&self) -> i64 {
        self.first_day.saturating_add(self.values.len() as i64)
    }
}

/// How sure people want to be that nothing runs out earlier.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Caution {
    Conservative,
    #[default]
    Balanced,
    Aggressive,
}

impl Caution {
    /// The place of its quantile among [`QUANTILES`]: 0.90, 0.70 or 0.50.
    pub const fn quantile(self) -> usize {
        match self {
            Self::Conservative => 4,
            Self::Balanced => 3,
            Self::Aggressive => MEDIAN,
        }
    }
}

/// Why there is no forecast.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unforecastable {
    /// Nothing was measured of late.
    Stale,
    /// More than a third of the days is missing.
    Gaps,
    /// The 80 % interval is wider than twice the level.
    Erratic,
    /// It is not known what may be used.
    UsableUnknown,
}

/// When what is taken reaches what may be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Outlook {
    /// Too few days yet, of [`MIN_DAYS`]; after a shift of the level they are counted anew.
    Collecting {
        days: u32,
    },
    NotForecastable {
        reason: Unforecastable,
    },
    /// Not within [`HORIZON_DAYS`].
    NoExhaustion,
    /// In so many days; 0: it is full.
    Full {
        days: u32,
    },
}

/// How near it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Band {
    /// Less than 30 days.
    Critical,
    /// Less than 60.
    Soon,
    /// Less than 120.
    Watch,
    Ample,
    Unknown,
}

impl Outlook {
    pub const fn band(self) -> Band {
        match self {
            Self::Full { days: 0..30 } => Band::Critical,
            Self::Full { days: 30..60 } => Band::Soon,
            Self::Full { days: 60..120 } => Band::Watch,
            Self::Full { .. } | Self::NoExhaustion => Band::Ample,
            Self::Collecting { .. } | Self::NotForecastable { .. } => Band::Unknown,
        }
    }

    /// For finding the least: `None` where nothing is known.
    pub const fn days(self) -> Option<u32> {
        match self {
            Self::Full { days } => Some(days),
            Self::NoExhaustion => Some(u32::MAX),
            Self::Collecting { .. } | Self::NotForecastable { .. } => None,
        }
    }
}

/// The time that remains of one resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Runway {
    pub resource: Resource,
    /// At the quantile of the chosen caution.
    pub outlook: Outlook,
    /// If all goes badly (0.9), in days; `None`: not within the horizon, or unknown.
    pub worst_days: Option<u32>,
    /// If all goes well (0.1).
    pub best_days: Option<u32>,
}

/// The time that remains of a pool: of the resource that runs out first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PoolRunway {
    pub outlook: Outlook,
    /// `None` where nothing runs out, or nothing is known.
    pub binding: Option<Resource>,
    pub worst_days: Option<u32>,
    pub best_days: Option<u32>,
    /// Resources of which no forecast is known: they may run out earlier.
    pub unknown: u32,
}

/// What may be used, as it changes: from each day on, ascending. Nothing is known before the first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Steps(pub Vec<(i64, f64)>);

impl Steps {
    pub fn constant(value: f64) -> Self {
        Self(vec![(i64::MIN, value)])
    }

    pub fn at(&self, day: i64) -> Option<f64> {
        let after = self.0.partition_point(|(from, _)| *from <= day);
        after.checked_sub(1).map(|at| self.0[at].1).filter(|value| value.is_finite())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_holds_until_the_next() {
        let steps = Steps(vec![(10, 1.0), (20, 2.0)]);
        assert_eq!([9, 10, 19, 20, 99].map(|day| steps.at(day)), [None, Some(1.0), Some(1.0), Some(2.0), Some(2.0)]);
        assert_eq!(Steps(vec![(0, f64::NAN)]).at(1), None);
    }

    #[test]
    fn bands_begin_where_they_say() {
        let band = |days| Outlook::Full { days }.band();
        assert_eq!(
            [0, 29, 30, 59, 60, 119, 120].map(band),
            [Band::Critical, Band::Critical, Band::Soon, Band::Soon, Band::Watch, Band::Watch, Band::Ample]
        );
    }
}

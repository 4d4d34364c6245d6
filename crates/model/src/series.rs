//! Measurements as they are read back: points of a chart, what a series covers, and the busiest objects.
//!
//! What is handed in is [`crate::sample`]'s; how it is kept is the store's.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    ids::SourceId,
    metric::Metric,
    sample::Grain,
    source::SourceKind,
    table::{Reference, SourceReference},
};

/// One point of a chart: of the interval that ends at `end_ms`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Point {
    /// UTC, a multiple of the view's step.
    pub end_ms: i64,
    /// Weighted by the time that the samples stand for.
    pub average: f64,
    /// The largest value that is known of the interval; `None` where a single sample came without one.
    pub maximum: Option<f64>,
    /// Of the samples of the interval; `None` where there is one alone, or where only summaries of it are kept.
    pub p95: Option<f64>,
}

/// A series over a range of time, drawn together to a number of points.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeriesView {
    pub metric: Metric,
    /// The interval of each point.
    pub step_ms: i64,
    /// The coarsest grain of the samples behind it; never coarser than the step.
    pub grain: Grain,
    /// Ascending; a gap is a point that is not there.
    pub points: Vec<Point>,
    /// Intervals of [`Grain::BASE`] in the range, from the series' first sample up to now.
    pub expected: u64,
    /// How many of them a sample covers, whatever its grain.
    pub valid: u64,
    /// Over the range, as are the following two.
    pub average: Option<f64>,
    /// The smallest value that at least 95 % of the time stay at or below. `None` where only summaries are kept of it that
    /// do not add up to one.
    pub p95: Option<f64>,
    pub maximum: Option<f64>,
}

/// What is kept of one metric of an object.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeriesSummary {
    pub metric: Metric,
    /// The finest grain that ever came.
    pub grain: Grain,
    /// The beginning of the first interval.
    pub first_ms: i64,
    /// The end of the last one.
    pub last_ms: i64,
    /// The average of the last interval.
    pub last: f64,
}

/// Why a metric is shown from the source that it is shown from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OriginReason {
    /// No other source measures it.
    OnlyOne,
    /// Of several, it knows best.
    Preferred,
    /// Another one knows better, and has stopped.
    PreferredIsStale,
    /// A setting names it.
    Set,
    /// A setting names another one, which has stopped.
    SetIsStale,
    /// None of those that would know best measures it.
    NoBetter,
}

/// A metric of an object, and who measured it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MetricOrigin {
    pub summary: SeriesSummary,
    pub by: SourceReference,
    pub reason: OriginReason,
}

/// From where a metric is wanted that several sources tell of one machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preferred {
    Kind(SourceKind),
    Source(SourceId),
}

/// What was set; a metric that is not in it follows the default order.
pub type Preferences = BTreeMap<Metric, Preferred>;

/// How much the sample store holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SampleExtent {
    /// Metrics of objects.
    pub series: u64,
    /// The beginning of the oldest sample that ever came, kept or not.
    pub first_ms: Option<i64>,
    /// Its tables and their indexes.
    pub bytes: Option<u64>,
}

/// An object whose latest value is among the highest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Busy {
    pub object: Reference,
    pub source: SourceId,
    pub end_ms: i64,
    pub last: f64,
    /// Averages of the last 24 hours, the oldest first; the last one ends with the hour that is under way.
    pub recent: Vec<Option<f64>>,
}

/// How long each grain is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Retention {
    /// Samples as they came.
    pub base_ms: i64,
    /// Hourly average, maximum and p95.
    pub hourly_ms: i64,
    /// Daily average, maximum, p95, p99 and histogram.
    pub daily_ms: i64,
}

const DAY_MS: i64 = 86_400_000;

impl Default for Retention {
    fn default() -> Self {
        Self { base_ms: 35 * DAY_MS, hourly_ms: 400 * DAY_MS, daily_ms: 5 * 365 * DAY_MS }
    }
}

impl Retention {
    /// Sane whatever was stored: at least two days of samples, which folding needs, and summaries at least as long.
    #[must_use]
    pub fn bounded(self) -> Self {
        let base_ms = self.base_ms.clamp(2 * DAY_MS, 50 * 365 * DAY_MS);
        let hourly_ms = self.hourly_ms.clamp(base_ms, 50 * 365 * DAY_MS);
        Self { base_ms, hourly_ms, daily_ms: self.daily_ms.clamp(hourly_ms, 50 * 365 * DAY_MS) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_summary_is_never_kept_shorter_than_what_it_summarises() {
        let odd = Retention { base_ms: 0, hourly_ms: -1, daily_ms: i64::MAX };
        let bounded = odd.bounded();
        assert_eq!(bounded.base_ms, 2 * DAY_MS);
        assert!(bounded.base_ms <= bounded.hourly_ms && bounded.hourly_ms <= bounded.daily_ms);
        assert_eq!(Retention::default().bounded(), Retention::default());
    }
}

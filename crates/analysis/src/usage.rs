//! What is known of a machine's past: sizes, times off, boots and samples, cleaned before anything is judged by them.
//!
//! What is read out of a clean line is [`line`]'s; what it means is [`crate::policy`]'s and [`crate::profile`]'s.

mod line;
mod sustained;

pub use line::{Line, View};

use model::{
    metric::Metric,
    rightsizing::Size,
    sample::{Grain, Sample},
};

/// A guest that starts is busy with itself for so long.
pub const BOOT_MS: i64 = 15 * 60_000;

pub const HOUR_MS: i64 = 3_600_000;
pub const DAY_MS: i64 = 86_400_000;

/// A time from (exclusive) and to (inclusive), UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub from_ms: i64,
    pub to_ms: i64,
}

impl Span {
    /// The days before a moment.
    pub const fn days_before(now_ms: i64, days: i64) -> Self {
        Self { from_ms: now_ms.saturating_sub(days.saturating_mul(DAY_MS)), to_ms: now_ms }
    }

    /// How long both last together.
    fn overlap_ms(self, other: Self) -> i64 {
        self.to_ms.min(other.to_ms).saturating_sub(self.from_ms.max(other.from_ms)).max(0)
    }
}

/// The size that a machine has had since a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SizeSince {
    pub at_ms: i64,
    pub size: Size,
}

/// Samples of one metric and one grain, as they came.
#[derive(Clone, Copy, Debug)]
pub struct Series<'a> {
    pub metric: Metric,
    pub grain: Grain,
    pub samples: &'a [Sample],
}

/// A machine's past.
#[derive(Clone, Copy, Debug, Default)]
pub struct History<'a> {
    /// Ascending; the last one is the size now.
    pub sizes: &'a [SizeSince],
    /// Times off, ascending and apart.
    pub off: &'a [Span],
    /// Ascending.
    pub boots_ms: &'a [i64],
    pub series: &'a [Series<'a>],
}

impl History<'_> {
    /// The size now; `None` where it is unknown, or nothing that a machine could have.
    pub fn size(&self) -> Option<Size> {
        self.sizes.last().map(|since| since.size).filter(|size| size.vcpu > 0 && size.memory_bytes > 0)
    }

    /// The part of a span in which the machine had the size that it has now: what a percentage was of before a resize is
    /// another matter.
    pub fn since_resize(&self, span: Span) -> Span {
        let changed = self.sizes.windows(2).rev().find(|pair| pair[0].size != pair[1].size).map(|pair| pair[1].at_ms);
        Span { from_ms: changed.map_or(span.from_ms, |at_ms| at_ms.max(span.from_ms)), ..span }
    }

    /// The clean samples of a metric in one grain; `None` where there are none.
    pub fn line(&self, metric: Metric, grain: Grain, span: Span) -> Option<Line> {
        let of = |series: &&Series| series.metric == metric && series.grain == grain;
        let samples = self.series.iter().filter(of).flat_map(|series| series.samples);
        Line::clean(metric, grain, samples, self, span)
    }

    /// The line of the finest grain that covers enough of the span; where none does, of the finest that there is.
    pub fn best_line(&self, metric: Metric, span: Span, enough_percent: f64) -> Option<Line> {
        let mut finest = None;
        for grain in Grain::ALL {
            let Some(line) = self.line(metric, grain, span) else { continue };
            if line.evidence.coverage_percent().is_some_and(|percent| percent >= enough_percent) {
                return Some(line);
            }
            finest = finest.or(Some(line));
        }
        finest
    }
}

#[cfg(test)]
mod tests;

//! A clean line of samples: the input rules, and views of parts of it.

use std::ops::Range;

use model::{
    metric::Metric,
    rightsizing::Evidence,
    sample::{Grain, Sample},
};

use super::{BOOT_MS, DAY_MS, HOUR_MS, History, Span};
use crate::statistics;

/// A day with fewer of its samples says nothing of its maximum.
const DAY_SHARE: f64 = 1.0 / 3.0;

/// No line of hours is longer, whatever times samples claim.
const MAX_HOURS: i64 = 24 * 400;

/// More of anything than there is: the largest amounts are bytes, and a machine has less than an exabyte. Sums of what is
/// below it stay finite.
const ABSURD: f64 = 1e18;

/// Samples of a metric while the machine was on and up, ascending, each interval once.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    pub grain: Grain,
    pub evidence: Evidence,
    ends_ms: Vec<i64>,
    values: Vec<f64>,
}

impl Line {
    /// Keeps what is a number, not negative and not absurd, clipped to what a true value can be, of the time in which the machine was on
    /// and had started.
    pub(super) fn clean<'a>(
        metric: Metric,
        grain: Grain,
        samples: impl Iterator<Item = &'a Sample>,
        history: &History,
        span: Span,
    ) -> Option<Self> {
        let ceiling = metric.ceiling().unwrap_or(f64::INFINITY);
        let is_valid = |sample: &&Sample| {
            (0.0..ABSURD).contains(&sample.average) && sample.end_ms > span.from_ms && sample.end_ms <= span.to_ms
        };
        let mut kept: Vec<(i64, f64)> =
            samples.filter(is_valid).map(|sample| (sample.end_ms, sample.average.min(ceiling))).collect();
        if !kept.is_sorted_by_key(|(end_ms, _)| *end_ms) {
            kept.sort_by_key(|(end_ms, _)| *end_ms);
        }
        kept.dedup_by_key(|(end_ms, _)| *end_ms);
        let from_ms = kept.first()?.0.saturating_sub(grain.ms()).max(span.from_ms);
        let seen = Span { from_ms, to_ms: span.to_ms };
        let mut off = history.off.iter().peekable();
        let mut boots = history.boots_ms.iter().peekable();
        let mut ignored = 0;
        kept.retain(|(end_ms, _)| {
            let begin_ms = end_ms.saturating_sub(grain.ms());
            while off.next_if(|off| off.to_ms <= begin_ms).is_some() {}
            while boots.next_if(|boot| boot.saturating_add(BOOT_MS) <= begin_ms).is_some() {}
            let is_off = off.peek().is_some_and(|off| off.from_ms < *end_ms);
            let is_starting = boots.peek().is_some_and(|boot| **boot < *end_ms);
            ignored += u64::from(is_starting && !is_off);
            !is_off && !is_starting
        });
        let off_ms: i64 = history.off.iter().map(|off| off.overlap_ms(seen)).fold(0, i64::saturating_add);
        let all = (seen.to_ms.saturating_sub(from_ms) / grain.ms()) as u64;
        let off = ((off_ms / grain.ms()) as u64).min(all);
        let valid = kept.len() as u64;
        let expected = (all - off).saturating_sub(ignored).max(valid);
        let evidence = Evidence { from_ms, to_ms: span.to_ms, expected, valid, off };
        let (ends_ms, values) = kept.into_iter().unzip();
        Some(Self { grain, evidence, ends_ms, values })
    }

    /// The same in another unit: percent of a machine's vCPUs in vCPUs, by vCPUs / 100.
    #[must_use]
    pub fn scaled(mut self, factor: f64) -> Self {
        self.values.iter_mut().for_each(|value| *value *= factor);
        self
    }

    pub fn view(&self) -> View<'_> {
        View { grain: self.grain, ends_ms: &self.ends_ms, values: &self.values }
    }
}

/// A part of a line.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    pub grain: Grain,
    /// Ascending.
    pub ends_ms: &'a [i64],
    pub values: &'a [f64],
}

impl<'a> View<'a> {
    /// What ended after a moment.
    #[must_use]
    pub fn after(self, at_ms: i64) -> Self {
        let at = self.ends_ms.partition_point(|end_ms| *end_ms <= at_ms);
        Self { ends_ms: &self.ends_ms[at..], values: &self.values[at..], ..self }
    }

    /// What had ended at a moment.
    #[must_use]
    pub fn until(self, at_ms: i64) -> Self {
        let at = self.ends_ms.partition_point(|end_ms| *end_ms <= at_ms);
        Self { ends_ms: &self.ends_ms[..at], values: &self.values[..at], ..self }
    }

    pub fn is_empty(self) -> bool {
        self.values.is_empty()
    }

    pub fn last_ms(self) -> Option<i64> {
        self.ends_ms.last().copied()
    }

    /// See [`statistics::percentile`]; 1 is the maximum.
    pub fn percentile(self, share: f64) -> Option<f64> {
        statistics::percentile(&mut self.values.to_vec(), share)
    }

    /// Several at once, which costs one copy.
    pub fn percentiles<const N: usize>(self, shares: [f64; N]) -> Option<[f64; N]> {
        let mut values = self.values.to_vec();
        let mut found = [0.0; N];
        for (found, share) in found.iter_mut().zip(shares) {
            *found = statistics::percentile(&mut values, share)?;
        }
        Some(found)
    }

    /// The share (0 to 1) of the samples that a condition holds of.
    pub fn share(self, holds: impl Fn(f64) -> bool) -> Option<f64> {
        if self.is_empty() {
            return None;
        }
        Some(self.values.iter().filter(|value| holds(**value)).count() as f64 / self.values.len() as f64)
    }

    /// The days (UTC) that have enough samples, each as a range of the view.
    pub fn days(self) -> Vec<Range<usize>> {
        let enough = (DAY_SHARE * (DAY_MS / self.grain.ms()) as f64).ceil() as usize;
        self.pieces(DAY_MS).filter(|(_, day)| day.len() >= enough).map(|(_, day)| day).collect()
    }

    pub fn daily_maxima(self) -> Vec<f64> {
        self.days().into_iter().filter_map(|day| statistics::maximum(&self.values[day])).collect()
    }

    pub fn daily_percentiles(self, share: f64) -> Vec<f64> {
        let of_day = |day: Range<usize>| statistics::percentile(&mut self.values[day].to_vec(), share);
        self.days().into_iter().filter_map(of_day).collect()
    }

    /// Means of the hours from the first to the last, and the end of the first hour; a gap is `None`. Only the last hours,
    /// where samples claim times that lie years apart.
    pub fn hourly_means(self) -> (i64, Vec<Option<f64>>) {
        let slot = |end_ms: i64| (end_ms - 1).div_euclid(HOUR_MS);
        let (Some(first), Some(last)) = (self.ends_ms.first(), self.ends_ms.last()) else { return (0, Vec::new()) };
        let first = slot(*first).max(slot(*last) - MAX_HOURS + 1);
        let mut means = vec![None; (slot(*last) - first + 1) as usize];
        for (hour, range) in self.pieces(HOUR_MS) {
            if hour >= first {
                means[(hour - first) as usize] = statistics::mean(&self.values[range]);
            }
        }
        ((first + 1) * HOUR_MS, means)
    }

    /// Samples that end within the same piece of time.
    fn pieces(self, piece_ms: i64) -> impl Iterator<Item = (i64, Range<usize>)> + 'a {
        let number = move |end_ms: &i64| (end_ms - 1).div_euclid(piece_ms);
        let mut at = 0;
        self.ends_ms.chunk_by(move |first, second| number(first) == number(second)).map(move |ends| {
            let range = at..at + ends.len();
            at = range.end;
            (number(&ends[0]), range)
        })
    }
}

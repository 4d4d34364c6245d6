//! Values of items, folded into intervals and combined into samples of a metric.

use std::collections::BTreeMap;

use model::{
    metric::Metric,
    sample::{Grain, Sample},
};

use super::mapping::Combine;

/// Unsigned items write −1 as 18446744073709551615, and nothing that is measured is so large.
const ABSURD: f64 = 9.0e18;

/// What is known of one item in one interval.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Bucket {
    sum: f64,
    count: u32,
    maximum: f64,
    /// Finer values stand behind it.
    has_finer: bool,
}

/// One item's values, interval by interval.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Folded {
    buckets: BTreeMap<i64, Bucket>,
}

/// A number as an item stored it; `None` for what was never measured.
pub(super) fn plausible(value: Option<f64>) -> Option<f64> {
    value.filter(|value| value.is_finite() && (0.0..ABSURD).contains(value))
}

/// A value of a metric, clipped where it can only be rounding; `None` for what cannot be true.
pub(super) fn believable(metric: Metric, value: f64) -> Option<f64> {
    let value = plausible(Some(value))?;
    Some(metric.ceiling().map_or(value, |ceiling| value.min(ceiling)))
}

impl Folded {
    /// One value, measured at this moment.
    pub(super) fn add(&mut self, at_ms: i64, grain: Grain, value: f64) {
        let bucket = self.buckets.entry(grain.end_of(at_ms)).or_insert(Bucket {
            sum: 0.0,
            count: 0,
            maximum: value,
            has_finer: false,
        });
        bucket.sum += value;
        bucket.count += 1;
        bucket.maximum = bucket.maximum.max(value);
        bucket.has_finer = bucket.count > 1;
    }

    /// A whole interval at once.
    pub(super) fn put(&mut self, end_ms: i64, average: f64, maximum: f64) {
        let bucket = Bucket { sum: average, count: 1, maximum: maximum.max(average), has_finer: true };
        self.buckets.insert(end_ms, bucket);
    }

    fn average(&self, end_ms: i64) -> Option<f64> {
        self.buckets.get(&end_ms).map(|bucket| bucket.sum / f64::from(bucket.count))
    }

    /// Lets each value, and the one `before` all, stand for the intervals after it that have none, so long at most.
    pub(super) fn hold(&mut self, before: Option<(i64, f64)>, hold_s: i64, grain: Grain, (from, to): (i64, i64)) {
        let mut last = before;
        let mut end = from + grain.ms();
        while end <= to {
            match (self.average(end), last) {
                (Some(average), _) => last = Some((end, average)),
                (None, Some((at, value))) if end - at <= hold_s * 1_000 => {
                    let bucket = Bucket { sum: value, count: 1, maximum: value, has_finer: false };
                    self.buckets.insert(end, bucket);
                }
                _ => {}
            }
            end += grain.ms();
        }
    }

    /// The last interval that has a value of its own, before any is held.
    pub(super) fn last(&self) -> Option<(i64, f64)> {
        let (end, _) = self.buckets.last_key_value()?;
        Some((*end, self.average(*end)?))
    }

    /// Whether a value is to be expected in this interval: the item is heard not long before or after it. What was read may
    /// begin in the middle of a silence, so that nothing stands before it.
    fn is_expected(&self, end_ms: i64, patience_ms: i64) -> bool {
        let first = self.buckets.first_key_value().map(|(end, _)| *end);
        let last = self.buckets.last_key_value().map(|(end, _)| *end);
        matches!((first, last), (Some(first), Some(last)) if first - patience_ms <= end_ms && end_ms <= last + patience_ms)
    }
}

/// Samples of a metric from its items, with how long each item may be silent; ascending.
///
/// A sum is told only where all parts of it are: a machine whose second interface is late has not halved its traffic.
pub(super) fn combine(metric: Metric, combine: Combine, items: &[(Folded, i64)]) -> Vec<Sample> {
    let mut ends: Vec<i64> = items.iter().flat_map(|(folded, _)| folded.buckets.keys().copied()).collect();
    ends.sort_unstable();
    ends.dedup();
    ends.into_iter()
        .filter_map(|end_ms| {
            let missing = |(folded, patience): &(Folded, i64)| {
                !folded.buckets.contains_key(&end_ms) && folded.is_expected(end_ms, *patience)
            };
            if combine == Combine::Sum && items.iter().any(missing) {
                return None;
            }
            let there: Vec<&Bucket> = items.iter().filter_map(|(folded, _)| folded.buckets.get(&end_ms)).collect();
            let averages = there.iter().map(|bucket| bucket.sum / f64::from(bucket.count));
            let largest = there.iter().map(|bucket| bucket.maximum).fold(0.0, f64::max);
            let has_finer = there.iter().any(|bucket| bucket.has_finer);
            let average = match combine {
                Combine::Sum => averages.sum(),
                Combine::Largest => averages.fold(0.0, f64::max),
                Combine::Single => averages.into_iter().next()?,
            };
            // The largest of a sum is not the sum of what is largest at different moments.
            let has_maximum = has_finer && (combine != Combine::Sum || there.len() == 1);
            let average = believable(metric, average)?;
            let maximum = has_maximum.then(|| believable(metric, largest)).flatten().map(|value| value.max(average));
            Some(Sample { end_ms, average, maximum })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: i64 = 60_000;
    const GRAIN: Grain = Grain::BASE;

    fn folded(values: &[(i64, f64)]) -> Folded {
        let mut folded = Folded::default();
        for (minute, value) in values {
            folded.add(minute * MINUTE, GRAIN, *value);
        }
        folded
    }

    fn sample(minute: i64, average: f64, maximum: Option<f64>) -> Sample {
        Sample { end_ms: minute * MINUTE, average, maximum }
    }

    #[test]
    fn an_interval_has_its_average_and_its_real_maximum() {
        let one = folded(&[(1, 10.0), (3, 40.0), (5, 10.0), (6, 7.0), (11, 150.0), (12, 150.0)]);
        let samples = combine(Metric::CpuUsage, Combine::Single, &[(one, 0)]);
        assert_eq!(samples, [sample(5, 20.0, Some(40.0)), sample(10, 7.0, None), sample(15, 100.0, Some(100.0))]);
    }

    #[test]
    fn a_sum_waits_for_all_its_parts() {
        let eth0 = folded(&[(1, 10.0), (6, 10.0), (11, 10.0), (16, 10.0)]);
        let eth1 = folded(&[(2, 5.0), (12, 5.0)]);
        let patience = 6 * MINUTE;
        let samples = combine(Metric::NetworkReceive, Combine::Sum, &[(eth0, patience), (eth1, patience)]);
        // Late at 10; gone for good after 20.
        assert_eq!(samples, [sample(5, 15.0, None), sample(15, 15.0, None)]);
        // The same where the first interval that is read lacks a part.
        let eth0 = folded(&[(1, 10.0), (6, 10.0), (11, 10.0)]);
        let eth1 = folded(&[(7, 5.0), (12, 5.0)]);
        let samples = combine(Metric::NetworkReceive, Combine::Sum, &[(eth0, patience), (eth1, patience)]);
        assert_eq!(samples, [sample(10, 15.0, None), sample(15, 15.0, None)]);
        let largest = [(folded(&[(1, 50.0)]), 0), (folded(&[(2, 80.0), (3, 90.0)]), 0)];
        let samples = combine(Metric::FilesystemUsage, Combine::Largest, &largest);
        assert_eq!(samples, [sample(5, 85.0, Some(90.0))]);
    }

    #[test]
    fn a_slow_value_holds_and_no_longer() {
        let mut slow = folded(&[(12, 8.0)]);
        slow.hold(Some((0, 4.0)), 600, GRAIN, (0, 40 * MINUTE));
        let samples = combine(Metric::StorageUsed, Combine::Sum, &[(slow, 0)]);
        let expected = [(5, 4.0), (10, 4.0), (15, 8.0), (20, 8.0), (25, 8.0)];
        assert_eq!(samples, expected.map(|(minute, value)| sample(minute, value, None)));
    }

    #[test]
    fn what_cannot_be_true_is_dropped() {
        for value in [f64::NAN, f64::INFINITY, -1.0, 18_446_744_073_709_551_615.0] {
            assert_eq!(plausible(Some(value)), None);
            assert_eq!(believable(Metric::MemoryUsed, value), None);
        }
        assert_eq!(believable(Metric::CpuUsage, 100.4), Some(100.0));
    }
}

//! Percentiles and averages of values that stand for different lengths of time, and histograms that add up.

use model::{
    metric::{Metric, Unit},
    sample::Grain,
};

use super::{
    cells::{self, read_number, write_number},
    day::Piece,
};
use crate::StoreError;

/// The smallest value that at least `share` of the weight stays at or below. Reorders what it is given.
pub(super) fn percentile(values: &mut [(f64, u32)], share: f64) -> Option<f64> {
    let total: u64 = values.iter().map(|(_, weight)| u64::from(*weight)).sum();
    if total == 0 {
        return None;
    }
    let wanted = ((total as f64) * share).ceil().max(1.0) as u64;
    if total == values.len() as u64 {
        // Everything weighs the same: no need to sort.
        let at = (wanted as usize).min(values.len()) - 1;
        return Some(values.select_nth_unstable_by(at, |left, right| left.0.total_cmp(&right.0)).1.0);
    }
    values.sort_unstable_by(|left, right| left.0.total_cmp(&right.0));
    let mut reached = 0;
    values
        .iter()
        .find(|(_, weight)| {
            reached += u64::from(*weight);
            reached >= wanted
        })
        .map(|(value, _)| *value)
}

/// Averages of pieces with their weights.
pub(super) fn weighted(pieces: &[Piece]) -> Vec<(f64, u32)> {
    pieces.iter().map(|piece| (piece.average, u32::from(piece.weight))).collect()
}

pub(super) fn weight(pieces: &[Piece]) -> u64 {
    pieces.iter().map(|piece| u64::from(piece.weight)).sum()
}

pub(super) fn average(pieces: &[Piece]) -> Option<f64> {
    let total = weight(pieces);
    let sum: f64 = pieces.iter().map(|piece| piece.average * f64::from(piece.weight)).sum();
    (total > 0).then(|| sum / total as f64)
}

/// The largest value that is known: where a sample came without its maximum, its average, unless that is of many hours.
pub(super) fn maximum(pieces: &[Piece]) -> Option<f64> {
    let known = |piece: &Piece| {
        piece.maximum.or_else(|| (!piece.is_rollup() && speaks_of_peaks(piece.grain)).then_some(piece.average))
    };
    pieces.iter().filter_map(known).reduce(f64::max)
}

/// The average of up to an hour says something of how high it went; that of a day does not.
pub(super) fn speaks_of_peaks(grain: Grain) -> bool {
    grain <= Grain::Hour
}

/// Bins of one point each, the last one for 100 and all above.
pub(super) const BINS: usize = 101;
/// Where the last bin begins.
pub(super) const LAST_BIN: f64 = (BINS - 1) as f64;

/// How many base intervals had which percentage. Two of them add up to that of both times together, which percentiles do not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Histogram([u32; BINS]);

impl Default for Histogram {
    fn default() -> Self {
        Self([0; BINS])
    }
}

impl Histogram {
    pub(super) const fn is_kept_of(metric: Metric) -> bool {
        matches!(metric.unit(), Unit::Percent)
    }

    pub(super) fn count(&mut self, percent: f64, weight: u32) {
        // The cast stays at zero and at the type's end.
        let bin = (percent as usize).min(BINS - 1);
        self.0[bin] = self.0[bin].saturating_add(weight);
    }

    pub(super) fn add(&mut self, other: &Self) {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            *mine = mine.saturating_add(theirs);
        }
    }

    /// Within a bin values count as spread evenly, so this is within a point of the truth.
    pub(super) fn percentile(&self, share: f64) -> Option<f64> {
        let total: u64 = self.0.iter().map(|count| u64::from(*count)).sum();
        let wanted = total as f64 * share;
        let mut below = 0.0;
        for (bin, count) in self.0.iter().enumerate().filter(|(_, count)| **count > 0) {
            let count = f64::from(*count);
            if below + count >= wanted {
                let within = if bin + 1 == BINS { 0.0 } else { ((wanted - below) / count).clamp(0.0, 1.0) };
                return Some(bin as f64 + within);
            }
            below += count;
        }
        None
    }

    /// Bins that count anything, each with its distance from the one before.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let filled: Vec<(usize, u32)> = self.0.iter().copied().enumerate().filter(|(_, count)| *count > 0).collect();
        write_number(filled.len() as u32, out);
        let mut next = 0;
        for (bin, count) in filled {
            write_number((bin - next) as u32, out);
            write_number(count, out);
            next = bin + 1;
        }
    }

    pub(super) fn read(bytes: &mut &[u8]) -> Result<Self, StoreError> {
        let mut histogram = Self::default();
        let mut next = 0;
        for _ in 0..read_number(bytes)?.min(BINS as u32) {
            let bin = next + read_number(bytes)? as usize;
            *histogram.0.get_mut(bin).ok_or_else(cells::broken)? = read_number(bytes)?;
            next = bin + 1;
        }
        Ok(histogram)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentile_goes_by_the_time_that_values_stand_for() {
        let mut even: Vec<(f64, u32)> = (1..=100).map(|value| (f64::from(value), 1)).collect();
        assert_eq!(percentile(&mut even, 0.95), Some(95.0));
        assert_eq!(percentile(&mut [(10.0, 99), (90.0, 1)], 0.95), Some(10.0));
        assert_eq!(percentile(&mut [(10.0, 90), (90.0, 10)], 0.95), Some(90.0));
        assert_eq!(percentile(&mut [], 0.95), None);
    }

    #[test]
    fn histograms_of_days_add_up_to_that_of_the_month() {
        let (mut days, mut values) = (Histogram::default(), Vec::new());
        for day in 0..30 {
            let mut one = Histogram::default();
            for slot in 0..288 {
                let value = f64::from((day * 7 + slot * 13) % 977) / 10.0;
                one.count(value, 1);
                values.push((value, 1));
            }
            let mut bytes = Vec::new();
            one.write(&mut bytes);
            days.add(&Histogram::read(&mut bytes.as_slice()).unwrap());
        }
        for share in [0.5, 0.95, 0.995] {
            let truth = percentile(&mut values, share).unwrap();
            assert!((days.percentile(share).unwrap() - truth).abs() <= 1.0, "{share}");
        }
    }
}

//! What a size would have cost: work that it could not have done, and for how long without a break.

use super::View;

/// Samples further apart than this many intervals do not belong to one run.
const LOOSE: i64 = 3;

impl View<'_> {
    /// Demand above a size, summed, and all demand, both in sample values; demand is taken times `factor`.
    pub fn unmet(self, size: f64, factor: f64) -> (f64, f64) {
        let mut sums = (0.0, 0.0);
        for value in self.values {
            let demand = value * factor;
            sums.0 += (demand - size).max(0.0);
            sums.1 += demand;
        }
        sums
    }

    /// The longest time without a break that demand, times `factor`, stood at a size or above.
    pub fn longest_at(self, size: f64, factor: f64) -> i64 {
        let (mut longest, mut samples, mut last_ms) = (0_i64, 0_i64, i64::MIN);
        for (end_ms, value) in self.ends_ms.iter().zip(self.values) {
            let is_apart = end_ms.saturating_sub(last_ms) > LOOSE * self.grain.ms();
            samples = match value * factor >= size {
                true if is_apart => 1,
                true => samples + 1,
                false => 0,
            };
            last_ms = *end_ms;
            longest = longest.max(samples);
        }
        longest * self.grain.ms()
    }

    /// The largest mean over a time without gaps; over single samples where these are as long. `None` where no such time
    /// is covered.
    pub fn best_mean(self, time_ms: i64) -> Option<f64> {
        let count = (time_ms / self.grain.ms()).max(1) as usize;
        let mut best: Option<f64> = None;
        let mut sum = 0.0;
        for (at, value) in self.values.iter().enumerate() {
            sum += value;
            if at >= count {
                sum -= self.values[at - count];
            }
            let Some(first) = (at + 1).checked_sub(count) else { continue };
            let lasted_ms = self.ends_ms[at].saturating_sub(self.ends_ms[first]) + self.grain.ms();
            if lasted_ms <= count as i64 * self.grain.ms() + LOOSE * self.grain.ms() {
                let mean = (sum / count as f64).max(0.0);
                best = Some(best.map_or(mean, |best| best.max(mean)));
            }
        }
        best
    }
}

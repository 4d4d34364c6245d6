//! How far values lie from forecasts, by how far ahead these look: the errors of the past, and the quantiles that they give.

use model::runway::{MEDIAN, QUANTILES};

/// Errors (value − forecast) of one model: one row for each origin, as long as what is known after it.
pub(super) type Errors = Vec<Vec<f64>>;

/// The distribution of errors: a scale that never shrinks with distance, and quantiles of errors in units of it.
#[derive(Clone, Debug)]
pub(super) struct Spread {
    /// The mean absolute error, by steps ahead.
    scale: Vec<f64>,
    /// How the scale goes on beyond what was tested: scale(h) = scale(H) (h / H)^widening.
    widening: f64,
    offsets: [f64; QUANTILES.len()],
    origins: f64,
    /// Steps from the first origin to the last.
    apart: f64,
    /// How much an error resembles the one a step before, from 0 to 1; what all have in common counts.
    likeness: f64,
}

impl Spread {
    /// From all origins but one, so that this can be checked; `None` leaves none out. `apart` are the steps from the first
    /// origin to the last.
    pub(super) fn of(errors: &Errors, left_out: Option<usize>, apart: usize, least_widening: f64) -> Option<Self> {
        let rows: Vec<&Vec<f64>> =
            errors.iter().enumerate().filter(|(at, _)| Some(*at) != left_out).map(|(_, row)| row).collect();
        let ahead = rows.iter().map(|row| row.len()).max().filter(|ahead| *ahead > 0)?;
        let scale = scale(&rows, ahead);
        let mut relative: Vec<f64> = Vec::new();
        let (mut along, mut all) = (0.0, 0.0);
        for row in &rows {
            let from = relative.len();
            relative
                .extend(row.iter().zip(&scale).filter(|(_, scale)| **scale > 0.0).map(|(error, scale)| error / scale));
            along += relative[from..].windows(2).map(|pair| pair[0] * pair[1]).sum::<f64>();
            all += relative[from..].windows(2).map(|pair| f64::midpoint(pair[0].powi(2), pair[1].powi(2))).sum::<f64>();
        }
        relative.sort_unstable_by(f64::total_cmp);
        let offsets = QUANTILES.map(|level| quantile(&relative, level));
        let third = scale[ahead / 3];
        let grown = if third > 0.0 && ahead >= 6 { (scale[ahead - 1] / third).ln() / 3.0_f64.ln() } else { 0.5 };
        Some(Self {
            scale,
            widening: grown.clamp(least_widening, 1.0),
            offsets,
            origins: rows.len() as f64,
            apart: apart as f64,
            likeness: if all > 0.0 { (along / all).clamp(0.0, 1.0) } else { 1.0 },
        })
    }

    /// What the quantile lies above the forecast, `step` steps ahead (from 0).
    pub(super) fn offset(&self, step: usize, quantile: usize) -> f64 {
        let tested = self.scale.len();
        let scale = match self.scale.get(step) {
            Some(scale) => *scale,
            None => self.scale[tested - 1] * ((step + 1) as f64 / tested as f64).powf(self.widening),
        };
        let middle = self.offsets[MEDIAN];
        scale * (middle + (self.offsets[quantile] - middle) * self.caution(step))
    }

    /// An interval from n independent errors has to be wider than the normal distribution's by Student's t and √(1 + 1/n), at
    /// 80 % together about 1 + 1.5 / n. Where errors resemble their neighbours, origins whose horizons overlap at this distance
    /// are one; where they do not, each origin counts.
    fn caution(&self, step: usize) -> f64 {
        let reach = (step + 1).min(self.scale.len()) as f64;
        let windows = (self.apart / reach + 1.0).min(self.origins);
        1.0 + 1.5 * (self.likeness / windows + (1.0 - self.likeness) / self.origins)
    }
}

/// Mean absolute errors by steps ahead, each over its neighbourhood, and none below one nearer.
fn scale(rows: &[&Vec<f64>], ahead: usize) -> Vec<f64> {
    let mut sums = vec![(0.0, 0.0); ahead];
    for row in rows {
        for (step, error) in row.iter().enumerate() {
            sums[step].0 += error.abs();
            sums[step].1 += 1.0;
        }
    }
    let mut least: f64 = 0.0;
    let near = |step: usize| {
        let width = 1 + step / 3;
        let around = &sums[step.saturating_sub(width)..(step + width + 1).min(ahead)];
        let (sum, count) = around.iter().fold((0.0, 0.0), |all, one| (all.0 + one.0, all.1 + one.1));
        if count > 0.0 { sum / count } else { 0.0 }
    };
    (0..ahead)
        .map(|step| {
            least = least.max(near(step));
            least
        })
        .collect()
}

/// Of sorted values, between neighbours by share; 0 for none.
pub(super) fn quantile(sorted: &[f64], level: f64) -> f64 {
    let Some(last) = sorted.len().checked_sub(1) else { return 0.0 };
    let place = level.clamp(0.0, 1.0) * last as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(last);
    sorted[below] + (sorted[above] - sorted[below]) * (place - below as f64)
}

/// The loss of a quantile forecast (Koenker and Bassett 1978).
pub(super) fn pinball(level: f64, value: f64, forecast: f64) -> f64 {
    let above = value - forecast;
    if above >= 0.0 { level * above } else { (level - 1.0) * above }
}

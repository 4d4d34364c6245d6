//! Where the level of a history shifted: a migration, a clean-up, a new batch of machines.

use super::models::median;

const WEEK: usize = 7;
/// The median absolute deviation of normal noise is its standard deviation divided by this.
const MAD_TO_DEVIATION: f64 = 1.4826;
/// Shifts smaller than this part of the level are none, however quiet the history.
const LEAST_SHARE: f64 = 0.02;

/// The place of the first value after the last shift: where the medians of the seven days before and after differ by more than
/// four (scaled) MAD from what the weeks around make expect. What rises steadily does not shift.
pub(super) fn last_shift(values: &[f64]) -> Option<usize> {
    if values.len() < 4 * WEEK {
        return None;
    }
    let medians: Vec<f64> = values.windows(WEEK).map(|week| median(&mut week.to_vec())).collect();
    let places = WEEK..=values.len() - WEEK;
    let rise = |at: usize| medians[at] - medians[at - WEEK];
    let jump = |at: usize| {
        let before = (at >= 2 * WEEK).then(|| rise(at - WEEK));
        let after = (at + 2 * WEEK <= values.len()).then(|| rise(at + WEEK));
        let expected = match (before, after) {
            (Some(before), Some(after)) => f64::midpoint(before, after),
            (Some(one), None) | (None, Some(one)) => one,
            (None, None) => 0.0,
        };
        rise(at) - expected
    };
    let jumps: Vec<(usize, f64)> = places.map(|at| (at, jump(at))).collect();
    let usual = median(&mut jumps.iter().map(|(_, jump)| *jump).collect::<Vec<f64>>());
    let spread = median(&mut jumps.iter().map(|(_, jump)| (jump - usual).abs()).collect::<Vec<f64>>());
    let level = median(&mut values.iter().map(|value| value.abs()).collect::<Vec<f64>>());
    let threshold = (4.0 * MAD_TO_DEVIATION * spread).max(LEAST_SHARE * level).max(f64::MIN_POSITIVE);
    // The echo of a shift, half as high, stands a week beside it: only what is highest within a week counts.
    let is_peak = |place: usize| {
        let (near, far) = (place.saturating_sub(WEEK), (place + WEEK + 1).min(jumps.len()));
        jumps[near..far].iter().all(|(_, other)| other.abs() <= jumps[place].1.abs())
    };
    let peaks = (0..jumps.len()).rev().filter(|place| jumps[*place].1.abs() > threshold && is_peak(*place));
    peaks.map(|place| sharpest(values, jumps[place].0)).next()
}

/// Medians place a shift to some days; the largest difference between neighbours there places it to one.
fn sharpest(values: &[f64], near: usize) -> usize {
    let from = near.saturating_sub(3).max(1);
    let to = (near + 4).min(values.len());
    let step = |at: &usize| (values[*at] - values[*at - 1]).abs();
    (from..to).max_by(|one, other| step(one).total_cmp(&step(other))).unwrap_or(near)
}

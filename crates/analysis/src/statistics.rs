//! The small statistics that the judgements rest on: ranks, spread and runs over plain slices.
//!
//! Nothing here knows of machines or metrics. Values are finite: what comes from outside is cleaned by [`crate::usage`].

mod autocorrelation;
mod trend;

pub use autocorrelation::{autocorrelation, seasonal_strength};
pub use trend::{MannKendall, Trend, mann_kendall, theil_sen, trend};

/// The smallest value that at least this share (0 to 1) of the values stay at or below: the inverse of the empirical
/// distribution function, definition 1 of Hyndman and Fan, "Sample Quantiles in Statistical Packages" (1996). It is always
/// a value that was measured. Reorders the slice and takes linear time.
pub fn percentile(values: &mut [f64], share: f64) -> Option<f64> {
    let last = values.len().checked_sub(1)?;
    // 0.995 × 200 is 199.00000000000003 in binary: without the slack that would be one rank too many.
    let rank = (share.clamp(0.0, 1.0) * values.len() as f64 - 1e-9).ceil() as usize;
    let at = rank.saturating_sub(1).min(last);
    Some(*values.select_nth_unstable_by(at, f64::total_cmp).1)
}

pub fn median(values: &mut [f64]) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    let (middle, is_odd) = (values.len() / 2, values.len() % 2 == 1);
    let (below, upper, _) = values.select_nth_unstable_by(middle, f64::total_cmp);
    match maximum(below) {
        Some(lower) if !is_odd => Some(f64::midpoint(lower, *upper)),
        _ => Some(*upper),
    }
}

pub fn maximum(values: &[f64]) -> Option<f64> {
    values.iter().copied().max_by(f64::total_cmp)
}

pub fn mean(values: &[f64]) -> Option<f64> {
    if values.is_empty() { None } else { Some(values.iter().sum::<f64>() / values.len() as f64) }
}

/// Of the population, as `ManageIQ` and others mean it.
pub fn standard_deviation(values: &[f64]) -> Option<f64> {
    let mean = mean(values)?;
    let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    Some((squares / values.len() as f64).sqrt())
}

/// Standard deviation over mean; unknown of values whose mean is 0.
pub fn coefficient_of_variation(values: &[f64]) -> Option<f64> {
    let mean = mean(values)?;
    if mean > 0.0 { standard_deviation(values).map(|deviation| deviation / mean) } else { None }
}

#[cfg(test)]
mod tests;

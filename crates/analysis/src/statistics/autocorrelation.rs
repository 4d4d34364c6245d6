//! What repeats in a line of values: autocorrelation, and how much of the variance a period explains.

/// Autocorrelation at a lag, over the pairs that both are known: the mean of their products over the variance, so that gaps
/// do not pull it to zero. `None` of a constant line, or where fewer than two periods overlap.
pub fn autocorrelation(values: &[Option<f64>], lag: usize) -> Option<f64> {
    let known: Vec<f64> = values.iter().flatten().copied().collect();
    let mean = super::mean(&known)?;
    let variance = known.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / known.len() as f64;
    if variance <= f64::EPSILON * mean.abs().max(f64::MIN_POSITIVE) || lag >= values.len() {
        return None;
    }
    let (mut products, mut pairs) = (0.0, 0_usize);
    for (first, second) in values.iter().zip(&values[lag..]) {
        if let (Some(first), Some(second)) = (first, second) {
            products += (first - mean) * (second - mean);
            pairs += 1;
        }
    }
    if pairs < lag.max(2) { None } else { Some(products / pairs as f64 / variance) }
}

/// How much of the variance the mean of each phase of a period explains, 0 to 1: one minus the variance of what is left
/// over that of the whole (Wang, Smith and Hyndman, "Characteristic-Based Clustering for Time Series Data", 2006), corrected
/// for the phases that are fitted: pure noise would reach phases / values by chance.
pub fn seasonal_strength(values: &[Option<f64>], period: usize) -> Option<f64> {
    if period < 2 || values.len() < 2 * period {
        return None;
    }
    let known: Vec<f64> = values.iter().flatten().copied().collect();
    let mean = super::mean(&known)?;
    let mut phases = vec![(0.0, 0_usize); period];
    for (at, value) in values.iter().enumerate() {
        if let Some(value) = value {
            phases[at % period].0 += value;
            phases[at % period].1 += 1;
        }
    }
    let (mut whole, mut left) = (0.0, 0.0);
    for (value, (sum, count)) in values.iter().zip(phases.iter().cycle()) {
        if let Some(value) = value {
            whole += (value - mean).powi(2);
            left += (value - sum / *count as f64).powi(2);
        }
    }
    let freedom = known.len().checked_sub(period).filter(|freedom| *freedom > 0)?;
    if whole <= 0.0 {
        return None;
    }
    Some((1.0 - left / freedom as f64 / (whole / (known.len() - 1) as f64)).clamp(0.0, 1.0))
}

//! Whether a history moves beyond chance.

use super::models::median;
use crate::statistics::theil_sen;

/// One-sided 0.1 % of the normal distribution: an estate has hundreds of series, and each that is said to fill up in error
/// costs trust.
const SIGNIFICANT: f64 = 3.090;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Trend {
    Up,
    Down,
    None,
}

/// The trend by Mann and Kendall's test, its variance corrected for values that resemble the one before (lag-1 correlation ρ
/// of what the line leaves: n* = n (1 − ρ) / (1 + ρ); Yue and Wang 2004). Seasons are taken out first.
pub(super) fn trend(values: &[f64], season: usize) -> Trend {
    let count = values.len();
    if count < 2 * season.max(4) {
        return Trend::None;
    }
    let Some((slope, _)) = theil_sen(values) else { return Trend::None };
    let mut rest: Vec<f64> = values.iter().enumerate().map(|(at, value)| value - slope * at as f64).collect();
    let level = median(&mut rest.clone());
    for place in 0..season {
        let typical = median(&mut rest.iter().skip(place).step_by(season).copied().collect::<Vec<f64>>()) - level;
        rest.iter_mut().skip(place).step_by(season).for_each(|value| *value -= typical);
    }
    let clean: Vec<f64> = rest.iter().enumerate().map(|(at, value)| value + slope * at as f64).collect();
    let (mut score, mut ties) = (0_i64, 0_u64);
    for later in 1..count {
        for earlier in 0..later {
            match clean[later].total_cmp(&clean[earlier]) {
                std::cmp::Ordering::Greater => score += 1,
                std::cmp::Ordering::Less => score -= 1,
                std::cmp::Ordering::Equal => ties += 1,
            }
        }
    }
    let n = count as f64;
    let pairs = n * (n - 1.0) / 2.0;
    if ties as f64 >= pairs {
        return Trend::None;
    }
    let found = lag_one(&rest);
    // Short histories show less memory than they have (Marriott and Pope 1954).
    let likeness = (found + (1.0 + 4.0 * found) / n).clamp(0.0, 0.95);
    let variance = n * (n - 1.0) * (2.0 * n + 5.0) / 18.0 * (1.0 + likeness) / (1.0 - likeness);
    let z = (score as f64 - score.signum() as f64) / variance.sqrt();
    // A trend that the noise hides over the whole history is not worth a forecast, however sure it is.
    let deviation = (rest.iter().map(|value| (value - level).powi(2)).sum::<f64>() / n).sqrt();
    if (slope * n).abs() < deviation {
        return Trend::None;
    }
    match z {
        z if z > SIGNIFICANT => Trend::Up,
        z if z < -SIGNIFICANT => Trend::Down,
        _ => Trend::None,
    }
}

fn lag_one(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let all: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
    let along: f64 = values.windows(2).map(|pair| (pair[0] - mean) * (pair[1] - mean)).sum();
    if all > 0.0 && along.is_finite() && all.is_finite() { along / all } else { 0.0 }
}

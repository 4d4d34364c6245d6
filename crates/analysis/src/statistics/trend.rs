//! Whether and how fast a line of values rises, by ranks and medians: one odd day changes neither.

use super::median;

/// More values than this are thinned first: both measures take every pair.
const MAX_VALUES: usize = 400;

/// The result of the test by Mann (1945) and Kendall (1975) for a monotone trend.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MannKendall {
    /// How many more pairs rise than fall.
    pub s: i64,
    /// The standard score of `s`, ties and continuity corrected.
    pub z: f64,
    /// Two-sided.
    pub p: f64,
}

/// A trend of daily values, as the profile `growing` wants it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Trend {
    /// Theil and Sen's slope, per value.
    pub slope: f64,
    /// Theil and Sen's level at the last value.
    pub last: f64,
    pub p: f64,
}

/// The median of the slopes of all pairs (Theil 1950, Sen 1968), per value, and the median of what is left of the values
/// without it. `None` of fewer than two values.
pub fn theil_sen(values: &[f64]) -> Option<(f64, f64)> {
    let (values, stride) = thinned(values);
    let mut slopes = Vec::with_capacity(values.len() * values.len().saturating_sub(1) / 2);
    for (at, first) in values.iter().enumerate() {
        for (distance, second) in values[at + 1..].iter().enumerate() {
            slopes.push((second - first) / (distance + 1) as f64);
        }
    }
    let slope = median(&mut slopes)?;
    let mut levels: Vec<f64> = values.iter().enumerate().map(|(at, value)| value - slope * at as f64).collect();
    Some((slope / stride as f64, median(&mut levels)?))
}

/// `None` of fewer than four values, which can prove nothing.
pub fn mann_kendall(values: &[f64]) -> Option<MannKendall> {
    let (values, _) = thinned(values);
    if values.len() < 4 {
        return None;
    }
    let mut s = 0_i64;
    for (at, first) in values.iter().enumerate() {
        s += values[at + 1..].iter().map(|second| second.total_cmp(first) as i64).sum::<i64>();
    }
    let n = values.len() as f64;
    let weight = |n: f64| n * (n - 1.0) * (2.0 * n + 5.0);
    let variance = (weight(n) - ties(&values).into_iter().map(weight).sum::<f64>()) / 18.0;
    if variance <= 0.0 {
        return Some(MannKendall { s, z: 0.0, p: 1.0 });
    }
    let z = (s - s.signum()) as f64 / variance.sqrt();
    Some(MannKendall { s, z, p: (2.0 * upper_tail(z.abs())).min(1.0) })
}

/// Slope, level and significance in one; `None` where either is unknown.
pub fn trend(values: &[f64]) -> Option<Trend> {
    let (slope, level) = theil_sen(values)?;
    let p = mann_kendall(values)?.p;
    Some(Trend { slope, last: level + slope * (values.len() - 1) as f64, p })
}

fn thinned(values: &[f64]) -> (Vec<f64>, usize) {
    let stride = values.len().div_ceil(MAX_VALUES).max(1);
    (values.iter().copied().step_by(stride).collect(), stride)
}

/// How many values each group of equal ones has, of the groups with more than one.
fn ties(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let groups = sorted.chunk_by(|first, second| first.total_cmp(second).is_eq());
    groups.filter(|group| group.len() > 1).map(|group| group.len() as f64).collect()
}

/// The share of the standard normal distribution above z ≥ 0, within 7.5e-8: Abramowitz and Stegun, "Handbook of
/// Mathematical Functions", 26.2.17.
fn upper_tail(z: f64) -> f64 {
    let t = 1.0 / (1.0 + 0.231_641_9 * z);
    let polynomial =
        t * (0.319_381_530 + t * (-0.356_563_782 + t * (1.781_477_937 + t * (-1.821_255_978 + t * 1.330_274_429))));
    (-z * z / 2.0).exp() / (2.0 * std::f64::consts::PI).sqrt() * polynomial
}

//! The week of a machine as 168 hours, and what two such weeks have in common: peers, and peaks that fall together.

use crate::{
    statistics,
    usage::{HOUR_MS, View},
};

/// Means of the hours of a week, Monday 00–01 first; `None` where an hour was never measured.
pub type Signature = Vec<Option<f64>>;

const WEEK_HOURS: i64 = 168;

/// Of percentages, in the hours that clocks show at this distance from UTC.
pub fn signature(percent: View, utc_offset_ms: i64) -> Signature {
    let mut sums = [(0.0, 0_u32); WEEK_HOURS as usize];
    for (end_ms, value) in percent.ends_ms.iter().zip(percent.values) {
        let slot = &mut sums[hour_of_week((end_ms + utc_offset_ms - 1).div_euclid(HOUR_MS))];
        slot.0 += value;
        slot.1 += 1;
    }
    sums.into_iter().map(|(sum, count)| (count > 0).then(|| sum / f64::from(count))).collect()
}

/// The hour of the week of an hour since 1970, which began on a Thursday.
pub(super) fn hour_of_week(hour: i64) -> usize {
    (hour + 3 * 24).rem_euclid(WEEK_HOURS) as usize
}

/// How unlike two weeks are, 0 to 2: one minus their correlation. `None` where fewer than three days are known of both,
/// or one of them is constant.
pub fn distance(first: &Signature, second: &Signature) -> Option<f64> {
    let pairs: Vec<(f64, f64)> =
        first.iter().zip(second).filter_map(|(first, second)| Some(((*first)?, (*second)?))).collect();
    if pairs.len() < 72 {
        return None;
    }
    let (first, second): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
    let deviations = statistics::standard_deviation(&first)? * statistics::standard_deviation(&second)?;
    if deviations <= 1e-12 {
        return None;
    }
    let (a, b) = (statistics::mean(&first)?, statistics::mean(&second)?);
    let products: f64 = first.iter().zip(&second).map(|(first, second)| (first - a) * (second - b)).sum();
    Some((1.0 - products / first.len() as f64 / deviations).clamp(0.0, 2.0))
}

/// The machines whose week is most like one's own, nearest first: their indexes in `others` and how unlike they are.
pub fn peers(own: &Signature, others: &[Signature], most: usize) -> Vec<(usize, f64)> {
    /// Beyond this two weeks have little in common.
    const NEAR: f64 = 0.3;
    let near = |(at, other): (usize, &Signature)| distance(own, other).filter(|far| *far <= NEAR).map(|far| (at, far));
    let mut found: Vec<(usize, f64)> = others.iter().enumerate().filter_map(near).collect();
    found.sort_by(|first, second| first.1.total_cmp(&second.1));
    found.truncate(most);
    found
}

/// Peak coincidence of machines that share a cluster: the peak of their sum over the sum of their peaks, by hours of the
/// week. 1 where all peak together; the less, the more room they leave each other. `None` where nothing is used.
/// Signatures are to be in one unit that adds up, as vCPUs or MHz.
pub fn coincidence(signatures: &[Signature]) -> Option<f64> {
    let mut together = vec![0.0; WEEK_HOURS as usize];
    let mut apart = 0.0;
    for signature in signatures {
        for (sum, value) in together.iter_mut().zip(signature) {
            *sum += value.unwrap_or(0.0);
        }
        apart += signature.iter().flatten().copied().fold(0.0, f64::max);
    }
    let peak = statistics::maximum(&together)?;
    (apart > 0.0).then(|| peak / apart)
}

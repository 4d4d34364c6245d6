//! The periods of a machine's load: what repeats by hours, days and weeks.
//!
//! Autocorrelation decides, not the energy of a spectrum: load comes in pulses, and a pulse spreads its energy over
//! harmonics. Only periods that work has are looked for, so that no periodogram has to propose any.

use model::profile::Period;

use crate::statistics::{autocorrelation, mean, percentile, seasonal_strength, theil_sen};

/// In hours, shorter first: a longer one is taken only where it explains more.
const PERIODS: [usize; 5] = [6, 8, 12, 24, 168];

const LEAST_CORRELATION: f64 = 0.30;
/// Corrected for chance, which gives a week that was seen four times a quarter of the variance for nothing: 0.40 without
/// the correction lost every fifth labelled series and gained no precision.
const LEAST_STRENGTH: f64 = 0.30;
/// Where a period is proven, a part of it has to correlate so much …
const PART_CORRELATION: f64 = 0.20;
/// … and to explain this part of what it does, to be the true one: as good, and simpler.
const AS_GOOD: f64 = 0.85;
/// What a second period has to explain of the whole, beside the first.
const SECOND_PART: f64 = 0.10;
/// Where raw hours show nothing, those above this rank may hide it: a month's one backup is not noise to be repeated.
const RARE: f64 = 0.97;

/// Periods in hourly means, the one that explains most first: none, one, or a day and a week.
pub fn periods(hours: &[Option<f64>]) -> Vec<Period> {
    let found = find(hours);
    if !found.is_empty() {
        return found;
    }
    let mut known: Vec<f64> = hours.iter().flatten().copied().collect();
    let Some(cap) = percentile(&mut known, RARE) else { return found };
    find(&hours.iter().map(|hour| hour.map(|value| value.min(cap))).collect::<Vec<_>>())
}

fn find(hours: &[Option<f64>]) -> Vec<Period> {
    let Some(line) = without_trend(hours) else { return Vec::new() };
    let peaks: Vec<Period> = PERIODS.into_iter().filter_map(|hours| peak(&line, hours)).collect();
    let proven = || peaks.iter().filter(|period| is_proven(period));
    let Some(best) = proven().max_by(|one, other| one.strength.total_cmp(&other.strength)) else { return Vec::new() };
    let is_its_part = |part: &&Period| {
        best.hours.is_multiple_of(part.hours)
            && part.correlation >= PART_CORRELATION
            && part.strength >= AS_GOOD * best.strength
    };
    let first = *peaks.iter().find(is_its_part).unwrap_or(best);
    if first.hours > 24 {
        // Weekdays that are alike make a day as well, though weekends keep it from explaining as much.
        return std::iter::once(first).chain(proven().find(|period| period.hours == 24).copied()).collect();
    }
    let left = without_phases(&line, first.hours as usize);
    let longer = PERIODS.into_iter().filter(|hours| *hours > first.hours as usize);
    let second = longer.filter_map(|hours| peak(&left, hours)).find(|second| {
        // Strength is a share of what the first has left.
        is_proven(second) && second.strength * (1.0 - first.strength) >= SECOND_PART
    });
    match second {
        // Two different peaks a day are one day, a day and a week are both.
        Some(second) if first.hours < 24 => vec![second],
        Some(second) => vec![first, second],
        None => vec![first],
    }
}

fn is_proven(period: &Period) -> bool {
    period.correlation >= LEAST_CORRELATION && period.strength >= LEAST_STRENGTH
}

/// A period at which the autocorrelation is higher than beside it, and than chance makes it.
fn peak(line: &[Option<f64>], hours: usize) -> Option<Period> {
    let known = line.iter().flatten().count();
    // A week that came twice is a week; a few hours that came twice are chance.
    if line.len() < 2 * hours || known < 72 {
        return None;
    }
    let correlation = autocorrelation(line, hours)?;
    let beside = (hours / 8).max(1);
    let around = [hours - beside, hours + beside];
    let is_highest = around.into_iter().all(|lag| autocorrelation(line, lag).is_none_or(|other| correlation > other));
    let is_chance = correlation < 2.0 * 1.96 / (known as f64).sqrt();
    let strength = seasonal_strength(line, hours)?;
    (is_highest && !is_chance).then_some(Period { hours: hours as u32, correlation, strength })
}

/// Without the straight line that fits best, and then without the centred mean of a week, which sees neither days nor weeks.
fn without_trend(hours: &[Option<f64>]) -> Option<Vec<Option<f64>>> {
    const HALF_WEEK: usize = 84;
    let known: Vec<f64> = hours.iter().flatten().copied().collect();
    let daily: Vec<f64> = known.chunks(24).filter_map(mean).collect();
    let slope = theil_sen(&daily).map_or(0.0, |(slope, _)| slope / 24.0);
    let level: Vec<Option<f64>> =
        hours.iter().enumerate().map(|(at, hour)| hour.map(|value| value - slope * at as f64)).collect();
    // Sums before each hour, so that a mean is a difference.
    let mut sums = vec![(0.0, 0_usize)];
    for hour in &level {
        let (sum, count) = *sums.last()?;
        sums.push((sum + hour.unwrap_or(0.0), count + usize::from(hour.is_some())));
    }
    let around = |at: usize| {
        let (from, to) = (at.saturating_sub(HALF_WEEK), (at + HALF_WEEK).min(level.len()));
        let count = sums[to].1 - sums[from].1;
        (sums[to].0 - sums[from].0) / count.max(1) as f64
    };
    Some(level.iter().enumerate().map(|(at, hour)| hour.map(|value| value - around(at))).collect())
}

/// What the mean of each phase leaves.
fn without_phases(line: &[Option<f64>], period: usize) -> Vec<Option<f64>> {
    let phase_mean = |phase: usize| {
        let values: Vec<f64> = line.iter().skip(phase).step_by(period).flatten().copied().collect();
        mean(&values).unwrap_or(0.0)
    };
    let means: Vec<f64> = (0..period).map(phase_mean).collect();
    line.iter().zip(means.iter().cycle()).map(|(hour, mean)| hour.map(|value| value - mean)).collect()
}

#[cfg(test)]
mod tests;

//! Our own presets. The reasons are in docs/adr/0016-balanced-policy.md.
//!
//! A percentile says how many samples lie above a size, not what that costs. A hundred minutes above it cost little where
//! they are scattered, and a job's end where they are one run. So balanced asks a size what it would have cost.

use model::{rightsizing::Need, sample::Grain};

use super::{Resource, amount, daily_maximum, filled, times};
use crate::usage::{HOUR_MS, View};

/// The shares of days that mean + 1 σ and mean + 2 σ cover where maxima are normal. The ranks themselves are used: a mean
/// plus a deviation can fall while demand rises.
const ONE_SIGMA: f64 = 0.84;
const TWO_SIGMA: f64 = 0.977;

/// The busiest hour may fill so much of a size: an hour at the limit is what people notice.
const BALANCED_HOUR: f64 = 0.75;
const CONSERVATIVE_HOUR: f64 = 0.70;

/// A size that would have carried this much more than all that was asked of it …
const STRESS: f64 = 1.2;
/// … leaving no more undone than this share of what it can do …
const UNDONE: f64 = 0.001;
/// … and never at its limit for so long, is enough, whatever percentiles say.
const AT_LIMIT_MS: i64 = HOUR_MS / 2;

pub(super) fn conservative(resource: Resource, samples: View) -> Vec<Need> {
    match resource {
        Resource::Cpu => {
            let mut terms: Vec<Need> = filled(samples, 0.995, 0.70, resource).into_iter().collect();
            terms.extend(daily(samples, TWO_SIGMA));
            terms.extend(hour(samples, CONSERVATIVE_HOUR));
            terms
        }
        Resource::Memory => times(samples, 1.0, 1.20, resource).into_iter().collect(),
    }
}

pub(super) fn balanced(resource: Resource, samples: View) -> Vec<Need> {
    match resource {
        Resource::Cpu => {
            let ranks: Vec<Need> =
                filled(samples, 0.995, 0.80, resource).into_iter().chain(daily(samples, ONE_SIGMA)).collect();
            let by_rank = super::largest(ranks);
            let proven = by_rank.as_ref().and_then(|need| enough(samples, need.amount));
            proven.or(by_rank).into_iter().chain(hour(samples, BALANCED_HOUR)).collect()
        }
        Resource::Memory => {
            times(samples, 0.99, 1.20, resource).into_iter().chain(times(samples, 1.0, 1.05, resource)).collect()
        }
    }
}

pub(super) fn aggressive(resource: Resource, samples: View) -> Vec<Need> {
    let term = match resource {
        Resource::Cpu => filled(samples, 0.95, 0.80, resource),
        Resource::Memory => times(samples, 0.95, 1.15, resource),
    };
    term.into_iter().collect()
}

fn daily(samples: View, share: f64) -> Option<Need> {
    let value = daily_maximum(samples, share)?;
    let because = format!("{} % of days stay below {}", share * 100.0, amount(value, Resource::Cpu));
    Some(Need { amount: value, because })
}

/// The busiest hour. Samples that last longer than one hide it, and are taken as they are.
fn hour(samples: View, target: f64) -> Option<Need> {
    let value = samples.best_mean(HOUR_MS.max(samples.grain.ms()))?;
    let because = format!("the busiest hour, {}, may fill {} %", amount(value, Resource::Cpu), target * 100.0);
    Some(Need { amount: value / target, because })
}

/// The smallest whole number of vCPUs below a need that would have done: tried on the samples, which have to be fine
/// enough to show what is tried.
fn enough(samples: View, below: f64) -> Option<Need> {
    if samples.grain > Grain::BASE || samples.is_empty() {
        return None;
    }
    let does = |size: f64| {
        let (undone, _) = samples.unmet(size, STRESS);
        undone <= UNDONE * size * samples.values.len() as f64 && samples.longest_at(size, STRESS) < AT_LIMIT_MS
    };
    // What does, does with more: so the smallest is found by halving.
    let (mut too_small, mut size) = (0_i64, (below.ceil() as i64 - 1).clamp(0, 1 << 20));
    if size < 1 || !does(size as f64) {
        return None;
    }
    while size - too_small > 1 {
        let middle = i64::midpoint(size, too_small);
        if does(middle as f64) { size = middle } else { too_small = middle }
    }
    let because =
        format!("{size} vCPU would have carried {STRESS} times the demand, never at the limit for half an hour");
    Some(Need { amount: size as f64, because })
}

//! What a machine needs by a rule: our own presets, published ones, and one that people write themselves.
//!
//! Whether there is enough to judge by, and what becomes of a need, is [`crate::rightsizing`]'s.

mod balanced;
mod published;
mod rounding;

pub use rounding::{Limits, MIB, memory_steps, vcpu_steps};

use model::rightsizing::{CustomRule, Need, Policy, Preset};

use crate::{
    statistics,
    usage::{DAY_MS, View},
};

/// A resource, which rules treat differently. CPU is in vCPUs, memory in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Resource {
    Cpu,
    Memory,
}

/// How far back a rule looks, in days: at most, and at least for a recommendation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LookBack {
    pub most: i64,
    pub least: i64,
}

/// No recommendation rests on less, whoever's rule it is.
const LEAST_DAYS: i64 = 7;

/// The look-back of a policy.
pub fn look_back(policy: &Policy) -> LookBack {
    let days = |most, least| LookBack { most, least };
    match policy {
        Policy::Preset(Preset::Conservative) => days(90, 30),
        Policy::Preset(Preset::Balanced) => days(30, 14),
        Policy::Preset(
            Preset::Turbonomic
            | Preset::ManageiqConservative
            | Preset::ManageiqModerate
            | Preset::ManageiqAggressive
            | Preset::Itrs,
        ) => days(30, LEAST_DAYS),
        Policy::Preset(_) => days(14, LEAST_DAYS),
        Policy::Custom(rule) => {
            let most = i64::from(rule.window_days).clamp(LEAST_DAYS, 365);
            days(most, LEAST_DAYS)
        }
    }
}

/// What a policy says that a resource needs, from its samples until now in the resource's unit; it looks back no further
/// than it should. `None` where there are no samples.
///
/// More demand never gives less need for our own presets, nor does a stricter one of them need less: conservative rests on
/// balanced, balanced on aggressive.
pub fn need(policy: &Policy, resource: Resource, samples: View) -> Option<Need> {
    let back =
        |days: i64| samples.last_ms().map_or(samples, |last_ms| samples.after(last_ms.saturating_sub(days * DAY_MS)));
    let samples = back(look_back(policy).most);
    let terms = match policy {
        Policy::Preset(Preset::Conservative) => {
            let balanced = need(&Policy::Preset(Preset::Balanced), resource, samples);
            balanced::conservative(resource, samples).into_iter().chain(balanced).collect()
        }
        Policy::Preset(Preset::Balanced) => {
            let aggressive = need(&Policy::Preset(Preset::Aggressive), resource, samples);
            balanced::balanced(resource, samples).into_iter().chain(aggressive).collect()
        }
        Policy::Preset(Preset::Aggressive) => balanced::aggressive(resource, samples),
        Policy::Preset(preset) => published::need(*preset, resource, samples).into_iter().collect(),
        Policy::Custom(rule) => custom(*rule, resource, samples).into_iter().collect(),
    };
    largest(terms)
}

fn custom(rule: CustomRule, resource: Resource, samples: View) -> Option<Need> {
    let sane = |value: f64, least: f64, most: f64| if value.is_finite() { value.clamp(least, most) } else { most };
    match resource {
        Resource::Cpu => {
            filled(samples, sane(rule.cpu_percentile, 0.5, 1.0), sane(rule.cpu_target, 0.1, 1.0), resource)
        }
        Resource::Memory => {
            times(samples, sane(rule.memory_percentile, 0.5, 1.0), sane(rule.memory_factor, 1.0, 10.0), resource)
        }
    }
}

fn largest(terms: Vec<Need>) -> Option<Need> {
    terms.into_iter().max_by(|first, second| first.amount.total_cmp(&second.amount))
}

/// A percentile that may fill a share of the size.
fn filled(samples: View, percentile: f64, target: f64, resource: Resource) -> Option<Need> {
    let value = samples.percentile(percentile)?;
    let because = format!("{} of {} may fill {} %", named(percentile), amount(value, resource), target * 100.0);
    Some(Need { amount: value / target, because })
}

/// A percentile and some more.
fn times(samples: View, percentile: f64, factor: f64, resource: Resource) -> Option<Need> {
    let value = samples.percentile(percentile)?;
    Some(Need {
        amount: value * factor,
        because: format!("{} of {} × {factor}", named(percentile), amount(value, resource)),
    })
}

/// p99.5, maximum.
fn named(percentile: f64) -> String {
    if percentile >= 1.0 { "the maximum".to_owned() } else { format!("p{}", (percentile * 1_000.0).round() / 10.0) }
}

fn amount(value: f64, resource: Resource) -> String {
    match resource {
        Resource::Cpu => format!("{value:.2} vCPU"),
        Resource::Memory => format!("{:.1} GB", value / (1024.0 * MIB as f64)),
    }
}

/// The daily maxima's value that a share of the days stays at or below.
fn daily_maximum(samples: View, share: f64) -> Option<f64> {
    statistics::percentile(&mut samples.daily_maxima(), share)
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

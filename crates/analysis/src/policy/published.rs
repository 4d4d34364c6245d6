//! Rules that others have published, as far as they can be run on what is measured here.

use model::rightsizing::{Need, Preset};

use super::{Resource, amount, filled, times};
use crate::{
    statistics,
    usage::{DAY_MS, View},
};

/// `None` for our own presets as well: they are [`super::balanced`]'s.
pub(super) fn need(preset: Preset, resource: Resource, samples: View) -> Option<Need> {
    match (preset, resource) {
        // AWS Compute Optimizer's user guide, "Rightsizing recommendation preferences": thresholds P90, P95 and P99.5,
        // headroom 20 % of CPU and of memory by default.
        (Preset::AwsP995, _) => filled(samples, 0.995, 0.8, resource),
        (Preset::AwsP95, _) => filled(samples, 0.95, 0.8, resource),
        (Preset::AwsP90, _) => filled(samples, 0.90, 0.8, resource),
        (Preset::Turbonomic, Resource::Cpu) => filled(samples, 0.95, 0.7, resource),
        (Preset::Turbonomic, Resource::Memory) => filled(samples, 0.95, 0.9, resource),
        (Preset::Itrs, Resource::Cpu) => times(samples, 0.95, 1.2, resource),
        (Preset::Itrs, Resource::Memory) => times(samples, 0.99, 1.2, resource),
        (Preset::ManageiqConservative, _) => daily(samples, resource, "the highest", statistics::maximum),
        (Preset::ManageiqModerate, _) => daily(samples, resource, "mean + 1 σ", |maxima| {
            Some(statistics::mean(maxima)? + statistics::standard_deviation(maxima)?)
        }),
        (Preset::ManageiqAggressive, _) => daily(samples, resource, "the mean", statistics::mean),
        (Preset::Vpa, _) => vpa(samples, resource),
        (Preset::Conservative | Preset::Balanced | Preset::Aggressive, _) => None,
    }
}

fn daily(samples: View, resource: Resource, name: &str, of: impl Fn(&[f64]) -> Option<f64>) -> Option<Need> {
    let value = of(&samples.daily_maxima())?;
    Some(Need { amount: value, because: format!("{name} of the daily maxima is {}", amount(value, resource)) })
}

/// The recommender of the Vertical Pod Autoscaler: p90 of samples whose weight halves every 24 hours, and a safety margin
/// of 15 %.
fn vpa(samples: View, resource: Resource) -> Option<Need> {
    let last_ms = samples.last_ms()?;
    let weight = |end_ms: &i64| (-(last_ms.saturating_sub(*end_ms) as f64) / DAY_MS as f64).exp2();
    let mut weighted: Vec<(f64, f64)> =
        samples.values.iter().zip(samples.ends_ms).map(|(value, end_ms)| (*value, weight(end_ms))).collect();
    weighted.sort_by(|first, second| first.0.total_cmp(&second.0));
    let wanted = 0.9 * weighted.iter().map(|(_, weight)| weight).sum::<f64>();
    let mut reached = 0.0;
    let value = weighted.iter().find(|(_, weight)| {
        reached += weight;
        reached >= wanted
    });
    let (value, _) = value.or(weighted.last())?;
    let because = format!("p90 with a half-life of a day, {}, and 15 %", amount(*value, resource));
    Some(Need { amount: value * 1.15, because })
}

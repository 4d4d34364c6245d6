//! Time remaining: when what is taken reaches what may be used.
//!
//! [`crossing`] is arithmetic over quantiles that were forecast before, and runs in the browser. Forecasts themselves are made
//! under the feature `forecast`.

#[cfg(feature = "forecast")]
mod candidates;
#[cfg(feature = "forecast")]
mod growth;
#[cfg(feature = "forecast")]
mod intervals;
#[cfg(feature = "forecast")]
mod models;
#[cfg(feature = "forecast")]
pub mod score;
#[cfg(feature = "forecast")]
mod series;
#[cfg(feature = "forecast")]
mod shift;

#[cfg(feature = "forecast")]
pub use series::{Baseline, Forecasted, forecast, time_remaining};

use model::{
    capacity::Resource,
    runway::{
        Caution, DailySeries, Forecast, HORIZON_DAYS, MEDIAN, Outlook, PoolRunway, QUANTILES, Runway, Steps,
        Unforecastable,
    },
};

/// A threshold counts as reached once it is for so many days.
const LASTING_DAYS: usize = 3;

/// The time that remains of a resource: the first day from which the quantile of the caution stays at or above what may be
/// used for three days; and the same of the outer quantiles. `added` is demand that comes on top, from its days on.
pub fn runway(
    resource: Resource,
    forecast: &Forecast,
    usable: &Steps,
    added: &Steps,
    caution: Caution,
    today: i64,
) -> Runway {
    if usable.at(today).is_none() {
        let outlook = Outlook::NotForecastable { reason: Unforecastable::UsableUnknown };
        return Runway { resource, outlook, worst_days: None, best_days: None };
    }
    let days = |quantile| crossing(forecast, usable, added, quantile, today);
    let outlook = days(caution.quantile()).map_or(Outlook::NoExhaustion, |days| Outlook::Full { days });
    Runway { resource, outlook, worst_days: days(QUANTILES.len() - 1), best_days: days(0) }
}

/// The same for what is full already: what was measured of late stays at or above what may be used.
pub fn is_full(history: &DailySeries, usable: &Steps) -> bool {
    let Some(last) = history.values.iter().rposition(Option::is_some) else { return false };
    let from = (last + 1).saturating_sub(LASTING_DAYS);
    let recent = history.values.get(from..=last).unwrap_or_default();
    let above = |(at, value): (usize, &Option<f64>)| {
        value.zip(usable.at(history.first_day.saturating_add(at as i64))).is_some_and(|(value, usable)| value >= usable)
    };
    recent.len() == LASTING_DAYS && recent.iter().enumerate().all(|(at, value)| above((from + at, value)))
}

/// Days from today until the quantile stays at or above what may be used; `None`: not within the horizon. Where nothing grows,
/// every quantile is the median: noise alone exhausts nothing.
pub fn crossing(forecast: &Forecast, usable: &Steps, added: &Steps, quantile: usize, today: i64) -> Option<u32> {
    let values = forecast.quantiles.get(if forecast.grows { quantile } else { MEDIAN })?;
    let last_day = today.saturating_add(i64::from(HORIZON_DAYS));
    let mut lasting = 0;
    for (day, value) in (forecast.first_day..=last_day).zip(values) {
        let taken = value + added.at(day).unwrap_or(0.0);
        // A day of which it is not known what may be used neither reaches nor clears it.
        lasting = if usable.at(day).is_some_and(|usable| taken >= usable) { lasting + 1 } else { 0 };
        if lasting == LASTING_DAYS {
            let first = day - (LASTING_DAYS as i64 - 1);
            return u32::try_from((first - today).max(0)).ok();
        }
    }
    None
}

/// The least over resources, naming the one that runs out first.
pub fn least(runways: &[Runway]) -> PoolRunway {
    let known = runways.iter().filter(|runway| runway.outlook.days().is_some());
    let first = known.min_by_key(|runway| (runway.outlook.days(), runway.worst_days.unwrap_or(u32::MAX)));
    let unknown = runways.iter().filter(|runway| runway.outlook.days().is_none()).count() as u32;
    let Some(first) = first else {
        // Nothing is known: of several reasons, what passes by waiting is the kindest to say.
        let collecting = runways.iter().find(|runway| matches!(runway.outlook, Outlook::Collecting { .. }));
        let outlook = collecting
            .or(runways.first())
            .map_or(Outlook::NotForecastable { reason: Unforecastable::Stale }, |runway| runway.outlook);
        return PoolRunway { outlook, binding: None, worst_days: None, best_days: None, unknown };
    };
    PoolRunway {
        outlook: first.outlook,
        binding: matches!(first.outlook, Outlook::Full { .. }).then_some(first.resource),
        worst_days: runways.iter().filter_map(|runway| runway.worst_days).min(),
        best_days: runways.iter().filter_map(|runway| runway.best_days).min(),
        unknown,
    }
}

#[cfg(test)]
mod tests;

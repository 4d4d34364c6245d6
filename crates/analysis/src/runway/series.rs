//! From a daily history to a forecast of it, or to the reason why there is none.

use model::{
    capacity::Resource,
    runway::{
        Caution, DailySeries, Forecast, HORIZON_DAYS, MIN_DAYS, Model, Outlook, QUANTILES, ReportCard, Runway, Steps,
        Unforecastable,
    },
};

use super::{
    candidates::{self, Choice},
    growth::{Trend, trend},
    is_full,
    models::predict,
    runway,
    shift::last_shift,
};

const WEEK: usize = 7;
/// What is older says little of what comes.
const MAX_DAYS: usize = 400;
/// A history that ended earlier is no longer one of the present.
const STALE_DAYS: i64 = 7;
/// Days ahead that models are checked on.
const CHECKED_DAYS: usize = 28;

/// What a model has to beat.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Baseline {
    /// Load comes and goes with the week.
    Week,
    /// Disks fill.
    Drift,
}

impl Baseline {
    pub const fn of(resource: Resource) -> Self {
        match resource {
            Resource::StorageUsed | Resource::StorageProvisioned => Self::Drift,
            Resource::CpuDemand | Resource::CpuAllocation | Resource::MemoryDemand | Resource::MemoryAllocation => {
                Self::Week
            }
        }
    }
}

/// A forecast and how far to trust it.
#[derive(Clone, Debug, PartialEq)]
pub struct Forecasted {
    pub forecast: Forecast,
    pub report: ReportCard,
    /// The 80 % interval is wider than twice the level, as far ahead as was checked.
    pub is_erratic: bool,
}

/// Forecasts a year of days from the day after the history's last value. `Err` holds what can be said without one.
pub fn forecast(history: &DailySeries, baseline: Baseline, today: i64) -> Result<Forecasted, Outlook> {
    let unforecastable = |reason| Outlook::NotForecastable { reason };
    let (first_day, values) = recent(history, today)?;
    let shift = last_shift(&values);
    let values = &values[shift.unwrap_or(0)..];
    let too_few = Outlook::Collecting { days: values.len() as u32 };
    if values.len() < MIN_DAYS as usize {
        return Err(too_few);
    }
    let trend = trend(values, WEEK);
    let baseline = match baseline {
        Baseline::Drift if trend != Trend::None => Model::Drift,
        Baseline::Drift | Baseline::Week => Model::SeasonalNaive,
    };
    let choice = candidates::choose(values, WEEK, CHECKED_DAYS, baseline, trend, false).ok_or(too_few)?;
    let first_ahead = first_day + shift.unwrap_or(0) as i64 + values.len() as i64;
    let days = usize::try_from(today - first_ahead + 1).unwrap_or(0) + HORIZON_DAYS as usize;
    let points = predict(choice.model, values, WEEK, days).ok_or(unforecastable(Unforecastable::Erratic))?;
    let quantiles = quantiles(&points, &choice);
    let at = choice.ahead.min(days) - 1;
    let level = super::models::median(&mut values.iter().map(|value| value.abs()).collect::<Vec<f64>>());
    let is_erratic = quantiles[QUANTILES.len() - 1][at] - quantiles[0][at] > 2.0 * level;
    let report = ReportCard {
        model: choice.model,
        origins: choice.origins as u32,
        days_ahead: choice.ahead as u32,
        pinball: choice.pinball,
        pinball_naive: choice.pinball_naive,
        mase: choice.mase,
        coverage_80: choice.coverage_80,
        days: values.len() as u32,
        shift_day: shift.map(|at| first_day + at as i64),
    };
    let forecast = Forecast { first_day: first_ahead, quantiles, grows: trend == Trend::Up };
    Ok(Forecasted { forecast, report, is_erratic })
}

/// The time that remains of a resource by its history, and the forecast behind it.
pub fn time_remaining(
    resource: Resource,
    history: &DailySeries,
    usable: &Steps,
    caution: Caution,
    today: i64,
) -> (Runway, Option<Forecasted>) {
    let unknown = |outlook| Runway { resource, outlook, worst_days: None, best_days: None };
    let forecasted = forecast(history, Baseline::of(resource), today);
    if is_full(history, usable) && !is_stale(history, today) {
        let full = Runway { resource, outlook: Outlook::Full { days: 0 }, worst_days: Some(0), best_days: Some(0) };
        return (full, forecasted.ok());
    }
    match forecasted {
        Err(outlook) => (unknown(outlook), None),
        Ok(forecasted) => {
            let found = runway(resource, &forecasted.forecast, usable, &Steps::default(), caution, today);
            let is_guess = forecasted.is_erratic && found.worst_days.is_some();
            let reason = Unforecastable::Erratic;
            let found = if is_guess { unknown(Outlook::NotForecastable { reason }) } else { found };
            (found, Some(forecasted))
        }
    }
}

fn is_stale(history: &DailySeries, today: i64) -> bool {
    let last = history.values.iter().rposition(Option::is_some);
    last.is_none_or(|at| today.saturating_sub(history.first_day.saturating_add(at as i64)) > STALE_DAYS)
}

/// The days that count, from the first value to the last, gaps bridged by straight lines.
fn recent(history: &DailySeries, today: i64) -> Result<(i64, Vec<f64>), Outlook> {
    let usable = |value: &Option<f64>| value.filter(|value| value.is_finite() && *value >= 0.0 && *value < 1e18);
    // What is dated after today is a clock's mistake.
    let past = usize::try_from(today.saturating_sub(history.first_day).saturating_add(1)).unwrap_or(0);
    let known: Vec<Option<f64>> = history.values.iter().take(past).map(usable).collect();
    let last = known.iter().rposition(Option::is_some).ok_or(Outlook::Collecting { days: 0 })?;
    let from = (last + 1).saturating_sub(MAX_DAYS);
    let from = from + known[from..].iter().position(Option::is_some).unwrap_or(0);
    let span = &known[from..=last];
    let days = span.iter().flatten().count();
    if is_stale(&DailySeries { first_day: history.first_day, values: known.clone() }, today) {
        return Err(Outlook::NotForecastable { reason: Unforecastable::Stale });
    }
    if days < MIN_DAYS as usize {
        return Err(Outlook::Collecting { days: days as u32 });
    }
    if days * 3 < span.len() * 2 {
        return Err(Outlook::NotForecastable { reason: Unforecastable::Gaps });
    }
    Ok((history.first_day + from as i64, bridged(span)))
}

fn bridged(span: &[Option<f64>]) -> Vec<f64> {
    let mut values: Vec<f64> = Vec::with_capacity(span.len());
    for value in span.iter().enumerate().filter_map(|(at, value)| value.map(|value| (at, value))) {
        let (at, value) = value;
        let missing = at - values.len();
        let before = values.last().copied().unwrap_or(value);
        for step in 1..=missing {
            values.push(before + (value - before) * step as f64 / (missing + 1) as f64);
        }
        values.push(value);
    }
    values
}

/// Each above the one below it, none below nothing.
pub(super) fn quantiles(points: &[f64], choice: &Choice) -> Vec<Vec<f64>> {
    let mut below = vec![0.0_f64; points.len()];
    (0..QUANTILES.len())
        .map(|quantile| {
            for (step, point) in points.iter().enumerate() {
                below[step] = below[step].max(point + choice.spread.offset(step, quantile));
            }
            below.clone()
        })
        .collect()
}

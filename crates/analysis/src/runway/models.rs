//! What forecasts are made with: the crate's models behind one function, and the small ones that need no crate.

use anofox_forecast::{
    core::TimeSeries,
    models::{
        Forecaster,
        exponential::{HoltLinearTrend, HoltWinters, SeasonalType},
        theta::{DecompositionType, Theta},
    },
    seasonality::STL,
};
use chrono::{DateTime, Utc};
use model::runway::Model;

use crate::statistics;

/// Seasons that [`Model::SeasonalMedian`] looks at.
const MEDIAN_SEASONS: usize = 5;

/// The values that follow, `None` where the model cannot be fitted or yields what is no number.
pub(super) fn predict(model: Model, values: &[f64], season: usize, ahead: usize) -> Option<Vec<f64>> {
    if values.len() < 2 * season.max(2) || ahead == 0 {
        return None;
    }
    let predicted = match model {
        Model::SeasonalNaive => repeat(&values[values.len() - season..], ahead),
        Model::SeasonalMedian => repeat(&typical_season(values, season), ahead),
        Model::Drift => {
            let last = values[values.len() - 1];
            let slope = (last - values[0]) / (values.len() - 1) as f64;
            (1..=ahead).map(|step| last + slope * step as f64).collect()
        }
        Model::TheilSen => {
            let (slope, level) = statistics::theil_sen(values)?;
            on_line(values, level, slope, season, ahead)
        }
        Model::StlLinear => stl_line(values, season, ahead)?,
        Model::DampedHolt => by_crate(&mut HoltLinearTrend::auto_damped(), values, ahead)?,
        Model::HoltWinters => by_crate(&mut HoltWinters::auto(season, SeasonalType::Additive), values, ahead)?,
        Model::Theta => {
            by_crate(&mut Theta::seasonal_with_decomposition(season, DecompositionType::Additive), values, ahead)?
        }
    };
    (predicted.len() == ahead && predicted.iter().all(|value| value.is_finite())).then_some(predicted)
}

/// The crate sums squares in single precision: values are brought to about 1 first.
fn by_crate(model: &mut dyn Forecaster, values: &[f64], ahead: usize) -> Option<Vec<f64>> {
    let scale = values.iter().map(|value| value.abs()).sum::<f64>() / values.len() as f64;
    if !scale.is_normal() {
        return None;
    }
    let scaled = values.iter().map(|value| value / scale).collect();
    let times: Option<Vec<DateTime<Utc>>> =
        (0..values.len() as i64).map(|day| DateTime::from_timestamp(day * 86_400, 0)).collect();
    let series = TimeSeries::univariate(times?, scaled).ok()?;
    model.fit(&series).ok()?;
    let forecast = model.predict(ahead).ok()?;
    Some(forecast.primary().iter().map(|value| value * scale).collect())
}

fn repeat(season: &[f64], ahead: usize) -> Vec<f64> {
    season.iter().copied().cycle().take(ahead).collect()
}

/// The median of each place in the season over the last ones.
fn typical_season(values: &[f64], season: usize) -> Vec<f64> {
    let typical = |place: usize| {
        let same = values.iter().rev().skip(season - 1 - place).step_by(season).take(MEDIAN_SEASONS);
        median(&mut same.copied().collect::<Vec<f64>>())
    };
    (0..season).map(typical).collect()
}

/// The line, and on it what each place in the season differs by.
fn on_line(values: &[f64], offset: f64, slope: f64, season: usize, ahead: usize) -> Vec<f64> {
    let rest: Vec<f64> = values.iter().enumerate().map(|(at, value)| value - offset - slope * at as f64).collect();
    let differs = typical_season(&rest, season);
    let from = values.len();
    (0..ahead).map(|step| offset + slope * (from + step) as f64 + differs[step % season]).collect()
}

fn stl_line(values: &[f64], season: usize, ahead: usize) -> Option<Vec<f64>> {
    let parts = STL::new(season).decompose(values)?;
    let rest: Vec<f64> = values.iter().zip(&parts.seasonal).map(|(value, seasonal)| value - seasonal).collect();
    let count = rest.len() as f64;
    let middle = (count - 1.0) / 2.0;
    let mean = rest.iter().sum::<f64>() / count;
    let along: f64 = rest.iter().enumerate().map(|(at, value)| (at as f64 - middle) * (value - mean)).sum();
    let slope = along / (count * (count * count - 1.0) / 12.0);
    let last = parts.seasonal.get(parts.seasonal.len() - season..)?;
    let line = |step: usize| mean + slope * (count + step as f64 - middle);
    Some((0..ahead).map(|step| line(step) + last[step % season]).collect())
}

/// 0 for nothing: there is no middle to be wrong about.
pub(super) fn median(values: &mut [f64]) -> f64 {
    statistics::median(values).unwrap_or(0.0)
}

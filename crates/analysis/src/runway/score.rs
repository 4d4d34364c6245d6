//! How good forecasts are: made from the past of known series, against what came, beside repeating the last season.
//!
//! The accuracy command prints these figures; nothing here is used to forecast.

use std::collections::BTreeSet;

use model::runway::{MEDIAN, Model, QUANTILES};
use serde::{Deserialize, Serialize};

use super::{
    candidates::{self, Choice, choose, naive_error},
    growth::trend,
    intervals::pinball,
    models::{median, predict},
    series::quantiles,
    shift::last_shift,
};

/// How series are cut and looked at, in steps of an hour or a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grid {
    step_hours: u32,
    season: usize,
    /// The near and the far horizon; what is forecast from moves on by the far one.
    horizons: [usize; 2],
    /// What is forecast from: at least and at most so much.
    history: [usize; 2],
}

impl Grid {
    /// A day and a week ahead, from two to four weeks, against the day before.
    pub const HOURLY: Self = Self { step_hours: 1, season: 24, horizons: [24, 168], history: [336, 672] };
    /// A week and four ahead, from eight weeks or more, against the week before: as time remaining is forecast.
    pub const DAILY: Self = Self { step_hours: 24, season: 7, horizons: [7, 28], history: [56, 400] };

    fn choose(self, history: &[f64]) -> Option<(usize, Choice)> {
        let longest = self.horizons[1];
        let from = if self == Self::DAILY { last_shift(history).unwrap_or(0) } else { 0 };
        let recent = &history[from..];
        let adaptive = self == Self::HOURLY;
        Some((from, choose(recent, self.season, longest, Model::SeasonalNaive, trend(recent, self.season), adaptive)?))
    }
}

/// The two that are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Contender {
    /// The model that was chosen for the series.
    Selected,
    SeasonalNaive,
}

/// One contender at one horizon, over all series.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ForecastScore {
    pub horizon_hours: u32,
    pub model: Contender,
    /// The median over series of the mean absolute scaled error (m = 24 hourly, 7 daily).
    pub mase: f64,
    /// The median over series of the mean loss at 0.1, 0.5 and 0.9, scaled as the error is: no unit.
    pub pinball: f64,
    /// The share of all values within their 80 % intervals.
    pub coverage_80: f64,
}

/// What came of one forecast, up to one horizon. Errors are scaled by what repeating
/// the last season errs in the history.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    /// Which series it is of.
    pub series: usize,
    pub horizon_hours: u32,
    pub contender: Contender,
    pub model: Model,
    pub error: f64,
    pub pinball: f64,
    pub inside: usize,
    pub count: usize,
}

/// Forecasts what is known of a series from wherever enough of it lies before.
pub fn outcomes(grid: Grid, series: usize, values: &[f64]) -> Vec<Outcome> {
    let [least, most] = grid.history;
    let far = grid.horizons[1];
    let origins = (least..).step_by(far).take_while(|origin| origin + far <= values.len());
    origins
        .filter_map(|origin| {
            one_origin(grid, series, &values[origin.saturating_sub(most)..origin], &values[origin..origin + far])
        })
        .flatten()
        .collect()
}

fn one_origin(grid: Grid, series: usize, history: &[f64], actual: &[f64]) -> Option<Vec<Outcome>> {
    let scale = naive_error(history, grid.season)?;
    let (from, selected) = grid.choose(history)?;
    let naive = candidates::only(Model::SeasonalNaive, history, grid.season, grid.horizons[1])?;
    let mut outcomes = Vec::new();
    for (contender, from, choice) in [(Contender::Selected, from, selected), (Contender::SeasonalNaive, 0, naive)] {
        let points = predict(choice.model, &history[from..], grid.season, actual.len())?;
        let fan = quantiles(&points, &choice);
        outcomes.extend(grid.horizons.map(|horizon| {
            let (error, pinball, inside) = compare(&fan, &actual[..horizon]);
            let (error, pinball) = (error / scale, pinball / scale);
            let horizon_hours = horizon as u32 * grid.step_hours;
            Outcome { series, horizon_hours, contender, model: choice.model, error, pinball, inside, count: horizon }
        }));
    }
    Some(outcomes)
}

/// The mean absolute error of the median, the mean loss, and how many values lie within the 80 % interval.
fn compare(fan: &[Vec<f64>], actual: &[f64]) -> (f64, f64, usize) {
    let (mut error, mut loss, mut inside) = (0.0, 0.0, 0);
    let last = QUANTILES.len() - 1;
    for (step, value) in actual.iter().enumerate() {
        error += (value - fan[MEDIAN][step]).abs();
        loss += [0, MEDIAN, last].iter().map(|at| pinball(QUANTILES[*at], *value, fan[*at][step])).sum::<f64>() / 3.0;
        inside += usize::from((fan[0][step]..=fan[last][step]).contains(value));
    }
    let count = actual.len().max(1) as f64;
    (error / count, loss / count, inside)
}

/// One row for each horizon and contender.
pub fn summary(outcomes: &[Outcome]) -> Vec<ForecastScore> {
    let mut rows = Vec::new();
    for horizon_hours in horizons(outcomes) {
        for contender in [Contender::Selected, Contender::SeasonalNaive] {
            let these: Vec<&Outcome> = outcomes
                .iter()
                .filter(|one| one.horizon_hours == horizon_hours && one.contender == contender)
                .collect();
            let count: usize = these.iter().map(|one| one.count).sum();
            if count == 0 {
                continue;
            }
            let inside: usize = these.iter().map(|one| one.inside).sum();
            rows.push(ForecastScore {
                horizon_hours,
                model: contender,
                mase: median(&mut these.iter().map(|one| one.error).collect::<Vec<f64>>()),
                pinball: median(&mut these.iter().map(|one| one.pinball).collect::<Vec<f64>>()),
                coverage_80: inside as f64 / count as f64,
            });
        }
    }
    rows
}

/// The median over forecasts of what the selected model errs, relative to repeating the last season, by horizon in hours:
/// absolute error and loss. Where repeating errs nothing there is nothing to compare.
pub fn against_naive(outcomes: &[Outcome]) -> Vec<(u32, f64, f64)> {
    let pairs = |hours: u32| {
        let of = move |contender| {
            outcomes.iter().filter(move |one| one.horizon_hours == hours && one.contender == contender)
        };
        let both = of(Contender::Selected).zip(of(Contender::SeasonalNaive));
        both.filter(|(_, naive)| naive.error > 0.0 && naive.pinball > 0.0)
    };
    let ratio = |hours, value: fn(&Outcome) -> f64| {
        median(&mut pairs(hours).map(|(one, naive)| value(one) / value(naive)).collect::<Vec<f64>>())
    };
    let ratios = |hours| (hours, ratio(hours, |one| one.error), ratio(hours, |one| one.pinball));
    horizons(outcomes).into_iter().map(ratios).collect()
}

fn horizons(outcomes: &[Outcome]) -> BTreeSet<u32> {
    outcomes.iter().map(|one| one.horizon_hours).collect()
}

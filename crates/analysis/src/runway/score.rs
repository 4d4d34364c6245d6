//! How good forecasts are: made from the past of known series, against what came, beside repeating the last season.
//!
//! The accuracy command prints these figures; nothing here is used to forecast.

use model::runway::{MEDIAN, Model, QUANTILES};
use serde::{Deserialize, Serialize};

use super::{
    candidates::{self, choose, naive_error},
    growth::trend,
    intervals::pinball,
    models::{median, predict},
    series::quantiles,
};

const DAY: usize = 24;
const WEEK: usize = 168;
/// What is forecast from: at least two weeks, at most four.
const LEAST: usize = 2 * WEEK;
const MOST: usize = 4 * WEEK;

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
    /// The median over series of the mean absolute scaled error (m = 24).
    pub mase: f64,
    /// The median over series of the mean loss at 0.1, 0.5 and 0.9, scaled as the error is: no unit.
    pub pinball: f64,
    /// The share of all values within their 80 % intervals.
    pub coverage_80: f64,
}

/// What came of one forecast, up to one horizon. Errors are scaled by what repeating the day before errs in the history.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    /// Which series it is of.
    pub series: usize,
    pub horizon: usize,
    pub contender: Contender,
    pub model: Model,
    pub error: f64,
    pub pinball: f64,
    pub inside: usize,
    pub count: usize,
}

/// Forecasts a week of an hourly series from each week of it that has two weeks before it.
pub fn hourly(series: usize, values: &[f64]) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    let mut origin = LEAST;
    while origin + WEEK <= values.len() {
        let history = &values[origin.saturating_sub(MOST)..origin];
        let actual = &values[origin..origin + WEEK];
        outcomes.extend(one_origin(series, history, actual).unwrap_or_default());
        origin += WEEK;
    }
    outcomes
}

fn one_origin(series: usize, history: &[f64], actual: &[f64]) -> Option<Vec<Outcome>> {
    let scale = naive_error(history, DAY)?;
    let trend = trend(history, DAY);
    let selected = choose(history, DAY, WEEK, Model::SeasonalNaive, trend, true)?;
    let naive = candidates::only(Model::SeasonalNaive, history, DAY, WEEK)?;
    let mut outcomes = Vec::new();
    for (contender, choice) in [(Contender::Selected, selected), (Contender::SeasonalNaive, naive)] {
        let points = predict(choice.model, history, DAY, actual.len())?;
        let fan = quantiles(&points, &choice);
        outcomes.extend([DAY, WEEK].map(|horizon| {
            let (error, pinball, inside) = compare(&fan, &actual[..horizon]);
            let (error, pinball) = (error / scale, pinball / scale);
            Outcome { series, horizon, contender, model: choice.model, error, pinball, inside, count: horizon }
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
    for horizon in [DAY, WEEK] {
        for contender in [Contender::Selected, Contender::SeasonalNaive] {
            let these: Vec<&Outcome> =
                outcomes.iter().filter(|one| one.horizon == horizon && one.contender == contender).collect();
            let count: usize = these.iter().map(|one| one.count).sum();
            if count == 0 {
                continue;
            }
            let inside: usize = these.iter().map(|one| one.inside).sum();
            rows.push(ForecastScore {
                horizon_hours: horizon as u32,
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
    let pairs = |horizon: usize| {
        let of =
            move |contender| outcomes.iter().filter(move |one| one.horizon == horizon && one.contender == contender);
        of(Contender::Selected)
            .zip(of(Contender::SeasonalNaive))
            .filter(|(_, naive)| naive.error > 0.0 && naive.pinball > 0.0)
    };
    let ratio = |horizon, value: fn(&Outcome) -> f64| {
        median(&mut pairs(horizon).map(|(one, naive)| value(one) / value(naive)).collect::<Vec<f64>>())
    };
    [DAY, WEEK]
        .map(|horizon| (horizon as u32, ratio(horizon, |one| one.error), ratio(horizon, |one| one.pinball)))
        .to_vec()
}

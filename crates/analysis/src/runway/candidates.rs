//! Chooses a model by what each would have forecast from moments of the past (rolling origin), on the loss of its quantiles.

use model::runway::{MEDIAN, Model, QUANTILES};

use super::{
    growth::Trend,
    intervals::{Errors, Spread, pinball},
    models::predict,
};

/// Moments of the past that models are tried from.
const MAX_ORIGINS: usize = 10;
pub(super) const MIN_ORIGINS: usize = 4;
/// What a model must save of the baseline's loss.
const BETTER_THAN_BASELINE: f64 = 0.95;
/// And of a simpler model's: those stand before it.
const BETTER_THAN_SIMPLER: f64 = 0.97;

/// The model, how it did, and how far values lay from it.
#[derive(Clone, Debug)]
pub(super) struct Choice {
    pub(super) model: Model,
    pub(super) spread: Spread,
    pub(super) origins: usize,
    pub(super) ahead: usize,
    pub(super) pinball: f64,
    pub(super) pinball_naive: f64,
    pub(super) mase: Option<f64>,
    pub(super) coverage_80: f64,
}

/// What is tried, simple ones first. What extrapolates is tried only where there is something to extrapolate.
fn candidates(trend: Trend, adaptive: bool) -> &'static [Model] {
    match trend {
        _ if adaptive => &[
            Model::SeasonalMedian,
            Model::StlLinear,
            Model::TheilSen,
            Model::Theta,
            Model::HoltWinters,
            Model::DampedHolt,
        ],
        Trend::None => &[Model::SeasonalMedian],
        Trend::Up | Trend::Down => &[
            Model::TheilSen,
            Model::StlLinear,
            Model::Drift,
            Model::HoltWinters,
            Model::SeasonalMedian,
            Model::Theta,
            Model::DampedHolt,
        ],
    }
}

/// Chooses for a history. `baseline` is kept unless another model is clearly better. `adaptive` tries models that follow the
/// level even where no trend shows: right for a week ahead, wrong for a year.
pub(super) fn choose(
    values: &[f64],
    season: usize,
    longest: usize,
    baseline: Model,
    trend: Trend,
    adaptive: bool,
) -> Option<Choice> {
    let ahead = (values.len() / 4).clamp(3, longest.max(3));
    let origins = origins(values.len(), season, ahead);
    if origins.len() < MIN_ORIGINS {
        return None;
    }
    let tried = |model: Model| Trial::of(model, values, season, ahead, &origins);
    let naive = tried(Model::SeasonalNaive)?;
    let pinball_naive = naive.pinball;
    let mut best = if baseline == Model::SeasonalNaive { naive } else { tried(baseline).unwrap_or(naive) };
    let mut hurdle = BETTER_THAN_BASELINE;
    for model in candidates(trend, adaptive) {
        let Some(trial) = tried(*model) else { continue };
        if trial.pinball < best.pinball * hurdle {
            best = trial;
            hurdle = BETTER_THAN_SIMPLER;
        }
    }
    best.into_choice(values, season, &origins, ahead, pinball_naive)
}

/// The same without a choice, to compare with.
pub(super) fn only(model: Model, values: &[f64], season: usize, longest: usize) -> Option<Choice> {
    let ahead = (values.len() / 4).clamp(3, longest.max(3));
    let origins = origins(values.len(), season, ahead);
    let trial = Trial::of(model, values, season, ahead, &origins)?;
    let pinball_naive = trial.pinball;
    trial.into_choice(values, season, &origins, ahead, pinball_naive)
}

/// The mean absolute difference to a season before; `None` where there is none.
pub(super) fn naive_error(values: &[f64], season: usize) -> Option<f64> {
    let count = values.len().checked_sub(season).filter(|count| *count > 0)?;
    let sum: f64 = values.iter().zip(&values[season..]).map(|(before, after)| (after - before).abs()).sum();
    Some(sum / count as f64).filter(|mean| *mean > 0.0 && mean.is_finite())
}

/// Evenly over the second half, the last of them near enough to the end to leave half a horizon to check.
fn origins(count: usize, season: usize, ahead: usize) -> Vec<usize> {
    let first = (2 * season).max(count / 2);
    let Some(last) = count.checked_sub(ahead.div_ceil(2)).filter(|last| *last >= first) else { return Vec::new() };
    let wanted = (last - first + 1).min(MAX_ORIGINS);
    let mut origins: Vec<usize> =
        (0..wanted).map(|number| last - number * (last - first) / (wanted - 1).max(1)).collect();
    origins.dedup();
    origins
}

fn apart(origins: &[usize]) -> usize {
    let first = origins.iter().min().copied().unwrap_or(0);
    origins.iter().max().map_or(0, |last| last - first)
}

/// What is unknown of a line grows with distance, whatever the tested stretch shows.
fn least_widening(model: Model) -> f64 {
    match model {
        Model::SeasonalNaive | Model::SeasonalMedian | Model::DampedHolt => 0.0,
        Model::Drift | Model::TheilSen | Model::HoltWinters | Model::Theta | Model::StlLinear => 0.5,
    }
}

/// A model's errors on the past.
struct Trial {
    model: Model,
    errors: Errors,
    pinball: f64,
    coverage_80: f64,
}

impl Trial {
    fn of(model: Model, values: &[f64], season: usize, ahead: usize, origins: &[usize]) -> Option<Self> {
        let mut errors = Vec::with_capacity(origins.len());
        for origin in origins {
            let known = &values[*origin..(*origin + ahead).min(values.len())];
            let predicted = predict(model, &values[..*origin], season, known.len())?;
            errors.push(known.iter().zip(predicted).map(|(value, predicted)| value - predicted).collect());
        }
        let apart = apart(origins);
        let (mut loss, mut inside, mut count) = (0.0, 0_usize, 0_usize);
        for (origin, row) in errors.iter().enumerate() {
            let spread = Spread::of(&errors, Some(origin), apart, least_widening(model))?;
            for (step, error) in row.iter().enumerate() {
                let offsets = [0, MEDIAN, QUANTILES.len() - 1]
                    .map(|quantile| (QUANTILES[quantile], spread.offset(step, quantile)));
                loss += offsets.iter().map(|(level, offset)| pinball(*level, *error, *offset)).sum::<f64>() / 3.0;
                inside += usize::from((offsets[0].1..=offsets[2].1).contains(error));
                count += 1;
            }
        }
        let count = (count > 0).then_some(count)? as f64;
        let pinball = loss / count;
        pinball.is_finite().then_some(Self { model, errors, pinball, coverage_80: inside as f64 / count })
    }

    fn into_choice(
        self,
        values: &[f64],
        season: usize,
        origins: &[usize],
        ahead: usize,
        pinball_naive: f64,
    ) -> Option<Choice> {
        let spread = Spread::of(&self.errors, None, apart(origins), least_widening(self.model))?;
        let absolute: Vec<f64> = self.errors.iter().flatten().map(|error| error.abs()).collect();
        let mean = absolute.iter().sum::<f64>() / absolute.len().max(1) as f64;
        Some(Choice {
            model: self.model,
            spread,
            origins: origins.len(),
            ahead,
            pinball: self.pinball,
            pinball_naive,
            mase: naive_error(values, season).map(|naive| mean / naive),
            coverage_80: self.coverage_80,
        })
    }
}

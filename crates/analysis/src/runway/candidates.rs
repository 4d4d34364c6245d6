//! Chooses a model by what each would have forecast from moments of the past (rolling origin), on the loss of its quantiles.

mod trial;

use model::runway::Model;

use super::{growth::Trend, intervals::Spread};

use trial::Trial;

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
    let pinball_naive = naive.pinball(None);
    let first = if baseline == Model::SeasonalNaive { naive } else { tried(baseline).unwrap_or(naive) };
    let mut trials = vec![first];
    trials.extend(candidates(trend, adaptive).iter().filter_map(|model| tried(*model)));
    let model = trials[pick(&trials, None)].model;
    // The winner of a contest looks better than it is. How far values lie from forecasts is therefore seen on errors of what
    // would have won without the origin that they are of.
    let honest = (0..origins.len()).map(|origin| trials[pick(&trials, Some(origin))].errors[origin].clone()).collect();
    Trial::new(model, honest, &origins)?.into_choice(values, season, &origins, ahead, pinball_naive)
}

/// The place of the trial that wins, without what it lost on one of the origins.
fn pick(trials: &[Trial], without: Option<usize>) -> usize {
    let mut best = 0;
    for (at, trial) in trials.iter().enumerate().skip(1) {
        let hurdle = if best == 0 { BETTER_THAN_BASELINE } else { BETTER_THAN_SIMPLER };
        if trial.pinball(without) < trials[best].pinball(without) * hurdle {
            best = at;
        }
    }
    best
}

/// The same without a choice, to compare with.
pub(super) fn only(model: Model, values: &[f64], season: usize, longest: usize) -> Option<Choice> {
    let ahead = (values.len() / 4).clamp(3, longest.max(3));
    let origins = origins(values.len(), season, ahead);
    let trial = Trial::of(model, values, season, ahead, &origins)?;
    let pinball_naive = trial.pinball(None);
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

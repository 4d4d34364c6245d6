//! One model on the past: what it would have forecast from each origin, and what it would have lost.

use model::runway::{MEDIAN, Model, QUANTILES};

use super::{
    super::{
        intervals::{Errors, Spread, pinball},
        models::predict,
    },
    Choice, naive_error,
};

/// A model's errors on the past.
pub(super) struct Trial {
    pub(super) model: Model,
    pub(super) errors: Errors,
    /// Of each origin: the sum of the losses, how many values lay within the 80 % interval, and how many there were. Every
    /// interval is made without its own origin.
    outcomes: Vec<(f64, usize, usize)>,
}

impl Trial {
    pub(super) fn of(model: Model, values: &[f64], season: usize, ahead: usize, origins: &[usize]) -> Option<Self> {
        let mut errors = Vec::with_capacity(origins.len());
        for origin in origins {
            let known = &values[*origin..(*origin + ahead).min(values.len())];
            let predicted = predict(model, &values[..*origin], season, known.len())?;
            errors.push(known.iter().zip(predicted).map(|(value, predicted)| value - predicted).collect());
        }
        Self::new(model, errors, origins)
    }

    pub(super) fn new(model: Model, errors: Errors, origins: &[usize]) -> Option<Self> {
        let mut outcomes = Vec::with_capacity(errors.len());
        for (origin, row) in errors.iter().enumerate() {
            let spread = Spread::of(&errors, Some(origin), apart(origins), least_widening(model))?;
            let (mut loss, mut inside) = (0.0, 0);
            for (step, error) in row.iter().enumerate() {
                let [low, middle, high] = [0, MEDIAN, QUANTILES.len() - 1]
                    .map(|quantile| (QUANTILES[quantile], spread.offset(step, quantile)));
                let losses = [low, middle, high].map(|(level, offset)| pinball(level, *error, offset));
                loss += losses.iter().sum::<f64>() / losses.len() as f64;
                inside += usize::from((low.1..=high.1).contains(error));
            }
            outcomes.push((loss, inside, row.len()));
        }
        outcomes.iter().all(|(loss, _, _)| loss.is_finite()).then_some(Self { model, errors, outcomes })
    }

    /// The mean loss, without that of one origin.
    pub(super) fn pinball(&self, without: Option<usize>) -> f64 {
        let counted = self.outcomes.iter().enumerate().filter(|(origin, _)| Some(*origin) != without);
        let (loss, count) = counted.fold((0.0, 0), |all, (_, one)| (all.0 + one.0, all.1 + one.2));
        loss / count.max(1) as f64
    }

    pub(super) fn into_choice(
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
        let inside: usize = self.outcomes.iter().map(|(_, inside, _)| inside).sum();
        Some(Choice {
            model: self.model,
            spread,
            origins: origins.len(),
            ahead,
            pinball: self.pinball(None),
            pinball_naive,
            mase: naive_error(values, season).map(|naive| mean / naive),
            coverage_80: inside as f64 / absolute.len().max(1) as f64,
        })
    }
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

//! Forecasts against what came: of CPU hour by hour in traces, and of days in histories that go on as they were made.

use std::collections::BTreeMap;

use analysis::runway::score::{self, Grid, Outcome};
use model::{metric::Metric, sample::Sample};

use crate::{futures, report::Forecast, traces::Month};

const HOUR_MS: i64 = 3_600_000;

/// A day and a week ahead, by hours.
pub(crate) fn of_traces(months: &[Month]) -> Vec<Forecast> {
    let machines = months.iter().flat_map(|month| &month.machines);
    let usage = machines.filter_map(|machine| machine.lines.iter().find(|(metric, _)| *metric == Metric::CpuUsage));
    let series = usage.map(|(_, samples)| hourly(samples)).enumerate();
    rows(&series.flat_map(|(at, values)| score::outcomes(Grid::HOURLY, at, &values)).collect::<Vec<_>>())
}

/// A week and four ahead, by days.
pub(crate) fn of_generated() -> Vec<Forecast> {
    let series = futures::mixed().into_iter().enumerate();
    rows(&series.flat_map(|(at, values)| score::outcomes(Grid::DAILY, at, &values)).collect::<Vec<_>>())
}

fn rows(outcomes: &[Outcome]) -> Vec<Forecast> {
    let scores = score::summary(outcomes).into_iter();
    scores
        .map(|score| Forecast {
            horizon_hours: score.horizon_hours,
            model: match score.model {
                score::Contender::Selected => "selected",
                score::Contender::SeasonalNaive => "seasonal_naive",
            },
            mase: score.mase,
            pinball: score.pinball,
            coverage_80: score.coverage_80,
        })
        .collect()
}

/// Averages of the hours; a gap is bridged by the hour before it.
fn hourly(samples: &[Sample]) -> Vec<f64> {
    let mut sums = BTreeMap::<i64, (f64, f64)>::new();
    for sample in samples.iter().filter(|sample| sample.average.is_finite() && sample.average >= 0.0) {
        let hour = sums.entry((sample.end_ms - 1).div_euclid(HOUR_MS)).or_default();
        *hour = (hour.0 + sample.average.min(100.0), hour.1 + 1.0);
    }
    let mut values: Vec<f64> = Vec::new();
    let mut next = None;
    for (hour, (sum, count)) in sums {
        let missing = next.map_or(0, |next| hour - next);
        if let Some(last) = values.last().copied() {
            values.extend((0..missing).map(|_| last));
        }
        values.push(sum / count);
        next = Some(hour + 1);
    }
    values
}

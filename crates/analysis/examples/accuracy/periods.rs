//! Labelled series, and how many of their periods are found.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use analysis::{
    period::periods,
    usage::{HOUR_MS, History, Series, Span},
};
use anyhow::{Context, Result};
use model::{
    metric::Metric,
    sample::{Grain, Sample},
};
use serde::Deserialize;

use crate::{report, traces};

/// A series of hours, and the periods that it has.
pub(crate) struct Labelled {
    pub(crate) periods: BTreeSet<u32>,
    pub(crate) hours: Vec<Option<f64>>,
}

#[derive(Deserialize)]
struct Row {
    series: String,
    /// Empty or 0 where nothing repeats; several with `;` or `+` between them.
    period_hours: String,
    ts: i64,
    cpu_usage_percent: Option<f64>,
}

pub(crate) fn read(file: &Path) -> Result<Vec<Labelled>> {
    let mut series: BTreeMap<String, (BTreeSet<u32>, Vec<Sample>)> = BTreeMap::new();
    for row in traces::open(file)?.deserialize() {
        let row: Row = row.with_context(|| format!("cannot read {}", file.display()))?;
        let (labels, samples) = series.entry(row.series).or_default();
        labels.extend(label(&row.period_hours));
        if let Some(average) = row.cpu_usage_percent {
            let end_ms = Grain::BASE.end_of(row.ts.saturating_mul(1_000));
            samples.push(Sample { end_ms, average, maximum: None });
        }
    }
    Ok(series.into_values().map(|(periods, samples)| Labelled { periods, hours: hours(&samples) }).collect())
}

/// Hours, from whatever interval the series has that divides one.
fn hours(samples: &[Sample]) -> Vec<Option<f64>> {
    let series = [Series { metric: Metric::CpuUsage, grain: Grain::BASE, samples }];
    let ends = || samples.iter().map(|sample| sample.end_ms);
    let (Some(first), Some(to_ms)) = (ends().min(), ends().max()) else { return Vec::new() };
    let span = Span { from_ms: first - HOUR_MS, to_ms };
    let history = History { series: &series, ..History::default() };
    history.line(Metric::CpuUsage, Grain::BASE, span).map_or_else(Vec::new, |line| line.view().hourly_means().1)
}

fn label(text: &str) -> impl Iterator<Item = u32> {
    let numbers = text.split([';', '+', ' ', '/']).filter_map(|part| part.trim().parse::<f64>().ok());
    numbers.map(|hours| hours.round() as u32).filter(|hours| *hours > 0)
}

/// A label that is found is right, one that is not is missed. What else is found is wrong, but for a part or a multiple of a
/// label that is found as well: what repeats by days repeats by weeks, and an office's weeks are made of days.
pub(crate) fn score(labelled: &[Labelled]) -> report::Periods {
    let (mut right, mut wrong, mut wanted) = (0, 0, 0);
    for series in labelled {
        let found: BTreeSet<u32> = periods(&series.hours).into_iter().map(|period| period.hours).collect();
        let hits: Vec<u32> = found.intersection(&series.periods).copied().collect();
        let is_akin = |hours: u32| hits.iter().any(|hit| hit.is_multiple_of(hours) || hours.is_multiple_of(*hit));
        right += hits.len();
        wrong += found.iter().filter(|hours| !is_akin(**hours)).count();
        wanted += series.periods.len();
    }
    let share = |part: usize, whole: usize| if whole == 0 { 1.0 } else { part as f64 / whole as f64 };
    let (precision, recall) = (share(right, right + wrong), share(right, wanted));
    let f1 = if precision + recall > 0.0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 };
    report::Periods { series: labelled.len(), precision, recall, f1 }
}

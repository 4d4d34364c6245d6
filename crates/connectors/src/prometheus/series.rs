//! Makes samples of points: which machine they are of, which values are true, and one value for each interval. Pure.

use std::collections::BTreeMap;

use model::{
    inventory::ObjectKind,
    metric::{Metric, Unit},
    sample::{Grain, Sample, SeriesSamples, Subject},
};

use super::{
    answer::{Point, Series},
    exporter::Key,
    measure::Measure,
    roster::Roster,
};

/// How far rounding of rates brings a complement below 0: windows that are not whole multiples of scrapes are extrapolated.
const ROUNDING_PERCENT: f64 = 2.0;
/// No counter of any machine counts so fast, no disk is so large.
const MOST: f64 = 1e18;

/// Samples of one metric, by machine and by the interval's end.
pub(super) type ByMachine = BTreeMap<usize, BTreeMap<i64, Sample>>;

/// Sorts the points of an answer into machines. Where several series are one machine's, the first value of an interval stays.
pub(super) fn averages(roster: &Roster, measure: &Measure, answer: &[Series], range: (i64, i64)) -> ByMachine {
    let mut all = ByMachine::new();
    for_each(roster, measure, answer, range, |machine, end_ms, average| {
        all.entry(machine).or_default().entry(end_ms).or_insert(Sample { end_ms, average, maximum: None });
    });
    all
}

/// Adds the largest values to the averages of the same intervals: one without the other is no sample.
pub(super) fn add_maxima(
    all: &mut ByMachine,
    roster: &Roster,
    measure: &Measure,
    answer: &[Series],
    range: (i64, i64),
) {
    for_each(roster, measure, answer, range, |machine, end_ms, maximum| {
        if let Some(sample) = all.get_mut(&machine).and_then(|samples| samples.get_mut(&end_ms)) {
            // Two windows of different length: what is below the average is none.
            sample.maximum = Some(sample.maximum.unwrap_or(maximum).max(maximum).max(sample.average));
        }
    });
}

fn for_each(
    roster: &Roster,
    measure: &Measure,
    answer: &[Series],
    (first_ms, last_ms): (i64, i64),
    mut take: impl FnMut(usize, i64, f64),
) {
    let mut keyed: Vec<(usize, Option<Key>, &Series)> = Vec::with_capacity(answer.len());
    for series in answer {
        let key = measure.exporter.and_then(|exporter| Key::of(exporter, series));
        let machine = match (measure.exporter, &key) {
            (Some(_), Some(key)) => roster.find(key),
            (Some(_), None) => None,
            (None, _) => roster.find_instance(series.label("job"), series.label("instance")),
        };
        if let Some(machine) = machine {
            keyed.push((machine, key, series));
        }
    }
    keyed.sort_by(|one, another| (one.0, &one.1).cmp(&(another.0, &another.1)));
    for (machine, _, series) in keyed {
        for Point { at_ms, value } in &series.points {
            let is_asked = (first_ms..=last_ms).contains(at_ms) && at_ms % Grain::BASE.ms() == 0;
            if let Some(value) = accepted(measure, *value).filter(|_| is_asked) {
                take(machine, *at_ms, value);
            }
        }
    }
}

/// A value that can be true, clipped to what the metric can be; `None` for NaN, infinities and negative ones.
fn accepted(measure: &Measure, value: f64) -> Option<f64> {
    let metric: Metric = measure.metric;
    let value = match value {
        value if !value.is_finite() || value > MOST => return None,
        value if value >= 0.0 => value,
        value if measure.is_complement && metric.unit() == Unit::Percent && value >= -ROUNDING_PERCENT => 0.0,
        _ => return None,
    };
    Some(metric.ceiling().map_or(value, |ceiling| value.min(ceiling)))
}

/// As they are handed on.
pub(super) fn batch(roster: &Roster, metric: Metric, all: ByMachine) -> Vec<SeriesSamples> {
    let series = all.into_iter().map(|(machine, samples)| SeriesSamples {
        subject: Subject { kind: ObjectKind::Vm, external_id: roster.machines[machine].id.clone() },
        metric,
        grain: Grain::BASE,
        samples: samples.into_values().collect(),
    });
    series.filter(|series| !series.samples.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prometheus::{answer::Labels, evidence::Evidence, exporter::Exporter, measure};

    const STEP: i64 = 300_000;

    fn roster() -> Roster {
        let keys =
            ["a", "b"].map(|job| Key { exporter: Exporter::Node, labels: [job.to_owned(), "web1:9100".to_owned()] });
        Roster::new(keys.map(|key| (key, Evidence { is_there: true, ..Evidence::default() })).into())
    }

    fn series(job: &str, values: &[(i64, f64)]) -> Series {
        let labels = [("job", job), ("instance", "web1:9100")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        let points = values.iter().map(|(at, value)| Point { at_ms: at * STEP, value: *value }).collect();
        Series { labels: Labels::from(labels), points }
    }

    fn cpu() -> Measure {
        measure::of(Exporter::Node).remove(0)
    }

    #[test]
    fn values_that_cannot_be_are_gaps() {
        let odd =
            [(1, f64::NAN), (2, f64::INFINITY), (3, -50.0), (4, -0.4), (5, 100.2), (6, 1e300), (7, f64::NEG_INFINITY)];
        let all = averages(&roster(), &cpu(), &[series("a", &odd)], (0, 10 * STEP));
        let values: Vec<(i64, f64)> = all[&0].values().map(|sample| (sample.end_ms / STEP, sample.average)).collect();
        assert_eq!(values, [(4, 0.0), (5, 100.0)]);
    }

    #[test]
    fn the_first_job_wins_and_the_second_fills_its_gaps() {
        let (one, other) = (series("b", &[(1, 7.0), (2, 7.0)]), series("a", &[(2, 5.0), (3, 5.0)]));
        let all = averages(&roster(), &cpu(), &[one, other], (0, 10 * STEP));
        let values: Vec<f64> = all[&0].values().map(|sample| sample.average).collect();
        assert_eq!(values, [7.0, 5.0, 5.0]);
    }

    #[test]
    fn what_was_not_asked_for_is_not_taken() {
        let mut stray = series("a", &[(1, 1.0), (2, 2.0), (9, 9.0)]);
        stray.points.push(Point { at_ms: 2 * STEP + 1, value: 3.0 });
        let mut elsewhere = series("c", &[(2, 8.0)]);
        elsewhere.labels.insert("instance".to_owned(), "unknown:9100".to_owned());
        let all = averages(&roster(), &cpu(), &[stray, elsewhere], (2 * STEP, 3 * STEP));
        assert_eq!((all.len(), all[&0].len(), all[&0][&(2 * STEP)].average), (1, 1, 2.0));
    }

    #[test]
    fn a_maximum_is_no_less_than_its_average_and_needs_one() {
        let mut all = averages(&roster(), &cpu(), &[series("a", &[(1, 10.0), (2, 10.0)])], (0, 10 * STEP));
        add_maxima(&mut all, &roster(), &cpu(), &[series("a", &[(1, 30.0), (2, 5.0), (3, 80.0)])], (0, 10 * STEP));
        let maxima: Vec<Option<f64>> = all[&0].values().map(|sample| sample.maximum).collect();
        assert_eq!(maxima, [Some(30.0), Some(10.0)]);
    }
}

//! From readings at any moments to samples of whole intervals: each interval is the average of what the readings around it
//! say, weighted by time.

use std::collections::BTreeMap;

use model::{
    metric::Metric,
    sample::{Grain, Sample, SeriesSamples, Subject},
};
use serde::{Deserialize, Serialize};

use super::reading::{Object, Reading};

/// Readings that are nearer to each other than this tell about five minutes.
const FINE_MS: i64 = 450_000;
/// What lies further apart tells nothing: the longest interval of measuring is 30 minutes, and a read takes its time.
const APART_MAX_MS: i64 = 40 * 60_000;

/// The last readings of one host or cluster, ascending in time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Track {
    /// Intervals that end up to here have been told.
    told_until_ms: i64,
    readings: Vec<Reading>,
}

/// The span between two readings, and what was measured over it.
struct Span {
    from_ms: i64,
    to_ms: i64,
    averages: BTreeMap<(Subject, Metric), f64>,
}

impl Track {
    pub(super) fn last_ms(&self) -> Option<i64> {
        self.readings.last().map(|reading| reading.at_ms)
    }

    /// Takes a reading, and yields the samples of all intervals that it completes and that end up to `until_ms`.
    pub(super) fn add(&mut self, reading: Reading, until_ms: i64) -> Vec<SeriesSamples> {
        let at_ms = reading.at_ms;
        // A clock that was set back makes a mess of everything before.
        let is_usable = |last_ms: i64| last_ms < at_ms && at_ms - last_ms <= APART_MAX_MS;
        if !self.last_ms().is_some_and(is_usable) {
            self.readings.clear();
            self.told_until_ms = Grain::BASE.last_end(at_ms.min(until_ms));
        }
        let apart_ms = self.last_ms().map_or(0, |last_ms| at_ms - last_ms);
        let grain = if apart_ms <= FINE_MS { Grain::BASE } else { Grain::HalfHour };
        let mut all = self.first_levels(&reading, Grain::BASE.last_end(at_ms.min(until_ms)));
        self.readings.push(reading);
        let spans = self.spans(grain);
        let told_until_ms = grain.last_end(at_ms.min(until_ms));
        all.extend(self.whole(&spans, grain, told_until_ms));
        self.told_until_ms = self.told_until_ms.max(told_until_ms);
        // The interval that is under way began with the last one that was told.
        let needed = self.readings.partition_point(|reading| reading.at_ms <= self.told_until_ms);
        self.readings.drain(..needed.saturating_sub(1));
        all
    }

    /// Levels of objects that were not there before: they stand for the interval that has just ended.
    fn first_levels(&self, reading: &Reading, end_ms: i64) -> Vec<SeriesSamples> {
        let known = self.readings.last().map(by_subject).unwrap_or_default();
        let mut all = Vec::new();
        for object in &reading.objects {
            if known.get(&object.subject).is_some_and(|before| before.incarnation == object.incarnation) {
                continue;
            }
            for (metric, value) in &object.values {
                if let Some(average) = value.between(*value) {
                    let samples = vec![Sample { end_ms, average, maximum: None }];
                    all.push(SeriesSamples {
                        subject: object.subject.clone(),
                        metric: *metric,
                        grain: Grain::BASE,
                        samples,
                    });
                }
            }
        }
        all
    }

    /// What each two neighbours say; those that are too far apart for the grain are left out.
    fn spans(&self, grain: Grain) -> Vec<Span> {
        let most_ms = if grain == Grain::BASE { FINE_MS } else { APART_MAX_MS };
        let near = self.readings.windows(2).filter(|pair| pair[1].at_ms - pair[0].at_ms <= most_ms);
        near.map(|pair| Span { from_ms: pair[0].at_ms, to_ms: pair[1].at_ms, averages: averages(&pair[0], &pair[1]) })
            .collect()
    }

    /// Intervals that end after what was told, of which at least half was measured.
    fn whole(&self, spans: &[Span], grain: Grain, until_ms: i64) -> Vec<SeriesSamples> {
        let mut sums: BTreeMap<(&Subject, Metric, i64), (f64, i64)> = BTreeMap::new();
        for span in spans {
            let mut end_ms = grain.end_of(span.from_ms + 1).max(grain.end_of(self.told_until_ms + 1));
            while end_ms <= until_ms && end_ms - grain.ms() < span.to_ms {
                let overlap_ms = span.to_ms.min(end_ms) - span.from_ms.max(end_ms - grain.ms());
                for ((subject, metric), average) in &span.averages {
                    let (sum, measured_ms) = sums.entry((subject, *metric, end_ms)).or_default();
                    *sum += average * overlap_ms as f64;
                    *measured_ms += overlap_ms;
                }
                end_ms += grain.ms();
            }
        }
        let mut all: Vec<SeriesSamples> = Vec::new();
        for ((subject, metric, end_ms), (sum, measured_ms)) in sums {
            if measured_ms * 2 < grain.ms() {
                continue;
            }
            let average = sum / measured_ms as f64;
            let average = metric.ceiling().map_or(average, |most| average.min(most));
            let sample = Sample { end_ms, average, maximum: None };
            match all.last_mut().filter(|last| last.subject == *subject && last.metric == metric) {
                Some(series) => series.samples.push(sample),
                None => all.push(SeriesSamples { subject: subject.clone(), metric, grain, samples: vec![sample] }),
            }
        }
        all
    }
}

fn by_subject(reading: &Reading) -> BTreeMap<&Subject, &Object> {
    reading.objects.iter().map(|object| (&object.subject, object)).collect()
}

fn averages(before: &Reading, after: &Reading) -> BTreeMap<(Subject, Metric), f64> {
    let before = by_subject(before);
    let mut all = BTreeMap::new();
    for object in &after.objects {
        let Some(earlier) = before.get(&object.subject).filter(|earlier| earlier.incarnation == object.incarnation)
        else {
            continue;
        };
        for (metric, value) in &object.values {
            if let Some(average) = earlier.values.get(metric).and_then(|earlier| earlier.between(*value)) {
                all.insert((object.subject.clone(), *metric), average);
            }
        }
    }
    all
}

//! From the values of a counter to samples of a metric: units, gaps, and the step from 20 seconds to five minutes.

use std::{collections::BTreeMap, ops::Range};

use model::{
    inventory::ObjectKind,
    metric::Metric,
    sample::{Grain, Sample, SeriesSamples, Subject},
};

use super::{counter::Known, entity::Entity, query::Answered};

/// How the values of one answer are to be read.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    pub(super) grain: Grain,
    /// Of one value.
    pub(super) interval_ms: i64,
    /// Intervals that end within it are wanted: (start, end].
    pub(super) span: Range<i64>,
    /// The server's clock minus ours.
    pub(super) skew_ms: i64,
}

impl Reading {
    pub(super) fn series(
        &self,
        kind: ObjectKind,
        entity: &Entity,
        counters: &[Known],
        answered: &Answered,
    ) -> Vec<SeriesSamples> {
        let subject = Subject { kind, external_id: entity.id.external() };
        let mut all = Vec::new();
        for (key, values) in &answered.values {
            let Some(known) = counters.iter().find(|known| known.key == *key) else { continue };
            let (metric, scale) = (known.counter.metric, known.counter.scale);
            let measured = answered.ends_ms.iter().zip(values).filter_map(|(end_ms, raw)| {
                let value = scale.apply(*raw, self.interval_ms, entity.cpus)?;
                Some((end_ms - self.skew_ms, metric.ceiling().map_or(value, |most| value.min(most))))
            });
            let samples = self.samples(metric, measured);
            if !samples.is_empty() {
                all.push(SeriesSamples { subject: subject.clone(), metric, grain: self.grain, samples });
            }
        }
        all
    }

    /// Brings values to the grain. An interval of which less than half was measured is a gap.
    fn samples(&self, metric: Metric, measured: impl Iterator<Item = (i64, f64)>) -> Vec<Sample> {
        let mut intervals: BTreeMap<i64, Measured> = BTreeMap::new();
        for (end_ms, value) in measured {
            intervals.entry(self.grain.end_of(end_ms)).or_default().add(value);
        }
        let all = (self.grain.ms() / self.interval_ms).max(1);
        let wanted = intervals.into_iter().filter(|(end_ms, measured)| {
            *end_ms > self.span.start && *end_ms <= self.span.end && measured.count * 2 >= all
        });
        wanted
            .map(|(end_ms, measured)| Sample {
                end_ms,
                average: match metric.ceiling() {
                    Some(most) => measured.average().min(most),
                    None => measured.average(),
                },
                maximum: (all > 1).then_some(measured.maximum),
            })
            .collect()
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Measured {
    count: i64,
    sum: f64,
    maximum: f64,
}

impl Measured {
    fn add(&mut self, value: f64) {
        self.count += 1;
        self.sum += value;
        self.maximum = self.maximum.max(value);
    }

    fn average(self) -> f64 {
        self.sum / self.count as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn realtime(span: Range<i64>) -> Reading {
        Reading { grain: Grain::BASE, interval_ms: 20_000, span, skew_ms: 0 }
    }

    /// Values of one interval of five minutes: the last ends with it.
    fn twenty_seconds(end_ms: i64, values: impl IntoIterator<Item = f64>) -> Vec<(i64, f64)> {
        values.into_iter().enumerate().map(|(back, value)| (end_ms - 20_000 * back as i64, value)).collect()
    }

    #[test]
    fn fifteen_values_make_one_sample_with_their_maximum() {
        let values = twenty_seconds(600_000, (0..15).map(f64::from));
        let samples = realtime(300_000..600_000).samples(Metric::DiskLatency, values.into_iter());
        assert_eq!(samples, [Sample { end_ms: 600_000, average: 7.0, maximum: Some(14.0) }]);
    }

    #[test]
    fn less_than_half_an_interval_is_a_gap() {
        let sampled = |count: usize| {
            let values = twenty_seconds(600_000, vec![1.0; count]);
            realtime(300_000..600_000).samples(Metric::CpuUsage, values.into_iter()).len()
        };
        assert_eq!((sampled(7), sampled(8)), (0, 1));
    }

    #[test]
    fn what_lies_outside_the_span_is_not_sent() {
        let values = twenty_seconds(900_000, vec![1.0; 45]);
        let samples = realtime(300_000..600_000).samples(Metric::CpuUsage, values.into_iter());
        assert_eq!(samples.iter().map(|sample| sample.end_ms).collect::<Vec<_>>(), [600_000]);
    }

    #[test]
    fn history_is_taken_as_it_is() {
        let day = Reading { grain: Grain::Day, interval_ms: 86_400_000, span: 0..172_800_000, skew_ms: 0 };
        let samples = day.samples(Metric::CpuUsage, [(86_400_000, 12.5), (172_800_000, 101.0)].into_iter());
        let all: Vec<_> = samples.iter().map(|sample| (sample.average, sample.maximum)).collect();
        assert_eq!(all, [(12.5, None), (100.0, None)]);
    }
}

use model::{
    metric::Metric,
    rightsizing::Size,
    sample::{Grain, Sample},
};

use super::*;

const BASE: i64 = 300_000;

fn samples(values: &[f64]) -> Vec<Sample> {
    let of = |(at, value): (usize, &f64)| Sample { end_ms: (at as i64 + 1) * BASE, average: *value, maximum: None };
    values.iter().enumerate().map(of).collect()
}

fn cpu(samples: &[Sample]) -> [Series<'_>; 1] {
    [Series { metric: Metric::CpuUsage, grain: Grain::BASE, samples }]
}

fn until(slots: i64) -> Span {
    Span { from_ms: 0, to_ms: slots * BASE }
}

#[test]
fn what_cannot_be_true_is_dropped_or_clipped() {
    let samples = samples(&[10.0, f64::NAN, -1.0, 130.0, f64::INFINITY, 20.0]);
    let series = cpu(&samples);
    let line = History { series: &series, ..History::default() }.line(Metric::CpuUsage, Grain::BASE, until(6)).unwrap();
    assert_eq!(line.view().values, [10.0, 100.0, 20.0]);
    assert_eq!((line.evidence.valid, line.evidence.expected), (3, 6));
    assert_eq!(line.evidence.coverage_percent(), Some(50.0));
}

#[test]
fn times_off_are_counted_apart_and_the_start_of_a_guest_is_ignored() {
    let samples = samples(&[50.0; 24]);
    let series = cpu(&samples);
    let off = [Span { from_ms: 4 * BASE, to_ms: 10 * BASE }];
    let history = History { series: &series, off: &off, boots_ms: &[10 * BASE], ..History::default() };
    let line = history.line(Metric::CpuUsage, Grain::BASE, until(24)).unwrap();
    assert_eq!((line.evidence.off, line.evidence.valid), (6, 15));
    assert_eq!(line.evidence.coverage_percent(), Some(100.0));
    assert!(line.view().ends_ms.iter().all(|end| *end <= 4 * BASE || *end > 13 * BASE));
}

#[test]
fn late_and_repeated_samples_find_their_place() {
    let mut samples = samples(&[1.0, 2.0, 3.0]);
    samples.push(samples[0]);
    samples.swap(0, 2);
    let series = cpu(&samples);
    let line = History { series: &series, ..History::default() }.line(Metric::CpuUsage, Grain::BASE, until(3)).unwrap();
    assert_eq!(line.view().values, [1.0, 2.0, 3.0]);
}

#[test]
fn a_resize_splits_the_past() {
    let size = |vcpu| Size { vcpu, memory_bytes: 1 << 30 };
    let sizes = [
        SizeSince { at_ms: 0, size: size(4) },
        SizeSince { at_ms: 500, size: size(8) },
        SizeSince { at_ms: 900, size: size(8) },
    ];
    let history = History { sizes: &sizes, ..History::default() };
    assert_eq!(history.since_resize(Span { from_ms: 100, to_ms: 1_000 }).from_ms, 500);
    assert_eq!(history.since_resize(Span { from_ms: 600, to_ms: 1_000 }).from_ms, 600);
    assert_eq!(History::default().size(), None);
}

#[test]
fn coarser_samples_serve_where_finer_ones_do_not_cover() {
    let fine = samples(&[10.0; 12]);
    let coarse: Vec<Sample> =
        (1..=48).map(|hour| Sample { end_ms: hour * HOUR_MS, average: 30.0, maximum: None }).collect();
    let fine_late: Vec<Sample> =
        fine.iter().map(|sample| Sample { end_ms: sample.end_ms + 6 * HOUR_MS, ..*sample }).collect();
    let series = [
        Series { metric: Metric::CpuUsage, grain: Grain::BASE, samples: &fine_late },
        Series { metric: Metric::CpuUsage, grain: Grain::Hour, samples: &coarse },
    ];
    let history = History { series: &series, ..History::default() };
    let line = history.best_line(Metric::CpuUsage, Span { from_ms: 0, to_ms: 48 * HOUR_MS }, 80.0).unwrap();
    assert_eq!(line.grain, Grain::Hour);
    assert_eq!(history.best_line(Metric::CpuDemand, until(9), 80.0), None);
}

#[test]
fn a_run_ends_where_samples_are_missing() {
    let mut samples = samples(&[5.0, 90.0, 90.0, 90.0, 90.0, 5.0, 90.0]);
    let series_of = |samples: &[Sample]| {
        let series = cpu(samples);
        let line = History { series: &series, ..History::default() }.line(Metric::CpuUsage, Grain::BASE, until(100));
        line.unwrap()
    };
    assert_eq!(series_of(&samples).view().longest_at(80.0, 1.0), 4 * BASE);
    assert_eq!(series_of(&samples).view().unmet(80.0, 1.0), (50.0, 460.0));
    assert_eq!(series_of(&samples).view().best_mean(2 * BASE), Some(90.0));
    for sample in &mut samples[3..] {
        sample.end_ms += 20 * BASE;
    }
    assert_eq!(series_of(&samples).view().longest_at(80.0, 1.0), 2 * BASE);
    assert_eq!(series_of(&samples).view().longest_at(80.0, 0.5), 0);
}

#[test]
fn hours_without_samples_are_unknown() {
    let mut samples = samples(&[10.0; 36]);
    samples.drain(12..24);
    let series = cpu(&samples);
    let line =
        History { series: &series, ..History::default() }.line(Metric::CpuUsage, Grain::BASE, until(36)).unwrap();
    assert_eq!(line.view().hourly_means(), (HOUR_MS, vec![Some(10.0), None, Some(10.0)]));
}

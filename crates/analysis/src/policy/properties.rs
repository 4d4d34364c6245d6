//! What has to hold of every past: more demand never makes a machine smaller, and a stricter policy never takes more.

use model::{
    metric::Metric,
    rightsizing::{CustomRule, Policy, Preset, Size},
    sample::{Grain, Sample},
};
use proptest::prelude::*;

use super::*;
use crate::{
    profile::{Facts, profile},
    rightsizing::{back_test, cpu_demand, judge},
    usage::{DAY_MS, History, Series, SizeSince, Span},
};

const DAYS: i64 = 14;
/// Half-hours are written as base samples that stand far apart: enough to show every rule, and quick.
const SLOTS: i64 = DAYS * 48;

const OWN: [Preset; 3] = [Preset::Conservative, Preset::Balanced, Preset::Aggressive];

fn samples(values: &[f64]) -> Vec<Sample> {
    let of = |(at, value): (usize, &f64)| Sample { end_ms: (at as i64 + 1) * 300_000, average: *value, maximum: None };
    values.iter().enumerate().map(of).collect()
}

fn target(preset: Preset, vcpu: i64, percent: &[f64]) -> i64 {
    let samples = samples(percent);
    let series = [Series { metric: Metric::CpuUsage, grain: Grain::BASE, samples: &samples }];
    let history = History { series: &series, ..History::default() };
    let line = cpu_demand(&history, vcpu, Span { from_ms: 0, to_ms: SLOTS * 300_000 });
    let policy = Policy::Preset(preset);
    let need = line.and_then(|line| need(&policy, Resource::Cpu, line.view()));
    need.and_then(|need| Limits::of(&policy).shrunk_vcpu(vcpu, need.amount)).unwrap_or(vcpu)
}

/// Loads with a level, noise, and a few peaks.
fn load() -> impl Strategy<Value = Vec<f64>> {
    let peaks = prop::collection::vec((0..SLOTS as usize, 1..40_usize, 0.0..100.0), 0..4);
    (0.0..90.0, 0.0..30.0, peaks, prop::collection::vec(0.0..1.0, SLOTS as usize)).prop_map(
        |(level, spread, peaks, noise)| {
            let mut line: Vec<f64> = noise.iter().map(|noise: &f64| level + spread * noise).collect();
            for (at, length, height) in peaks {
                line.iter_mut().skip(at).take(length).for_each(|value| *value = height);
            }
            line
        },
    )
}

/// Whatever a connector might let through.
fn anything() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => 0.0..100.0,
        1 => Just(0.0),
        1 => Just(-1.0),
        1 => Just(f64::NAN),
        1 => Just(f64::INFINITY),
        1 => Just(f64::MAX),
        1 => Just(f64::MIN_POSITIVE),
        1 => Just(1e17),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn more_demand_never_gives_a_smaller_size(line in load(), more in 0.0..60.0, from in 0..SLOTS as usize, vcpu in 1..64_i64) {
        let risen: Vec<f64> =
            line.iter().enumerate().map(|(at, value)| if at >= from { value + more } else { *value }).collect();
        for preset in OWN {
            prop_assert!(target(preset, vcpu, &risen) >= target(preset, vcpu, &line), "{preset:?}");
        }
    }

    #[test]
    fn a_stricter_policy_never_takes_more(line in load(), vcpu in 1..64_i64) {
        let targets = OWN.map(|preset| target(preset, vcpu, &line));
        prop_assert!(targets.is_sorted_by(|stricter, looser| stricter >= looser), "{targets:?}");
    }

    #[test]
    fn whatever_comes_is_judged_without_a_panic_and_without_a_nan(
        values in prop::collection::vec(anything(), 0..600),
        steps in prop::collection::vec(-20_i64..400, 0..600),
        vcpu in prop_oneof![Just(0), Just(-3), 1..200_i64, Just(i64::MAX)],
        memory_bytes in prop_oneof![Just(0), Just(1_i64), Just(1 << 34), Just(i64::MAX)],
        grain in prop::sample::select(Grain::ALL.to_vec()),
        off in prop::collection::vec((0..30 * DAY_MS, 0..DAY_MS), 0..4),
        percentile in anything(),
    ) {
        // A clock that jumps, stands still and goes back.
        let mut at = 0;
        let clock = steps.iter().map(|step| { at += step; at * 60_000 });
        let samples: Vec<Sample> =
            values.iter().zip(clock).map(|(value, end_ms)| Sample { end_ms, average: *value, maximum: None }).collect();
        let metrics = [Metric::CpuUsage, Metric::MemoryUsed, Metric::CpuReady, Metric::NetworkReceive, Metric::MemorySwapIn];
        let series = metrics.map(|metric| Series { metric, grain, samples: &samples });
        let sizes = [SizeSince { at_ms: 0, size: Size { vcpu, memory_bytes } }];
        let mut off: Vec<Span> = off.into_iter().map(|(from_ms, length)| Span { from_ms, to_ms: from_ms + length }).collect();
        off.sort_by_key(|span| span.from_ms);
        let history = History { sizes: &sizes, off: &off, boots_ms: &[0, DAY_MS], series: &series };
        let rule = CustomRule { window_days: 20, cpu_percentile: percentile, cpu_target: percentile, memory_percentile: percentile, memory_factor: percentile };
        let now_ms = at.max(1) * 60_000;
        for policy in Preset::ALL.map(Policy::Preset).into_iter().chain([Policy::Custom(rule)]) {
            let judged = judge(&history, policy, now_ms);
            let parts = (&judged.cpu, &judged.memory, &judged.risks, &judged.back_test, &judged.evidence);
            let text = format!("{parts:?} {:?}", profile(&history, &Facts::default(), &judged, now_ms));
            prop_assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
            if let Some(line) = cpu_demand(&history, 4, Span::days_before(now_ms, 30)) {
                let tested = format!("{:?}", back_test(&policy, &line, 4));
                prop_assert!(!tested.contains("NaN") && !tested.contains("inf"), "{tested}");
            }
        }
    }
}

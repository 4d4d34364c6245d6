#![allow(clippy::float_cmp, reason = "what is computed by hand comes out exactly")]

use model::{
    metric::Metric,
    rightsizing::{Policy, Preset},
    sample::{Grain, Sample},
};

use super::*;
use crate::usage::{History, Line, Series, Span};

const BASE: i64 = 300_000;
const GIB: i64 = 1024 * MIB;

fn line(values: &[f64]) -> Line {
    let samples: Vec<Sample> = values
        .iter()
        .enumerate()
        .map(|(at, value)| Sample { end_ms: (at as i64 + 1) * BASE, average: *value, maximum: None })
        .collect();
    let series = [Series { metric: Metric::CpuDemand, grain: Grain::BASE, samples: &samples }];
    let span = Span { from_ms: 0, to_ms: values.len() as i64 * BASE };
    History { series: &series, ..History::default() }.line(Metric::CpuDemand, Grain::BASE, span).unwrap()
}

fn cpu_need(preset: Preset, values: &[f64]) -> Need {
    need(&Policy::Preset(preset), Resource::Cpu, line(values).view()).unwrap()
}

fn fortnight(value: impl Fn(usize) -> f64) -> Vec<f64> {
    (0..14 * 288).map(value).collect()
}

#[test]
fn published_rules_give_what_they_publish() {
    // 1 to 100 in every day's hundred samples would be too short: a ramp of 0.01 to 40.32 over the fortnight.
    let ramp = fortnight(|slot| (slot + 1) as f64 / 100.0);
    let of = |preset| (cpu_need(preset, &ramp).amount * 100.0).round() / 100.0;
    assert_eq!(of(Preset::AwsP995), (40.12_f64 / 0.8 * 100.0).round() / 100.0);
    assert_eq!(of(Preset::Turbonomic), (38.31_f64 / 0.7 * 100.0).round() / 100.0);
    assert_eq!(of(Preset::Itrs), (38.31_f64 * 1.2 * 100.0).round() / 100.0);
    assert_eq!(of(Preset::ManageiqConservative), 40.32);
    // The maxima are 2.88, 5.76 … 40.32: mean 21.6, σ = 2.88 × √((14² − 1) / 12).
    assert_eq!(of(Preset::ManageiqAggressive), 21.6);
    assert_eq!(of(Preset::ManageiqModerate), ((21.6 + 2.88 * (195.0_f64 / 12.0).sqrt()) * 100.0).round() / 100.0);
    // Half of the weight is the last day's: p90 lies a fifth into it, from the end.
    let vpa = of(Preset::Vpa) / 1.15;
    assert!((39.7..40.1).contains(&vpa), "{vpa}");
}

#[test]
fn an_hour_at_the_limit_counts_more_than_scattered_samples() {
    // 20 samples at 1.9 vCPU a fortnight are below p99.5 of 0.2, scattered or not.
    let scattered = fortnight(|slot| if slot % 202 == 7 { 1.02 } else { 0.2 });
    let one_job = fortnight(|slot| if (2_000..2_015).contains(&slot) { 1.02 } else { 0.2 });
    assert!((cpu_need(Preset::AwsP995, &one_job).amount - 0.25).abs() < 1e-9);
    assert!(cpu_need(Preset::Balanced, &one_job).amount > 1.3);
    assert!(cpu_need(Preset::Balanced, &scattered).amount <= 1.05);
}

#[test]
fn the_term_that_decided_is_told() {
    let need = cpu_need(Preset::Balanced, &fortnight(|slot| if (2_000..2_015).contains(&slot) { 1.02 } else { 0.2 }));
    assert_eq!(need.because, "the busiest hour, 1.02 vCPU, may fill 75 %");
    assert_eq!(cpu_need(Preset::AwsP995, &fortnight(|_| 0.5)).because, "p99.5 of 0.50 vCPU may fill 80 %");
}

#[test]
fn a_stricter_preset_needs_at_least_as_much() {
    let spiky = fortnight(|slot| if slot % 288 < 4 { 3.0 } else { 0.1 + (slot % 50) as f64 / 40.0 });
    let needs =
        [Preset::Conservative, Preset::Balanced, Preset::Aggressive].map(|preset| cpu_need(preset, &spiky).amount);
    assert!(needs[0] >= needs[1] && needs[1] >= needs[2], "{needs:?}");
}

#[test]
fn vcpus_come_in_steps_of_two_and_memory_in_gibibytes() {
    assert_eq!([0.0, 0.4, 1.0, 1.01, 2.1, 4.0, 6.5].map(vcpu_steps), [1, 1, 1, 2, 4, 4, 8]);
    let gib = |gib: f64| memory_steps(gib * GIB as f64) as f64 / GIB as f64;
    assert_eq!([0.1, 0.5, 1.2, 3.6, 4.0, 4.1, 7.0].map(gib), [0.5, 0.5, 1.5, 4.0, 4.0, 5.0, 7.0]);
}

#[test]
fn a_change_is_bounded_and_worth_it() {
    let balanced = Limits::of(&Policy::Preset(Preset::Balanced));
    assert_eq!(balanced.shrunk_vcpu(32, 3.0), Some(16));
    assert_eq!(balanced.shrunk_vcpu(2, 0.1), Some(1));
    assert_eq!(balanced.shrunk_vcpu(12, 9.5), None, "10 of 12 saves less than a fifth");
    assert_eq!(balanced.shrunk_vcpu(1, 0.1), None);
    assert_eq!(balanced.grown_vcpu(4, 20.0), Some(8));
    assert_eq!(balanced.grown_vcpu(4, 4.2), Some(6));
    assert_eq!(Limits::of(&Policy::Preset(Preset::Conservative)).shrunk_vcpu(8, 1.0), Some(6));
    assert_eq!(Limits::of(&Policy::Preset(Preset::Aggressive)).shrunk_vcpu(32, 3.0), Some(4));
    assert_eq!(balanced.shrunk_memory(16 * GIB, 2.0 * GIB as f64), Some(8 * GIB));
    assert_eq!(balanced.shrunk_memory(2 * GIB, 1.5 * GIB as f64), None, "half a gibibyte is not worth a change");
}

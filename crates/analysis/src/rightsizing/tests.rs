#![allow(clippy::float_cmp, reason = "what is computed by hand comes out exactly")]

use model::{rightsizing::Preset, sample::Sample};

use super::*;
use crate::usage::{DAY_MS, Series, SizeSince};

const GIB: i64 = 1 << 30;

/// A past of samples in a row that ends at `now`.
struct Past {
    sizes: Vec<SizeSince>,
    series: Vec<(Metric, Grain, Vec<Sample>)>,
}

impl Past {
    fn new(vcpu: i64, memory_gib: i64) -> Self {
        let size = Size { vcpu, memory_bytes: memory_gib * GIB };
        Self { sizes: vec![SizeSince { at_ms: 0, size }], series: Vec::new() }
    }

    fn with(mut self, metric: Metric, grain: Grain, days: i64, value: impl Fn(i64) -> f64) -> Self {
        let slots = days * DAY_MS / grain.ms();
        let of = |slot: i64| Sample { end_ms: (slot + 1) * grain.ms(), average: value(slot), maximum: None };
        self.series.push((metric, grain, (0..slots).map(of).collect()));
        self
    }

    fn cpu(self, days: i64, percent: impl Fn(i64) -> f64) -> Self {
        self.with(Metric::CpuUsage, Grain::BASE, days, percent)
    }

    fn judged(&self, preset: Preset, days: i64) -> Rightsizing {
        let of = |(metric, grain, samples): &'_ (Metric, Grain, Vec<Sample>)| (*metric, *grain, samples.clone());
        let owned: Vec<_> = self.series.iter().map(of).collect();
        let series: Vec<Series> =
            owned.iter().map(|(metric, grain, samples)| Series { metric: *metric, grain: *grain, samples }).collect();
        let history = History { sizes: &self.sizes, series: &series, ..History::default() };
        judge(&history, Policy::Preset(preset), days * DAY_MS)
    }
}

#[test]
fn a_machine_that_idles_along_is_halved_with_confidence() {
    let past = Past::new(8, 16).cpu(30, |slot| 5.0 + (slot % 7) as f64 / 10.0);
    let judged = past.judged(Preset::Balanced, 30);
    assert_eq!(judged.cpu.target(), Some(4));
    assert_eq!((judged.confidence, judged.risk), (Level::High, Level::Low));
    let back_test = judged.back_test.unwrap();
    assert_eq!((back_test.target, back_test.unmet_percent, back_test.longest_short_ms), (4, 0.0, 0));
}

#[test]
fn a_change_after_the_split_does_not_move_what_would_have_been_recommended() {
    let calm = |slot: i64| 10.0 + (slot % 5) as f64;
    let changed = move |slot: i64| if slot >= 20 * 288 { 95.0 } else { calm(slot) };
    let line = |past: &Past| {
        let series = [Series { metric: Metric::CpuUsage, grain: Grain::BASE, samples: &past.series[0].2 }];
        let history = History { sizes: &past.sizes, series: &series, ..History::default() };
        cpu_demand(&history, 4, Span::days_before(30 * DAY_MS, 30)).unwrap()
    };
    let policy = Policy::Preset(Preset::Balanced);
    let before = back_test(&policy, &line(&Past::new(4, 8).cpu(30, calm)), 4).unwrap();
    let after = back_test(&policy, &line(&Past::new(4, 8).cpu(30, changed)), 4).unwrap();
    assert_eq!((before.target, before.split_ms), (after.target, after.split_ms));
    assert_eq!(before.unmet_percent, 0.0);
    assert!(after.unmet_percent > 30.0, "{after:?}");
    assert_eq!(after.longest_short_ms, 10 * DAY_MS);
}

#[test]
fn coarse_samples_take_no_vcpus_away() {
    let past = Past::new(8, 16).with(Metric::CpuUsage, Grain::TwoHours, 30, |_| 5.0);
    assert_eq!(past.judged(Preset::Balanced, 30).cpu, Judgement::Insufficient(Missing::FineSamples));
}

#[test]
fn what_is_missing_is_said() {
    let short = Past::new(8, 16).cpu(10, |_| 5.0).judged(Preset::Balanced, 10);
    assert!(matches!(short.cpu, Judgement::Insufficient(Missing::Days { want: 14.0, .. })), "{:?}", short.cpu);
    assert_eq!(Past::new(8, 16).judged(Preset::Balanced, 30).cpu, Judgement::Insufficient(Missing::Measurements));
    assert_eq!(
        Past::new(0, 16).cpu(30, |_| 5.0).judged(Preset::Balanced, 30).cpu,
        Judgement::Insufficient(Missing::Size)
    );
    let holes = Past::new(8, 16).cpu(30, |slot| if slot % 3 == 0 { f64::NAN } else { 5.0 });
    let judged = holes.judged(Preset::Balanced, 30);
    assert!(matches!(judged.cpu, Judgement::Insufficient(Missing::Coverage { .. })), "{:?}", judged.cpu);
}

#[test]
fn memory_is_never_judged_by_what_the_hypervisor_guesses() {
    let cpu = || Past::new(2, 16).cpu(30, |_| 40.0);
    let active = cpu().with(Metric::MemoryActive, Grain::BASE, 30, |_| GIB as f64);
    assert_eq!(active.judged(Preset::Balanced, 30).memory, Judgement::Insufficient(Missing::GuestMemory));
    let used = cpu().with(Metric::MemoryUsed, Grain::BASE, 30, |_| 4.0 * GIB as f64);
    assert_eq!(used.judged(Preset::Balanced, 30).memory.target(), Some(8 * GIB));
    let demand = cpu().with(Metric::MemoryDemand, Grain::BASE, 30, |_| 9.0 * GIB as f64);
    assert_eq!(demand.judged(Preset::Balanced, 30).memory.target(), Some(11 * GIB));
}

#[test]
fn full_memory_is_short_only_where_the_guest_pages() {
    let full = || Past::new(8, 16).cpu(30, |_| 3.0).with(Metric::MemoryUsed, Grain::BASE, 30, |_| 15.5 * GIB as f64);
    assert!(matches!(full().judged(Preset::Balanced, 30).memory, Judgement::Fits { .. }));
    let paging = full().with(Metric::MemorySwapIn, Grain::BASE, 30, |_| 1e6);
    let judged = paging.judged(Preset::Balanced, 30);
    assert_eq!(judged.memory.target(), Some(19 * GIB));
    assert!(matches!(judged.cpu, Judgement::Fits { .. }), "under beats over");
}

#[test]
fn a_machine_that_waits_for_its_host_is_not_made_larger() {
    let busy = || Past::new(4, 8).cpu(30, |_| 97.0);
    assert_eq!(busy().judged(Preset::Balanced, 30).cpu.target(), Some(6));
    let waiting = busy().with(Metric::CpuReady, Grain::BASE, 30, |_| 14.0);
    assert!(matches!(waiting.judged(Preset::Balanced, 30).cpu, Judgement::Fits { .. }));
}

#[test]
fn what_was_before_a_resize_counts_no_more() {
    let mut past = Past::new(8, 16).cpu(40, |slot| if slot < 20 * 288 { 90.0 } else { 10.0 });
    past.sizes.insert(0, SizeSince { at_ms: -1, size: Size { vcpu: 2, memory_bytes: 16 * GIB } });
    past.sizes[1].at_ms = 20 * DAY_MS;
    let judged = past.judged(Preset::Balanced, 40);
    assert_eq!(judged.cpu.target(), Some(4));
    assert_eq!(judged.evidence.unwrap().from_ms, 20 * DAY_MS);
    assert_eq!(judged.confidence, Level::Medium);
}

use model::{profile::Tag, rightsizing::Policy, sample::Sample};

use super::*;
use crate::{
    rightsizing::judge,
    usage::{HOUR_MS, Series, SizeSince},
};

const DAYS: i64 = 28;
/// A Monday, 00:00 UTC: 2026-01-05.
const MONDAY_MS: i64 = 1_767_571_200_000;
const NOW_MS: i64 = MONDAY_MS + DAYS * DAY_MS;

type Measured = (Metric, Vec<Sample>);

fn measured(metric: Metric, value: impl Fn(i64) -> f64) -> Measured {
    let at = |slot: i64| MONDAY_MS + (slot + 1) * 300_000;
    let sample = |slot: i64| Sample { end_ms: at(slot), average: value(slot), maximum: None };
    (metric, (0..DAYS * 288).map(sample).collect())
}

fn quiet() -> Vec<Measured> {
    let of = |metric| measured(metric, |_| 100.0);
    [Metric::NetworkReceive, Metric::NetworkTransmit, Metric::DiskRead, Metric::DiskWrite].into_iter().map(of).collect()
}

fn with_history<T>(vcpu: i64, all: &[Measured], ask: impl FnOnce(&History) -> T) -> T {
    let sizes = [SizeSince { at_ms: 0, size: Size { vcpu, memory_bytes: 1 << 33 } }];
    let series: Vec<Series> =
        all.iter().map(|(metric, samples)| Series { metric: *metric, grain: Grain::BASE, samples }).collect();
    ask(&History { sizes: &sizes, series: &series, ..History::default() })
}

fn profiled(vcpu: i64, all: &[Measured], facts: &Facts) -> Profile {
    with_history(vcpu, all, |history| profile(history, facts, &judge(history, Policy::default(), NOW_MS), NOW_MS))
}

fn of_load(vcpu: i64, percent: impl Fn(i64) -> f64) -> Profile {
    profiled(vcpu, &[measured(Metric::CpuUsage, percent)], &Facts::default())
}

fn tags(profile: &Profile) -> Vec<Tag> {
    profile.tags.iter().map(|tagged| tagged.tag).collect()
}

#[test]
fn classes_hold_in_their_order() {
    let off = Facts { off_since_ms: Some(NOW_MS - 31 * DAY_MS), is_orphaned: true, ..Facts::default() };
    assert_eq!(profiled(4, &[], &off).class, Class::PoweredOff);
    let orphaned = Facts { off_since_ms: Some(NOW_MS - 8 * DAY_MS), is_orphaned: true, ..Facts::default() };
    assert_eq!(profiled(4, &[], &orphaned).class, Class::Orphaned);
    let unknown = profiled(4, &[], &Facts::default());
    assert_eq!((unknown.class, unknown.because.as_str()), (Class::InsufficientData, "it is not measured"));
    assert_eq!(of_load(4, |_| 97.0).class, Class::Undersized);
    assert_eq!(of_load(4, |_| 10.0).class, Class::Oversized);
    assert_eq!(of_load(4, |_| 60.0).class, Class::Balanced);
}

#[test]
fn a_machine_is_idle_where_everything_is_quiet() {
    let with = |cpu: Measured| quiet().into_iter().chain([cpu]).collect::<Vec<_>>();
    let all = with(measured(Metric::CpuUsage, |_| 0.5));
    assert_eq!(profiled(4, &all, &Facts::default()).class, Class::Idle);
    let young = Facts { boot_ms: Some(NOW_MS - HOUR_MS), ..Facts::default() };
    assert_eq!(profiled(4, &all, &young).class, Class::Oversized);
    let weekly = with(measured(Metric::CpuUsage, |slot| if slot % 2016 < 12 { 60.0 } else { 0.5 }));
    assert_ne!(profiled(4, &weekly, &Facts::default()).class, Class::Idle, "an hour of work each week is work");
    assert_ne!(of_load(4, |_| 0.5).class, Class::Idle, "nobody knows its network");
}

#[test]
fn rules_disagree_on_what_is_idle() {
    let mut all = quiet();
    all.push(measured(Metric::CpuUsage, |_| 2.5));
    let asked = |rule| with_history(4, &all, |history| idle(rule, history, &Facts::default(), NOW_MS));
    assert_eq!(asked(IdleRule::Bmc).map(|(is_idle, _)| is_idle), Some(true));
    assert_eq!(asked(IdleRule::Own).map(|(is_idle, _)| is_idle), Some(false));
    assert_eq!(asked(IdleRule::Gcp).map(|(is_idle, _)| is_idle), Some(false));
    assert_eq!(asked(IdleRule::Azure).map(|(is_idle, _)| is_idle), Some(false));
    assert_eq!(asked(IdleRule::Aria), None, "MHz are not measured");
}

#[test]
fn an_office_is_told_from_a_night() {
    let hour = |slot: i64| slot / 12 % 24;
    let office = of_load(4, |slot| if slot / 288 % 7 < 5 && (8..18).contains(&hour(slot)) { 60.0 } else { 5.0 });
    assert!(
        office.has(Tag::BusinessHours) && office.has(Tag::Weekly) && !office.has(Tag::NightlyBatch),
        "{:?}",
        tags(&office)
    );
    let night = of_load(4, |slot| if (1..4).contains(&hour(slot)) { 60.0 } else { 5.0 });
    assert!(night.has(Tag::NightlyBatch) && !night.has(Tag::BusinessHours), "{:?}", tags(&night));
    assert_eq!(night.periods[0].hours, 24);
}

/// A number that tells nothing of the one after it (the finaliser of splitmix64).
fn mixed(number: i64) -> u64 {
    let z = (number as u64).wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    (z ^ (z >> 27)) >> 3
}

#[test]
fn load_is_told_by_what_it_does() {
    assert_eq!(tags(&of_load(4, |_| 40.0)), [Tag::Steady]);
    assert!(of_load(4, |slot| 20.0 + slot as f64 / 200.0).has(Tag::Growing));
    assert!(of_load(4, |slot| 70.0 - slot as f64 / 200.0).has(Tag::Shrinking));
    let bursts = of_load(4, |slot| if mixed(slot / 6).is_multiple_of(25) { 90.0 } else { 2.0 });
    assert!(bursts.has(Tag::Bursty), "{:?}", tags(&bursts));
    assert!(of_load(4, |slot| if (4000..4060).contains(&slot) { 95.0 } else { 10.0 }).has(Tag::RarePeak));
    let waiting = [measured(Metric::CpuUsage, |_| 40.0), measured(Metric::CpuReady, |_| 12.0)];
    assert!(profiled(4, &waiting, &Facts::default()).has(Tag::Contended));
}

#[test]
fn machines_of_one_kind_are_peers_and_opposites_leave_each_other_room() {
    let week = |from: usize, to: usize| -> Signature {
        (0..168).map(|hour| Some(if (from..to).contains(&(hour % 24)) { 4.0 } else { 1.0 })).collect()
    };
    let others = [week(8, 18), week(20, 24), week(9, 18), vec![Some(1.0); 168]];
    let found: Vec<usize> = peers(&week(8, 18), &others, 5).into_iter().map(|(at, _)| at).collect();
    assert_eq!(found, [0, 2]);
    assert_eq!(coincidence(&[week(8, 18), week(9, 18)]), Some(1.0));
    assert_eq!(coincidence(&[week(8, 18), week(20, 24)]), Some(5.0 / 8.0));
    assert_eq!(coincidence(&[]), None);
}

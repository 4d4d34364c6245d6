//! Forecasts of histories whose future is known, and of histories that nobody would want.

use model::runway::{Band, Model};
use proptest::{option, prelude::*};

use super::{super::*, TODAY};

fn history(values: impl IntoIterator<Item = f64>) -> DailySeries {
    let values: Vec<Option<f64>> = values.into_iter().map(Some).collect();
    DailySeries { first_day: TODAY + 1 - values.len() as i64, values }
}

/// From −1 to 1, the same on every run, without a pattern (the fractions of multiples of the golden ratio, mixed).
fn noise(day: usize) -> f64 {
    let mixed = (day as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (mixed >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
}

fn outlook(resource: Resource, history: &DailySeries, usable: f64) -> Outlook {
    time_remaining(resource, history, &Steps::constant(usable), Caution::Balanced, TODAY).0.outlook
}

#[test]
fn a_ramp_is_full_when_its_line_says_so() {
    // 40 + 0.25 a day; today is day 119 at 69.75: 92.25 is reached in 90 days.
    for resource in [Resource::StorageUsed, Resource::MemoryDemand] {
        let ramp = history((0..120).map(|day| 40.0 + 0.25 * day as f64 + 0.4 * noise(day)));
        let Outlook::Full { days } = outlook(resource, &ramp, 92.25) else { panic!("a ramp that never ends") };
        assert!((78..=103).contains(&days), "{days}, by hand 90");
    }
}

#[test]
fn a_week_on_top_does_not_hide_the_ramp() {
    let week = |day: usize| if day % 7 < 5 { 4.0 } else { -4.0 };
    let ramp = history((0..150).map(|day| 40.0 + 0.2 * day as f64 + week(day) + 0.5 * noise(day)));
    let (found, forecasted) =
        time_remaining(Resource::CpuDemand, &ramp, &Steps::constant(90.0), Caution::Aggressive, TODAY);
    // 40 + 0.2 × 149 = 69.8 today. The median stays above three days in a row on workdays: (90 − 4 − 69.8) / 0.2 = 81.
    let Outlook::Full { days } = found.outlook else { panic!("{found:?}") };
    assert!((69..=95).contains(&days), "{days}, by hand 81");
    assert!(found.worst_days.unwrap() <= days && forecasted.unwrap().report.mase.unwrap() < 1.0);
}

#[test]
fn what_is_flat_never_fills() {
    for spread in [0.0, 0.5, 5.0] {
        let flat = history((0..90).map(|day| 70.0 + spread * noise(day)));
        assert_eq!(outlook(Resource::StorageUsed, &flat, 80.0), Outlook::NoExhaustion, "± {spread}");
        assert_eq!(outlook(Resource::CpuDemand, &flat, 80.0), Outlook::NoExhaustion, "± {spread}");
    }
}

#[test]
fn what_is_full_is_full_today() {
    let full = history((0..60).map(|day| 80.0 + 0.1 * noise(day)));
    assert_eq!(outlook(Resource::StorageUsed, &full, 75.0), Outlook::Full { days: 0 });
    let short = history([80.0; 5]);
    assert_eq!(
        outlook(Resource::StorageUsed, &short, 75.0),
        Outlook::Full { days: 0 },
        "no history is needed for that"
    );
}

#[test]
fn too_little_is_called_collecting_and_too_old_stale() {
    let short = history((0..20).map(f64::from));
    assert_eq!(outlook(Resource::StorageUsed, &short, 75.0), Outlook::Collecting { days: 20 });
    assert_eq!(outlook(Resource::StorageUsed, &DailySeries::default(), 75.0), Outlook::Collecting { days: 0 });
    let mut old = history((0..90).map(f64::from));
    old.first_day -= 10;
    let stale = Outlook::NotForecastable { reason: Unforecastable::Stale };
    assert_eq!(outlook(Resource::StorageUsed, &old, 175.0), stale);
    let mut thin = history((0..90).map(f64::from));
    thin.values.iter_mut().enumerate().filter(|(day, _)| day % 2 == 1).for_each(|(_, value)| *value = None);
    let gaps = Outlook::NotForecastable { reason: Unforecastable::Gaps };
    assert_eq!(outlook(Resource::StorageUsed, &thin, 175.0), gaps);
}

#[test]
fn the_level_before_a_shift_is_forgotten_and_a_ramp_is_no_shift() {
    let moved = history((0..120).map(|day| if day < 70 { 20.0 } else { 60.0 } + noise(day)));
    let found = forecast(&moved, Baseline::Week, TODAY).unwrap();
    assert_eq!(found.report.shift_day, Some(TODAY - 49));
    assert_eq!(found.report.days, 50);
    assert!(!found.forecast.grows, "one step up is no growth");
    let fresh = history((0..120).map(|day| if day < 108 { 20.0 } else { 60.0 } + noise(day)));
    assert_eq!(forecast(&fresh, Baseline::Week, TODAY), Err(Outlook::Collecting { days: 12 }));
    let ramp = history((0..120).map(|day| 0.5 * day as f64 + noise(day)));
    assert_eq!(forecast(&ramp, Baseline::Drift, TODAY).unwrap().report.shift_day, None);
    let late = history((0..120).map(|day| 20.0 + 0.5 * (day as f64 - 60.0).max(0.0) + noise(day)));
    assert_eq!(forecast(&late, Baseline::Drift, TODAY).unwrap().report.shift_day, None, "growth that begins late");
}

#[test]
fn repeating_the_week_stays_unless_another_model_is_clearly_better() {
    let week = [10.0, 12.0, 15.0, 11.0, 9.0, 2.0, 1.0];
    let exact = history((0..70).map(|day| week[day % 7]));
    assert_eq!(forecast(&exact, Baseline::Week, TODAY).unwrap().report.model, Model::SeasonalNaive);
    let noisy = history((0..140).map(|day| 50.0 + 5.0 * noise(day)));
    let report = forecast(&noisy, Baseline::Week, TODAY).unwrap().report;
    assert!(report.model == Model::SeasonalMedian && report.pinball < 0.95 * report.pinball_naive, "{report:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_history_gives_numbers_or_a_reason(
        values in prop::collection::vec(
            option::weighted(0.95, prop_oneof![12 => 0.0..100.0, 1 => any::<f64>(), 1 => Just(0.0), 1 => 0.0..1e15]), 0..150),
        usable in prop_oneof![Just(f64::NAN), Just(0.0), 0.0..200.0],
        late in -400_i64..10,
    ) {
        let history = DailySeries { first_day: TODAY - values.len() as i64 + late, values };
        for resource in [Resource::StorageUsed, Resource::CpuDemand] {
            let usable = Steps(vec![(TODAY - 30, usable), (TODAY + 30, usable / 2.0)]);
            let (found, forecasted) = time_remaining(resource, &history, &usable, Caution::Balanced, TODAY);
            prop_assert!(found.outlook.band() == Band::Ample || found.outlook.days().is_none_or(|days| days <= HORIZON_DAYS));
            let Some(Forecasted { forecast, report, .. }) = forecasted else { continue };
            prop_assert!(forecast.quantiles.iter().flatten().all(|value| value.is_finite() && *value >= 0.0));
            prop_assert!((0.0..=1.0).contains(&report.coverage_80) && report.pinball.is_finite());
            for pair in forecast.quantiles.windows(2) {
                prop_assert!(pair[0].iter().zip(&pair[1]).all(|(below, above)| below <= above));
            }
        }
    }

    #[test]
    fn more_taken_never_lasts_longer(slope in 0.05..0.5, more in 0.0..20.0) {
        let ramp = |more: f64| history((0..90).map(move |day| 20.0 + more + slope * day as f64 + 0.2 * noise(day)));
        let days = |more| outlook(Resource::StorageUsed, &ramp(more), 90.0).days();
        prop_assert!(days(more).zip(days(0.0)).is_none_or(|(more, less)| more <= less.saturating_add(1)));
    }
}

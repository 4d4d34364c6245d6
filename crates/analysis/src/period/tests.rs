use super::*;

/// Numbers from −1 to 1 that look like noise and are the same every time (splitmix64).
fn noise(seed: u64, at: usize) -> f64 {
    let mut z = (seed << 32).wrapping_add(at as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    (z ^ (z >> 31)) as f64 / u64::MAX as f64 * 2.0 - 1.0
}

fn hours(count: usize, value: impl Fn(usize) -> f64) -> Vec<Option<f64>> {
    (0..count).map(|hour| Some(value(hour))).collect()
}

fn found(hours: &[Option<f64>]) -> Vec<u32> {
    periods(hours).into_iter().map(|period| period.hours).collect()
}

fn pulse(hour: usize, period: usize, length: usize) -> f64 {
    if hour % period < length { 30.0 } else { 0.0 }
}

#[test]
fn each_period_is_found_and_its_harmonics_are_not() {
    for period in PERIODS {
        let wave = |hour: usize| (hour as f64 / period as f64 * std::f64::consts::TAU).sin() * 10.0 + 20.0;
        for seed in 0..5 {
            let line = hours(28 * 24, |hour| wave(hour) + 4.0 * noise(seed, hour));
            assert_eq!(found(&line), [period as u32], "a wave of {period} h");
            let line = hours(28 * 24, |hour| 5.0 + pulse(hour, period, period.div_ceil(6)) + 5.0 * noise(seed, hour));
            assert_eq!(found(&line), [period as u32], "a pulse of {period} h");
        }
    }
}

#[test]
fn noise_and_steps_and_ramps_repeat_nothing() {
    for seed in 0..20 {
        assert!(found(&hours(720, |hour| 20.0 + 10.0 * noise(seed, hour))).is_empty());
        assert!(found(&hours(720, |hour| hour as f64 / 20.0 + 3.0 * noise(seed, hour))).is_empty());
        assert!(found(&hours(720, |hour| if hour > 300 { 60.0 } else { 10.0 } + noise(seed, hour))).is_empty());
    }
    assert!(found(&hours(720, |_| 7.0)).is_empty());
    assert!(found(&[]).is_empty());
    assert!(found(&hours(30, |hour| pulse(hour, 6, 1))).is_empty(), "a day proves nothing");
}

#[test]
fn a_trend_and_gaps_do_not_hide_a_day() {
    let mut line = hours(720, |hour| 10.0 + hour as f64 / 15.0 + pulse(hour, 24, 8) + 4.0 * noise(1, hour));
    for gap in [40..75, 300..310, 500..560] {
        line[gap].fill(None);
    }
    assert_eq!(found(&line), [24]);
}

#[test]
fn an_office_has_days_and_weeks() {
    let at_work = |hour: usize| if hour / 24 % 7 < 5 && (8..18).contains(&(hour % 24)) { 40.0 } else { 3.0 };
    assert_eq!(found(&hours(720, |hour| at_work(hour) + 3.0 * noise(2, hour))), [168, 24]);
}

#[test]
fn a_rare_peak_does_not_hide_a_day() {
    let line = hours(720, |hour| pulse(hour, 24, 6) + if (400..404).contains(&hour) { 900.0 } else { 0.0 });
    assert_eq!(found(&line), [24]);
}

#[test]
fn a_walk_at_random_repeats_nothing() {
    let mut repeats = 0;
    for seed in 0..20 {
        let mut level = 50.0;
        let walk: Vec<Option<f64>> = (0..720)
            .map(|hour| {
                level += noise(seed, hour);
                Some(level)
            })
            .collect();
        repeats += usize::from(!found(&walk).is_empty());
    }
    assert!(repeats <= 1, "{repeats} of 20");
}

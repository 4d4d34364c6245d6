#![allow(clippy::float_cmp, reason = "what is computed by hand comes out exactly")]

use super::*;

#[test]
fn a_percentile_is_a_value_that_was_measured() {
    let mut values: Vec<f64> = (1..=200).map(f64::from).rev().collect();
    assert_eq!(percentile(&mut values, 0.995), Some(199.0));
    assert_eq!(percentile(&mut values, 0.95), Some(190.0));
    assert_eq!(percentile(&mut values, 1.0), Some(200.0));
    assert_eq!(percentile(&mut values, 0.0), Some(1.0));
    assert_eq!(percentile(&mut [], 0.5), None);
}

#[test]
fn the_median_of_an_even_number_lies_between() {
    assert_eq!(median(&mut [4.0, 1.0, 3.0, 2.0]), Some(2.5));
    assert_eq!(median(&mut [3.0, 1.0, 2.0]), Some(2.0));
    assert_eq!(median(&mut [7.0]), Some(7.0));
    assert_eq!(median(&mut []), None);
}

/// Gilbert, "Statistical Methods for Environmental Pollution Monitoring" (1987), chapter 16: 10, 15, 14, 20 has five pairs
/// that rise and one that falls, so S = 4.
#[test]
fn mann_and_kendall_count_the_pairs_that_rise() {
    let result = mann_kendall(&[10.0, 15.0, 14.0, 20.0]).unwrap();
    assert_eq!(result.s, 4);
    // Var(S) = 4 × 3 × 13 / 18; Z = 3 / √8.667.
    assert!((result.z - 3.0 / (156.0_f64 / 18.0).sqrt()).abs() < 1e-12);
    assert!((result.p - 0.3082).abs() < 5e-4, "{}", result.p);
    assert_eq!(mann_kendall(&[5.0; 12]).unwrap().p, 1.0);
    assert_eq!(mann_kendall(&[1.0, 2.0, 3.0]), None);
}

/// 23, 24, 29, 6, 29, 24, 24, 29, 23 (Gilbert, table 16.1's way with ties): three groups of ties, Var(S) = 79.
#[test]
fn ties_take_from_the_variance() {
    let result = mann_kendall(&[23.0, 24.0, 29.0, 6.0, 29.0, 24.0, 24.0, 29.0, 23.0]).unwrap();
    let variance = (9.0 * 8.0 * 23.0 - (2.0 * 1.0 * 9.0 + 2.0 * (3.0 * 2.0 * 11.0))) / 18.0;
    assert!((result.z - (result.s - result.s.signum()) as f64 / f64::sqrt(variance)).abs() < 1e-12);
}

#[test]
fn the_slope_of_theil_and_sen_does_not_see_an_odd_day() {
    let mut values: Vec<f64> = (0..30).map(|day| 10.0 + 0.5 * f64::from(day)).collect();
    values[7] = 1_000.0;
    let (slope, level) = theil_sen(&values).unwrap();
    assert!((slope - 0.5).abs() < 1e-9 && (level - 10.0).abs() < 1e-9, "{slope} {level}");
    assert!(trend(&values).unwrap().p < 0.001);
    assert_eq!(theil_sen(&[1.0]), None);
    let long: Vec<f64> = (0..5_000).map(f64::from).collect();
    assert!((theil_sen(&long).unwrap().0 - 1.0).abs() < 1e-9);
}

/// A sine's autocorrelation at its period is 1, at half of it −1.
#[test]
fn what_repeats_correlates_with_itself() {
    let sine: Vec<Option<f64>> =
        (0..480).map(|hour| Some((f64::from(hour) / 24.0 * std::f64::consts::TAU).sin())).collect();
    assert!((autocorrelation(&sine, 24).unwrap() - 1.0).abs() < 1e-9);
    assert!((autocorrelation(&sine, 12).unwrap() + 1.0).abs() < 1e-9);
    assert!(seasonal_strength(&sine, 24).unwrap() > 0.999);
    let holes: Vec<Option<f64>> = sine.iter().enumerate().map(|(at, value)| value.filter(|_| at % 7 != 0)).collect();
    assert!(autocorrelation(&holes, 24).unwrap() > 0.99);
}

#[test]
fn nothing_repeats_in_a_constant_line() {
    let constant = vec![Some(3.0); 480];
    assert_eq!(autocorrelation(&constant, 24), None);
    assert_eq!(seasonal_strength(&constant, 24), None);
    assert_eq!(autocorrelation(&[], 24), None);
}

#[test]
fn spread_is_that_of_the_population() {
    // 2, 4, 4, 4, 5, 5, 7, 9: mean 5, standard deviation 2.
    let values = [2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0];
    assert_eq!(standard_deviation(&values), Some(2.0));
    assert_eq!(coefficient_of_variation(&values), Some(0.4));
    assert_eq!(coefficient_of_variation(&[0.0, 0.0]), None);
}

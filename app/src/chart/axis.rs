//! The axis of values: which unit it is written in, where it ends, and its ticks.
//!
//! Steps are 1, 2 or 5 times a power of ten; of bytes, powers of two within one unit of 1,024.

use model::metric::{Metric, Unit};

/// No more ticks than this above 0.
const TICKS_MAX: f64 = 4.0;
/// Between the highest value and the upper edge, of the highest value.
const HEADROOM: f64 = 0.04;

/// A unit of an axis: values are written divided by it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Measure {
    divisor: f64,
    pub(crate) suffix: &'static str,
}

impl Measure {
    /// The largest unit that the value is at least one of.
    pub(crate) fn of(unit: Unit, highest: f64) -> Self {
        let sizes: &[(f64, &'static str)] = match unit {
            Unit::Percent => &[(1.0, "%")],
            Unit::Megahertz => &[(1.0, "MHz"), (1e3, "GHz"), (1e6, "THz")],
            Unit::Bytes => &[
                (1.0, "B"),
                (1024.0, "KiB"),
                (1_048_576.0, "MiB"),
                (1_073_741_824.0, "GiB"),
                (1_099_511_627_776.0, "TiB"),
                (1_125_899_906_842_624.0, "PiB"),
            ],
            Unit::BytesPerSecond => &[
                (1.0, "B/s"),
                (1024.0, "KiB/s"),
                (1_048_576.0, "MiB/s"),
                (1_073_741_824.0, "GiB/s"),
                (1_099_511_627_776.0, "TiB/s"),
            ],
            Unit::Milliseconds => &[(1.0, "ms"), (1e3, "s")],
            Unit::Nanoseconds => &[(1.0, "ns"), (1e3, "µs"), (1e6, "ms"), (1e9, "s")],
        };
        let (divisor, suffix) = sizes.iter().rev().find(|(size, _)| highest >= *size).unwrap_or(&sizes[0]);
        Self { divisor: *divisor, suffix }
    }

    /// The number alone: three significant digits, no zeros that say nothing.
    pub(crate) fn number(self, value: f64) -> String {
        let value = value / self.divisor;
        let text = match value.abs() {
            99.95.. => return format!("{value:.0}"),
            9.995.. => format!("{value:.1}"),
            0.9995.. => format!("{value:.2}"),
            _ => format!("{value:.3}"),
        };
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    }

    pub(crate) fn print(self, value: f64) -> String {
        format!("{} {}", self.number(value), self.suffix)
    }
}

/// A value in the unit that suits it: `12.3 %`, `1.5 GiB/s`.
pub(crate) fn print(unit: Unit, value: f64) -> String {
    Measure::of(unit, value).print(value)
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Axis {
    pub(crate) measure: Measure,
    /// More than 0.
    pub(crate) top: f64,
    /// From 0 upwards.
    pub(crate) ticks: Vec<f64>,
}

impl Axis {
    /// For values up to the highest. What is a share of a whole that may be used up ends at the whole, so that charts of
    /// it compare; small values of other shares get an axis of their own.
    pub(crate) fn new(metric: Metric, highest: f64) -> Self {
        let highest = if highest.is_finite() { highest.max(0.0) } else { 0.0 };
        let unit = metric.unit();
        if matches!(metric, Metric::CpuUsage | Metric::FilesystemUsage) && highest <= 100.0 {
            return Self { measure: Measure::of(unit, 100.0), top: 100.0, ticks: vec![0.0, 25.0, 50.0, 75.0, 100.0] };
        }
        let highest = highest.max(least(unit));
        let measure = Measure::of(unit, highest);
        let wanted = highest * (1.0 + HEADROOM) / measure.divisor;
        let is_binary = matches!(unit, Unit::Bytes | Unit::BytesPerSecond);
        let step = if is_binary { binary_step(wanted / TICKS_MAX) } else { decimal_step(wanted / TICKS_MAX) };
        let count = (wanted / step).ceil().clamp(1.0, TICKS_MAX + 1.0);
        let ticks = (0..=count as i64).map(|at| at as f64 * step * measure.divisor).collect();
        Self { measure, top: count * step * measure.divisor, ticks }
    }
}

/// The least that an axis shows, so that a flat line at nothing is not drawn over a scale of crumbs.
const fn least(unit: Unit) -> f64 {
    match unit {
        Unit::Percent | Unit::Milliseconds => 4.0,
        Unit::Megahertz => 100.0,
        Unit::Bytes | Unit::BytesPerSecond => 1024.0,
        Unit::Nanoseconds => 1e3,
    }
}

/// The next of 1, 2, 5, 10, 20, … that is not below.
fn decimal_step(raw: f64) -> f64 {
    let power = 10_f64.powf(raw.log10().floor());
    let factor = [1.0, 2.0, 5.0].into_iter().find(|factor| factor * power >= raw * (1.0 - 1e-9));
    factor.unwrap_or(10.0) * power
}

/// The next power of two that is not below.
fn binary_step(raw: f64) -> f64 {
    2_f64.powf((raw.log2() - 1e-9).ceil())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn labels(metric: Metric, highest: f64) -> Vec<String> {
        let axis = Axis::new(metric, highest);
        axis.ticks.iter().map(|tick| axis.measure.print(*tick)).collect()
    }

    #[test]
    fn usage_is_drawn_up_to_the_whole_and_contention_is_not() {
        assert_eq!(labels(Metric::CpuUsage, 3.0), ["0 %", "25 %", "50 %", "75 %", "100 %"]);
        assert_eq!(labels(Metric::CpuReady, 7.3), ["0 %", "2 %", "4 %", "6 %", "8 %"]);
        assert_eq!(labels(Metric::CpuReady, 0.0), ["0 %", "2 %", "4 %", "6 %"]);
        assert!((Axis::new(Metric::MemoryPressure, 130.0).top - 150.0).abs() < 0.5);
    }

    #[test]
    fn bytes_step_in_powers_of_two_and_hertz_in_ones_twos_and_fives() {
        assert_eq!(labels(Metric::MemoryUsed, 3.2 * 1_073_741_824.0), ["0 GiB", "1 GiB", "2 GiB", "3 GiB", "4 GiB"]);
        assert_eq!(labels(Metric::DiskRead, 700.0 * 1024.0), ["0 KiB/s", "256 KiB/s", "512 KiB/s", "768 KiB/s"]);
        assert_eq!(labels(Metric::CpuDemand, 2_400.0), ["0 GHz", "1 GHz", "2 GHz", "3 GHz"]);
    }

    #[test]
    fn numbers_keep_three_digits() {
        assert_eq!(print(Unit::Percent, 12.345), "12.3 %");
        assert_eq!(print(Unit::Percent, 0.0), "0 %");
        assert_eq!(print(Unit::Bytes, 1.5 * 1_073_741_824.0), "1.5 GiB");
        assert_eq!(print(Unit::Nanoseconds, 12_000.0), "12 µs");
    }

    proptest! {
        #[test]
        fn every_value_fits_below_the_top(highest in 0.0..1e18_f64) {
            for metric in Metric::ALL {
                let axis = Axis::new(metric, highest);
                prop_assert!(axis.top >= highest, "{metric:?}: {} < {highest}", axis.top);
                prop_assert!((2..=6).contains(&axis.ticks.len()), "{metric:?}: {:?}", axis.ticks);
                prop_assert!(axis.ticks.last().is_some_and(|last| (last - axis.top).abs() <= axis.top * 1e-9));
            }
        }
    }
}

//! How exactly a value is kept: as a whole number whose order is the values' order, so that it packs and sorts as it is.
//!
//! Percentages are kept to the hundredth, as vCenter tells them. Everything else spans many magnitudes and is kept as a float
//! of few digits: 10 binary ones (0.05 %), 12 for bytes (0.012 %), where growth must not look like stairs.

use model::metric::{Metric, Unit};

const STEPS_OF_A_PERCENT: f64 = 100.0;
const MANTISSA: u32 = 23;

#[derive(Clone, Copy, Debug)]
pub(super) enum Quantum {
    Hundredth,
    /// A float's bits without its last so many.
    Float {
        dropped: u32,
    },
}

impl Quantum {
    pub(super) const fn of(metric: Metric) -> Self {
        match metric.unit() {
            Unit::Percent => Self::Hundredth,
            Unit::Bytes => Self::Float { dropped: MANTISSA - 12 },
            Unit::Megahertz | Unit::BytesPerSecond | Unit::Milliseconds | Unit::Nanoseconds => {
                Self::Float { dropped: MANTISSA - 10 }
            }
        }
    }

    /// The nearest step. The value is finite, not negative and at most [`f32::MAX`].
    pub(super) fn code(self, value: f64) -> u32 {
        match self {
            // Beyond the range of the type the cast stays at its end.
            Self::Hundredth => (value * STEPS_OF_A_PERCENT).round() as u32,
            Self::Float { dropped } => ((value as f32).to_bits() + (1 << (dropped - 1))) >> dropped,
        }
    }

    pub(super) fn value(self, code: u32) -> f64 {
        match self {
            Self::Hundredth => f64::from(code) / STEPS_OF_A_PERCENT,
            Self::Float { dropped } => {
                let value = f32::from_bits(code << dropped);
                // Rounding may have carried the largest float over the end.
                f64::from(if value.is_finite() { value } else { f32::MAX })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_within_a_tenth_of_a_point_or_of_a_percent() {
        for metric in Metric::ALL {
            let quantum = Quantum::of(metric);
            assert!(quantum.value(quantum.code(0.0)) == 0.0, "{metric:?}");
            let mut last = 0;
            for step in 0..2_000 {
                let value = 0.003 * 1.02_f64.powi(step);
                let code = quantum.code(value);
                assert!(code >= last, "{metric:?}: codes are in the order of values");
                last = code;
                let error = (quantum.value(code) - value).abs();
                let tolerated = if metric.unit() == Unit::Percent { 0.01 } else { value * 0.000_5 };
                if value < 4e7 {
                    assert!(error <= tolerated, "{metric:?} {value}: {error}");
                }
            }
            assert!(quantum.value(quantum.code(f64::from(f32::MAX))).is_finite());
        }
    }
}

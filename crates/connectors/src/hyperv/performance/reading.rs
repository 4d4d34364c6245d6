//! What a host, its machines and its volumes have used up to one moment, and what two such readings say of the time between.

use std::collections::BTreeMap;

use model::{metric::Metric, sample::Subject};
use serde::{Deserialize, Serialize};

/// A value as it is read.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Value {
    /// Of this moment.
    Level(f64),
    /// Counters that only grow: what counts is how much one grew for each unit that the other grew.
    Growth {
        amount: i64,
        /// Its clock, or how often something happened.
        per: i64,
        /// Devices that were summed up: with another number of them, the sums say nothing about each other.
        parts: i64,
        /// From units of the counters to the metric's.
        scale: f64,
    },
}

impl Value {
    /// The average between two moments; `None` where a counter began anew, which it does when its machine or host does.
    pub fn between(self, later: Self) -> Option<f64> {
        let average = match (self, later) {
            (Self::Level(first), Self::Level(second)) => f64::midpoint(first, second),
            (
                Self::Growth { amount, per, parts, .. },
                Self::Growth { amount: later_amount, per: later_per, parts: later_parts, scale },
            ) => {
                let (grown, base) = (later_amount.checked_sub(amount)?, later_per.checked_sub(per)?);
                if grown < 0 || base <= 0 || parts != later_parts {
                    return None;
                }
                grown as f64 / base as f64 * scale
            }
            _ => return None,
        };
        (average.is_finite() && average >= 0.0).then_some(average)
    }
}

/// One object at one moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Object {
    pub subject: Subject,
    /// A machine that was started anew, or that came from another host, is another one to its counters.
    pub incarnation: Option<i64>,
    pub values: BTreeMap<Metric, Value>,
}

/// Everything that one host tells, or one cluster, at one moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// By this machine's clock.
    pub at_ms: i64,
    pub objects: Vec<Object>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn growth(amount: i64, per: i64) -> Value {
        Value::Growth { amount, per, parts: 2, scale: 50.0 }
    }

    #[test]
    fn a_rate_is_what_one_counter_grew_for_each_unit_of_the_other() {
        assert_eq!(growth(1_000, 5_000).between(growth(2_000, 7_000)), Some(25.0));
        assert_eq!(Value::Level(4.0).between(Value::Level(8.0)), Some(6.0));
    }

    #[test]
    fn a_counter_that_began_anew_says_nothing() {
        for later in [growth(999, 7_000), growth(2_000, 5_000), growth(2_000, 10), Value::Level(1.0)] {
            assert_eq!(growth(1_000, 5_000).between(later), None, "{later:?}");
        }
        let one_more = Value::Growth { amount: 2_000, per: 7_000, parts: 3, scale: 50.0 };
        assert_eq!(growth(1_000, 5_000).between(one_more), None);
        assert_eq!(growth(i64::MIN, 0).between(growth(i64::MAX, i64::MAX)), None, "nothing overflows");
    }
}

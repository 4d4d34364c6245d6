//! The server's time beside our own. Samples carry the server's.

use std::time::{SystemTime, UNIX_EPOCH};

/// A difference that people should know of: samples then stand where they did not happen.
const TOLERATED_MS: i64 = 60_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Clock {
    /// The server's time minus ours, in milliseconds.
    ahead: i64,
    /// The server's time when it answered.
    now: i64,
}

impl Clock {
    pub(super) fn new(told_ms: i64, asked_ms: i64, answered_ms: i64) -> Self {
        // Somewhere between asking and the answer the server looked at its clock.
        let ahead = told_ms - told_ms.clamp(asked_ms.min(answered_ms), answered_ms.max(asked_ms));
        Self { ahead, now: answered_ms.max(asked_ms) + ahead }
    }

    pub(super) fn local_ms() -> i64 {
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
    }

    pub(super) fn now_ms(self) -> i64 {
        self.now
    }

    /// What to tell of a difference that matters.
    pub(super) fn skew(self) -> Option<String> {
        if self.ahead.abs() <= TOLERATED_MS {
            return None;
        }
        let direction = if self.ahead > 0 { "ahead of" } else { "behind" };
        Some(format!("the server's clock is {} s {direction} IROA's", self.ahead.abs() / 1_000))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_way_does_not_explain_is_a_difference() {
        assert_eq!(Clock::new(5_000, 1_000, 9_000).skew(), None);
        assert_eq!(Clock::new(5_000, 1_000, 9_000).now_ms(), 9_000);
        let ahead = Clock::new(200_000, 1_000, 9_000);
        assert_eq!(
            (ahead.skew().as_deref(), ahead.now_ms()),
            (Some("the server's clock is 191 s ahead of IROA's"), 200_000)
        );
        let behind = Clock::new(0, 100_000, 101_000);
        assert_eq!(behind.skew().as_deref(), Some("the server's clock is 100 s behind IROA's"));
    }
}

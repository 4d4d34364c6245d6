//! The time of day, for the whole server. Pure code is given it instead.

/// UTC milliseconds.
pub fn now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

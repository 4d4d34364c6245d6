//! The axis of time: ticks at full minutes, hours, days and months of the reader's clock, and moments as words.
//!
//! The clock is a distance from UTC. A change to summer time within a range moves its ticks of before by an hour.

use std::ops::Range;

use model::format;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Labels stand beside each other on a phone, too.
const TICKS_MAX: usize = 6;
const STEPS: [i64; 14] = [
    MINUTE,
    5 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    7 * DAY,
    14 * DAY,
    28 * DAY,
];
/// 1970-01-05 was a Monday: weeks begin with one.
const MONDAY: i64 = 4 * DAY;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tick {
    pub(crate) at_ms: i64,
    pub(crate) label: String,
}

/// Ticks within a range, as seen by a clock so far ahead of UTC.
pub(crate) fn ticks(range: &Range<i64>, utc_offset_ms: i64) -> Vec<Tick> {
    let (from, to) = (range.start + utc_offset_ms, range.end + utc_offset_ms);
    let steps = STEPS.into_iter().find(|step| fits(from, to, *step));
    let locals = steps.map_or_else(|| months(from, to), |step| multiples(from, to, step));
    locals.into_iter().map(|local| Tick { at_ms: local - utc_offset_ms, label: label(local, steps) }).collect()
}

fn fits(from: i64, to: i64, step: i64) -> bool {
    (to - from) / step <= TICKS_MAX as i64
}

fn multiples(from: i64, to: i64, step: i64) -> Vec<i64> {
    let origin = if step >= 7 * DAY { MONDAY } else { 0 };
    let first = (from - origin + step - 1).div_euclid(step) * step + origin;
    (0..=TICKS_MAX as i64 + 1).map(|at| first + at * step).take_while(|at| *at <= to).collect()
}

/// First days of months, as many months apart as leaves few.
fn months(from: i64, to: i64) -> Vec<i64> {
    let first_day = (from + DAY - 1).div_euclid(DAY) * DAY;
    // A custom range is bounded to a few years; each day is looked at once.
    let days = (0..10_000).map(|at| first_day + at * DAY).take_while(|at| *at <= to);
    let firsts: Vec<i64> = days.filter(|at| &format::iso_utc(*at)[8..10] == "01").collect();
    let month = |at: &i64| format::iso_utc(*at)[5..7].parse().unwrap_or(1);
    for apart in [1, 2, 3, 6] {
        let chosen: Vec<i64> = firsts.iter().copied().filter(|at| (month(at) - 1) % apart == 0).collect();
        if chosen.len() <= TICKS_MAX {
            return chosen;
        }
    }
    firsts.into_iter().filter(|at| month(at) == 1).collect()
}

/// `step`: `None` for months.
fn label(local: i64, step: Option<i64>) -> String {
    let iso = format::iso_utc(local);
    match step {
        None if &iso[5..7] == "01" => iso[..4].to_owned(),
        None => month_word(&iso).to_owned(),
        Some(step) if step < DAY && local.rem_euclid(DAY) != 0 => iso[11..16].to_owned(),
        Some(_) => day_words(&iso),
    }
}

/// `23 Nov`
fn day_words(iso: &str) -> String {
    format!("{} {}", iso[8..10].trim_start_matches('0'), month_word(iso))
}

fn month_word(iso: &str) -> &'static str {
    const WORDS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let month: usize = iso[5..7].parse().unwrap_or(1);
    WORDS[(month - 1).min(11)]
}

/// `2026-11-23 12:21` by the reader's clock.
pub(crate) fn moment(at_ms: i64, utc_offset_ms: i64) -> String {
    let iso = format::iso_utc(at_ms + utc_offset_ms);
    format!("{} {}", &iso[..10], &iso[11..16])
}

/// `2026-11-23` by the reader's clock.
pub(crate) fn date(at_ms: i64, utc_offset_ms: i64) -> String {
    format::iso_utc(at_ms + utc_offset_ms)[..10].to_owned()
}

/// What times are in: `UTC`, `UTC+02:00`.
pub(crate) fn zone(utc_offset_ms: i64) -> String {
    let minutes = utc_offset_ms.abs() / MINUTE;
    match utc_offset_ms {
        0 => "UTC".to_owned(),
        _ => format!("UTC{}{:02}:{:02}", if utc_offset_ms < 0 { '−' } else { '+' }, minutes / 60, minutes % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-23T11:20:00Z
    const NOW: i64 = 1_795_432_800_000;

    fn labels(days: i64, utc_offset_ms: i64) -> Vec<String> {
        ticks(&(NOW - days * DAY..NOW), utc_offset_ms).into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn a_day_has_hours_a_week_days_and_a_year_months() {
        assert_eq!(labels(1, 0), ["12:00", "18:00", "23 Nov", "06:00"]);
        assert_eq!(labels(7, 0), ["17 Nov", "19 Nov", "21 Nov", "23 Nov"]);
        assert_eq!(labels(30, 0), ["26 Oct", "2 Nov", "9 Nov", "16 Nov", "23 Nov"]);
        assert_eq!(labels(400, 0), ["2026", "Apr", "Jul", "Oct"]);
    }

    #[test]
    fn full_hours_are_the_readers() {
        let ticks = ticks(&(NOW - DAY..NOW), 2 * HOUR + HOUR / 2);
        assert!(ticks.iter().all(|tick| (tick.at_ms + HOUR / 2).rem_euclid(HOUR) == 0), "{ticks:?}");
        assert_eq!(moment(NOW, 2 * HOUR), "2026-11-23 13:20");
        assert_eq!(zone(2 * HOUR), "UTC+02:00");
        assert_eq!(zone(-HOUR * 7 / 2), "UTC−03:30");
    }

    #[test]
    fn there_are_never_too_many() {
        for days in 0..2_000 {
            let count = ticks(&(NOW - days * DAY..NOW), 0).len();
            assert!(count <= TICKS_MAX + 1, "{days} days: {count}");
        }
    }
}

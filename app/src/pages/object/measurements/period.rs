//! The time that charts show, as the address names it: `?range=7d`, `?range=custom&from=2026-11-01&to=2026-11-07`.

use std::ops::Range;

use model::sample::Grain;

use crate::table::parameter;

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// The longest custom range: what is kept at all.
const LONGEST_MS: i64 = 5 * 366 * DAY_MS;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Period {
    /// Up to now.
    Last(&'static Choice),
    /// Whole days of the reader's clock.
    Custom(Range<i64>),
    /// Why what the address names is no range.
    Refused(&'static str),
}

/// A range that a link offers.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Choice {
    pub(super) key: &'static str,
    pub(super) label: &'static str,
    length_ms: i64,
}

pub(super) const CHOICES: [Choice; 3] = [
    Choice { key: "24h", label: "24 hours", length_ms: DAY_MS },
    Choice { key: "7d", label: "7 days", length_ms: 7 * DAY_MS },
    Choice { key: "30d", label: "30 days", length_ms: 30 * DAY_MS },
];

impl Period {
    pub(super) fn parse(search: &str, utc_offset_ms: i64) -> Self {
        let key = parameter(search, "range").unwrap_or_default();
        if key == "custom" {
            return match custom(search, utc_offset_ms) {
                Ok(range) => Self::Custom(range),
                Err(reason) => Self::Refused(reason),
            };
        }
        Self::Last(CHOICES.iter().find(|choice| choice.key == key).unwrap_or(&CHOICES[0]))
    }

    /// Ends with the last interval that is over, and never after it.
    pub(super) fn range(&self, now_ms: i64) -> Range<i64> {
        let end = Grain::BASE.last_end(now_ms);
        match self {
            Self::Last(choice) => end - choice.length_ms..end,
            Self::Custom(range) => range.start.min(end - HOUR_MS)..range.end.min(end),
            Self::Refused(_) => end - DAY_MS..end,
        }
    }
}

fn custom(search: &str, utc_offset_ms: i64) -> Result<Range<i64>, &'static str> {
    let day = |key: &str| parameter(search, key).and_then(|text| midnight(&text));
    let (Some(from), Some(to)) = (day("from"), day("to")) else {
        return Err("from and to are dates like 2026-11-01");
    };
    let range = from - utc_offset_ms..to + DAY_MS - utc_offset_ms;
    if range.is_empty() {
        return Err("the first day lies after the last one");
    }
    if range.end - range.start > LONGEST_MS {
        return Err("longer than five years: name a shorter time");
    }
    Ok(range)
}

fn midnight(text: &str) -> Option<i64> {
    let date: jiff::civil::Date = text.parse().ok()?;
    Some(date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-23T11:21:54Z
    const NOW: i64 = 1_795_432_914_000;

    #[test]
    fn a_link_names_a_length_up_to_the_last_full_interval() {
        let range = Period::parse("?range=7d", 0).range(NOW);
        assert_eq!(model::format::iso_utc(range.end), "2026-11-23T11:20:00Z");
        assert_eq!(range.end - range.start, 7 * DAY_MS);
        assert_eq!(Period::parse("range=nonsense", 0), Period::Last(&CHOICES[0]));
    }

    #[test]
    fn custom_days_are_the_readers_and_end_by_now() {
        let search = "range=custom&from=2026-11-01&to=2026-11-02";
        let range = Period::parse(search, 2 * HOUR_MS).range(NOW);
        assert_eq!(model::format::iso_utc(range.start), "2026-10-31T22:00:00Z");
        assert_eq!(range.end - range.start, 2 * DAY_MS);
        let today = Period::parse("range=custom&from=2026-11-23&to=2026-12-24", 0).range(NOW);
        assert_eq!(model::format::iso_utc(today.end), "2026-11-23T11:20:00Z");
        assert!(!Period::parse("range=custom&from=2030-01-01&to=2030-01-02", 0).range(NOW).is_empty());
    }

    #[test]
    fn what_is_no_range_is_refused_with_a_reason() {
        for search in ["from=2026-11-02&to=2026-11-01", "from=x&to=2026-11-01", "", "from=1900-01-01&to=2026-01-01"] {
            let period = Period::parse(&format!("range=custom&{search}"), 0);
            assert!(matches!(period, Period::Refused(_)), "{search}: {period:?}");
        }
    }
}

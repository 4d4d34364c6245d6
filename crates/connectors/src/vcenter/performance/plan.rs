//! Which spans of time are read at which interval: the last hour from the hosts themselves, what lies before it from the
//! server's history, each part at the finest interval that reaches back to it.

use std::ops::Range;

use model::sample::Grain;

use crate::vcenter::{object::Object, tree::Element};

/// Hosts measure every 20 seconds.
pub(super) const REALTIME_S: i64 = 20;
/// And keep that for an hour; the last minutes of it are already going.
const REALTIME_KEPT_MS: i64 = 55 * 60_000;
/// No server keeps more; what says so is not believed.
const MAX_KEPT_S: i64 = 10 * 366 * 86_400;

/// `PerfInterval`: one row of the server's table of statistics.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Interval {
    pub(super) grain: Grain,
    pub(super) kept_ms: i64,
    /// 1 to 4: which counters it keeps.
    pub(super) level: i64,
}

/// Reads `PerformanceManager.historicalInterval`, finest first; disabled ones and those of other lengths are left out.
pub(super) fn read_intervals(object: Object<'_>) -> Option<Vec<Interval>> {
    let (_, list) = object.properties().find(|(path, _)| *path == "historicalInterval")?;
    let mut intervals: Vec<Interval> = list.items().filter_map(interval).collect();
    intervals.sort_by_key(|interval| interval.grain);
    intervals.dedup_by_key(|interval| interval.grain);
    Some(intervals)
}

fn interval(value: Element<'_>) -> Option<Interval> {
    if value.flag("enabled") == Some(false) {
        return None;
    }
    let grain = Grain::from_seconds(value.number("samplingPeriod")?)?;
    let kept_s = value.number("length").filter(|kept| (1..=MAX_KEPT_S).contains(kept))?;
    Some(Interval { grain, kept_ms: kept_s * 1_000, level: value.number("level").unwrap_or(1) })
}

/// A span to read, and at which interval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Realtime(Range<i64>),
    History(Interval, Range<i64>),
}

/// From when on the hosts themselves are asked.
pub(super) fn oldest_realtime(now_ms: i64) -> i64 {
    Grain::BASE.end_of(now_ms - REALTIME_KEPT_MS)
}

/// The parts of a span, newest first: what is wanted most comes first. Each is read at the finest interval that reaches back
/// to it. A coarse part ends with a whole interval of its own: what it shares with a finer one, the finer one tells.
pub(super) fn parts(wanted: &Range<i64>, now_ms: i64, history: &[Interval]) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut newest_ms = oldest_realtime(now_ms);
    let realtime = wanted.start.max(newest_ms)..wanted.end;
    if !realtime.is_empty() {
        parts.push(Part::Realtime(realtime));
    }
    for interval in history {
        let oldest_ms = interval.grain.end_of(now_ms - interval.kept_ms).min(newest_ms);
        let span = wanted.start.max(oldest_ms)..wanted.end.min(newest_ms);
        if !span.is_empty() {
            parts.push(Part::History(*interval, span.start..interval.grain.end_of(span.end)));
        }
        newest_ms = oldest_ms;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000;
    const NOW: i64 = 1_000_000 * HOUR;

    fn vcenter() -> Vec<Interval> {
        let of = |grain, days: i64| Interval { grain, kept_ms: days * 24 * HOUR, level: 1 };
        vec![of(Grain::FiveMinutes, 1), of(Grain::HalfHour, 7), of(Grain::TwoHours, 30), of(Grain::Day, 365)]
    }

    fn span(part: &Part) -> (Grain, Range<i64>) {
        match part {
            Part::Realtime(span) => (Grain::BASE, span.clone()),
            Part::History(interval, span) => (interval.grain, span.clone()),
        }
    }

    #[test]
    fn a_first_read_reaches_back_through_every_interval() {
        // No multiple of anything but five minutes.
        let now = NOW + 20 * 60_000;
        let parts: Vec<_> = parts(&(now - 400 * 24 * HOUR..now), now, &vcenter()).iter().map(span).collect();
        assert_eq!(parts.len(), 5);
        for pair in parts.windows(2) {
            let ((_, finer), (grain, coarser)) = (&pair[0], &pair[1]);
            let last = coarser.end;
            assert_eq!(last, grain.end_of(last), "a coarse part ends with a sample");
            assert!(last >= finer.start, "and leaves no hole before the finer one");
            assert!(last - finer.start < grain.ms());
        }
        assert_eq!(parts[0].1, now - 55 * 60_000..now);
        assert_eq!(
            parts[4].1.start,
            Grain::Day.end_of(now - 365 * 24 * HOUR),
            "what is going already is not asked for"
        );
    }

    #[test]
    fn a_slice_of_history_is_read_at_the_interval_that_holds_it() {
        let slice = NOW - 20 * 24 * HOUR..NOW - 10 * 24 * HOUR;
        let parts: Vec<_> = parts(&slice, NOW, &vcenter()).iter().map(span).collect();
        assert_eq!(parts, [(Grain::TwoHours, slice)]);
    }

    #[test]
    fn a_read_every_five_minutes_asks_the_hosts_alone() {
        let span = NOW - 15 * 60_000..NOW;
        assert_eq!(parts(&span, NOW, &vcenter()), [Part::Realtime(span.clone())]);
    }

    #[test]
    fn a_host_without_a_server_has_no_history() {
        assert_eq!(parts(&(NOW - 48 * HOUR..NOW), NOW, &[]).len(), 1);
    }
}

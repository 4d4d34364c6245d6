//! What a chart says in words: for those who do not see it, and beside it.

use std::ops::Range;

use model::{
    format,
    sample::Grain,
    series::{SeriesSummary, SeriesView},
};

use super::{axis::print, moments};

/// `CPU usage, 1 d to 2026-11-23 11:20 UTC: average 12 %, 95 % of the time at or below 40 %, highest 80 %; 98 % covered`
pub(super) fn sentence(view: &SeriesView, summary: &SeriesSummary, range: &Range<i64>, utc_offset_ms: i64) -> String {
    let unit = view.metric.unit();
    let head = format!(
        "{}, {} to {} {}",
        view.metric.label(),
        length(range),
        moments::moment(range.end, utc_offset_ms),
        moments::zone(utc_offset_ms)
    );
    if view.points.is_empty() {
        return format!("{head}: no value");
    }
    let figures = [
        view.average.map(|value| format!("average {}", print(unit, value))),
        view.p95.map(|value| format!("95 % of the time at or below {}", print(unit, value))),
        view.maximum.map(|value| format!("highest {}", print(unit, value))),
    ];
    let figures: Vec<String> = figures.into_iter().flatten().collect();
    let covered = covered(view, summary, range, utc_offset_ms).map_or(String::new(), |words| format!("; {words}"));
    format!("{head}: {}{covered}", figures.join(", "))
}

/// `24 hours`, `7 days`
pub(super) fn length(range: &Range<i64>) -> String {
    let hours = (range.end - range.start + 1_800_000) / 3_600_000;
    match hours {
        ..=48 => format!("{hours} hours"),
        _ => format!("{} days", (hours + 12) / 24),
    }
}

/// `98 % covered`, of the whole time that is shown; where there is nothing of its beginning, also what is covered since there
/// is: `4 % covered, 100 % since 2026-11-23 10:20`. `None` where nothing was expected yet. Whole is whole: what lacks
/// something never reads 100 %.
pub(super) fn covered(
    view: &SeriesView,
    summary: &SeriesSummary,
    range: &Range<i64>,
    utc_offset_ms: i64,
) -> Option<String> {
    let valid = view.valid.min(view.expected);
    let since = valid.checked_mul(100)?.checked_div(view.expected)?;
    if summary.first_ms <= range.start {
        return Some(format!("{since} % covered"));
    }
    let all = ((range.end - range.start) / Grain::BASE.ms()).max(1) as u64;
    let whole = match valid.saturating_mul(100) / all.max(valid) {
        0 if valid > 0 => "under 1".to_owned(),
        percent => percent.to_string(),
    };
    Some(format!("{whole} % covered, {since} % since {}", moments::moment(summary.first_ms, utc_offset_ms)))
}

/// What a coarse grain means; nothing for the finest.
pub(super) fn grain(grain: Grain) -> Option<String> {
    let length = match grain {
        Grain::FiveMinutes => return None,
        Grain::HalfHour => "30 minutes",
        Grain::Hour => "1 hour",
        Grain::TwoHours => "2 hours",
        Grain::Day => "1 day",
    };
    Some(format!("values of {length}: trends only"))
}

/// `one value for 2 h`: how far a chart draws its values together.
pub(super) fn step(step_ms: i64) -> String {
    format!("a point for {}", format::duration_ms(step_ms.max(10_000)))
}

#[cfg(test)]
mod tests {
    use model::{metric::Metric, series::Point};

    use super::*;

    fn view() -> SeriesView {
        SeriesView {
            metric: Metric::CpuUsage,
            step_ms: 300_000,
            grain: Grain::FiveMinutes,
            points: vec![Point { end_ms: 300_000, average: 12.0, maximum: Some(80.0), p95: None }],
            expected: 288,
            valid: 287,
            average: Some(12.04),
            p95: Some(40.0),
            maximum: Some(80.0),
        }
    }

    #[test]
    fn a_chart_is_a_sentence() {
        let now = 1_795_432_800_000;
        assert_eq!(
            sentence(&view(), &summary(0), &(now - 86_400_000..now), 0),
            "CPU usage, 24 hours to 2026-11-23 11:20 UTC: average 12 %, 95 % of the time at or below 40 %, highest 80 %; \
             99 % covered"
        );
        let empty = SeriesView { points: vec![], ..view() };
        assert!(
            sentence(&empty, &summary(0), &(now - 7 * 86_400_000..now), 0)
                .ends_with("7 days to 2026-11-23 11:20 UTC: no value")
        );
    }

    fn summary(first_ms: i64) -> SeriesSummary {
        SeriesSummary { metric: Metric::CpuUsage, grain: Grain::BASE, first_ms, last_ms: first_ms, last: 12.0 }
    }

    #[test]
    fn what_lacks_something_is_not_whole() {
        let day = 0..86_400_000;
        let covered = |view: &SeriesView| covered(view, &summary(0), &day, 0);
        assert_eq!(covered(&view()).unwrap(), "99 % covered");
        assert_eq!(covered(&SeriesView { valid: 288, ..view() }).unwrap(), "100 % covered");
        assert_eq!(covered(&SeriesView { expected: 0, ..view() }), None);
        assert_eq!(grain(Grain::TwoHours).unwrap(), "values of 2 hours: trends only");
    }

    #[test]
    fn an_hour_is_not_a_day() {
        // 2026-11-23T11:20:00Z, and an hour of values before it.
        let now = 1_795_432_800_000;
        let (hour, day) = (now - 3_600_000, now - 86_400_000..now);
        let view = SeriesView { valid: 12, expected: 12, ..view() };
        assert_eq!(covered(&view, &summary(hour), &day, 0).unwrap(), "4 % covered, 100 % since 2026-11-23 10:20");
        let month = now - 30 * 86_400_000..now;
        assert!(covered(&view, &summary(hour), &month, 0).unwrap().starts_with("under 1 % covered"));
        assert_eq!(covered(&view, &summary(hour), &(hour..now), 0).unwrap(), "100 % covered");
    }
}

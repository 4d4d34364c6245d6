//! Times and durations in the shapes that PowerShell prints. Pure.

use jiff::{Timestamp, civil::DateTime, tz::TimeZone};
use serde_json::Value;

use super::as_number;

/// 1971-01-01: Hyper-V says "never" with the years 1 and 1601.
const FIRST_MS: i64 = 31_536_000_000;
/// 2200-01-01.
const LAST_MS: i64 = 7_258_118_400_000;

/// UTC milliseconds from a number of them, `/Date(1488869314761)/`, ISO 8601, or an object that holds one of these.
pub(super) fn as_time(value: &Value) -> Option<i64> {
    let ms = match value {
        Value::Number(_) => as_number(value),
        Value::String(text) => time_of(text.trim()),
        Value::Object(fields) => fields.get("value").filter(|value| !value.is_object()).and_then(as_time),
        _ => None,
    };
    ms.filter(|ms| (FIRST_MS..LAST_MS).contains(ms))
}

fn time_of(text: &str) -> Option<i64> {
    if let Some(inside) = text.strip_prefix("/Date(").and_then(|rest| rest.strip_suffix(")/")) {
        // The zone behind the number says how it was shown, not what it is.
        let end =
            inside.char_indices().skip(1).find(|(_, c)| matches!(c, '+' | '-')).map_or(inside.len(), |(at, _)| at);
        return inside.get(..end)?.parse().ok();
    }
    if let Ok(ms) = text.parse() {
        return Some(ms);
    }
    let with_zone = text.parse::<Timestamp>().ok();
    let without = || text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp());
    with_zone.or_else(without).map(Timestamp::as_millisecond)
}

/// Milliseconds from a number of them, `6.02:21:14.5`, or a `TimeSpan` object.
pub(super) fn as_span(value: &Value) -> Option<i64> {
    match value {
        Value::Number(_) => as_number(value),
        Value::String(text) => span_of(text.trim()),
        Value::Object(fields) => {
            let ticks = || fields.get("Ticks").and_then(as_number).map(|ticks| ticks / 10_000);
            fields.get("TotalMilliseconds").and_then(as_number).or_else(ticks)
        }
        _ => None,
    }
}

fn span_of(text: &str) -> Option<i64> {
    let mut parts = text.split(':');
    let (first, minutes, seconds) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let (days, hours) = first.split_once('.').unwrap_or(("0", first));
    let whole: [i64; 3] = [days.parse().ok()?, hours.parse().ok()?, minutes.parse().ok()?];
    let seconds: f64 = seconds.parse().ok()?;
    let is_sane = whole.iter().all(|part| (0..100_000).contains(part)) && (0.0..60.0).contains(&seconds);
    is_sane.then(|| ((whole[0] * 24 + whole[1]) * 60 + whole[2]) * 60_000 + (seconds * 1_000.0).round() as i64)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn times_are_read_in_every_shape() {
        let expected = Some(1_488_869_314_761);
        for value in [
            json!(1_488_869_314_761_i64),
            json!("1488869314761"),
            json!("/Date(1488869314761)/"),
            json!("/Date(1488869314761+0100)/"),
            json!("2017-03-07T06:48:34.761Z"),
            json!("2017-03-07T07:48:34.7610000+01:00"),
            json!("2017-03-07T06:48:34.761"),
            json!({"value": "/Date(1488869314761)/", "DisplayHint": 2, "DateTime": "Tuesday, 7 March 2017"}),
        ] {
            assert_eq!(as_time(&value), expected, "{value}");
        }
        for never in
            [json!(null), json!(""), json!("/Date(-62135596800000)/"), json!("1601-01-01T00:00:00Z"), json!(1e30)]
        {
            assert_eq!(as_time(&never), None, "{never}");
        }
    }

    #[test]
    fn durations_are_read_as_object_and_as_text() {
        for (value, expected) in [
            (json!("6.02:21:14"), Some(526_874_000)),
            (json!("02:21:14.5"), Some(8_474_500)),
            (json!({"Ticks": 36_000_000_000_i64, "Days": 0, "Hours": 1}), Some(3_600_000)),
            (json!({"Ticks": 0, "TotalMilliseconds": 12.7}), Some(12)),
            (json!(5), Some(5)),
            (json!("soon"), None),
            (json!("1:2"), None),
            (json!("99999999999999999999.00:00:00"), None),
        ] {
            assert_eq!(as_span(&value), expected, "{value}");
        }
    }
}

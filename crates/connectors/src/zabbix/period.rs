//! Times as Zabbix writes them: `30s`, `1m`, `7d`, `60`.

/// Seconds; `None` for macros and whatever is no time. Of a flexible interval (`1m;50s/1-5,00:00-24:00`) the plain part.
pub(super) fn seconds(text: &str) -> Option<i64> {
    let text = text.split(';').next().unwrap_or_default().trim();
    let (number, unit) = match text.char_indices().last()? {
        (at, unit) if unit.is_ascii_alphabetic() => (&text[..at], unit),
        _ => (text, 's'),
    };
    let unit: i64 = match unit {
        's' => 1,
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        'w' => 604_800,
        _ => return None,
    };
    number.parse::<i64>().ok().filter(|number| *number >= 0)?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_in_seconds() {
        for (text, expected) in [
            ("30s", Some(30)),
            ("60", Some(60)),
            ("1m;50s/1-5,00:00-24:00", Some(60)),
            ("2w", Some(1_209_600)),
            ("0", Some(0)),
            ("", None),
            ("{$DELAY}", None),
            ("-1", None),
            ("99999999999999999w", None),
            ("é", None),
        ] {
            assert_eq!(seconds(text), expected, "{text}");
        }
    }
}

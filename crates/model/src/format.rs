//! How values read: sizes in binary units, durations, times in ISO 8601. Pure, the same on server and browser.

/// Binary units with three significant digits: `1.5 GiB`, `512 MiB`, `0 B`.
pub fn bytes(value: i64) -> String {
    const UNITS: [&str; 7] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"];
    let mut size = value as f64;
    let mut unit = 0;
    while size.abs() >= 1023.95 && unit + 1 < UNITS.len() {
        size /= 1024.0;
        unit += 1;
    }
    format!("{} {}", short(size, unit == 0), UNITS[unit])
}

/// `2.4 GHz`, `800 MHz`.
pub fn mhz(value: i64) -> String {
    if value.abs() >= 1_000 { format!("{} GHz", short(value as f64 / 1_000.0, false)) } else { format!("{value} MHz") }
}

/// A share as a whole percent; one decimal below ten.
pub fn percent(value: f64) -> String {
    if value.abs() < 10.0 && value.fract() != 0.0 { format!("{value:.1} %") } else { format!("{value:.0} %") }
}

/// The two largest units: `3 d 4 h`, `12 min`, `0.8 s` (below ten seconds, from milliseconds).
pub fn duration_ms(value: i64) -> String {
    if value < 10_000 {
        return format!("{:.1} s", value.max(0) as f64 / 1_000.0);
    }
    duration_s(value / 1_000)
}

pub fn duration_s(value: i64) -> String {
    const UNITS: [(i64, &str); 5] = [(31_536_000, "y"), (86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    let value = value.max(0);
    let Some(first) = UNITS.iter().position(|(size, _)| value >= *size) else {
        return "0 s".to_owned();
    };
    let (size, unit) = UNITS[first];
    let head = format!("{} {unit}", value / size);
    let Some((next_size, next_unit)) = UNITS.get(first + 1) else {
        return head;
    };
    match value % size / next_size {
        0 => head,
        rest => format!("{head} {rest} {next_unit}"),
    }
}

/// `12 345` with thin spaces as separators.
pub fn count(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut text = String::from(if value < 0 { "−" } else { "" });
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push('\u{202f}');
        }
        text.push(digit);
    }
    text
}

/// UTC milliseconds as `2026-11-23T11:21:54Z`; years outside 0–9999 are clamped.
pub fn iso_utc(ms: i64) -> String {
    let (year, month, day) = civil(ms.div_euclid(86_400_000));
    let second_of_day = ms.rem_euclid(86_400_000) / 1_000;
    format!(
        "{:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z",
        year.clamp(0, 9999),
        second_of_day / 3_600,
        second_of_day / 60 % 60,
        second_of_day % 60
    )
}

/// The same for people, to the minute: `2026-11-23 11:21 UTC`.
pub fn time_utc(ms: i64) -> String {
    let iso = iso_utc(ms);
    format!("{} {} UTC", &iso[..10], &iso[11..16])
}

/// Days since 1970-01-01 as year, month, day in the proleptic Gregorian calendar (Howard Hinnant, "chrono-compatible
/// low-level date algorithms", `civil_from_days`). jiff would cost the browser 100 kB for this.
fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

fn short(value: f64, whole: bool) -> String {
    if whole || value.abs() >= 99.95 {
        return format!("{value:.0}");
    }
    let text = format!("{value:.1}");
    text.strip_suffix(".0").map_or(text.clone(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_read_in_binary_units() {
        assert_eq!(bytes(0), "0 B");
        assert_eq!(bytes(32 << 20), "32 MiB");
        assert_eq!(bytes(3 << 29), "1.5 GiB");
        assert_eq!(bytes((1 << 40) - 1), "1 TiB");
        assert_eq!(mhz(2_400), "2.4 GHz");
    }

    #[test]
    fn durations_keep_two_units() {
        assert_eq!(duration_ms(820), "0.8 s");
        assert_eq!(duration_s(273_600), "3 d 4 h");
        assert_eq!(duration_s(0), "0 s");
    }

    #[test]
    fn times_are_utc() {
        assert_eq!(iso_utc(1_795_432_914_000), "2026-11-23T11:21:54Z");
        assert_eq!(iso_utc(-1_000), "1969-12-31T23:59:59Z");
        assert_eq!(time_utc(951_782_400_000), "2000-02-29 00:00 UTC");
    }

    #[test]
    fn counts_are_grouped() {
        assert_eq!(count(12_345), "12\u{202f}345");
        assert_eq!(count(-7), "−7");
    }
}

//! The load signature: seven days by twenty-four hours as a heat strip, in one hue that grows darker with the value.

use leptos::prelude::*;
use model::metric::Metric;

use super::axis::print;
use crate::components::{Head, PlainTable};

/// Monday first, then the hour of the reader's clock that begins at the index.
pub(crate) type Week = [[Option<f64>; 24]; 7];

const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
/// Of the metric's ceiling of 100: what lies at or above a bound is drawn one level darker.
const BOUNDS: [f64; 5] = [10.0, 25.0, 40.0, 60.0, 80.0];
const TABLE_HEADS: [Head; 8] = [
    Head::Text("Hour"),
    Head::Number("Mon"),
    Head::Number("Tue"),
    Head::Number("Wed"),
    Head::Number("Thu"),
    Head::Number("Fri"),
    Head::Number("Sat"),
    Head::Number("Sun"),
];

/// Of a metric in percent.
pub(crate) fn signature(metric: Metric, week: &Week, days: i64, zone: &str) -> AnyView {
    let week = *week;
    let cells = week.into_iter().enumerate().flat_map(move |(day, hours)| {
        hours.into_iter().enumerate().map(move |(hour, value)| {
            let words = value.map_or_else(|| "no value".to_owned(), |value| print(metric.unit(), value));
            view! {
                <rect class=format!("l{}", value.map_or(0, level)) x=hour y=day width="1" height="1">
                    <title>{format!("{} {hour:02}:00: {words}", DAYS[day])}</title>
                </rect>
            }
        })
    });
    let days_of_week = DAYS.iter().enumerate().map(|(day, name)| {
        view! { <text x="100%" y=format!("{:.1}%", (day as f64 + 0.5) * 100.0 / 7.0)>{&name[..3]}</text> }
    });
    let hours = (0..24).step_by(6).map(|hour| {
        let class = if hour == 0 { "first" } else { "" };
        view! { <text class=class x=format!("{:.2}%", f64::from(hour) * 100.0 / 24.0) y="12">{format!("{hour:02}:00")}</text> }
    });
    let key = (1..=6).map(|level| {
        view! { <rect class=format!("l{level}") x=(level - 1) * 16 width="15" height="10" /> }
    });
    let rows = (0..24).map(move |hour| {
        let cells = week.map(|hours| {
            let words = hours[hour].map_or_else(|| "—".to_owned(), |value| print(metric.unit(), value));
            view! { <td class="num">{words}</td> }
        });
        view! {
            <tr>
                <th scope="row">{format!("{hour:02}:00")}</th>
                {cells.collect_view()}
            </tr>
        }
    });
    let sentence = sentence(metric, &week, days);
    let has_gaps = week.iter().flatten().any(Option::is_none);
    let cells = cells.collect_view();
    let rows = rows.collect_view();
    view! {
        <figure class="signature">
            <figcaption>
                <strong>"Load by weekday and hour"</strong>
                <span class="notes">{format!("{}, averages of {days} days, {zone}", metric.label())}</span>
            </figcaption>
            <div class="plot" role="img" aria-label=sentence.clone()>
                <svg class="heights" aria-hidden="true">
                    {days_of_week.collect_view()}
                </svg>
                <svg class="week" aria-hidden="true" viewBox="0 0 24 7" preserveAspectRatio="none">
                    {cells}
                </svg>
                <svg class="times" aria-hidden="true">
                    {hours.collect_view()}
                </svg>
            </div>
            <p class="legend">
                <span>"0 %"</span>
                <svg class="key-week" aria-hidden="true" viewBox="0 0 96 10">
                    {key.collect_view()}
                </svg>
                <span>"100 %"</span>
                {has_gaps.then(|| view! { <span>"empty: no value"</span> })}
                <span>{sentence.split_once(": ").map(|(_, words)| words.to_owned())}</span>
            </p>
            <div class="numbers">
                <details id="signature-table">
                    <summary>
                        "Show as a table" <span class="visually-hidden">": load by weekday and hour"</span>
                    </summary>
                    <PlainTable caption="Load by weekday and hour" heads=TABLE_HEADS>
                        {rows}
                    </PlainTable>
                </details>
            </div>
        </figure>
    }
    .into_any()
}

/// 1 to 6; 0 is for what is not known.
fn level(value: f64) -> usize {
    1 + BOUNDS.iter().filter(|bound| value >= **bound).count()
}

/// `CPU usage by weekday and hour, averages of 30 days: busiest Monday 09:00 with 62 %, quietest Sunday 03:00 with 2 %`
fn sentence(metric: Metric, week: &Week, days: i64) -> String {
    let head = format!("{} by weekday and hour, averages of {days} days", metric.label());
    let known = || {
        let hours = |day: usize| (0..24).map(move |hour| (day, hour));
        (0..7).flat_map(hours).filter_map(|(day, hour)| Some((day, hour, week[day][hour]?)))
    };
    let busiest = known().max_by(|left, right| left.2.total_cmp(&right.2));
    let quietest = known().min_by(|left, right| left.2.total_cmp(&right.2));
    let (Some(busiest), Some(quietest)) = (busiest, quietest) else {
        return format!("{head}: no value");
    };
    let words = |(day, hour, value): (usize, usize, f64)| {
        format!("{} {hour:02}:00 with {}", DAYS[day], print(metric.unit(), value))
    };
    format!("{head}: busiest {}, quietest {}", words(busiest), words(quietest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_busiest_and_the_quietest_hour_are_named() {
        let mut week: Week = [[Some(5.0); 24]; 7];
        week[0][9] = Some(62.0);
        week[6][3] = Some(2.0);
        week[2][2] = None;
        let sentence = sentence(Metric::CpuUsage, &week, 30);
        assert!(sentence.ends_with("busiest Monday 09:00 with 62 %, quietest Sunday 03:00 with 2 %"), "{sentence}");
    }

    #[test]
    fn a_value_grows_darker_and_what_is_unknown_is_not_the_lightest() {
        assert_eq!([0.0, 9.9, 10.0, 40.0, 80.0, 100.0].map(level), [1, 1, 2, 4, 6, 6]);
    }
}

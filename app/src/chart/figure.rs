//! One chart: the plot, what it says in words, its figures, and the same numbers as a table and a file.

use std::{fmt::Write as _, ops::Range};

use leptos::prelude::*;
use model::series::{SeriesSummary, SeriesView};

use super::{
    axis::{Axis, print},
    moments,
    path::{self, Spot},
    scale::{Across, HEIGHT, Up},
    words,
};
use crate::components::{Head, PlainTable, age_words};

/// Rows of a chart's table: more stands in the file.
const ROWS_MAX: usize = 48;
const HEADS: [Head; 4] =
    [Head::Text("Interval to"), Head::Number("Average"), Head::Number("95th percentile"), Head::Number("Maximum")];

/// A horizontal line: what the object has of it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Allocation {
    pub(crate) label: &'static str,
    pub(crate) value: f64,
}

#[derive(Clone, Debug)]
pub(crate) struct Chart {
    pub(crate) view: SeriesView,
    pub(crate) summary: SeriesSummary,
    pub(crate) allocation: Option<Allocation>,
    pub(crate) range: Range<i64>,
    /// Of the reader's clock.
    pub(crate) utc_offset_ms: i64,
    pub(crate) now_ms: i64,
    /// The same numbers as a file.
    pub(crate) csv: String,
}

impl Chart {
    pub(crate) fn draw(self) -> AnyView {
        let metric = self.view.metric;
        let (unit, key) = (metric.unit(), metric.key());
        let last = print(unit, self.summary.last);
        let age = age(self.summary.last_ms, self.now_ms);
        let notes = [
            words::covered(&self.view, &self.summary, &self.range, self.utc_offset_ms),
            words::grain(self.view.grain),
            (self.view.step_ms > self.view.grain.ms()).then(|| words::step(self.view.step_ms)),
        ];
        let notes: Vec<String> = notes.into_iter().flatten().collect();
        let figures = self.figures();
        let table = self.table();
        let csv = self.csv.clone();
        view! {
            <figure class="chart">
                <figcaption>
                    <strong>{metric.label()}</strong>
                    <span class="last">{last}</span>
                    {age}
                </figcaption>
                {self.plot()}
                <div class="below">
                    <output class="readout" aria-live="off"></output>
                    {figures}
                </div>
                <p class="notes">{notes.join(" · ")}</p>
                <div class="numbers">
                    <details id=format!("{key}-table")>
                        <summary>
                            "Show as a table" <span class="visually-hidden">": " {metric.label()}</span>
                        </summary>
                        {table}
                    </details>
                    <a href=csv download="" rel="external">
                        "CSV" <span class="visually-hidden">" of " {metric.label()}</span>
                    </a>
                </div>
            </figure>
        }
        .into_any()
    }

    /// The plot itself stretches, its labels do not: three drawings that share their edges.
    fn plot(&self) -> AnyView {
        let view = &self.view;
        let highest = [view.maximum, view.p95, self.allocation.as_ref().map(|line| line.value)];
        let points = view.points.iter().map(|point| point.maximum.unwrap_or(point.average));
        let highest = highest.into_iter().flatten().chain(points).fold(0.0, f64::max);
        let axis = Axis::new(view.metric, highest);
        let (across, up) = (Across::new(self.range.clone(), view.step_ms), Up::new(axis.top));
        let columns = across.columns();
        let spots: Vec<Spot> = view
            .points
            .iter()
            .filter_map(|point| {
                let maximum = point.maximum.map(|value| up.height(value));
                Some(Spot { column: across.column(point.end_ms)?, average: up.height(point.average), maximum })
            })
            .collect();
        let level = |class: &'static str, value: f64| {
            let path = format!("M0 {}h{columns}", up.height(value));
            view! { <path class=class d=path /> }
        };
        let grid = axis.ticks.iter().map(|tick| level("grid", *tick)).collect_view();
        let heights = axis.ticks.iter().map(|tick| {
            let y = format!("{:.1}%", up.height(*tick) as f64 * 100.0 / HEIGHT as f64);
            view! { <text x="100%" y=y>{axis.measure.print(*tick)}</text> }
        });
        let ticks = moments::ticks(&self.range, self.utc_offset_ms);
        let marks = ticks.iter().map(|tick| (tick, across.percent(tick.at_ms)));
        let times = marks.map(|(tick, percent)| {
            // A label near an edge is drawn inwards.
            let class = match percent {
                ..6.0 => "first",
                94.0.. => "end",
                _ => "",
            };
            view! { <text class=class x=format!("{percent:.2}%") y="12">{tick.label.clone()}</text> }
        });
        let key = view.metric.key();
        view! {
            <div
                class="plot"
                id=format!("{key}-plot")
                role="img"
                aria-label=words::sentence(view, &self.summary, &self.range, self.utc_offset_ms)
                data-start=across.range.start
                data-step=across.step_ms
                data-offset=self.utc_offset_ms
                data-columns=columns
                data-unit=axis.measure.suffix
                data-points=self.readings(&axis, &across)
            >
                <svg class="heights" aria-hidden="true">
                    {heights.collect_view()}
                </svg>
                <svg
                    class="area"
                    aria-hidden="true"
                    viewBox=format!("0 0 {columns} {HEIGHT}")
                    preserveAspectRatio="none"
                >
                    {grid}
                    <path class="band" d=path::band(&spots) />
                    {self.allocation.as_ref().map(|line| level("allocation", line.value))}
                    {view.p95.map(|value| level("p95", value))}
                    <path class="line" d=path::line(&spots) />
                    <path class="cursor" />
                </svg>
                <svg class="times" aria-hidden="true">
                    {times.collect_view()}
                </svg>
            </div>
        }
        .into_any()
    }

    /// For the hand that moves over the plot: `12 40,11.5 30,,13`, average and maximum of each column, nothing for a gap.
    fn readings(&self, axis: &Axis, across: &Across) -> String {
        let mut text = String::new();
        let mut next = 1;
        for point in &self.view.points {
            let Some(column) = across.column(point.end_ms).filter(|column| *column >= next) else { continue };
            for _ in next..column {
                text.push(',');
            }
            next = column;
            text.push_str(&axis.measure.number(point.average));
            if let Some(maximum) = point.maximum {
                let _ = write!(text, " {}", axis.measure.number(maximum));
            }
            text.push(',');
            next += 1;
        }
        text
    }

    /// What the lines mean, with their values: a legend that says something.
    fn figures(&self) -> AnyView {
        let (view, unit) = (&self.view, self.view.metric.unit());
        if view.points.is_empty() {
            return view! { <p class="legend">"No value in this time."</p> }.into_any();
        }
        let entry = |class: &'static str, label: &str, value: f64| {
            view! {
                <span>
                    <svg class="swatch" aria-hidden="true" viewBox="0 0 16 8">
                        <path class=class d=if class == "band" { "M0 0h16v8H0z" } else { "M1 4h14" } />
                    </svg>
                    {format!("{label} {}", print(unit, value))}
                </span>
            }
        };
        view! {
            <p class="legend">
                {view.average.map(|value| entry("line", "average", value))}
                {view.p95.map(|value| entry("p95", "95 % of the time ≤", value))}
                {view.maximum.map(|value| entry("band", "highest", value))}
                {self.allocation.as_ref().map(|line| entry("allocation", line.label, line.value))}
            </p>
        }
        .into_any()
    }

    /// The latest first.
    fn table(&self) -> AnyView {
        let unit = self.view.metric.unit();
        let number = |value: Option<f64>| value.map_or_else(|| "—".to_owned(), |value| print(unit, value));
        let rows = self.view.points.iter().rev().take(ROWS_MAX).map(|point| {
            view! {
                <tr>
                    <th scope="row">{moments::moment(point.end_ms, self.utc_offset_ms)}</th>
                    <td class="num">{print(unit, point.average)}</td>
                    <td class="num">{number(point.p95)}</td>
                    <td class="num">{number(point.maximum)}</td>
                </tr>
            }
        });
        let rows = rows.collect_view();
        let more = self.view.points.len().saturating_sub(ROWS_MAX);
        let more = (more > 0).then(|| {
            let words = format!("{more} earlier points stand in the CSV file.");
            view! { <p class="notes">{words}</p> }
        });
        view! {
            <PlainTable caption=self.view.metric.label() heads=HEADS>
                {rows}
            </PlainTable>
            {more}
        }
        .into_any()
    }
}

/// How long ago, kept current by the browser.
pub(crate) fn age(at_ms: i64, now_ms: i64) -> AnyView {
    view! {
        <time class="age" datetime=model::format::iso_utc(at_ms) data-ms=at_ms>
            {age_words((now_ms - at_ms).max(0))}
        </time>
    }
    .into_any()
}

//! A sparkline: the shape of the last hours in the height of a line of text.

use leptos::prelude::*;
use model::metric::Metric;

use super::{
    axis::{Axis, print},
    path::{self, Spot},
    scale::{HEIGHT, Up},
};

/// Values of equal intervals, the oldest first; a gap is a gap.
pub(crate) fn sparkline(metric: Metric, values: &[Option<f64>]) -> AnyView {
    let highest = values.iter().flatten().copied().fold(0.0, f64::max);
    let up = Up::new(Axis::new(metric, highest).top);
    let spots: Vec<Spot> = (1_i64..)
        .zip(values)
        .filter_map(|(column, value)| Some(Spot { column, average: up.height((*value)?), maximum: None }))
        .collect();
    let label = if spots.is_empty() {
        "no value in the last 24 hours".to_owned()
    } else {
        let lowest = values.iter().flatten().copied().fold(f64::INFINITY, f64::min);
        let unit = metric.unit();
        format!("last 24 hours: {} to {}", print(unit, lowest), print(unit, highest))
    };
    let frame = format!("0 0 {} {HEIGHT}", values.len() + 1);
    view! {
        <svg class="spark" role="img" aria-label=label viewBox=frame preserveAspectRatio="none">
            <path class="grid" d=format!("M0 {HEIGHT}h{}", values.len() + 1) />
            <path class="line" d=path::line(&spots) />
        </svg>
    }
    .into_any()
}

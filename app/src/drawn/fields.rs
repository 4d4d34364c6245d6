//! Pieces of forms that the server draws: they are sent as they are, with or without script.

use leptos::prelude::*;
use model::metric::{Metric, Unit};

use super::Told;

/// The address of a server function, for a form or one of its buttons.
pub(crate) fn action(function: &str) -> String {
    format!("{}/{function}", crate::server::PREFIX)
}

pub(crate) fn hidden(name: &'static str, value: impl ToString) -> AnyView {
    view! { <input type="hidden" name=name value=value.to_string() /> }.into_any()
}

/// A field with its label above and its help and error below. `field` is the input, which is described by `NAME-help`.
pub(crate) fn input(
    told: Option<&Told>,
    name: &'static str,
    label: &'static str,
    help: &'static str,
    field: AnyView,
) -> AnyView {
    let wrong = Told::wrong(told, name);
    let class = if wrong.is_some() { "field invalid" } else { "field" };
    view! {
        <div class=class>
            <label for=name>{label}</label>
            {field}
            <p class="field-error" role="alert">
                {wrong}
            </p>
            <p class="help" id=format!("{name}-help")>
                {help}
            </p>
        </div>
    }
    .into_any()
}

/// All metrics by name and unit, with the id and name `metric`.
pub(crate) fn metric_choice(chosen: Option<&str>) -> AnyView {
    let options = Metric::ALL.map(|metric| {
        view! {
            <option value=metric.key() selected=chosen == Some(metric.key())>
                {format!("{} ({})", metric.label(), unit(metric.unit()))}
            </option>
        }
    });
    view! {
        <select id="metric" name="metric" aria-describedby="metric-help">
            {options.collect_view()}
        </select>
    }
    .into_any()
}

const fn unit(unit: Unit) -> &'static str {
    match unit {
        Unit::Percent => "%",
        Unit::Megahertz => "MHz",
        Unit::Bytes => "bytes",
        Unit::BytesPerSecond => "bytes a second",
        Unit::Milliseconds => "ms",
        Unit::Nanoseconds => "ns",
    }
}

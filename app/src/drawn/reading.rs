//! Reading a plot: the mouse or the arrow keys choose a column, its time and values stand below the plot.

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use model::format;

use crate::components::{Clock, age_words};

/// Columns that the page keys move by.
const PAGE: i64 = 12;

pub(super) fn on_move(event: &ev::MouseEvent) {
    let Some(plot) = plot_of(event) else { return clear() };
    let Some(area) = plot.query_selector(".area").ok().flatten() else { return };
    let edges = area.get_bounding_client_rect();
    let share = (f64::from(event.client_x()) - edges.left()) / edges.width().max(1.0);
    show(&plot, (share * columns(&plot) as f64).round() as i64);
}

pub(super) fn on_focus(event: &ev::FocusEvent) {
    if let Some(plot) = plot_of(event) {
        show(&plot, i64::MAX);
    }
}

pub(super) fn on_key(event: &ev::KeyboardEvent) {
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return;
    }
    let Some(plot) = plot_of(event) else { return };
    let at = number(&plot, "aria-valuenow");
    let to = match event.key().as_str() {
        "ArrowLeft" => at - 1,
        "ArrowRight" => at + 1,
        "PageDown" => at + PAGE,
        "PageUp" => at - PAGE,
        "Home" => 1,
        "End" => i64::MAX,
        "Escape" => return clear(),
        _ => return,
    };
    event.prevent_default();
    show(&plot, to);
}

/// Takes back what is shown of a plot.
pub(super) fn clear() {
    if let Some(plot) = document().query_selector(".plot.reading").ok().flatten() {
        plot.set_class_name("plot");
        write(&plot, "");
    }
}

fn show(plot: &Element, column: i64) {
    let column = column.clamp(1, columns(plot));
    if !plot.class_list().contains("reading") {
        clear();
        plot.set_class_name("plot reading");
    } else if number(plot, "aria-valuenow") == column {
        return;
    }
    let _ = plot.set_attribute("aria-valuenow", &column.to_string());
    if let Some(cursor) = plot.query_selector(".cursor").ok().flatten() {
        let _ = cursor.set_attribute("d", &format!("M{column} 0v1000"));
    }
    let (points, unit) = (text(plot, "data-points"), text(plot, "data-unit"));
    let values = points.split(',').nth(column as usize - 1).unwrap_or_default();
    // By the clock of the chart's own labels and table.
    let at_ms = number(plot, "data-start") + column * number(plot, "data-step") + number(plot, "data-offset");
    let mut words = format::iso_utc(at_ms)[..16].replace('T', " ");
    let mut values = values.split(' ').filter(|value| !value.is_empty());
    match values.next() {
        Some(average) => words.extend([": average ", average, " ", &unit]),
        None => words.push_str(": no value"),
    }
    if let Some(maximum) = values.next() {
        words.extend([", highest ", maximum, " ", &unit]);
    }
    let _ = plot.set_attribute("aria-valuetext", &words);
    write(plot, &words);
}

/// Below the plot. Not a live region: what the keys choose is read out as the plot's value, and the mouse says nothing.
fn write(plot: &Element, words: &str) {
    let line = plot.parent_element().and_then(|figure| figure.query_selector(".readout").ok().flatten());
    if let Some(line) = line {
        line.set_text_content(Some(words));
    }
}

/// The plot with readings that an event happened on.
fn plot_of(event: &web_sys::Event) -> Option<Element> {
    event.target()?.dyn_into::<Element>().ok()?.closest(".plot[data-points]").ok().flatten()
}

fn columns(plot: &Element) -> i64 {
    number(plot, "data-columns")
}

fn text(plot: &Element, name: &str) -> String {
    plot.get_attribute(name).unwrap_or_default()
}

fn number(plot: &Element, name: &str) -> i64 {
    text(plot, name).parse().unwrap_or(0)
}

/// Before a drawing is replaced: what is open and what has the focus. They are the same again afterwards, and plots are
/// read by keys: a value of many, chosen with arrows, is what assistive technology calls a slider.
pub(super) fn keep_open() {
    let mut open = Vec::new();
    each(".drawn details[open]", |details| open.push(details.id()));
    let focused = document().active_element().map(|element| element.id()).filter(|id| !id.is_empty());
    request_animation_frame(move || {
        each(".plot[data-points]", |plot| {
            let last = text(plot, "data-columns");
            for (name, value) in [
                ("role", "slider"),
                ("tabindex", "0"),
                ("aria-roledescription", "chart"),
                ("aria-valuemin", "1"),
                ("aria-valuemax", &last),
                ("aria-valuenow", &last),
            ] {
                let _ = plot.set_attribute(name, value);
            }
        });
        for id in open {
            if let Some(details) = document().get_element_by_id(&id) {
                let _ = details.set_attribute("open", "");
            }
        }
        let focused = focused.and_then(|id| document().get_element_by_id(&id));
        if let Some(element) = focused.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
            let _ = element.focus();
        }
    });
}

/// Ages grow with the page's clock.
pub(super) fn keep_ages() {
    let Some(Clock(now)) = use_context() else { return };
    Effect::new(move || {
        let now_ms = now.get();
        each(".drawn .age", |age| age.set_text_content(Some(&age_words(now_ms - number(age, "data-ms")))));
    });
}

fn each(selector: &str, mut act: impl FnMut(&Element)) {
    let Ok(found) = document().query_selector_all(selector) else { return };
    for at in 0..found.length() {
        if let Some(element) = found.get(at).and_then(|node| node.dyn_into::<Element>().ok()) {
            act(&element);
        }
    }
}

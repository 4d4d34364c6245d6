//! Moving through a table's rows by keyboard, and opening a row by clicking it. Without script, names are links.

use leptos::{
    ev::{KeyboardEvent, MouseEvent},
    wasm_bindgen::JsCast,
    web_sys::{Element, HtmlElement},
};

/// `j`, `k` and the arrows move between rows and within one; Enter opens, because what has the focus is the link.
pub(crate) fn on_key(event: &KeyboardEvent) {
    if event.ctrl_key() || event.meta_key() || event.alt_key() {
        return;
    }
    let Some(target) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else {
        return;
    };
    let Ok(Some(row)) = target.closest("tr") else {
        return;
    };
    let moved = match event.key().as_str() {
        "j" | "ArrowDown" => focus_name(row.next_element_sibling()),
        "k" | "ArrowUp" => focus_name(row.previous_element_sibling()),
        "Home" => focus_name(row.parent_element().and_then(|body| body.first_element_child())),
        "End" => focus_name(row.parent_element().and_then(|body| body.last_element_child())),
        "ArrowRight" => focus_beside(&target, Element::next_element_sibling),
        "ArrowLeft" => focus_beside(&target, Element::previous_element_sibling),
        _ => false,
    };
    if moved {
        event.prevent_default();
    }
}

/// A plain click anywhere on a row opens it, unless it was meant for a link or for marking text.
pub(crate) fn on_click(event: &MouseEvent) {
    if event.button() != 0 || event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key() {
        return;
    }
    let Some(target) = event.target().and_then(|target| target.dyn_into::<Element>().ok()) else {
        return;
    };
    if matches!(target.closest("a, button, summary, input, label"), Ok(Some(_))) || text_is_marked() {
        return;
    }
    if let Some(link) = target.closest("tr").ok().flatten().and_then(|row| name_of(&row)) {
        link.click();
    }
}

/// The click ended a drag over text that somebody wants to copy.
#[cfg(target_arch = "wasm32")]
fn text_is_marked() -> bool {
    let selection = web_sys::window().and_then(|window| window.get_selection().ok().flatten());
    selection.is_some_and(|selection| !selection.is_collapsed())
}

#[cfg(not(target_arch = "wasm32"))]
fn text_is_marked() -> bool {
    false
}

fn name_of(row: &Element) -> Option<HtmlElement> {
    row.query_selector("th a").ok().flatten()?.dyn_into().ok()
}

fn focus_name(row: Option<Element>) -> bool {
    row.and_then(|row| name_of(&row)).is_some_and(|name| name.focus().is_ok())
}

/// Focuses the link or the reason in the nearest cell of that side that has one.
fn focus_beside(from: &Element, side: fn(&Element) -> Option<Element>) -> bool {
    let mut cell = from.closest("td, th").ok().flatten().and_then(|cell| side(&cell));
    while let Some(here) = cell {
        let stop = here.query_selector("a, [tabindex]").ok().flatten();
        if let Some(stop) = stop.and_then(|stop| stop.dyn_into::<HtmlElement>().ok()) {
            return stop.focus().is_ok();
        }
        cell = side(&here);
    }
    false
}

//! Keys that work on every page: `/` goes to the search, Ctrl or ⌘ with K opens the palette, `j` goes into the table.

use leptos::prelude::*;

pub(super) const SEARCH_ID: &str = "global-search";

/// Counts presses of the palette's key; the palette opens when it grows.
#[derive(Clone, Copy)]
pub(super) struct PaletteKey(pub(super) RwSignal<u32>);

pub(super) fn listen() {
    let pressed = RwSignal::new(0);
    provide_context(PaletteKey(pressed));
    #[cfg(target_arch = "wasm32")]
    Effect::new(move || {
        let listener = window_event_listener(leptos::ev::keydown, move |event| in_browser::key(&event, pressed));
        on_cleanup(move || listener.remove());
    });
}

#[cfg(target_arch = "wasm32")]
mod in_browser {
    use leptos::prelude::*;
    use wasm_bindgen::JsCast;
    use web_sys::{Element, HtmlElement, KeyboardEvent};

    use super::SEARCH_ID;

    pub(super) fn key(event: &KeyboardEvent, palette: RwSignal<u32>) {
        if (event.ctrl_key() || event.meta_key()) && event.key().eq_ignore_ascii_case("k") {
            event.prevent_default();
            palette.update(|pressed| *pressed += 1);
            return;
        }
        let is_plain = !(event.ctrl_key() || event.meta_key() || event.alt_key());
        if is_plain && event.key() == "j" && is_nowhere(event) {
            let first = document().query_selector(".table-page tbody th a").ok().flatten();
            if let Some(link) = first.and_then(|link| link.dyn_into::<HtmlElement>().ok()) {
                event.prevent_default();
                let _ = link.focus();
            }
            return;
        }
        if is_plain && event.key() == "/" && !is_typing(event) {
            let search = document().get_element_by_id(SEARCH_ID);
            if let Some(search) = search.and_then(|search| search.dyn_into::<HtmlElement>().ok()) {
                event.prevent_default();
                let _ = search.focus();
            }
        }
    }

    /// Nothing has the focus, or the page as a whole, as it has after it was opened.
    fn is_nowhere(event: &KeyboardEvent) -> bool {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        target.is_some_and(|target| matches!(target.tag_name().as_str(), "BODY" | "MAIN"))
    }

    fn is_typing(event: &KeyboardEvent) -> bool {
        let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        target.is_some_and(|target| matches!(target.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT"))
    }
}

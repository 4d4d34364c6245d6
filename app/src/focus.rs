//! Where the focus goes when what had it is gone: to the new page, to the button that took another's place.
//!
//! Browsers give it to nothing then, and people who come by keyboard would begin at the top again. Without script pages
//! are loaded whole, and browsers do the right thing themselves.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// The main part takes the focus whenever another page is opened in the same window.
pub(crate) fn follow_pages() {
    let pathname = use_location().pathname;
    Effect::new(move |before: Option<String>| {
        let now = pathname.get();
        if before.is_some_and(|before| before != now) {
            give("#main");
            keep("#main");
        }
        now
    });
}

/// Focuses the first element of a selector.
#[cfg_attr(not(target_arch = "wasm32"), allow(unused_variables, reason = "there is no focus on the server"))]
pub(crate) fn give(selector: &str) {
    #[cfg(target_arch = "wasm32")]
    in_browser::give(selector);
}

/// Focuses the first element of a selector whenever nothing has the focus, until the page that was asked for should stand:
/// its parts take the places of others one after the other.
#[cfg_attr(not(target_arch = "wasm32"), allow(unused_variables, reason = "there is no focus on the server"))]
pub(crate) fn keep(selector: &'static str) {
    #[cfg(target_arch = "wasm32")]
    in_browser::keep(selector, in_browser::FRAMES);
}

/// Focuses the first element of a selector once the page stands still, if nothing has the focus then.
#[cfg_attr(not(target_arch = "wasm32"), allow(unused_variables, reason = "there is no focus on the server"))]
pub(crate) fn give_if_lost(selector: String) {
    #[cfg(target_arch = "wasm32")]
    request_animation_frame(move || {
        if in_browser::is_lost() {
            in_browser::give(&selector);
        }
    });
}

#[cfg(target_arch = "wasm32")]
mod in_browser {
    use leptos::prelude::{document, request_animation_frame};
    use wasm_bindgen::JsCast;
    use web_sys::HtmlElement;

    /// About two seconds.
    pub(super) const FRAMES: u32 = 120;

    pub(super) fn keep(selector: &'static str, frames: u32) {
        request_animation_frame(move || {
            if is_lost() {
                give(selector);
            }
            if frames > 0 {
                keep(selector, frames - 1);
            }
        });
    }

    pub(super) fn give(selector: &str) {
        let element = document().query_selector(selector).ok().flatten();
        if let Some(element) = element.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
            let _ = element.focus();
        }
    }

    pub(super) fn is_lost() -> bool {
        document().active_element().is_none_or(|element| element.tag_name() == "BODY")
    }
}

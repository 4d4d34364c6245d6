//! The WASM entry: wakes the server-rendered page up.
#![cfg(target_arch = "wasm32")]
#![recursion_limit = "512"]

/// Called by the page's script once the module has loaded.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(app::App);
}

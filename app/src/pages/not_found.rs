//! The page of an address that does not exist.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::components::{Glyph, Icon};

#[component]
pub fn NotFoundPage() -> impl IntoView {
    #[cfg(feature = "ssr")]
    crate::response::answer_with(http::StatusCode::NOT_FOUND);
    view! {
        <Title text="Not found · IROA" />
        <main id="main" class="alone">
            <div class="empty">
                <Icon glyph=Glyph::Search />
                <h1>"There is no such page"</h1>
                <p>"The address may be mistyped, or the page has moved."</p>
                <div class="actions">
                    <a class="button primary" href="/">
                        "To the overview"
                    </a>
                </div>
            </div>
        </main>
    }
}

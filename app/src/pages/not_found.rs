//! The page of an address that does not exist.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::components::{EmptyState, Glyph};

#[component]
pub fn NotFoundPage() -> impl IntoView {
    #[cfg(feature = "ssr")]
    crate::guard::answer_with(http::StatusCode::NOT_FOUND);
    view! {
        <Title text="Not found · IROA" />
        <main id="main" class="alone">
            <EmptyState glyph=Glyph::Search title="There is no such page" text="The address may be mistyped, or the page has moved.">
                <a class="button primary" href="/">
                    "To the overview"
                </a>
            </EmptyState>
        </main>
    }
}

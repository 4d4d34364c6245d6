//! What a page shows when there is nothing to show: nothing yet, an error, or still loading.

use leptos::prelude::*;
use leptos_meta::Title;

use super::{Glyph, Icon};
use crate::error::AppError;

/// Nothing here, and what to do next (the children: links and buttons).
#[component]
pub fn EmptyState(
    #[prop(default = Glyph::Search)] glyph: Glyph,
    #[prop(into)] title: String,
    #[prop(into)] text: String,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <Icon glyph />
            <h2>{title}</h2>
            <p>{text}</p>
            {children.map(|children| view! { <div class="actions">{children()}</div> })}
        </div>
    }
}

/// What happened, what to do, and the id to quote.
#[component]
pub fn ErrorState(error: AppError) -> impl IntoView {
    let id = error.id().map(str::to_owned);
    // A new document: what this one knows of its visitor is over.
    let door = (error == AppError::SignedOut).then(|| {
        view! {
            <div class="actions">
                <a class="button primary" href="/sign-in" rel="external">
                    "Sign in"
                </a>
            </div>
        }
    });
    view! {
        <div class="empty error" role="alert">
            <Icon glyph=Glyph::Warning />
            <h2>{error.title()}</h2>
            <p>{error.advice()}</p>
            {door}
            {id.map(|id| view! { <p class="note">"Error id " <code>{id}</code></p> })}
        </div>
    }
}

/// An error in the place of a whole page: its heading is the page's and the document's.
#[component]
pub fn ErrorPage(error: AppError) -> impl IntoView {
    view! {
        <Title text=format!("{} · IROA", error.title()) />
        <h1 class="visually-hidden">{error.title()}</h1>
        <section class="card">
            <ErrorState error />
        </section>
    }
}

/// Grey bars in the place of what is on its way; as high as that will be, so that nothing jumps.
#[component]
pub fn Skeleton(#[prop(default = 6)] rows: usize) -> impl IntoView {
    view! {
        <div class="skeleton" role="status" aria-label="Loading">
            {(0..rows).map(|_| view! { <span class="bar"></span> }).collect_view()}
        </div>
    }
}

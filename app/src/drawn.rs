//! What the server drew as HTML, put into the page; and in the browser, the hand and the keys that read its plots.
//!
//! The HTML comes from components, which escape what they are given. Nothing here knows what a chart means: a plot carries
//! its readings (`data-points`), and they are shown as they are written.

#[cfg(target_arch = "wasm32")]
mod reading;

use leptos::prelude::*;

use crate::{
    components::{ErrorState, Skeleton},
    error::AppError,
    loading::Loaded,
};

pub(crate) type Drawing = Loaded<Result<String, AppError>>;

/// A drawing, loaded by the caller; nothing where there is nothing to draw.
#[component]
pub(crate) fn Drawn(drawing: Drawing) -> AnyView {
    #[cfg(target_arch = "wasm32")]
    reading::keep_ages();
    view! {
        <Transition fallback=|| {
            view! {
                <section class="card drawing">
                    <Skeleton rows=12 />
                </section>
            }
        }>
            {move || {
                drawing
                    .get()
                    .map(|drawing| match drawing {
                        Ok(html) => place(html),
                        // The page itself says so.
                        Err(AppError::NotFound) => ().into_any(),
                        Err(error) => {
                            view! {
                                <section class="card drawing">
                                    <ErrorState error />
                                </section>
                            }
                                .into_any()
                        }
                    })
            }}
        </Transition>
    }
    .into_any()
}

#[cfg(not(target_arch = "wasm32"))]
fn place(html: String) -> AnyView {
    view! { <div class="drawn" inner_html=html></div> }.into_any()
}

#[cfg(target_arch = "wasm32")]
fn place(html: String) -> AnyView {
    reading::keep_open();
    view! {
        <div
            class="drawn"
            inner_html=html
            on:mousemove=|event| reading::on_move(&event)
            on:mouseleave=|_| reading::clear()
            on:focusin=|event| reading::on_focus(&event)
            on:focusout=|_| reading::clear()
            on:keydown=|event| reading::on_key(&event)
        ></div>
    }
    .into_any()
}

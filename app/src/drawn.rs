//! What the server drew as HTML, put into the page; and in the browser, the hand and the keys that read its plots.
//!
//! The HTML comes from components, which escape what they are given. Nothing here knows what a chart means: a plot carries
//! its readings (`data-points`), and they are shown as they are written.

#[cfg(target_arch = "wasm32")]
mod reading;

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use model::inventory::ObjectKind;

use crate::{
    components::{ErrorState, Skeleton, Zone},
    error::AppError,
    live::Live,
    loading::{Loaded, resource},
    pages::object::object_id,
    server::measurements::draw_measurements,
};

pub(crate) type Drawing = Loaded<Result<String, AppError>>;

/// Loads the charts of the object of this kind that the address names, or without a kind the boards of Monitoring; again
/// whenever something was measured.
pub(crate) fn load(kind: Option<ObjectKind>) -> Drawing {
    let (id, live) = (object_id(), Live::current());
    let (zone, search) = (Zone::current(), use_location().search);
    resource(
        move || (id.get(), search.get(), zone.get(), live.measured_version(), live.inventory_version()),
        move |(id, search, utc_offset_ms, _, _)| async move {
            match (kind, id) {
                (Some(_), None) => Ok(String::new()),
                (kind, id) => draw_measurements(kind.zip(id), search, utc_offset_ms).await,
            }
        },
    )
}

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

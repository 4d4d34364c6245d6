//! What the server drew as HTML, put into the page; and in the browser, the hand and the keys that read its plots.
//!
//! The HTML comes from components, which escape what they are given. Nothing here knows what a chart means: a plot carries
//! its readings (`data-points`), and they are shown as they are written.

#[cfg(feature = "ssr")]
mod fields;
#[cfg(target_arch = "wasm32")]
mod reading;
#[cfg(feature = "ssr")]
mod told;

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use model::inventory::ObjectKind;
use serde::{Deserialize, Serialize};

#[cfg(feature = "ssr")]
pub(crate) use {
    fields::{action, hidden, input, metric_choice},
    told::Told,
};

use crate::{
    components::{ErrorState, Skeleton, Zone},
    error::AppError,
    live::Live,
    loading::{Loaded, resource},
    pages::object::object_id,
    server::measurements::draw_measurements,
};

pub(crate) type Drawing = Loaded<Result<String, AppError>>;

/// A part of a page that the server draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The charts of the object that the address names, and what other systems say of it.
    Object(ObjectKind),
    /// The boards of Monitoring.
    Monitoring,
    /// What is left of everything.
    Capacity,
    /// Which machines are one.
    WhoIsWho,
    /// How long measurements are kept, and from where they are taken.
    Keeping,
    /// A person's own measurements of the source that the address names.
    Mappings,
}

impl Part {
    /// It shows measurements and is drawn again with them. What people fill in stays as it is under their hands.
    const fn is_live(self) -> bool {
        matches!(self, Self::Object(_) | Self::Monitoring)
    }
}

/// Loads a part; again whenever something was measured or synced, where that changes it.
pub(crate) fn load(part: Part) -> Drawing {
    let (id, live) = (object_id(), Live::current());
    let (zone, search) = (Zone::current(), use_location().search);
    resource(
        move || {
            let version = if part.is_live() { live.measured_version() + live.inventory_version() } else { 0 };
            (id.get(), search.get(), zone.get(), version)
        },
        move |(id, search, utc_offset_ms, _)| draw_measurements(part, id, search, utc_offset_ms),
    )
}

/// A drawing, loaded by the caller; nothing where there is nothing to draw.
#[component]
pub(crate) fn Drawn(
    drawing: Drawing,
    /// Of the skeleton that stands for it.
    #[prop(default = 12)]
    rows: usize,
) -> AnyView {
    #[cfg(target_arch = "wasm32")]
    reading::keep_ages();
    view! {
        <Transition fallback=move || {
            view! {
                <section class="card drawing">
                    <Skeleton rows />
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

//! Loads an object and draws it; says so where there is none.

use std::future::Future;

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use model::ids::ObjectId;
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    components::{ErrorPage, Skeleton},
    error::AppError,
    live::Live,
    loading::resource,
};

/// The object that the address names; `None` where it names none.
pub(crate) fn object_id() -> Memo<Option<ObjectId>> {
    let params = use_params_map();
    Memo::new(move |_| params.with(|params| params.get_str("id").and_then(|id| id.parse().ok())))
}

#[component]
pub(in crate::pages) fn ObjectPage<T, L, F>(load: L, draw: fn(T) -> AnyView) -> AnyView
where
    T: Clone + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static,
    L: Fn(ObjectId) -> F + Copy + Send + Sync + 'static,
    F: Future<Output = Result<T, AppError>> + Send + 'static,
{
    let id = object_id();
    let live = Live::current();
    let object = resource(
        move || (id.get(), live.inventory_version()),
        move |(id, _)| async move {
            match id {
                Some(id) => load(id).await,
                None => Err(missing()),
            }
        },
    );
    view! {
        <Transition fallback=|| {
            view! { <Skeleton rows=12 /> }
        }>
            {move || {
                object
                    .get()
                    .map(|object| match object {
                        Ok(object) => draw(object),
                        Err(error) => view! { <ErrorPage error /> }.into_any(),
                    })
            }}
        </Transition>
    }
    .into_any()
}

fn missing() -> AppError {
    #[cfg(feature = "ssr")]
    crate::response::answer_with(http::StatusCode::NOT_FOUND);
    AppError::NotFound
}

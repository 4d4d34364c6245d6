//! The head of an object's page: the way back up, its name, its states, and a note where syncs no longer see it.

use leptos::prelude::*;
use leptos_meta::Title;
use model::table::{Origin, Reference, TableRow};

use crate::{
    components::{Advice, Age, Breadcrumbs, Timestamp, Tone},
    table::{capital, list_path, path_of},
};

/// `trail`: pages above this one, below the kind's table. `states`: the object's, most important first.
pub(in crate::pages) fn object_head(row: &impl TableRow, trail: Vec<(String, String)>, states: AnyView) -> AnyView {
    head(row.origin(), trail, states)
}

fn head(origin: Origin<'_>, trail: Vec<(String, String)>, states: AnyView) -> AnyView {
    let Origin { kind, id, seen, .. } = origin;
    let (name, source) = (origin.name.to_owned(), origin.source.clone());
    let list = list_path(kind).map(|path| (path.to_owned(), capital(kind.plural())));
    let trail = list.into_iter().chain(trail).collect();
    view! {
        <Title text=format!("{name} · IROA") />
        <Breadcrumbs trail here=name.clone() />
        <div class="head object-head">
            <div>
                <h1>{name}</h1>
                <p class="states">
                    {states} <span class="tag">{source.kind.platform()}</span>
                    <span>"from " <a href=format!("/sources/{}", source.id)>{source.name.clone()}</a></span>
                    <span>"seen " <Age ms=seen.last_ms /></span>
                </p>
            </div>
            <div class="actions">
                <a class="button" href=format!("/activity?kind={}&object={id}", kind.key())>
                    "Activity"
                </a>
            </div>
        </div>
        {seen
            .archived_at_ms
            .map(|ms| {
                view! {
                    <Advice tone=Tone::Idle title="Archived:">
                        "since " <Timestamp ms /> " syncs of " {source.name.clone()}
                        " no longer see it. Shown is what was known last."
                    </Advice>
                }
            })}
    }
    .into_any()
}

/// Links to what stands above an object.
pub(in crate::pages) fn crumbs<'a>(above: impl IntoIterator<Item = Option<&'a Reference>>) -> Vec<(String, String)> {
    above
        .into_iter()
        .flatten()
        .filter_map(|object| Some((path_of(object.kind, object.id)?, object.name.clone())))
        .collect()
}

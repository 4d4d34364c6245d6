//! Tags, custom attributes, and lists of links.

use leptos::prelude::*;
use model::{
    inventory::{Attribute, Tag},
    table::Reference,
};

use crate::{components::Card, table::ObjectLink};

/// A card of tags and custom attributes; nothing where there are none.
#[component]
pub(in crate::pages) fn Labels(tags: Vec<Tag>, attributes: Vec<Attribute>) -> impl IntoView {
    let is_empty = tags.is_empty() && attributes.is_empty();
    (!is_empty).then(move || {
        let tags = tags
            .into_iter()
            .map(|tag| {
                view! {
                    <li class="tag">
                        <span>{tag.category} ": "</span>
                        {tag.name}
                    </li>
                }
            })
            .collect_view();
        let attributes = attributes
            .into_iter()
            .map(|attribute| {
                view! {
                    <div>
                        <dt>{attribute.name}</dt>
                        <dd>{attribute.value}</dd>
                    </div>
                }
            })
            .collect_view();
        view! {
            <Card title="Tags and custom attributes" class="c6">
                <ul class="tags">{tags}</ul>
                <dl class="facts wide">{attributes}</dl>
            </Card>
        }
    })
}

/// Names, each a link to its page.
pub(in crate::pages) fn links(references: Vec<Reference>) -> AnyView {
    if references.is_empty() {
        return view! { <p class="none">"None."</p> }.into_any();
    }
    let items = references
        .into_iter()
        .map(|reference| {
            view! {
                <li>
                    <ObjectLink kind=reference.kind id=reference.id name=reference.name />
                </li>
            }
        })
        .collect_view();
    view! { <ul class="links">{items}</ul> }.into_any()
}

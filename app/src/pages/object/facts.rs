//! Facts: a name and a value each, the unknown with its reason.

use leptos::prelude::*;
use model::{
    format,
    table::{Cell, Reference},
};

use crate::{
    components::{Age, Timestamp},
    table::{ObjectLink, dash},
};

pub(in crate::pages) struct Fact {
    pub label: &'static str,
    pub value: AnyView,
    pub help: Option<&'static str>,
}

impl Fact {
    pub(in crate::pages) fn new(label: &'static str, value: AnyView) -> Self {
        Self { label, value, help: None }
    }

    pub(in crate::pages) fn help(mut self, help: &'static str) -> Self {
        self.help = Some(help);
        self
    }
}

#[component]
pub(in crate::pages) fn Facts(facts: Vec<Fact>) -> AnyView {
    let facts = facts
        .into_iter()
        .map(|fact| {
            view! {
                <div>
                    <dt title=fact.help>{fact.label}</dt>
                    <dd>{fact.value}</dd>
                </div>
            }
        })
        .collect_view();
    view! { <dl class="facts">{facts}</dl> }.into_any()
}

/// A dash with the usual reason.
pub(in crate::pages) fn unknown() -> AnyView {
    dash(Cell::NOT_REPORTED, 0)
}

fn known<T>(value: Option<T>, draw: impl FnOnce(T) -> AnyView) -> AnyView {
    value.map_or_else(unknown, draw)
}

pub(in crate::pages) fn text(value: Option<String>) -> AnyView {
    known(value.filter(|text| !text.is_empty()), |text| {
        view! { <span title=text.clone()>{text.clone()}</span> }.into_any()
    })
}

/// Another object, linked; `none` says why there is none.
pub(in crate::pages) fn object(reference: Option<Reference>, none: &'static str) -> AnyView {
    match reference {
        Some(Reference { kind, id, name }) => view! { <ObjectLink kind id name /> }.into_any(),
        None => dash(none, 0),
    }
}

pub(in crate::pages) fn count(value: Option<i64>) -> AnyView {
    known(value, |value| format::count(value).into_any())
}

pub(in crate::pages) fn bytes(value: Option<i64>) -> AnyView {
    known(value, |value| format::bytes(value).into_any())
}

pub(in crate::pages) fn mhz(value: Option<i64>) -> AnyView {
    known(value, |value| format::mhz(value).into_any())
}

pub(in crate::pages) fn flag(value: Option<bool>, yes: &'static str, no: &'static str) -> AnyView {
    known(value, |value| if value { yes } else { no }.into_any())
}

/// A point in time.
pub(in crate::pages) fn time(value: Option<i64>) -> AnyView {
    known(value, |ms| view! { <Timestamp ms /> }.into_any())
}

/// How long ago.
pub(in crate::pages) fn since(value: Option<i64>) -> AnyView {
    known(value, |ms| view! { <Age ms /> }.into_any())
}

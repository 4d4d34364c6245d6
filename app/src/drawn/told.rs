//! What came of a form that the server drew, for the drawing that follows: what was typed, and what is said to it.

use leptos::prelude::*;
use model::account::Actor;

use crate::{
    components::{Advice, Tone},
    error::AppError,
    flash::{self, Note},
    response,
    table::{href, parameter},
};

/// The address names the ticket under this.
const TICKET: &str = "told";

#[derive(Clone, Debug)]
pub(crate) struct Told {
    /// Which form of the page: the name of its server function, or of the first where it has several.
    form: &'static str,
    typed: Vec<(&'static str, String)>,
    said: Result<String, AppError>,
}

impl Told {
    /// Leads a plain form on to its page with what came of it; a script gets the outcome alone.
    pub(crate) fn answer(
        actor: &Actor,
        path: &str,
        form: &'static str,
        typed: Vec<(&'static str, String)>,
        said: Result<String, AppError>,
    ) -> Result<(), AppError> {
        let outcome = said.clone().map(drop);
        if response::is_plain_form() {
            let ticket = flash::keep(actor, Note::Told(Box::new(Self { form, typed, said })));
            response::go_to(&href(path, &[(TICKET.to_owned(), ticket)]));
        }
        outcome
    }

    /// What the address tells of this form.
    pub(crate) fn read(actor: &Actor, search: &str, form: &str) -> Option<Self> {
        match flash::read(actor, &parameter(search, TICKET)?) {
            Some(Note::Told(told)) if told.form == form => Some(*told),
            _ => None,
        }
    }

    /// What was typed into a field, while it is not kept.
    pub(crate) fn typed(told: Option<&Self>, field: &str) -> Option<String> {
        told?.typed.iter().find(|(name, _)| *name == field).map(|(_, value)| value.clone())
    }

    /// What is wrong with a field.
    pub(crate) fn wrong(told: Option<&Self>, field: &str) -> Option<String> {
        told?.said.as_ref().err()?.at_field(field)
    }

    /// The outcome as a box; nothing where it is said at one of these fields.
    pub(crate) fn advice(told: Option<&Self>, fields: &[&str]) -> AnyView {
        let words = match told.map(|told| &told.said) {
            None => None,
            Some(Ok(words)) => Some((Tone::Ok, words.clone(), String::new())),
            Some(Err(error)) if fields.iter().any(|field| error.at_field(field).is_some()) => None,
            Some(Err(error)) => Some((Tone::Bad, format!("{}.", error.title()), error.advice())),
        };
        let words = words.map(|(tone, title, words)| view! { <Advice tone title>{words}</Advice> });
        view! { <div role="status">{words}</div> }.into_any()
    }
}

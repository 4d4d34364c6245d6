//! Configured sources: list, test, save, delete.

use leptos::{prelude::*, server_fn::codec::Json};
use model::{
    check::CheckOutcome,
    ids::SourceId,
    source::{InventoryFate, SourceView},
};

use super::source_form::{Draft, SourceForm};
use crate::error::AppError;
#[cfg(feature = "ssr")]
use crate::server::password::Password;

#[server(prefix = "/api/fn", endpoint = "list_sources", input = Json)]
pub async fn list_sources() -> Result<Vec<SourceView>, AppError> {
    let (engine, actor) = crate::guard::require(model::account::Role::Viewer).await?;
    Ok(engine.list_sources(&actor).await?)
}

#[server(prefix = "/api/fn", endpoint = "read_source", input = Json)]
pub async fn read_source(id: SourceId) -> Result<SourceView, AppError> {
    let (engine, actor) = crate::guard::require(model::account::Role::Viewer).await?;
    Ok(engine.source(&actor, id).await?)
}

/// Adds a source or changes a stored one; answers which.
#[server(prefix = "/api/fn", endpoint = "save_source")]
pub async fn save_source(form: SourceForm) -> Result<SourceId, AppError> {
    let (engine, actor) = crate::guard::require(model::account::Role::Manager).await?;
    let settings = form.settings();
    let saved = if let Some(id) = form.id {
        engine.update_source(&actor, id, settings, new_password(&form)).await.map(|()| id)
    } else {
        let is_automatic = settings.enabled && settings.sync_interval_s.is_some();
        let added = engine.add_source(&actor, settings, form.password.clone().into()).await;
        if let (true, Ok(id)) = (is_automatic, &added) {
            // The first run is the work of the person who added it; were it not queued, the schedule would do it.
            let _ = engine.start_sync(&actor, *id).await;
        }
        added
    };
    match saved.map_err(AppError::from) {
        Ok(id) => {
            crate::response::go_to("/sources");
            Ok(id)
        }
        Err(error) => {
            give_back(&actor, form, None, Some(error.clone()));
            Err(error)
        }
    }
}

/// Tries the connection with what the form says; changes nothing.
#[server(prefix = "/api/fn", endpoint = "check_source")]
pub async fn check_source(form: SourceForm) -> Result<CheckOutcome, AppError> {
    let (engine, actor) = crate::guard::require(model::account::Role::Manager).await?;
    let outcome =
        engine.check_source(&actor, form.settings(), new_password(&form), form.id).await.map_err(AppError::from);
    give_back(&actor, form, outcome.clone().ok(), outcome.clone().err());
    outcome
}

#[server(prefix = "/api/fn", endpoint = "delete_source")]
pub async fn delete_source(id: SourceId, fate: InventoryFate) -> Result<(), AppError> {
    let (engine, actor) = crate::guard::require(model::account::Role::Manager).await?;
    engine.delete_source(&actor, id, fate).await?;
    crate::response::go_to("/sources?saved=deleted");
    Ok(())
}

/// The form that was sent without script, under the ticket that the address carries.
#[server(prefix = "/api/fn", endpoint = "take_source_draft", input = Json)]
pub async fn take_source_draft(ticket: String) -> Result<Option<Draft>, AppError> {
    let (_, actor) = crate::guard::require(model::account::Role::Manager).await?;
    Ok(match crate::flash::read(&actor, &ticket) {
        Some(crate::flash::Note::SourceDraft(draft)) => Some(*draft),
        _ => None,
    })
}

#[cfg(feature = "ssr")]
fn new_password(form: &SourceForm) -> Option<secrecy::SecretString> {
    (!form.password.is_empty()).then(|| form.password.clone().into())
}

/// Without script the answer to a form is a page: the form with what was typed, and the outcome.
#[cfg(feature = "ssr")]
fn give_back(
    actor: &model::account::Actor,
    mut form: SourceForm,
    outcome: Option<CheckOutcome>,
    error: Option<AppError>,
) {
    if !crate::response::is_plain_form() {
        return;
    }
    form.password = Password::default();
    if let Some(fingerprint) = form.pin.take() {
        "pinned".clone_into(&mut form.tls);
        form.fingerprint = fingerprint;
    }
    let page = form.id.map_or_else(|| "/sources/new".to_owned(), |id| format!("/sources/{id}"));
    let draft = crate::flash::Note::SourceDraft(Box::new(Draft { form, outcome, error }));
    let ticket = crate::flash::keep(actor, draft);
    crate::response::go_to(&format!("{page}?draft={ticket}"));
}

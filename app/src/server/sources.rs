//! Configured sources: list, test, save, delete.

use leptos::{prelude::*, server_fn::codec::Json};
use model::{
    check::CheckOutcome,
    ids::SourceId,
    source::{InventoryFate, SourceKind, SourceSettings, SourceView, TlsMode},
};
use serde::{Deserialize, Serialize};

use crate::{error::AppError, server::password::Password};

/// What the source form submits, flat as forms are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceForm {
    /// Set when a stored source is edited.
    #[serde(default)]
    pub id: Option<SourceId>,
    pub kind: SourceKind,
    pub name: String,
    pub endpoint: String,
    pub username: String,
    /// Empty keeps the stored one. Every character counts, spaces at the ends included.
    #[serde(default)]
    pub password: Password,
    /// `TlsMode::key`.
    pub tls: String,
    #[serde(default)]
    pub pem: String,
    #[serde(default)]
    pub fingerprint: String,
    /// The fingerprint that was shown and is to be pinned: the button's value, stronger than `tls`.
    #[serde(default)]
    pub pin: Option<String>,
    /// Seconds; 0 switches automatic syncs off.
    pub interval: i64,
    /// A checkbox: absent when off.
    #[serde(default)]
    pub enabled: Option<String>,
}

/// A form that was sent without script, as it comes back: what was typed (but no password) and what came of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Draft {
    pub form: SourceForm,
    pub outcome: Option<CheckOutcome>,
    pub error: Option<AppError>,
}

impl SourceForm {
    /// The form of a new source.
    pub fn blank() -> Self {
        Self {
            id: None,
            kind: SourceKind::Vcenter,
            name: String::new(),
            endpoint: String::new(),
            username: String::new(),
            password: Password::default(),
            tls: TlsMode::System.key().to_owned(),
            pem: String::new(),
            fingerprint: String::new(),
            pin: None,
            interval: 3_600,
            enabled: Some("on".to_owned()),
        }
    }

    /// The form of a stored source; its password stays where it is.
    pub fn of(source: &SourceView) -> Self {
        let settings = &source.settings;
        let (pem, fingerprint) = match &settings.tls {
            TlsMode::Authority { pem } => (pem.clone(), String::new()),
            TlsMode::Pinned { fingerprint } => (String::new(), fingerprint.clone()),
            TlsMode::System | TlsMode::Unverified => (String::new(), String::new()),
        };
        Self {
            id: Some(source.id),
            kind: settings.kind,
            name: settings.name.clone(),
            endpoint: settings.endpoint.clone(),
            username: settings.username.clone(),
            password: Password::default(),
            tls: settings.tls.key().to_owned(),
            pem,
            fingerprint,
            pin: None,
            interval: settings.sync_interval_s.unwrap_or(0),
            enabled: settings.enabled.then(|| "on".to_owned()),
        }
    }

    pub fn settings(&self) -> SourceSettings {
        SourceSettings {
            kind: self.kind,
            name: self.name.trim().to_owned(),
            endpoint: self.endpoint.trim().to_owned(),
            username: self.username.clone(),
            tls: match self.tls.as_str() {
                _ if self.pin.is_some() => TlsMode::Pinned { fingerprint: self.pin.clone().unwrap_or_default() },
                "authority" => TlsMode::Authority { pem: self.pem.clone() },
                "pinned" => TlsMode::Pinned { fingerprint: self.fingerprint.trim().to_owned() },
                "unverified" => TlsMode::Unverified,
                _ => TlsMode::System,
            },
            sync_interval_s: (self.interval > 0).then_some(self.interval),
            enabled: self.enabled.is_some(),
        }
    }
}

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
    let saved = match form.id {
        Some(id) => engine.update_source(&actor, id, settings, new_password(&form)).await.map(|()| id),
        None => engine.add_source(&actor, settings, form.password.clone().into()).await,
    };
    match saved.map_err(AppError::from) {
        Ok(id) => {
            crate::guard::go_to("/sources");
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
    crate::guard::go_to("/sources?saved=deleted");
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
    if !crate::guard::is_plain_form() {
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
    crate::guard::go_to(&format!("{page}?draft={ticket}"));
}

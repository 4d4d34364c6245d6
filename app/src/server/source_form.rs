//! The form of a source: what it submits, and how it comes back when it was sent without script.

use model::{
    check::CheckOutcome,
    ids::SourceId,
    source::{SourceKind, SourceSettings, SourceView, TlsMode},
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
    /// Seconds; 0 switches measuring off. What is not measured has no such field.
    #[serde(default)]
    pub measure_interval: i64,
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
    pub fn blank(kind: SourceKind) -> Self {
        Self {
            id: None,
            kind,
            name: String::new(),
            endpoint: String::new(),
            username: String::new(),
            password: Password::default(),
            tls: TlsMode::System.key().to_owned(),
            pem: String::new(),
            fingerprint: String::new(),
            pin: None,
            interval: 3_600,
            measure_interval: 300,
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
            measure_interval: settings.measure_interval_s.unwrap_or(0),
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
            measure_interval_s: (self.measure_interval > 0).then_some(self.measure_interval),
            enabled: self.enabled.is_some(),
        }
    }
}

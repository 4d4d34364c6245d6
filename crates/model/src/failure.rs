//! What can go wrong between IROA and a source: a bounded set of kinds, each with advice for a person and a rule for retrying.

use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureKind {
    /// The name does not resolve.
    UnknownHost,
    /// Nothing answers, or the connection is refused or reset.
    Unreachable,
    /// The certificate is not trusted; `Failure::fingerprint` carries what was shown.
    Certificate,
    /// TLS failed before a certificate could be judged.
    Tls,
    /// User or password is wrong.
    Unauthorized,
    /// The account is locked or disabled.
    AccountLocked,
    /// Signed in, but not allowed to read what is needed.
    Forbidden,
    /// The endpoint answers, but it is not the product that the source's kind names.
    NotThisProduct,
    /// The endpoint asks for patience.
    Throttled,
    /// An answer that cannot be understood, or that exceeds a bound.
    Protocol,
    TimedOut,
    Cancelled,
    /// The process that ran the sync ended.
    Interrupted,
    /// IROA itself failed: its database, or a fault in its code.
    Internal,
}

/// When the scheduler may try again by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// Later, with a growing delay.
    BackOff,
    /// Not before a person has changed the source.
    AfterChange,
}

impl FailureKind {
    pub const ALL: [Self; 14] = [
        Self::UnknownHost,
        Self::Unreachable,
        Self::Certificate,
        Self::Tls,
        Self::Unauthorized,
        Self::AccountLocked,
        Self::Forbidden,
        Self::NotThisProduct,
        Self::Throttled,
        Self::Protocol,
        Self::TimedOut,
        Self::Cancelled,
        Self::Interrupted,
        Self::Internal,
    ];

    pub const fn key(self) -> &'static str {
        match self {
            Self::UnknownHost => "unknown_host",
            Self::Unreachable => "unreachable",
            Self::Certificate => "certificate",
            Self::Tls => "tls",
            Self::Unauthorized => "unauthorized",
            Self::AccountLocked => "account_locked",
            Self::Forbidden => "forbidden",
            Self::NotThisProduct => "not_this_product",
            Self::Throttled => "throttled",
            Self::Protocol => "protocol",
            Self::TimedOut => "timed_out",
            Self::Cancelled => "cancelled",
            Self::Interrupted => "interrupted",
            Self::Internal => "internal",
        }
    }

    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.key() == key)
    }

    /// What happened, in a few words for a heading.
    pub const fn title(self) -> &'static str {
        match self {
            Self::UnknownHost => "The name does not resolve",
            Self::Unreachable => "The endpoint cannot be reached",
            Self::Certificate => "The certificate is not trusted",
            Self::Tls => "No secure connection could be made",
            Self::Unauthorized => "User or password is wrong",
            Self::AccountLocked => "The account is locked",
            Self::Forbidden => "The account may not read this",
            Self::NotThisProduct => "Another product answers there",
            Self::Throttled => "The endpoint is too busy",
            Self::Protocol => "The answer could not be understood",
            Self::TimedOut => "No answer in time",
            Self::Cancelled => "Cancelled",
            Self::Interrupted => "Interrupted",
            Self::Internal => "IROA itself failed",
        }
    }

    /// What a person can do about it.
    pub const fn advice(self) -> &'static str {
        match self {
            Self::UnknownHost => {
                "Check the spelling, and that the IROA server can resolve the name (DNS, search domain)."
            }
            Self::Unreachable => {
                "Check address and port, that the service runs, and that no firewall stands between it and the IROA server."
            }
            Self::Certificate => {
                "Compare the fingerprint with the one on the server's console, then pin it, or paste the authority that signed it."
            }
            Self::Tls => "Check that the port speaks TLS (https) and that it offers TLS 1.2 or newer.",
            Self::Unauthorized => {
                "Check user and password. vCenter wants the full name, for example reader@vsphere.local. Automatic syncs pause until the credentials change."
            }
            Self::AccountLocked => {
                "Unlock or enable the account, or wait until its lock expires. Automatic syncs pause until the source changes."
            }
            Self::Forbidden => "Give the account the read-only role on the top object, propagated to its children.",
            Self::NotThisProduct => {
                "Check the address: a reverse proxy, an appliance page or another service answers there."
            }
            Self::Throttled => {
                "Nothing to do: it is asked again later. Many clients on the same server make this happen often."
            }
            Self::Protocol => {
                "Sync again. If it stays, the server's log and IROA's log at the time of the run tell more."
            }
            Self::TimedOut => {
                "The server is slow or a firewall drops the packets silently. Sync again, or check the way between them."
            }
            Self::Cancelled => "Start the sync again whenever you like; the previous inventory is untouched.",
            Self::Interrupted => "The server stopped during the sync; the previous inventory is untouched. Sync again.",
            Self::Internal => {
                "Sync again; the previous inventory is untouched. If it stays, IROA's log at the time of the run tells more."
            }
        }
    }

    pub const fn retry(self) -> Retry {
        match self {
            Self::Unauthorized | Self::AccountLocked | Self::Certificate | Self::Forbidden | Self::NotThisProduct => {
                Retry::AfterChange
            }
            _ => Retry::BackOff,
        }
    }
}

/// One failure, ready to be shown. Never carries a secret, a body or an internal error's debug text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    pub kind: FailureKind,
    /// What exactly, in a sentence: `vc1.lab:443 answered 404 Not Found (nginx)`.
    pub detail: String,
    /// Advice for this very case, where it is better than the kind's.
    pub advice: Option<String>,
    /// SHA-256 of the certificate that was not trusted, as `AB:CD:…`.
    pub fingerprint: Option<String>,
}

impl Failure {
    pub fn new(kind: FailureKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into(), advice: None, fingerprint: None }
    }

    #[must_use]
    pub fn with_advice(mut self, advice: impl Into<String>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    pub fn advice(&self) -> &str {
        self.advice.as_deref().unwrap_or(self.kind.advice())
    }
}

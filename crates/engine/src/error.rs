//! What a use-case answers when it does not do what was asked.

use std::error::Error as StdError;

use store::{QueryError, StoreError};

pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything but [`Error::Internal`] is the caller's doing and may be shown to a person as it is.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The actor's role does not suffice.
    #[error("not allowed")]
    Forbidden,
    #[error("not found")]
    NotFound,
    /// What was asked for cannot be so; `field` names the form's field where one is to blame.
    #[error("{message}")]
    Invalid { field: Option<String>, message: String },
    /// It contradicts what is there now.
    #[error("{0}")]
    Conflict(String),
    /// Too many failed attempts; worth trying again after so many seconds.
    #[error("too many attempts, wait {retry_after_s} s")]
    Throttled { retry_after_s: u64 },
    /// User unknown, disabled, or password wrong: which one is not told.
    #[error("user or password is wrong")]
    WrongCredentials,
    /// A fault of this program or what it stands on; goes to the log, not to people.
    #[error("internal error")]
    Internal(#[source] Box<dyn StdError + Send + Sync>),
}

impl Error {
    pub(crate) fn internal(error: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Internal(error.into())
    }

    pub(crate) fn invalid(field: &str, message: impl Into<String>) -> Self {
        Self::Invalid { field: Some(field.to_owned()), message: message.into() }
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound(_) => Self::NotFound,
            // All that have to be unique are named by a form's field `name`.
            StoreError::Duplicate(_) => Self::invalid("name", error.to_string()),
            error => Self::internal(error),
        }
    }
}

impl From<QueryError> for Error {
    fn from(error: QueryError) -> Self {
        match error {
            QueryError::Store(error) => error.into(),
            mistake => Self::invalid("q", mistake.to_string()),
        }
    }
}

/// An error with its sources, for the log.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

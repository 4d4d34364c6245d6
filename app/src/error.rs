//! The one error that crosses the wire between pages and server functions.
//!
//! Internals never travel: they are logged once, here, under an id that the person sees and can quote.

use leptos::{
    prelude::{FromServerFnError, ServerFnErrorErr},
    server_fn::codec::JsonEncoding,
};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AppError {
    /// Nobody is signed in, or the session has ended.
    SignedOut,
    /// The role does not suffice.
    Forbidden,
    NotFound,
    /// An input was refused; shown at the field where one is named.
    Invalid {
        field: Option<String>,
        message: String,
    },
    /// The state of things forbids it: a name is taken, a run is going on.
    Conflict {
        message: String,
    },
    Throttled {
        retry_after_s: u64,
    },
    WrongCredentials,
    /// The request did not reach the server, or its answer did not arrive.
    Connection,
    /// Something failed on the server; its log has the reason under this id.
    Internal {
        id: String,
    },
}

impl AppError {
    pub fn invalid(field: &str, message: impl Into<String>) -> Self {
        Self::Invalid { field: Some(field.to_owned()), message: message.into() }
    }

    /// What happened, for a heading.
    pub const fn title(&self) -> &'static str {
        match self {
            Self::SignedOut => "You are signed out",
            Self::Forbidden => "Your role does not allow this",
            Self::NotFound => "There is nothing here",
            Self::Invalid { .. } => "Please check what you entered",
            Self::Conflict { .. } => "That is not possible now",
            Self::Throttled { .. } => "Too many attempts",
            Self::WrongCredentials => "Name or password is wrong",
            Self::Connection => "The server cannot be reached",
            Self::Internal { .. } => "Something went wrong on the server",
        }
    }

    /// What to do about it.
    pub fn advice(&self) -> String {
        match self {
            Self::SignedOut => "Sign in again; nothing was changed.".to_owned(),
            Self::Forbidden => "Ask an administrator for the role that this needs.".to_owned(),
            Self::NotFound => "It may have been removed, or the address is mistyped.".to_owned(),
            Self::Invalid { message, .. } | Self::Conflict { message } => sentence(message),
            Self::Throttled { retry_after_s } => {
                format!("Wait {} and try again.", model::format::duration_s(*retry_after_s as i64))
            }
            Self::WrongCredentials => "Check both; capital letters count in the password.".to_owned(),
            Self::Connection => "Check your network and try again; nothing was changed as far as we know.".to_owned(),
            Self::Internal { .. } => {
                "Try again. If it stays, quote the id below: the server's log tells more under it.".to_owned()
            }
        }
    }

    /// The id under which the server's log tells more.
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Internal { id } => Some(id),
            _ => None,
        }
    }

    /// The message for a form's field, where this error is about that field.
    pub fn at_field(&self, name: &str) -> Option<String> {
        match self {
            Self::Invalid { field: Some(field), message } if field == name => Some(sentence(message)),
            _ => None,
        }
    }
}

/// Errors are written lower case and without a full stop; people read sentences.
pub(crate) fn sentence(message: &str) -> String {
    let mut chars = message.chars();
    let mut text: String = chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).collect();
    if !text.ends_with(['.', '!', '?']) {
        text.push('.');
    }
    text
}

impl std::fmt::Display for AppError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.title())
    }
}

impl std::error::Error for AppError {}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Request(_) | ServerFnErrorErr::Response(_) => Self::Connection,
            ServerFnErrorErr::Args(_) | ServerFnErrorErr::MissingArg(_) | ServerFnErrorErr::Serialization(_) => {
                Self::Invalid {
                    field: None,
                    message: "a field is missing or has a value that is not offered".to_owned(),
                }
            }
            other => Self::unexpected(&other),
        }
    }
}

#[cfg(not(feature = "ssr"))]
impl AppError {
    /// In the browser: the answer was not one of ours, a proxy's page for example.
    fn unexpected(_error: &ServerFnErrorErr) -> Self {
        Self::Connection
    }
}

#[cfg(feature = "ssr")]
mod on_the_server {
    use http::StatusCode;
    use leptos::prelude::ServerFnErrorErr;

    use super::AppError;
    use crate::response;

    impl AppError {
        pub(super) fn unexpected(error: &ServerFnErrorErr) -> Self {
            Self::logged(error)
        }

        /// Logs an error with its chain of sources and answers with the id alone.
        pub(crate) fn logged(error: &dyn std::error::Error) -> Self {
            let id = format!("{:08x}", rand::random::<u32>());
            tracing::error!(error.id = id, error = engine::chain(error), "a request failed");
            response::answer_with(StatusCode::INTERNAL_SERVER_ERROR);
            Self::Internal { id }
        }

        pub(crate) const fn status(&self) -> StatusCode {
            match self {
                Self::SignedOut | Self::WrongCredentials => StatusCode::UNAUTHORIZED,
                Self::Forbidden => StatusCode::FORBIDDEN,
                Self::NotFound => StatusCode::NOT_FOUND,
                Self::Invalid { .. } => StatusCode::UNPROCESSABLE_ENTITY,
                Self::Conflict { .. } => StatusCode::CONFLICT,
                Self::Throttled { .. } => StatusCode::TOO_MANY_REQUESTS,
                Self::Connection | Self::Internal { .. } => StatusCode::INTERNAL_SERVER_ERROR,
            }
        }

        /// Gives the response this error's status, too.
        pub(crate) fn answered(self) -> Self {
            response::answer_with(self.status());
            self
        }
    }

    impl From<engine::Error> for AppError {
        fn from(error: engine::Error) -> Self {
            match error {
                engine::Error::Forbidden => Self::Forbidden,
                engine::Error::NotFound => Self::NotFound,
                engine::Error::Invalid { field, message } => Self::Invalid { field, message },
                engine::Error::Conflict(message) => Self::Conflict { message },
                engine::Error::Throttled { retry_after_s } => Self::Throttled { retry_after_s },
                engine::Error::WrongCredentials => Self::WrongCredentials,
                engine::Error::Internal(source) => return Self::logged(source.as_ref()),
            }
            .answered()
        }
    }
}

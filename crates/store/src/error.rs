//! What can go wrong in the store. People are shown none of it as it is: `engine` decides what they read.

use model::ids::RunId;
use sea_orm::{DbErr, SqlErr};

use crate::vault::VaultError;

#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the database failed")]
    Database(#[source] DbErr),
    /// The name is taken, ignoring case where the names are people's.
    #[error("{0} of this name exists already")]
    Duplicate(&'static str),
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// Another system answers at a source's address: its objects must not replace the stored ones.
    #[error("the endpoint is another instance ({found}) than the one that was read before ({known})")]
    OtherInstance { known: String, found: String },
    /// The run has ended or was taken away: its lease expired, it was cancelled or its source was deleted.
    #[error("run {0} is no longer running")]
    RunNotHeld(RunId),
    #[error("stored {what} cannot be read")]
    Corrupt {
        what: &'static str,
        #[source]
        source: serde_json::Error,
    },
    /// Bytes that this store packed itself do not unpack.
    #[error("stored {0} cannot be unpacked")]
    Unpackable(&'static str),
    #[error("stored {what} holds the unknown word {word:?}")]
    UnknownWord { what: &'static str, word: String },
    #[error("the secret cannot be opened")]
    Vault(#[from] VaultError),
    #[error("the password of the source {name} cannot be opened; enter it again, or delete the source")]
    Secret {
        name: String,
        #[source]
        source: VaultError,
    },
    #[error("{0}")]
    Url(String),
    #[error("work on {0} was given up")]
    GivenUp(&'static str),
    #[error("PostgreSQL cannot be used: {advice}")]
    Unreachable {
        advice: &'static str,
        #[source]
        source: Box<sea_orm::sqlx::Error>,
    },
    #[error("PostgreSQL did not answer within {} s: check host and port in DATABASE_URL, and firewalls between", .0.as_secs())]
    Silent(std::time::Duration),
    #[error("{what} failed")]
    Io {
        what: &'static str,
        #[source]
        source: std::io::Error,
    },
}

impl From<DbErr> for StoreError {
    fn from(error: DbErr) -> Self {
        Self::Database(error)
    }
}

impl StoreError {
    /// Names a violated unique key after the thing that it keeps unique.
    pub(crate) fn duplicate(error: DbErr, what: &'static str) -> Self {
        match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => Self::Duplicate(what),
            _ => Self::Database(error),
        }
    }

    pub(crate) fn io(what: &'static str) -> impl FnOnce(std::io::Error) -> Self {
        move |source| Self::Io { what, source }
    }
}

/// Why a table cannot be shown as asked. All but `Store` are the asker's mistakes and say how to mend them.
#[derive(Debug, thiserror::Error)]
pub enum QueryError {
    #[error("there is no field {field:?}; there are {}", known.join(", "))]
    UnknownField { field: String, known: Vec<String> },
    #[error("{value:?} is not a value of {field}: {expected}")]
    BadValue { field: String, value: String, expected: String },
    #[error("{field} cannot be compared by {op}")]
    BadOperator { field: String, op: &'static str },
    #[error("the table cannot be read")]
    Store(#[from] StoreError),
}

impl From<DbErr> for QueryError {
    fn from(error: DbErr) -> Self {
        Self::Store(StoreError::Database(error))
    }
}

/// Writes a value of the model as the JSON that a column keeps.
pub(crate) fn to_json(what: &'static str, value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|source| StoreError::Corrupt { what, source })
}

pub(crate) fn from_json<T: serde::de::DeserializeOwned>(what: &'static str, text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|source| StoreError::Corrupt { what, source })
}

/// Reads a stored word of one of the model's enums.
pub(crate) fn word<T>(what: &'static str, text: &str, read: impl FnOnce(&str) -> Option<T>) -> Result<T, StoreError> {
    read(text).ok_or_else(|| StoreError::UnknownWord { what, word: text.to_owned() })
}

//! What an installation runs on, for its administrators.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Installation {
    /// Of IROA.
    pub version: String,
    /// Product and version of the database, for example `SQLite 3.51.1`.
    pub database: String,
    pub database_bytes: Option<i64>,
}

//! The session store of tower-sessions over the engine's session rows.

use std::{collections::HashMap, fmt};

use async_trait::async_trait;
use engine::{Engine, SESSION_USER, SessionKey, SessionRecord};
use model::ids::UserId;
use serde_json::Value;
use time::OffsetDateTime;
use tower_sessions::{
    SessionStore,
    session::{Id, Record},
    session_store::{Error, Result},
};

use super::{ADDRESS, USER_AGENT, store_error};

#[derive(Clone)]
pub(crate) struct SessionRows {
    engine: Engine,
}

impl SessionRows {
    pub(crate) const fn new(engine: Engine) -> Self {
        Self { engine }
    }
}

impl fmt::Debug for SessionRows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionRows")
    }
}

#[async_trait]
impl SessionStore for SessionRows {
    /// Ids have 128 random bits: a collision is not looked for.
    async fn create(&self, record: &mut Record) -> Result<()> {
        self.engine.create_session(row(record)?).await.map_err(|error| store_error(&error))
    }

    /// Never brings back a session that was revoked while the request ran.
    async fn save(&self, record: &Record) -> Result<()> {
        self.engine.update_session(row(record)?).await.map_err(|error| store_error(&error))
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let found =
            self.engine.find_session(SessionKey::of(&id.to_string())).await.map_err(|error| store_error(&error))?;
        let Some(row) = found else { return Ok(None) };
        let data: HashMap<String, Value> =
            serde_json::from_slice(&row.data).map_err(|error| Error::Decode(error.to_string()))?;
        let expiry_date = OffsetDateTime::from_unix_timestamp_nanos(i128::from(row.expires_at_ms) * 1_000_000)
            .map_err(|error| Error::Decode(error.to_string()))?;
        Ok(Some(Record { id: *id, data, expiry_date }))
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        self.engine.delete_session(SessionKey::of(&id.to_string())).await.map_err(|error| store_error(&error))
    }
}

fn row(record: &Record) -> Result<SessionRecord> {
    let text = |key| record.data.get(key).and_then(Value::as_str).map(str::to_owned);
    Ok(SessionRecord {
        key: SessionKey::of(&record.id.to_string()),
        user: record.data.get(SESSION_USER).and_then(Value::as_i64).map(UserId),
        data: serde_json::to_vec(&record.data).map_err(|error| Error::Encode(error.to_string()))?,
        expires_at_ms: (record.expiry_date.unix_timestamp_nanos() / 1_000_000) as i64,
        address: text(ADDRESS),
        user_agent: text(USER_AGENT),
    })
}

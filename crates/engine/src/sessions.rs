//! Session rows: what a cookie stands for. Cookies themselves are the server's business.

use std::fmt;

use model::{
    account::{Actor, SessionView},
    ids::UserId,
};
use sha2::{Digest as _, Sha256};
use store::{sessions, sessions::SessionRow};

use tokio::sync::watch;

use crate::{
    Engine,
    clock::now_ms,
    error::{Error, Result},
};

/// The name under which a session's data keeps the id of the signed-in user (`UserId`, a number).
pub const SESSION_USER: &str = "user";

/// What a session is stored under: the SHA-256 of the cookie's value, so that a copy of the database opens no session.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct SessionKey([u8; 32]);

impl SessionKey {
    /// Of the cookie's value, which is the text form of the session's id.
    pub fn of(cookie_value: &str) -> Self {
        Self(Sha256::digest(cookie_value.as_bytes()).into())
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for SessionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SessionKey")
    }
}

/// A session as it is stored.
#[derive(Clone, Debug)]
pub struct SessionRecord {
    pub key: SessionKey,
    /// `None` before sign-in.
    pub user: Option<UserId>,
    /// Opaque here.
    pub data: Vec<u8>,
    pub expires_at_ms: i64,
    pub address: Option<String>,
    pub user_agent: Option<String>,
}

impl Engine {
    pub async fn create_session(&self, session: SessionRecord) -> Result<()> {
        Ok(sessions::upsert(self.db(), session.into(), now_ms()).await?)
    }

    /// Does nothing where the session is gone: what was revoked stays revoked.
    pub async fn update_session(&self, session: SessionRecord) -> Result<()> {
        Ok(sessions::update(self.db(), session.into(), now_ms()).await?)
    }

    /// `None` when there is none or it has expired.
    pub async fn find_session(&self, key: SessionKey) -> Result<Option<SessionRecord>> {
        let found = sessions::find(self.db(), key.as_bytes(), now_ms()).await?;
        Ok(found.map(|row| SessionRecord {
            key,
            user: row.user,
            data: row.record,
            expires_at_ms: row.expires_at_ms,
            address: row.address,
            user_agent: row.user_agent,
        }))
    }

    pub async fn delete_session(&self, key: SessionKey) -> Result<()> {
        sessions::delete(self.db(), key.as_bytes()).await?;
        self.ring_access();
        Ok(())
    }

    /// Moves when sessions ended or somebody's rights changed in this process: whoever serves a session for long looks
    /// whether it is still valid.
    pub fn access(&self) -> watch::Receiver<u64> {
        self.inner.access.subscribe()
    }

    pub(crate) fn ring_access(&self) {
        self.inner.access.send_modify(|changes| *changes += 1);
    }

    /// The session is there, and its user may still act.
    pub async fn is_session_valid(&self, key: SessionKey) -> Result<bool> {
        let user = self.find_session(key).await?.and_then(|session| session.user);
        match user {
            Some(user) => Ok(self.session_user(user).await?.is_some()),
            None => Ok(false),
        }
    }

    /// The own sessions, latest first; `current` is marked.
    pub async fn own_sessions(&self, actor: &Actor, current: Option<SessionKey>) -> Result<Vec<SessionView>> {
        let id = actor.user_id().ok_or(Error::Forbidden)?;
        let current = current.as_ref().map(SessionKey::as_bytes);
        Ok(sessions::list_of_user(self.db(), id, current, now_ms()).await?)
    }

    /// Ends one of the own sessions, named by [`SessionView::handle`].
    pub async fn revoke_session(&self, actor: &Actor, handle: &str) -> Result<()> {
        let id = actor.user_id().ok_or(Error::Forbidden)?;
        if !sessions::delete_by_handle(self.db(), id, handle).await? {
            return Err(Error::NotFound);
        }
        self.ring_access();
        tracing::info!(user.id = id.0, "revoked a session");
        Ok(())
    }
}

impl From<SessionRecord> for SessionRow {
    fn from(session: SessionRecord) -> Self {
        Self {
            id_hash: session.key.as_bytes().to_vec(),
            user: session.user,
            record: session.data,
            expires_at_ms: session.expires_at_ms,
            address: session.address,
            user_agent: session.user_agent,
        }
    }
}

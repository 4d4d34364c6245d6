//! The own account: set-up, signing in, passwords, preferences and sessions. Other people's accounts are `users`'.

use std::net::IpAddr;

use model::{
    account::{Actor, CurrentUser, Preferences, SessionView},
    ids::UserId,
};
use secrecy::SecretString;
use sha2::{Digest as _, Sha256};

use crate::{
    Engine,
    error::{Error, Result},
};

/// The name under which a session keeps the id of the signed-in user (`UserId`, a number).
pub const SESSION_USER: &str = "user";

/// What a session is stored under: the SHA-256 of the cookie's value, so that a copy of the database opens no session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
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

impl Engine {
    /// True while no user exists: the set-up page creates the first one.
    pub async fn setup_needed(&self) -> Result<bool> {
        Err(Error::internal("not available yet"))
    }

    /// Creates the first administrator; `token` is the one that the log shows.
    pub async fn create_first_admin(&self, token: &str, name: &str, password: SecretString) -> Result<Actor> {
        let _ = (token, name, password);
        Err(Error::internal("not available yet"))
    }

    pub async fn sign_in(&self, name: &str, password: SecretString, address: IpAddr) -> Result<Actor> {
        let _ = (name, password, address);
        Err(Error::internal("not available yet"))
    }

    /// Who a session's user is now; `None` when disabled or gone.
    pub async fn actor_of_session_user(&self, id: UserId) -> Result<Option<Actor>> {
        let _ = id;
        Err(Error::internal("not available yet"))
    }

    pub async fn current_user(&self, actor: &Actor) -> Result<CurrentUser> {
        let _ = actor;
        Err(Error::internal("not available yet"))
    }

    pub async fn set_preferences(&self, actor: &Actor, preferences: Preferences) -> Result<()> {
        let _ = (actor, preferences);
        Err(Error::internal("not available yet"))
    }

    /// Ends every other session of the user; `keep_session` stays.
    pub async fn change_own_password(
        &self,
        actor: &Actor,
        current: SecretString,
        new: SecretString,
        keep_session: Option<SessionKey>,
    ) -> Result<()> {
        let _ = (actor, current, new, keep_session);
        Err(Error::internal("not available yet"))
    }

    pub async fn own_sessions(&self, actor: &Actor, current: Option<SessionKey>) -> Result<Vec<SessionView>> {
        let _ = (actor, current);
        Err(Error::internal("not available yet"))
    }

    /// Ends one of the own sessions, named by [`SessionView::handle`].
    pub async fn revoke_session(&self, actor: &Actor, handle: &str) -> Result<()> {
        let _ = (actor, handle);
        Err(Error::internal("not available yet"))
    }
}

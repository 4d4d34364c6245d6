//! The first line of every server function: who asks, and may they.
//!
//! The server's middleware resolves the session into a [`RequestActor`]; this module reads it and nothing else decides.

use std::net::{IpAddr, Ipv4Addr};

use engine::{Engine, SESSION_USER, SessionKey};
use http::request::Parts;
use leptos::prelude::{expect_context, use_context};
use model::account::{Actor, Role};
use tower_sessions::Session;

use crate::error::AppError;

/// Request extension: the person behind the session cookie, `None` when signed out.
#[derive(Clone, Debug)]
pub struct RequestActor {
    pub actor: Option<Actor>,
    /// Signed in with a one-time password: nothing but the own account is open until another one is chosen.
    pub must_change_password: bool,
}

impl RequestActor {
    /// The person, where nothing stands in the way of working.
    pub fn at_work(self) -> Option<Actor> {
        self.actor.filter(|_| !self.must_change_password)
    }
}

/// Request extension: the browser's address, forwarded headers of trusted proxies applied.
#[derive(Clone, Copy, Debug)]
pub struct ClientAddress(pub IpAddr);

/// Lets people of this role and higher ones pass. Async like every first line of a server function, so that asking a
/// database here one day changes no caller.
#[allow(clippy::unused_async)]
pub async fn require(role: Role) -> Result<(Engine, Actor), AppError> {
    let (engine, actor) = own_account().await?;
    if extension::<RequestActor>().is_some_and(|request| request.must_change_password) {
        let message = "choose a password of your own first, on the account's page".to_owned();
        return Err(AppError::Conflict { message }.answered());
    }
    if actor.may(role) { Ok((engine, actor)) } else { Err(AppError::Forbidden.answered()) }
}

/// Lets everybody who is signed in pass, to the own account and nothing else: also those who have to change their
/// password first.
#[allow(clippy::unused_async)]
pub async fn own_account() -> Result<(Engine, Actor), AppError> {
    let engine = expect_context::<Engine>();
    let actor = present_actor().ok_or_else(|| AppError::SignedOut.answered())?;
    Ok((engine, actor))
}

/// Lets everybody pass: setting up, signing in, and what a page needs to know before.
#[allow(clippy::unused_async)]
pub async fn anyone() -> Engine {
    expect_context::<Engine>()
}

pub(crate) fn present_actor() -> Option<Actor> {
    extension::<RequestActor>().and_then(|request| request.actor)
}

pub(crate) fn session() -> Result<Session, AppError> {
    extension::<Session>().ok_or_else(|| AppError::logged(&MissingSession))
}

pub(crate) fn client_address() -> IpAddr {
    extension::<ClientAddress>().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |address| address.0)
}

/// Begins a session under a new id: one that was known before signing in is worth nothing after.
pub(crate) async fn begin_session(actor: &Actor) -> Result<(), AppError> {
    let session = session()?;
    session.cycle_id().await.map_err(|error| AppError::logged(&error))?;
    session.insert(SESSION_USER, actor.user_id()).await.map_err(|error| AppError::logged(&error))
}

pub(crate) async fn end_session() -> Result<(), AppError> {
    session()?.flush().await.map_err(|error| AppError::logged(&error))
}

/// The key of the present session's row.
pub(crate) fn session_key() -> Option<SessionKey> {
    session().ok()?.id().map(|id| SessionKey::of(&id.to_string()))
}

fn extension<T: Clone + Send + Sync + 'static>() -> Option<T> {
    use_context::<Parts>()?.extensions.get::<T>().cloned()
}

#[derive(Debug)]
struct MissingSession;

impl std::fmt::Display for MissingSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("the session layer did not run for this request")
    }
}

impl std::error::Error for MissingSession {}

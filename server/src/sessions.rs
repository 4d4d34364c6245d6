//! Sessions: a cookie for the browser, a row in the database. The row is found by the hash of the cookie's value.
//!
//! A session ends after some idle time, after a longest life, by signing out, by being revoked, and with its user.

mod rows;

use std::time::Duration;

use app::guard::{ClientAddress, RequestActor};
use axum::{
    extract::{Request, State},
    http::{StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use engine::{Engine, SESSION_USER, SessionKey, SessionUser, now_ms};
use model::ids::UserId;
use tower_sessions::{Expiry, Session, SessionManagerLayer, cookie::SameSite, session_store};

pub(crate) use rows::SessionRows;

/// Keys of a session's own facts. The user stands under [`SESSION_USER`].
const SINCE: &str = "since_ms";
const SEEN: &str = "seen_ms";
const ADDRESS: &str = "address";
const USER_AGENT: &str = "user_agent";

/// A request moves a session's end only so often: a write for every click would be waste.
const TOUCH_AFTER_MS: i64 = 5 * 60 * 1000;
const USER_AGENT_MAX: usize = 300;

#[derive(Clone, Copy, Debug)]
pub(crate) struct SessionRules {
    pub(crate) idle: Duration,
    pub(crate) longest: Duration,
    pub(crate) https: bool,
}

pub(crate) fn layer(engine: &Engine, rules: SessionRules) -> SessionManagerLayer<SessionRows> {
    // `__Host-` binds the cookie to this very host and path; browsers take it over TLS only.
    let name = if rules.https { "__Host-iroa" } else { "iroa" };
    let idle = time::Duration::try_from(rules.idle).unwrap_or(time::Duration::HOUR);
    SessionManagerLayer::new(SessionRows::new(engine.clone()))
        .with_name(name)
        .with_secure(rules.https)
        .with_http_only(true)
        .with_same_site(SameSite::Lax)
        .with_expiry(Expiry::OnInactivity(idle))
}

/// The key of the session that a request came with, when it is signed in.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CurrentSession(pub(crate) Option<SessionKey>);

#[derive(Clone)]
pub(crate) struct Resolver {
    pub(crate) engine: Engine,
    pub(crate) rules: SessionRules,
}

/// Middleware, inside the session layer: says who asks. Runs for everything but static files.
pub(crate) async fn resolve(
    State(resolver): State<Resolver>,
    session: Session,
    mut request: Request,
    next: Next,
) -> Response {
    let user = match signed_in(&resolver, &session).await {
        Ok(user) => user,
        Err(error) => {
            tracing::error!(error = %error, "a session cannot be read");
            return (StatusCode::SERVICE_UNAVAILABLE, "The database cannot be reached.\n").into_response();
        }
    };
    let before = session.id();
    let key = before.filter(|_| user.is_some()).map(|id| SessionKey::of(&id.to_string()));
    let address = request.extensions().get::<ClientAddress>().map(|address| address.0.to_string());
    let agent = request.headers().get(header::USER_AGENT).and_then(|value| value.to_str().ok()).map(shortened);
    let must_change_password = user.as_ref().is_some_and(|user| user.must_change_password);
    let actor = user.map(|user| user.actor);
    request.extensions_mut().insert(RequestActor { actor, must_change_password });
    request.extensions_mut().insert(CurrentSession(key));

    let response = next.run(request).await;
    if let Err(error) = note_beginning(&session, session.id() != before, address, agent).await {
        tracing::error!(error = %error, "a session cannot be written");
    }
    response
}

async fn signed_in(
    resolver: &Resolver,
    session: &Session,
) -> Result<Option<SessionUser>, Box<dyn std::error::Error + Send + Sync>> {
    let Some(user) = session.get::<UserId>(SESSION_USER).await? else { return Ok(None) };
    let now = now_ms();
    let since: i64 = session.get(SINCE).await?.unwrap_or(now);
    let is_too_old = now - since > resolver.rules.longest.as_millis() as i64;
    let user = if is_too_old { None } else { resolver.engine.session_user(user).await? };
    if user.is_none() {
        session.flush().await?;
        return Ok(None);
    }
    let seen: i64 = session.get(SEEN).await?.unwrap_or(0);
    if now - seen > TOUCH_AFTER_MS {
        session.insert(SEEN, now).await?;
    }
    Ok(user)
}

/// Notes where and when a session began: one that just got its user, or a new id with it.
async fn note_beginning(
    session: &Session,
    has_new_id: bool,
    address: Option<String>,
    agent: Option<String>,
) -> Result<(), tower_sessions::session::Error> {
    if !session.is_modified() || session.get::<UserId>(SESSION_USER).await?.is_none() {
        return Ok(());
    }
    if !has_new_id && session.get::<i64>(SINCE).await?.is_some() {
        return Ok(());
    }
    let now = now_ms();
    session.insert(SINCE, now).await?;
    session.insert(SEEN, now).await?;
    session.insert(ADDRESS, address).await?;
    session.insert(USER_AGENT, agent).await
}

fn shortened(agent: &str) -> String {
    agent.chars().take(USER_AGENT_MAX).collect()
}

pub(crate) fn store_error(error: &(dyn std::error::Error + 'static)) -> session_store::Error {
    session_store::Error::Backend(error.to_string())
}

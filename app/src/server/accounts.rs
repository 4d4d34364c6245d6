//! Set-up, sign-in, and what people do with their own account.

use leptos::{prelude::*, server_fn::codec::Json};
use model::account::{CurrentUser, Density, SessionView, Theme};
use serde::{Deserialize, Serialize};

use crate::{error::AppError, server::password::Password};

/// What every page needs to know first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Visitor {
    /// There is no account yet: only the set-up page makes sense.
    pub setup_needed: bool,
    pub user: Option<CurrentUser>,
    /// The server's time, from which the page's clock starts.
    pub now_ms: i64,
}

#[server(prefix = "/api/fn", endpoint = "read_visitor", input = Json)]
pub async fn read_visitor() -> Result<Visitor, AppError> {
    let engine = crate::guard::anyone().await;
    let user = match crate::guard::present_actor() {
        Some(actor) => Some(engine.current_user(&actor).await?),
        None => None,
    };
    let setup_needed = user.is_none() && engine.setup_needed().await?;
    Ok(Visitor { setup_needed, user, now_ms: engine::now_ms() })
}

/// Creates the first administrator and signs in; answers where to go.
#[server(prefix = "/api/fn", endpoint = "create_first_admin")]
pub async fn create_first_admin(
    token: String,
    name: String,
    password: Password,
    repeated: Password,
) -> Result<String, AppError> {
    let engine = crate::guard::anyone().await;
    let refused = |error: AppError| {
        crate::response::keep_typed_name(&name);
        error
    };
    same(&password, &repeated).map_err(refused)?;
    let created = engine.create_first_admin(token.trim(), &name, password.into()).await;
    let actor = created.map_err(|error| refused(error.into()))?;
    crate::guard::begin_session(&actor).await?;
    let next = "/sources/new".to_owned();
    crate::response::go_to(&next);
    Ok(next)
}

/// Signs in; answers where to go.
#[server(prefix = "/api/fn", endpoint = "sign_in")]
pub async fn sign_in(name: String, password: Password, next: Option<String>) -> Result<String, AppError> {
    let engine = crate::guard::anyone().await;
    let signed_in = engine.sign_in(&name, password.into(), crate::guard::client_address()).await;
    let actor = signed_in.inspect_err(|_| crate::response::keep_typed_name(&name))?;
    crate::guard::begin_session(&actor).await?;
    let next = local_path(next.as_deref()).to_owned();
    crate::response::go_to(&next);
    Ok(next)
}

#[server(prefix = "/api/fn", endpoint = "sign_out")]
pub async fn sign_out() -> Result<(), AppError> {
    crate::guard::anyone().await;
    crate::guard::end_session().await?;
    crate::response::go_to("/sign-in");
    Ok(())
}

#[server(prefix = "/api/fn", endpoint = "change_own_password")]
pub async fn change_own_password(current: Password, new: Password, repeated: Password) -> Result<(), AppError> {
    let (engine, actor) = crate::guard::own_account().await?;
    same(&new, &repeated)?;
    engine.change_own_password(&actor, current.into(), new.into(), crate::guard::session_key()).await?;
    crate::response::go_to("/account?saved=password");
    Ok(())
}

#[server(prefix = "/api/fn", endpoint = "own_sessions", input = Json)]
pub async fn own_sessions() -> Result<Vec<SessionView>, AppError> {
    let (engine, actor) = crate::guard::own_account().await?;
    Ok(engine.own_sessions(&actor, crate::guard::session_key()).await?)
}

#[server(prefix = "/api/fn", endpoint = "revoke_session")]
pub async fn revoke_session(handle: String) -> Result<(), AppError> {
    let (engine, actor) = crate::guard::own_account().await?;
    engine.revoke_session(&actor, &handle).await?;
    crate::response::go_to("/account?saved=session");
    Ok(())
}

/// Keeps theme and density; what is not given stays.
#[server(prefix = "/api/fn", endpoint = "set_appearance")]
pub async fn set_appearance(
    theme: Option<Theme>,
    density: Option<Density>,
    next: Option<String>,
) -> Result<(), AppError> {
    let (engine, actor) = crate::guard::own_account().await?;
    let set = |preferences: &mut model::account::Preferences| {
        preferences.theme = theme.unwrap_or(preferences.theme);
        preferences.density = density.unwrap_or(preferences.density);
    };
    engine.change_preferences(&actor, set).await?;
    crate::response::go_to(local_path(next.as_deref()));
    Ok(())
}

#[cfg(feature = "ssr")]
fn same(password: &Password, repeated: &Password) -> Result<(), AppError> {
    if password == repeated {
        return Ok(());
    }
    Err(AppError::invalid("repeated", "the two passwords differ").answered())
}

/// A path of ours to go to after signing in. Anything that a browser could take for another site's address (a scheme,
/// `//host`, `/\host`, control characters) leads to the first page instead.
pub fn local_path(next: Option<&str>) -> &str {
    let is_local = |path: &&str| {
        path.starts_with('/')
            && !path.starts_with("//")
            && !path.contains('\\')
            && path.bytes().all(|byte| (0x21..0x7f).contains(&byte))
            && !path.starts_with("/sign-in")
            && !path.starts_with("/api/")
    };
    next.filter(is_local).unwrap_or("/")
}

#[cfg(test)]
mod tests {
    use super::local_path;

    #[test]
    fn only_local_paths_are_followed() {
        assert_eq!(local_path(Some("/vms?q=web")), "/vms?q=web");
        for elsewhere in ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:x", "/a\r\nb", ""] {
            assert_eq!(local_path(Some(elsewhere)), "/", "{elsewhere:?}");
        }
        assert_eq!(local_path(None), "/");
    }
}

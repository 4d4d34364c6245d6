//! Administration: who has an account, and what this installation is.

use leptos::{prelude::*, server_fn::codec::Json};
use model::{
    account::{Role, UserView},
    ids::UserId,
    installation::Installation,
};

use crate::{error::AppError, server::password::Password};

#[server(prefix = "/api/fn", endpoint = "read_installation", input = Json)]
pub async fn read_installation() -> Result<Installation, AppError> {
    let (engine, actor) = crate::guard::require(Role::Admin).await?;
    Ok(engine.installation(&actor).await?)
}

#[server(prefix = "/api/fn", endpoint = "list_users", input = Json)]
pub async fn list_users() -> Result<Vec<UserView>, AppError> {
    let (engine, actor) = crate::guard::require(Role::Admin).await?;
    Ok(engine.list_users(&actor).await?)
}

#[server(prefix = "/api/fn", endpoint = "add_user")]
pub async fn add_user(name: String, role: Role, password: Password) -> Result<(), AppError> {
    let (engine, actor) = crate::guard::require(Role::Admin).await?;
    engine.add_user(&actor, &name, role, password.into()).await?;
    crate::response::go_to("/admin?saved=user");
    Ok(())
}

#[server(prefix = "/api/fn", endpoint = "set_user_role")]
pub async fn set_user_role(id: UserId, role: Role) -> Result<(), AppError> {
    let (engine, actor) = crate::guard::require(Role::Admin).await?;
    engine.set_user_role(&actor, id, role).await?;
    crate::response::go_to("/admin?saved=role");
    Ok(())
}

#[server(prefix = "/api/fn", endpoint = "set_user_disabled")]
pub async fn set_user_disabled(id: UserId, disabled: bool) -> Result<(), AppError> {
    let (engine, actor) = crate::guard::require(Role::Admin).await?;
    engine.set_user_disabled(&actor, id, disabled).await?;
    crate::response::go_to("/admin?saved=state");
    Ok(())
}

/// Gives a user a one-time password, which is shown once and has to be changed at the next sign-in.
#[server(prefix = "/api/fn", endpoint = "reset_user_password")]
pub async fn reset_user_password(id: UserId) -> Result<(UserId, String), AppError> {
    let (engine, actor) = crate::guard::require(Role::Admin).await?;
    let password = engine.reset_user_password(&actor, id).await?;
    if crate::response::is_plain_form() {
        let ticket = crate::flash::keep(&actor, crate::flash::Note::OneTimePassword { user: id, password });
        crate::response::go_to(&format!("/admin?note={ticket}"));
        return Ok((id, String::new()));
    }
    Ok((id, password))
}

/// The one-time password of a reset that was made without script; shown once.
#[server(prefix = "/api/fn", endpoint = "take_one_time_password", input = Json)]
pub async fn take_one_time_password(ticket: String) -> Result<Option<(UserId, String)>, AppError> {
    let (_, actor) = crate::guard::require(Role::Admin).await?;
    Ok(match crate::flash::read(&actor, &ticket) {
        Some(crate::flash::Note::OneTimePassword { user, password }) => Some((user, password)),
        _ => None,
    })
}

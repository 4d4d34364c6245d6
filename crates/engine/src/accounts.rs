//! The own account: set-up, signing in, passwords and preferences. Other people's accounts are `users`', sessions
//! `sessions`'.

use std::net::IpAddr;

use model::{
    account::{Actor, CurrentUser, Preferences, Role},
    ids::UserId,
};
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use store::{
    settings, users,
    users::{NewUser, StoredUser},
};

use crate::{
    Engine, SessionKey,
    clock::now_ms,
    error::{Error, Result},
    passwords,
};

/// The setting that holds the set-up token until there is a user. All replicas show and take the same one.
const SETUP_TOKEN: &str = "setup_token";
const NAME_MAX_CHARS: usize = 64;

/// The person behind a session, as of now.
#[derive(Clone, Debug)]
pub struct SessionUser {
    pub actor: Actor,
    pub must_change_password: bool,
}

impl Engine {
    /// True while no user exists: the set-up page creates the first one.
    pub async fn setup_needed(&self) -> Result<bool> {
        Ok(users::count(self.db()).await? == 0)
    }

    /// The one-time token of the set-up page; `None` once a user exists.
    pub async fn setup_token(&self) -> Result<Option<String>> {
        if !self.setup_needed().await? {
            return Ok(None);
        }
        if let Some(Some(token)) = settings::get::<Option<String>>(self.db(), SETUP_TOKEN).await? {
            return Ok(Some(token));
        }
        let token = random_token();
        settings::set(self.db(), SETUP_TOKEN, &Some(&token)).await?;
        Ok(Some(token))
    }

    /// Creates the first administrator; `token` is the one that the log shows.
    pub async fn create_first_admin(&self, token: &str, name: &str, password: SecretString) -> Result<Actor> {
        let Some(expected) = self.setup_token().await? else { return Err(already_set_up()) };
        // Digests are compared: how far two of them agree tells nothing about the token.
        if Sha256::digest(token.as_bytes()) != Sha256::digest(expected.as_bytes()) {
            tracing::warn!("a wrong set-up token was entered");
            return Err(Error::invalid("token", "this is not the token that the server's log shows"));
        }
        let name = user_name(name)?;
        passwords::check("password", &password, &name)?;
        let password_hash = self.inner.passwords.hash(password).await?;
        let role = Role::Admin;
        let user = NewUser { name: name.clone(), role, password_hash, must_change_password: false };
        let now = now_ms();
        let id = users::insert_first(self.db(), user, now).await?.ok_or_else(already_set_up)?;
        settings::set(self.db(), SETUP_TOKEN, &None::<String>).await?;
        users::touch_sign_in(self.db(), id, now).await?;
        tracing::info!(user.id = id.0, "the first administrator was created");
        Ok(Actor::User { id, name, role })
    }

    /// Answers the same, after the same time, whether the user is unknown, disabled or the password wrong.
    pub async fn sign_in(&self, name: &str, password: SecretString, address: IpAddr) -> Result<Actor> {
        let name = name.trim();
        let admitted = self.admit(name, Some(address)).await?;
        let user = users::find_by_name(self.db(), name).await?.filter(|user| !user.disabled);
        let hash = user.as_ref().map(|user| user.password_hash.clone());
        let is_right = self.inner.passwords.verify(password, hash).await?;
        let Some(user) = user.filter(|_| is_right) else {
            tracing::warn!(client = %address, "a sign-in failed");
            return Err(Error::WrongCredentials);
        };
        self.forgive(&admitted).await?;
        users::touch_sign_in(self.db(), user.id, now_ms()).await?;
        tracing::info!(user.id = user.id.0, client = %address, "signed in");
        Ok(actor(user))
    }

    /// Who a session's user is now; `None` when disabled or gone.
    pub async fn session_user(&self, id: UserId) -> Result<Option<SessionUser>> {
        let user = users::find(self.db(), id).await?.filter(|user| !user.disabled);
        Ok(user.map(|user| SessionUser { must_change_password: user.must_change_password, actor: actor(user) }))
    }

    pub async fn current_user(&self, actor: &Actor) -> Result<CurrentUser> {
        let user = self.own(actor).await?;
        Ok(CurrentUser {
            id: user.id,
            name: user.name,
            role: user.role,
            must_change_password: user.must_change_password,
            preferences: user.preferences,
        })
    }

    /// Changes one's preferences in one step: what two pages set at the same time is all kept.
    pub async fn change_preferences(&self, actor: &Actor, change: impl FnOnce(&mut Preferences) + Send) -> Result<()> {
        let id = actor.user_id().ok_or(Error::Forbidden)?;
        let change = |preferences: Preferences| {
            let mut preferences = preferences;
            change(&mut preferences);
            bounded(preferences)
        };
        Ok(users::change_preferences(self.db(), id, change).await?)
    }

    /// Ends every other session of the user; `keep_session` stays.
    pub async fn change_own_password(
        &self,
        actor: &Actor,
        current: SecretString,
        new: SecretString,
        keep_session: Option<SessionKey>,
    ) -> Result<()> {
        let user = self.own(actor).await?;
        // A page left open must not become a place to guess at.
        let admitted = self.admit(&user.name, None).await?;
        let is_same = current.expose_secret() == new.expose_secret();
        if !self.inner.passwords.verify(current, Some(user.password_hash)).await? {
            return Err(Error::invalid("current", "this is not your current password"));
        }
        self.forgive(&admitted).await?;
        if is_same {
            return Err(Error::invalid("new", "the new password is the old one"));
        }
        passwords::check("new", &new, &user.name)?;
        let hash = self.inner.passwords.hash(new).await?;
        users::set_password_hash(self.db(), user.id, &hash, false).await?;
        let kept = keep_session.as_ref().map(SessionKey::as_bytes);
        store::sessions::delete_of_user(self.db(), user.id, kept).await?;
        self.ring_access();
        tracing::info!(user.id = user.id.0, "changed the own password");
        Ok(())
    }

    async fn own(&self, actor: &Actor) -> Result<StoredUser> {
        let id = actor.user_id().ok_or(Error::Forbidden)?;
        users::find(self.db(), id).await?.filter(|user| !user.disabled).ok_or(Error::NotFound)
    }
}

/// 128 bits in hexadecimal.
fn random_token() -> String {
    format!("{:032x}", rand::random::<u128>())
}

fn actor(user: StoredUser) -> Actor {
    Actor::User { id: user.id, name: user.name, role: user.role }
}

fn already_set_up() -> Error {
    Error::Conflict("an administrator exists already; sign in".to_owned())
}

/// A name as it is kept: trimmed; case is kept, but two names that differ in nothing else are one.
pub(crate) fn user_name(typed: &str) -> Result<String> {
    let name = typed.trim();
    if name.is_empty() {
        return Err(Error::invalid("name", "a name is needed"));
    }
    if name.chars().count() > NAME_MAX_CHARS || name.chars().any(char::is_control) {
        return Err(Error::invalid(
            "name",
            format!("the name is longer than {NAME_MAX_CHARS} characters or cannot be printed"),
        ));
    }
    Ok(name.to_owned())
}

/// What browsers send is kept only as far as it makes sense.
fn bounded(mut preferences: Preferences) -> Preferences {
    const TABLES_MAX: usize = 16;
    const COLUMNS_MAX: usize = 64;
    const KEY_MAX: usize = 40;
    preferences.columns = std::mem::take(&mut preferences.columns)
        .into_iter()
        .filter(|(table, _)| table.len() <= KEY_MAX)
        .take(TABLES_MAX)
        .map(|(table, columns)| {
            (table, columns.into_iter().filter(|key| key.len() <= KEY_MAX).take(COLUMNS_MAX).collect())
        })
        .collect();
    preferences
}

//! Administration of users: role admin only. Whatever takes something away from a user ends the user's sessions.

use model::{
    account::{Actor, Role, UserView},
    ids::UserId,
    installation::Installation,
};
use secrecy::SecretString;
use store::{sessions, users, users::NewUser};

use crate::{
    Engine,
    accounts::user_name,
    clock::now_ms,
    error::{Error, Result},
    passwords,
};

impl Engine {
    pub async fn list_users(&self, actor: &Actor) -> Result<Vec<UserView>> {
        Self::allow(actor, Role::Admin)?;
        Ok(users::list(self.db(), now_ms()).await?)
    }

    /// What this installation runs on.
    pub async fn installation(&self, actor: &Actor) -> Result<Installation> {
        Self::allow(actor, Role::Admin)?;
        let database = self.db().about().await?;
        Ok(Installation {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            database: format!("{} {}", database.product, database.version),
            database_bytes: database.size_bytes,
        })
    }

    /// Whoever else knows the first password, the user changes it at the first sign-in; only one that comes from the
    /// command line stays.
    pub async fn add_user(&self, actor: &Actor, name: &str, role: Role, password: SecretString) -> Result<UserId> {
        Self::allow(actor, Role::Admin)?;
        let name = user_name(name)?;
        passwords::check("password", &password, &name)?;
        let must_change_password = *actor != Actor::Console;
        self.insert_user(name, role, password, must_change_password).await
    }

    /// Answers the password, which has to be changed at the first sign-in.
    pub async fn add_user_with_one_time_password(&self, actor: &Actor, name: &str, role: Role) -> Result<String> {
        Self::allow(actor, Role::Admin)?;
        let password = passwords::one_time();
        self.insert_user(user_name(name)?, role, password.as_str().into(), true).await?;
        Ok(password)
    }

    async fn insert_user(
        &self,
        name: String,
        role: Role,
        password: SecretString,
        must_change_password: bool,
    ) -> Result<UserId> {
        let password_hash = self.inner.passwords.hash(password).await?;
        let user = NewUser { name, role, password_hash, must_change_password };
        let id = users::insert(self.db(), user, now_ms()).await?;
        tracing::info!(user.id = id.0, role = role.key(), "a user was added");
        Ok(id)
    }

    pub async fn set_user_role(&self, actor: &Actor, id: UserId, role: Role) -> Result<()> {
        Self::allow(actor, Role::Admin)?;
        self.change_user(id, Some(role), None).await?;
        tracing::info!(user.id = id.0, role = role.key(), "a user's role was changed");
        Ok(())
    }

    pub async fn set_user_disabled(&self, actor: &Actor, id: UserId, disabled: bool) -> Result<()> {
        Self::allow(actor, Role::Admin)?;
        self.change_user(id, None, Some(disabled)).await?;
        tracing::info!(user.id = id.0, disabled, "a user was switched");
        Ok(())
    }

    async fn change_user(&self, id: UserId, role: Option<Role>, disabled: Option<bool>) -> Result<()> {
        if !users::change_keeping_an_admin(self.db(), id, role, disabled).await? {
            return Err(Error::Conflict("this is the last administrator; make somebody else one first".to_owned()));
        }
        sessions::delete_of_user(self.db(), id, None).await?;
        self.ring_access();
        Ok(())
    }

    /// Answers a one-time password, which has to be changed at the next sign-in.
    pub async fn reset_user_password(&self, actor: &Actor, id: UserId) -> Result<String> {
        Self::allow(actor, Role::Admin)?;
        let password = passwords::one_time();
        let hash = self.inner.passwords.hash(password.as_str().into()).await?;
        users::set_password_hash(self.db(), id, &hash, true).await?;
        sessions::delete_of_user(self.db(), id, None).await?;
        self.ring_access();
        tracing::info!(user.id = id.0, "a user's password was reset");
        Ok(password)
    }
}

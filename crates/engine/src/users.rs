//! Administration of users: role admin only.

use model::{
    account::{Actor, Role, UserView},
    ids::UserId,
};
use secrecy::SecretString;

use crate::{
    Engine,
    error::{Error, Result},
};

impl Engine {
    pub async fn list_users(&self, actor: &Actor) -> Result<Vec<UserView>> {
        Self::allow(actor, Role::Admin)?;
        Err(Error::internal("not available yet"))
    }

    pub async fn add_user(&self, actor: &Actor, name: &str, role: Role, password: SecretString) -> Result<UserId> {
        Self::allow(actor, Role::Admin)?;
        let _ = (name, role, password);
        Err(Error::internal("not available yet"))
    }

    pub async fn set_user_role(&self, actor: &Actor, id: UserId, role: Role) -> Result<()> {
        Self::allow(actor, Role::Admin)?;
        let _ = (id, role);
        Err(Error::internal("not available yet"))
    }

    pub async fn set_user_disabled(&self, actor: &Actor, id: UserId, disabled: bool) -> Result<()> {
        Self::allow(actor, Role::Admin)?;
        let _ = (id, disabled);
        Err(Error::internal("not available yet"))
    }

    /// Answers a one-time password, which has to be changed at the next sign-in.
    pub async fn reset_user_password(&self, actor: &Actor, id: UserId) -> Result<String> {
        Self::allow(actor, Role::Admin)?;
        let _ = id;
        Err(Error::internal("not available yet"))
    }
}

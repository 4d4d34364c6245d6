//! Configured sources: validation, sealed passwords, tests of a connection.

use model::{
    account::{Actor, Role},
    check::CheckOutcome,
    ids::SourceId,
    source::{InventoryFate, SourceSettings, SourceView},
};
use secrecy::SecretString;

use crate::{
    Engine,
    error::{Error, Result},
};

impl Engine {
    pub async fn list_sources(&self, actor: &Actor) -> Result<Vec<SourceView>> {
        Self::allow(actor, Role::Viewer)?;
        Err(Error::internal("not available yet"))
    }

    pub async fn source(&self, actor: &Actor, id: SourceId) -> Result<SourceView> {
        Self::allow(actor, Role::Viewer)?;
        let _ = id;
        Err(Error::internal("not available yet"))
    }

    pub async fn add_source(
        &self,
        actor: &Actor,
        settings: SourceSettings,
        password: SecretString,
    ) -> Result<SourceId> {
        Self::allow(actor, Role::Manager)?;
        let _ = (settings, password);
        Err(Error::internal("not available yet"))
    }

    /// `password`: `None` keeps the stored one.
    pub async fn update_source(
        &self,
        actor: &Actor,
        id: SourceId,
        settings: SourceSettings,
        password: Option<SecretString>,
    ) -> Result<()> {
        Self::allow(actor, Role::Manager)?;
        let _ = (id, settings, password);
        Err(Error::internal("not available yet"))
    }

    pub async fn delete_source(&self, actor: &Actor, id: SourceId, fate: InventoryFate) -> Result<()> {
        Self::allow(actor, Role::Manager)?;
        let _ = (id, fate);
        Err(Error::internal("not available yet"))
    }

    /// Tests a connection without saving anything. Without `password` the one stored for `saved` is used.
    pub async fn check_source(
        &self,
        actor: &Actor,
        settings: SourceSettings,
        password: Option<SecretString>,
        saved: Option<SourceId>,
    ) -> Result<CheckOutcome> {
        Self::allow(actor, Role::Manager)?;
        let _ = (settings, password, saved);
        Err(Error::internal("not available yet"))
    }
}

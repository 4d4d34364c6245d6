//! Configured sources: adding, changing, deleting, testing a connection, and what a card shows of one.

mod mappings;
mod settings;
mod view;

use connectors::Endpoint;
use model::{
    account::{Actor, Role},
    check::CheckOutcome,
    ids::SourceId,
    source::{InventoryFate, SourceSettings, SourceView},
};
use secrecy::SecretString;
use store::{
    sources,
    sources::{Rescheduling, StoredSource},
};

use crate::{
    Engine,
    clock::now_ms,
    error::{Error, Result},
    linking::link_machines,
    workers::notices,
};

use settings::{checked, is_reached_differently};

impl Engine {
    pub async fn list_sources(&self, actor: &Actor) -> Result<Vec<SourceView>> {
        Self::allow(actor, Role::Viewer)?;
        let now_ms = now_ms();
        let (stored, counts, runs, mut measuring) = tokio::try_join!(
            sources::list(self.db()),
            sources::stored_counts(self.db()),
            store::runs::last_of_each_source(self.db()),
            store::measuring::states(self.db(), now_ms),
        )?;
        let live = self.live_runs();
        Ok(view::views(stored, &counts, &runs, &live, &mut measuring, now_ms))
    }

    pub async fn source(&self, actor: &Actor, id: SourceId) -> Result<SourceView> {
        let all = self.list_sources(actor).await?;
        all.into_iter().find(|source| source.id == id).ok_or(Error::NotFound)
    }

    pub async fn add_source(
        &self,
        actor: &Actor,
        settings: SourceSettings,
        password: SecretString,
    ) -> Result<SourceId> {
        Self::allow(actor, Role::Manager)?;
        let settings = checked(settings)?;
        settings::check_password(settings.kind, &password)?;
        let id = sources::insert(self.db(), &self.inner.vault, &settings, Some(&password), now_ms()).await?;
        tracing::info!(source.id = id.0, source.kind = settings.kind.key(), "a source was added");
        Ok(id)
    }

    /// `password`: `None` keeps the stored one. A source that is reached differently may sync by itself again at once,
    /// whatever made it wait.
    pub async fn update_source(
        &self,
        actor: &Actor,
        id: SourceId,
        settings: SourceSettings,
        password: Option<SecretString>,
    ) -> Result<()> {
        Self::allow(actor, Role::Manager)?;
        let before = self.stored_source(id).await?;
        let settings = checked(settings)?;
        if settings.kind != before.settings.kind {
            return Err(Error::invalid("kind", "a source keeps its kind; add another one"));
        }
        match &password {
            Some(password) => settings::check_password(settings.kind, password)?,
            None => may_keep_password(&before.settings, &settings)?,
        }
        let rescheduling = if password.is_some() || is_reached_differently(&before.settings, &settings) {
            Rescheduling::Reset
        } else if settings.sync_interval_s == before.settings.sync_interval_s {
            Rescheduling::Keep
        } else {
            Rescheduling::Due
        };
        sources::update(self.db(), &self.inner.vault, id, &settings, password.as_ref(), rescheduling).await?;
        tracing::info!(source.id = id.0, enabled = settings.enabled, "a source was changed");
        Ok(())
    }

    pub async fn delete_source(&self, actor: &Actor, id: SourceId, fate: InventoryFate) -> Result<()> {
        Self::allow(actor, Role::Manager)?;
        let live = self.live_runs().into_iter().find(|run| run.source == id);
        sources::delete(self.db(), id, fate, now_ms()).await?;
        if let Some(run) = live {
            self.inner.running.cancel(run.run);
            self.inner.hub.publish(model::run::Progress { state: model::run::RunState::Cancelled, ..run }, None);
        }
        self.inner.hub.inventory_changed(id);
        notices::inventory_changed(self, id).await;
        link_machines(self.clone()).await;
        tracing::info!(source.id = id.0, ?fate, "a source was deleted");
        Ok(())
    }

    /// Tests a connection without saving anything. Without `password` the one stored for `saved` is used, and only
    /// towards the very endpoint that it was stored for.
    pub async fn check_source(
        &self,
        actor: &Actor,
        settings: SourceSettings,
        password: Option<SecretString>,
        saved: Option<SourceId>,
    ) -> Result<CheckOutcome> {
        Self::allow(actor, Role::Manager)?;
        let settings = checked(settings)?;
        let password = match (password, saved) {
            (Some(password), _) => password,
            (None, Some(id)) => self.password_for(id, &settings).await?,
            (None, None) if !settings.kind.needs_password() => SecretString::from(""),
            (None, None) => return Err(Error::invalid("password", "a password is needed")),
        };
        settings::check_password(settings.kind, &password)?;
        let started = std::time::Instant::now();
        let outcome = connectors::check(&endpoint(settings, password)).await;
        let passed = matches!(outcome, CheckOutcome::Passed(_));
        tracing::info!(passed, duration_ms = started.elapsed().as_millis() as u64, "a connection was tested");
        Ok(outcome)
    }

    async fn password_for(&self, id: SourceId, settings: &SourceSettings) -> Result<SecretString> {
        may_keep_password(&self.stored_source(id).await?.settings, settings)?;
        let password = sources::password(self.db(), &self.inner.vault, id).await?;
        password.ok_or_else(|| Error::invalid("password", "no password is stored: enter one"))
    }

    pub(crate) async fn stored_source(&self, id: SourceId) -> Result<StoredSource> {
        sources::find(self.db(), id).await?.ok_or(Error::NotFound)
    }
}

/// A stored password is never sent to an address that somebody has just typed, nor to whoever answers there without
/// being asked for a certificate: who may edit a source could have it delivered to a server of their own otherwise.
fn may_keep_password(before: &SourceSettings, now: &SourceSettings) -> Result<()> {
    use model::source::TlsMode::Unverified;
    if before.endpoint != now.endpoint {
        return Err(Error::invalid("password", "the endpoint is another one now: enter the password again"));
    }
    if now.tls == Unverified && before.tls != Unverified {
        return Err(Error::invalid("password", "the certificate is no longer checked: enter the password again"));
    }
    Ok(())
}

pub(crate) fn endpoint(settings: SourceSettings, password: SecretString) -> Endpoint {
    Endpoint {
        kind: settings.kind,
        address: settings.endpoint,
        username: settings.username,
        password,
        tls: settings.tls,
    }
}

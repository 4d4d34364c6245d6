//! Who is who: after each save the machines of monitoring systems are matched with those of the platforms, and people have
//! the last word. How they are matched is `analysis`'.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    account::{Actor, Role},
    identity::{Identity, LinkState, LinkView},
    ids::{ObjectId, SourceId},
};
use store::links::{self, Known};

use crate::{
    Engine,
    clock::now_ms,
    error::{Error, Result},
    workers::report,
};

/// Suggestions that a page shows.
const SUGGESTIONS: u64 = 500;

/// Matches all machines anew, where any source knows machines from within. One at a time: each sees what the last one saved.
pub(crate) async fn link_machines(engine: Engine) {
    let _turn = engine.inner.linking.lock().await;
    if let Err(error) = relink(&engine).await {
        report("machines cannot be matched", &error);
    }
}

async fn relink(engine: &Engine) -> Result<()> {
    let sources = store::sources::list(engine.db()).await?;
    if !sources.iter().any(|source| source.settings.kind.is_monitoring()) {
        return Ok(());
    }
    let (known, decisions, before) = tokio::try_join!(
        links::identities(engine.db()),
        links::decisions(engine.db()),
        links::found_before(engine.db()),
    )?;
    let (monitored, platform): (Vec<Known>, Vec<Known>) =
        known.into_iter().partition(|known| known.kind.is_monitoring());
    let platform: Vec<Identity> = platform.into_iter().map(|known| known.identity).collect();
    let placed: BTreeSet<ObjectId> = platform.iter().map(|machine| machine.id).collect();
    let mut by_source: BTreeMap<SourceId, Vec<Identity>> = BTreeMap::new();
    for known in monitored {
        by_source.entry(known.source).or_default().push(known.identity);
    }
    for (source, monitored) in by_source {
        // Each system sees a machine once: what one has linked does not bar another.
        let seen: BTreeSet<ObjectId> = monitored.iter().map(|machine| machine.id).collect();
        let fixed = decisions.linked.iter().filter(|(id, of)| seen.contains(id) && placed.contains(of));
        let fixed: BTreeMap<ObjectId, ObjectId> = fixed.map(|(monitored, platform)| (*monitored, *platform)).collect();
        let mut found = analysis::identity::matches(&platform, &monitored, &fixed, &decisions.refused);
        let kept = analysis::identity::kept(&before, &platform, &monitored, &found);
        let linked: BTreeSet<ObjectId> = kept.iter().map(|link| link.monitored).collect();
        found.suggestions.retain(|guess| !linked.contains(&guess.monitored));
        found.links.extend(kept);
        tracing::debug!(
            source.id = source.0,
            machines = monitored.len(),
            links = found.links.len(),
            suggestions = found.suggestions.len(),
            "machines were matched"
        );
        links::replace(engine.db(), source, &found.links, &found.suggestions, now_ms()).await?;
    }
    Ok(())
}

impl Engine {
    /// Links and suggestions of one machine, whichever side it stands on.
    pub async fn links_of(&self, actor: &Actor, id: ObjectId) -> Result<Vec<LinkView>> {
        Self::allow(actor, Role::Viewer)?;
        Ok(links::of_machine(self.db(), id).await?)
    }

    /// What waits for somebody's word.
    pub async fn link_suggestions(&self, actor: &Actor) -> Result<Vec<LinkView>> {
        Self::allow(actor, Role::Viewer)?;
        Ok(links::suggestions(self.db(), SUGGESTIONS).await?)
    }

    /// Says that two records are one machine, or that they are not.
    pub async fn decide_link(
        &self,
        actor: &Actor,
        monitored: ObjectId,
        platform: ObjectId,
        is_one: bool,
    ) -> Result<()> {
        Self::allow(actor, Role::Manager)?;
        let kinds = links::kinds_of(self.db(), &[monitored, platform]).await?;
        let kind_of = |id| kinds.get(&id).copied().ok_or(Error::NotFound);
        let (inner, outer) = (kind_of(monitored)?, kind_of(platform)?);
        if !inner.is_monitoring() || outer.is_monitoring() {
            return Err(Error::invalid(
                "platform",
                "a machine of a monitoring system is linked with one of a platform",
            ));
        }
        let state = if is_one { LinkState::Linked } else { LinkState::Refused };
        links::decide(self.db(), (monitored, platform), state, actor.name(), now_ms()).await?;
        tracing::info!(monitored = monitored.0, platform = platform.0, is_one, "two records of a machine were judged");
        let engine = self.clone();
        tokio::spawn(link_machines(engine));
        Ok(())
    }
}

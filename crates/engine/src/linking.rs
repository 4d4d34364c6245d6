//! Who is who: after each save the machines of monitoring systems are matched with those of the platforms, and people have
//! the last word. How they are matched is `analysis`'.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    account::{Actor, Role},
    identity::{Candidate, Identity, LinkState, LinkView},
    ids::{ObjectId, SourceId},
};
use store::links::{self, Known};

use crate::{
    Engine,
    clock::now_ms,
    error::{Error, Result},
    workers::report,
};

/// Suggestions, and links that people have made, that a page shows.
const LINKS_SHOWN: u64 = 200;
/// Machines of one search that a page offers.
const CANDIDATES: u64 = 30;

/// Matches all machines anew, where any source knows machines from within. One at a time: each sees what the last one saved.
pub(crate) async fn link_machines(engine: Engine) {
    let _turn = engine.inner.linking.lock().await;
    if let Err(error) = relink(&engine).await {
        report("machines cannot be matched", &error);
    }
}

async fn relink(engine: &Engine) -> Result<()> {
    if !has_monitoring(engine).await? {
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

async fn has_monitoring(engine: &Engine) -> Result<bool> {
    let sources = store::sources::list(engine.db()).await?;
    Ok(sources.iter().any(|source| source.settings.kind.is_monitoring()))
}

impl Engine {
    /// Whatever is said of one machine, whichever side it stands on.
    pub async fn links_of(&self, actor: &Actor, id: ObjectId) -> Result<Vec<LinkView>> {
        Self::allow(actor, Role::Viewer)?;
        Ok(links::of_machine(self.db(), id).await?)
    }

    /// Some system knows machines from within.
    pub async fn is_monitored(&self, actor: &Actor) -> Result<bool> {
        Self::allow(actor, Role::Viewer)?;
        has_monitoring(self).await
    }

    /// What waits for somebody's word.
    pub async fn link_suggestions(&self, actor: &Actor) -> Result<Vec<LinkView>> {
        Self::allow(actor, Role::Viewer)?;
        Ok(links::suggestions(self.db(), LINKS_SHOWN).await?)
    }

    /// What people have said, links and refusals.
    pub async fn decided_links(&self, actor: &Actor) -> Result<Vec<LinkView>> {
        Self::allow(actor, Role::Viewer)?;
        Ok(links::decided(self.db(), LINKS_SHOWN).await?)
    }

    /// The machine that another one is looked for to.
    pub async fn link_side(&self, actor: &Actor, id: ObjectId) -> Result<Candidate> {
        Self::allow(actor, Role::Viewer)?;
        links::known(self.db(), &[id]).await?.remove(&id).ok_or(Error::NotFound)
    }

    /// Machines that contain the text: of the other side than `of`, or of both.
    pub async fn link_candidates(&self, actor: &Actor, text: &str, of: Option<&Candidate>) -> Result<Vec<Candidate>> {
        Self::allow(actor, Role::Viewer)?;
        let wanted = of.map(|side| !side.is_monitored());
        Ok(links::candidates(self.db(), text, wanted, CANDIDATES).await?)
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
        let known = links::known(self.db(), &[monitored, platform]).await?;
        let side = |id| known.get(&id).ok_or(Error::NotFound);
        if !side(monitored)?.is_monitored() || side(platform)?.is_monitored() {
            return Err(Error::invalid(
                "platform",
                "a machine of a monitoring system is linked with one of a platform",
            ));
        }
        let state = if is_one { LinkState::Linked } else { LinkState::Refused };
        links::decide(self.db(), (monitored, platform), state, actor.name(), now_ms()).await?;
        tracing::info!(monitored = monitored.0, platform = platform.0, is_one, "two records of a machine were judged");
        // Awaited: the page that follows shows what came of it.
        link_machines(self.clone()).await;
        Ok(())
    }

    /// Takes back what somebody has said of two records: evidence decides again.
    pub async fn forget_link(&self, actor: &Actor, monitored: ObjectId, platform: ObjectId) -> Result<()> {
        Self::allow(actor, Role::Manager)?;
        links::forget(self.db(), (monitored, platform)).await?;
        tracing::info!(monitored = monitored.0, platform = platform.0, "a judgement of two records was taken back");
        link_machines(self.clone()).await;
        Ok(())
    }
}

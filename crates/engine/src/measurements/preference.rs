//! Which of several series of a metric is shown: the one that a setting names, else the one that knows best, unless it has
//! ended while another goes on.

use std::collections::BTreeMap;

use model::{
    account::{Actor, Role},
    metric::Metric,
    series::{OriginReason, Preferences, Preferred},
};
use store::{settings, sources};

use super::Owned;
use crate::{Engine, error::Result};

/// The setting's name.
pub(super) const SETTING: &str = "metric_preferences";

/// A source whose last value is so much older than another's is no longer preferred.
const STALE_MS: i64 = 3_600_000;

impl Engine {
    /// From where metrics are wanted that several sources tell, as set.
    pub async fn metric_preferences(&self, actor: &Actor) -> Result<Preferences> {
        Self::allow(actor, Role::Viewer)?;
        self.stored_preferences().await
    }

    /// `None`: the default order again.
    pub async fn set_metric_preference(
        &self,
        actor: &Actor,
        metric: Metric,
        preferred: Option<Preferred>,
    ) -> Result<()> {
        Self::allow(actor, Role::Admin)?;
        if let Some(Preferred::Source(id)) = preferred {
            self.stored_source(id).await?;
        }
        let mut all = self.stored_preferences().await?;
        // Sources that are deleted meanwhile leave with the next change.
        let known: Vec<_> = sources::list(self.db()).await?.into_iter().map(|source| source.id).collect();
        all.retain(|_, preferred| !matches!(preferred, Preferred::Source(id) if !known.contains(id)));
        match preferred {
            Some(preferred) => drop(all.insert(metric, preferred)),
            None => drop(all.remove(&metric)),
        }
        settings::set(self.db(), SETTING, &all).await?;
        tracing::info!(
            metric = metric.key(),
            is_set = preferred.is_some(),
            "the preferred source of a metric was changed"
        );
        Ok(())
    }
}

/// What only the guest knows is the guest's to tell; what it shares with others, the platform sees better: a guest does not
/// notice when it was not scheduled.
const fn prefers_guest(metric: Metric) -> bool {
    matches!(
        metric,
        Metric::MemoryUsed
            | Metric::MemorySwapIn
            | Metric::StorageUsed
            | Metric::StorageCapacity
            | Metric::FilesystemUsage
    )
}

impl Owned {
    fn is_of(&self, preferred: Preferred) -> bool {
        match preferred {
            Preferred::Kind(kind) => self.source.kind == kind,
            Preferred::Source(id) => self.source.id == id,
        }
    }

    fn is_default(&self) -> bool {
        self.is_linked == prefers_guest(self.summary.metric)
    }
}

/// What a metric's setting names, where any series is of it.
fn set(metric: Metric, all: &[Owned], preferences: &Preferences) -> Option<Preferred> {
    let preferred = *preferences.get(&metric)?;
    all.iter().any(|one| one.summary.metric == metric && one.is_of(preferred)).then_some(preferred)
}

/// One series for each metric.
pub(super) fn best(all: Vec<Owned>, preferences: &Preferences) -> BTreeMap<Metric, Owned> {
    let set: BTreeMap<Metric, Preferred> =
        preferences.keys().filter_map(|metric| Some((*metric, set(*metric, &all, preferences)?))).collect();
    let mut best: BTreeMap<Metric, Owned> = BTreeMap::new();
    for one in all {
        let metric = one.summary.metric;
        let fits = |owned: &Owned| set.get(&metric).map_or_else(|| owned.is_default(), |named| owned.is_of(*named));
        let is_better = best.get(&metric).is_none_or(|known| {
            let ahead_ms = one.summary.last_ms - known.summary.last_ms;
            if fits(&one) && !fits(known) { ahead_ms > -STALE_MS } else { ahead_ms > STALE_MS }
        });
        if is_better {
            best.insert(metric, one);
        }
    }
    best
}

/// Why it is this one of all.
pub(super) fn reason(chosen: &Owned, all: &[Owned], preferences: &Preferences) -> OriginReason {
    let rivals = || all.iter().filter(|one| one.summary.metric == chosen.summary.metric);
    if rivals().count() == 1 {
        return OriginReason::OnlyOne;
    }
    match set(chosen.summary.metric, all, preferences) {
        Some(preferred) if chosen.is_of(preferred) => OriginReason::Set,
        Some(_) => OriginReason::SetIsStale,
        None if chosen.is_default() => OriginReason::Preferred,
        None if rivals().any(Owned::is_default) => OriginReason::PreferredIsStale,
        None => OriginReason::NoBetter,
    }
}

#[cfg(test)]
mod tests {
    use model::{
        ids::{ObjectId, SourceId},
        sample::Grain,
        series::SeriesSummary,
        source::SourceKind,
        table::SourceReference,
    };

    use super::*;

    /// The machine itself is record 1 of a vCenter; 2 and more are linked with it.
    fn owned(owner: i64, kind: SourceKind, metric: Metric, last_ms: i64) -> Owned {
        let summary = SeriesSummary { metric, grain: Grain::BASE, first_ms: 0, last_ms, last: 1.0 };
        let source = SourceReference { id: SourceId(owner), name: String::new(), kind };
        Owned { owner: ObjectId(owner), source, is_linked: owner > 1, summary }
    }

    fn pair(metric: Metric, own_ms: i64, linked_ms: i64) -> Vec<Owned> {
        vec![owned(1, SourceKind::Vcenter, metric, own_ms), owned(2, SourceKind::Prometheus, metric, linked_ms)]
    }

    fn shown(all: &[Owned], preferences: &Preferences) -> (i64, OriginReason) {
        let (_, chosen) = best(all.to_vec(), preferences).pop_first().unwrap();
        (chosen.owner.0, reason(&chosen, all, preferences))
    }

    #[test]
    fn the_platform_tells_of_cpu_and_the_guest_of_its_memory() {
        let none = Preferences::new();
        assert_eq!(shown(&pair(Metric::CpuUsage, 10, 10), &none), (1, OriginReason::Preferred));
        assert_eq!(shown(&pair(Metric::MemoryUsed, 10, 10), &none), (2, OriginReason::Preferred));
        assert_eq!(shown(&pair(Metric::CpuUsage, 10, 10)[..1], &none), (1, OriginReason::OnlyOne));
    }

    #[test]
    fn a_series_that_has_ended_gives_way() {
        let (none, later) = (Preferences::new(), STALE_MS + 11);
        assert_eq!(shown(&pair(Metric::CpuUsage, 10, later), &none), (2, OriginReason::PreferredIsStale));
        assert_eq!(shown(&pair(Metric::MemoryUsed, later, 10), &none), (1, OriginReason::PreferredIsStale));
    }

    #[test]
    fn what_is_set_goes_first_as_long_as_it_measures() {
        let by_kind = Preferences::from([(Metric::CpuUsage, Preferred::Kind(SourceKind::Prometheus))]);
        let by_source = Preferences::from([(Metric::CpuUsage, Preferred::Source(SourceId(2)))]);
        for preferences in [by_kind, by_source] {
            assert_eq!(shown(&pair(Metric::CpuUsage, 10, 10), &preferences), (2, OriginReason::Set));
            let stopped = pair(Metric::CpuUsage, STALE_MS + 11, 10);
            assert_eq!(shown(&stopped, &preferences), (1, OriginReason::SetIsStale));
            assert_eq!(shown(&pair(Metric::MemoryUsed, 10, 10), &preferences), (2, OriginReason::Preferred));
        }
        let absent = Preferences::from([(Metric::CpuUsage, Preferred::Kind(SourceKind::Zabbix))]);
        assert_eq!(shown(&pair(Metric::CpuUsage, 10, 10), &absent), (1, OriginReason::Preferred));
    }

    #[test]
    fn where_nobody_knows_best_nobody_has_stopped() {
        let all = [
            owned(2, SourceKind::Prometheus, Metric::NetworkReceive, 10),
            owned(3, SourceKind::Zabbix, Metric::NetworkReceive, 10),
        ];
        assert_eq!(shown(&all, &Preferences::new()), (2, OriginReason::NoBetter));
    }
}

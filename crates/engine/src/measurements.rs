//! Questions about measurements: what is measured of an object, its charts, its load through the week, the busiest. All of
//! them for viewers.

use std::{collections::BTreeMap, ops::Range};

use futures::future::try_join_all;
use model::{
    account::{Actor, Role},
    ids::ObjectId,
    inventory::ObjectKind,
    metric::Metric,
    overview::AlarmView,
    series::{Busy, MetricOrigin, OriginReason, SeriesSummary, SeriesView},
};
use store::{links, samples};

use crate::{Engine, clock::now_ms, error::Result};

/// Points that one chart may have.
const POINTS: usize = 2_000;
/// Objects that a list of the busiest may have.
const BUSIEST: u64 = 100;
const PROBLEMS: u64 = 200;

/// A source whose last value is so much older than another's is no longer preferred.
const STALE_MS: i64 = 3_600_000;

/// A series of an object, and the record that it hangs on: a machine's own, or that of a monitoring system.
#[derive(Clone, Copy, Debug)]
struct Owned {
    owner: ObjectId,
    is_linked: bool,
    summary: SeriesSummary,
}

impl Engine {
    /// What is measured of an object, by whichever source tells each metric best.
    pub async fn metrics_of(&self, actor: &Actor, kind: ObjectKind, id: ObjectId) -> Result<Vec<SeriesSummary>> {
        Self::allow(actor, Role::Viewer)?;
        Ok(best(self.owned(kind, id).await?).into_values().map(|owned| owned.summary).collect())
    }

    /// The same with the source of each, and why it is that one.
    pub async fn metric_origins(&self, actor: &Actor, kind: ObjectKind, id: ObjectId) -> Result<Vec<MetricOrigin>> {
        Self::allow(actor, Role::Viewer)?;
        let owned = self.owned(kind, id).await?;
        let sources = if kind == ObjectKind::Vm { links::linked_to(self.db(), id).await? } else { Vec::new() };
        let count = |metric| owned.iter().filter(|owned| owned.summary.metric == metric).count();
        let counts: BTreeMap<Metric, usize> =
            owned.iter().map(|one| (one.summary.metric, count(one.summary.metric))).collect();
        let origin = |(metric, chosen): (Metric, Owned)| MetricOrigin {
            summary: chosen.summary,
            by: sources.iter().find(|(owner, _)| *owner == chosen.owner).map(|(_, source)| source.clone()),
            reason: match (counts[&metric], prefers_guest(metric) == chosen.is_linked) {
                (1, _) => OriginReason::OnlyOne,
                (_, true) => OriginReason::Preferred,
                (_, false) => OriginReason::PreferredIsStale,
            },
        };
        Ok(best(owned).into_iter().map(origin).collect())
    }

    /// `None` where nothing was measured. UTC milliseconds.
    pub async fn series(
        &self,
        actor: &Actor,
        kind: ObjectKind,
        id: ObjectId,
        metric: Metric,
        range: Range<i64>,
        max_points: usize,
    ) -> Result<Option<SeriesView>> {
        Ok(self.series_of(actor, (kind, id), &[metric], range, max_points).await?.pop())
    }

    /// The series of several metrics of one object, those that were measured, in the order that was asked for.
    pub async fn series_of(
        &self,
        actor: &Actor,
        (kind, id): (ObjectKind, ObjectId),
        metrics: &[Metric],
        range: Range<i64>,
        max_points: usize,
    ) -> Result<Vec<SeriesView>> {
        Self::allow(actor, Role::Viewer)?;
        // Whose they are is asked once, however many there are.
        let best = if kind == ObjectKind::Vm { best(self.owned(kind, id).await?) } else { BTreeMap::new() };
        let (max_points, now) = (max_points.clamp(1, POINTS), now_ms());
        let asked = metrics.iter().map(|metric| {
            let owner = best.get(metric).map_or(id, |owned| owned.owner);
            samples::series(self.db(), kind, owner, *metric, range.clone(), max_points, now)
        });
        Ok(try_join_all(asked).await?.into_iter().flatten().collect())
    }

    /// All series of an object, its own and those of the records that are linked with it.
    async fn owned(&self, kind: ObjectKind, id: ObjectId) -> Result<Vec<Owned>> {
        let mut owners = vec![(id, false)];
        if kind == ObjectKind::Vm {
            let linked = links::linked_to(self.db(), id).await?;
            owners.extend(linked.into_iter().map(|(owner, _)| (owner, true)));
        }
        let mut all = Vec::new();
        for (owner, is_linked) in owners {
            let summaries = samples::metrics_of(self.db(), kind, owner).await?;
            all.extend(summaries.into_iter().map(|summary| Owned { owner, is_linked, summary }));
        }
        Ok(all)
    }

    /// Whose series of this metric is shown for an object.
    async fn owner(&self, kind: ObjectKind, id: ObjectId, metric: Metric) -> Result<ObjectId> {
        if kind != ObjectKind::Vm {
            return Ok(id);
        }
        Ok(best(self.owned(kind, id).await?).get(&metric).map_or(id, |owned| owned.owner))
    }

    /// The mean of each hour of the week, Monday first; `None` where nothing was measured.
    pub async fn load_signature(
        &self,
        actor: &Actor,
        kind: ObjectKind,
        id: ObjectId,
        metric: Metric,
        range: Range<i64>,
        utc_offset_ms: i64,
    ) -> Result<Option<[[Option<f64>; 24]; 7]>> {
        Self::allow(actor, Role::Viewer)?;
        let owner = self.owner(kind, id, metric).await?;
        Ok(samples::load_signature(self.db(), kind, owner, metric, range, utc_offset_ms).await?)
    }

    pub async fn busiest(&self, actor: &Actor, kind: ObjectKind, metric: Metric, limit: u64) -> Result<Vec<Busy>> {
        Self::allow(actor, Role::Viewer)?;
        Ok(samples::busiest(self.db(), kind, metric, limit.min(BUSIEST) as usize, now_ms()).await?)
    }

    /// Alarms that are up, the worst first.
    pub async fn problems(&self, actor: &Actor, limit: u64) -> Result<Vec<AlarmView>> {
        Self::allow(actor, Role::Viewer)?;
        Ok(store::inventory::problems(self.db(), limit.min(PROBLEMS)).await?)
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

/// One series for each metric: the preferred one, unless it has ended while another goes on.
fn best(all: Vec<Owned>) -> BTreeMap<Metric, Owned> {
    let mut best: BTreeMap<Metric, Owned> = BTreeMap::new();
    for one in all {
        let metric = one.summary.metric;
        let is_better = best.get(&metric).is_none_or(|known| {
            let ahead_ms = one.summary.last_ms - known.summary.last_ms;
            let is_preferred = one.is_linked == prefers_guest(metric) && known.is_linked != one.is_linked;
            if is_preferred { ahead_ms > -STALE_MS } else { ahead_ms > STALE_MS }
        });
        if is_better {
            best.insert(metric, one);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use model::sample::Grain;

    use super::*;

    fn owned(owner: i64, is_linked: bool, metric: Metric, last_ms: i64) -> Owned {
        let summary = SeriesSummary { metric, grain: Grain::BASE, first_ms: 0, last_ms, last: 1.0 };
        Owned { owner: ObjectId(owner), is_linked, summary }
    }

    fn chosen(metric: Metric, own_ms: i64, linked_ms: i64) -> i64 {
        let all = vec![owned(1, false, metric, own_ms), owned(2, true, metric, linked_ms)];
        best(all)[&metric].owner.0
    }

    #[test]
    fn the_platform_tells_of_cpu_and_the_guest_of_its_memory() {
        assert_eq!(chosen(Metric::CpuUsage, 10, 10), 1);
        assert_eq!(chosen(Metric::MemoryUsed, 10, 10), 2);
    }

    #[test]
    fn a_series_that_has_ended_gives_way() {
        let later = STALE_MS + 11;
        assert_eq!(chosen(Metric::CpuUsage, 10, later), 2);
        assert_eq!(chosen(Metric::MemoryUsed, later, 10), 1);
    }
}

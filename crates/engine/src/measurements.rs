//! Questions about measurements: what is measured of an object, its charts, its load through the week, the busiest. All of
//! them for viewers.

mod preference;

use std::{collections::BTreeMap, ops::Range};

use futures::future::try_join_all;
use model::{
    account::{Actor, Role},
    ids::ObjectId,
    inventory::ObjectKind,
    metric::Metric,
    overview::AlarmView,
    series::{Busy, MetricOrigin, Preferences, SeriesSummary, SeriesView},
    table::SourceReference,
};
use store::{links, samples};
use tokio::sync::SemaphorePermit;

use self::preference::{best, reason};
use crate::{
    Engine,
    clock::now_ms,
    error::{Error, Result},
};

/// Questions about measurements that are answered at a time, over all people: each holds a reading connection, and pages
/// find others.
pub(crate) const AT_A_TIME: usize = 4;

/// Points that one chart may have.
const POINTS: usize = 2_000;
/// Objects that a list of the busiest may have.
const BUSIEST: u64 = 100;
const PROBLEMS: u64 = 200;

/// A series of an object, and the record that it hangs on: a machine's own, or that of a monitoring system.
#[derive(Clone, Debug)]
struct Owned {
    owner: ObjectId,
    source: SourceReference,
    is_linked: bool,
    summary: SeriesSummary,
}

impl Engine {
    /// What is measured of an object, by whichever source tells each metric best.
    pub async fn metrics_of(&self, actor: &Actor, kind: ObjectKind, id: ObjectId) -> Result<Vec<SeriesSummary>> {
        Self::allow(actor, Role::Viewer)?;
        let _place = self.place_of_charts().await?;
        if kind != ObjectKind::Vm {
            return Ok(samples::metrics_of(self.db(), kind, id).await?);
        }
        Ok(self.chosen(id).await?.into_values().map(|owned| owned.summary).collect())
    }

    /// What is measured of a machine with the source of each metric, and why it is that one.
    pub async fn metric_origins(&self, actor: &Actor, machine: ObjectId) -> Result<Vec<MetricOrigin>> {
        Self::allow(actor, Role::Viewer)?;
        let _place = self.place_of_charts().await?;
        let (all, preferences) = tokio::try_join!(self.owned(machine), self.stored_preferences())?;
        let origin = |chosen: Owned| MetricOrigin {
            reason: reason(&chosen, &all, &preferences),
            summary: chosen.summary,
            by: chosen.source,
        };
        Ok(best(all.clone(), &preferences).into_values().map(origin).collect())
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
        let _place = self.place_of_charts().await?;
        // Whose they are is asked once, however many there are.
        let best = if kind == ObjectKind::Vm { self.chosen(id).await? } else { BTreeMap::new() };
        let (max_points, now) = (max_points.clamp(1, POINTS), now_ms());
        let asked = metrics.iter().map(|metric| {
            let owner = best.get(metric).map_or(id, |owned| owned.owner);
            samples::series(self.db(), kind, owner, *metric, range.clone(), max_points, now)
        });
        Ok(try_join_all(asked).await?.into_iter().flatten().collect())
    }

    /// All series of a machine, its own and those of the records that are linked with it.
    async fn owned(&self, machine: ObjectId) -> Result<Vec<Owned>> {
        let (mut own, linked) = tokio::try_join!(
            links::known(self.db(), std::slice::from_ref(&machine)),
            links::linked_to(self.db(), machine)
        )?;
        let own = own.remove(&machine).into_iter().map(|known| (machine, known.source, false));
        let owners = own.chain(linked.into_iter().map(|(owner, source)| (owner, source, true)));
        let mut all = Vec::new();
        for (owner, source, is_linked) in owners {
            let summaries = samples::metrics_of(self.db(), ObjectKind::Vm, owner).await?;
            all.extend(summaries.into_iter().map(|summary| Owned {
                owner,
                source: source.clone(),
                is_linked,
                summary,
            }));
        }
        Ok(all)
    }

    /// The series that is shown of each metric of a machine.
    async fn chosen(&self, machine: ObjectId) -> Result<BTreeMap<Metric, Owned>> {
        let (all, preferences) = tokio::try_join!(self.owned(machine), self.stored_preferences())?;
        Ok(best(all, &preferences))
    }

    async fn stored_preferences(&self) -> Result<Preferences> {
        Ok(store::settings::get(self.db(), preference::SETTING).await?.unwrap_or_default())
    }

    /// Waits until one of the questions before is answered.
    async fn place_of_charts(&self) -> Result<SemaphorePermit<'_>> {
        self.inner.charts.acquire().await.map_err(Error::internal)
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
        let _place = self.place_of_charts().await?;
        let chosen = if kind == ObjectKind::Vm { self.chosen(id).await? } else { BTreeMap::new() };
        let owner = chosen.get(&metric).map_or(id, |owned| owned.owner);
        Ok(samples::load_signature(self.db(), kind, owner, metric, range, utc_offset_ms).await?)
    }

    pub async fn busiest(&self, actor: &Actor, kind: ObjectKind, metric: Metric, limit: u64) -> Result<Vec<Busy>> {
        Self::allow(actor, Role::Viewer)?;
        let _place = self.place_of_charts().await?;
        Ok(samples::busiest(self.db(), kind, metric, limit.min(BUSIEST) as usize, now_ms()).await?)
    }

    /// Alarms that are up, the worst first.
    pub async fn problems(&self, actor: &Actor, limit: u64) -> Result<Vec<AlarmView>> {
        Self::allow(actor, Role::Viewer)?;
        Ok(store::inventory::problems(self.db(), limit.min(PROBLEMS)).await?)
    }
}

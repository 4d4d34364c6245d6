//! Questions about measurements: what is measured of an object, its charts, its load through the week, the busiest. All of
//! them for viewers.

use std::ops::Range;

use model::{
    account::{Actor, Role},
    ids::ObjectId,
    inventory::ObjectKind,
    metric::Metric,
    overview::AlarmView,
    series::{Busy, SeriesSummary, SeriesView},
};
use store::samples;

use crate::{Engine, engine::now_ms, error::Result};

/// Points that one chart may have.
const POINTS: usize = 2_000;
/// Objects that a list of the busiest may have.
const BUSIEST: u64 = 100;
const PROBLEMS: u64 = 200;

impl Engine {
    pub async fn metrics_of(&self, actor: &Actor, kind: ObjectKind, id: ObjectId) -> Result<Vec<SeriesSummary>> {
        Self::allow(actor, Role::Viewer)?;
        Ok(samples::metrics_of(self.db(), kind, id).await?)
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
        Self::allow(actor, Role::Viewer)?;
        let max_points = max_points.clamp(1, POINTS);
        Ok(samples::series(self.db(), kind, id, metric, range, max_points, now_ms()).await?)
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
        Ok(samples::load_signature(self.db(), kind, id, metric, range, utc_offset_ms).await?)
    }

    pub async fn busiest(&self, actor: &Actor, kind: ObjectKind, metric: Metric, limit: u64) -> Result<Vec<Busy>> {
        Self::allow(actor, Role::Viewer)?;
        Ok(samples::busiest(self.db(), kind, metric, limit.min(BUSIEST), now_ms()).await?)
    }

    /// Alarms that are up, the worst first.
    pub async fn problems(&self, actor: &Actor, limit: u64) -> Result<Vec<AlarmView>> {
        Self::allow(actor, Role::Viewer)?;
        Ok(store::inventory::problems(self.db(), limit.min(PROBLEMS)).await?)
    }
}

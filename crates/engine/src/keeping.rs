//! How long measurements are kept, and how much they take. Taking away what is too old is a worker's.

use model::{
    account::{Actor, Role},
    series::{Retention, SampleExtent},
};
use store::samples;

use crate::{
    Engine,
    error::{Error, Result},
};

const DAY_MS: i64 = 86_400_000;
/// Folding needs two; half a century is for ever.
const DAYS: std::ops::RangeInclusive<i64> = 2..=18_250;

impl Engine {
    /// How long each grain is kept, and how much there is.
    pub async fn kept_samples(&self, actor: &Actor) -> Result<(Retention, SampleExtent)> {
        Self::allow(actor, Role::Admin)?;
        Ok(tokio::try_join!(samples::retention(self.db()), samples::extent(self.db()))?)
    }

    /// In days. What is kept for too long by then goes within minutes, and does not come back.
    pub async fn set_retention(&self, actor: &Actor, base: i64, hourly: i64, daily: i64) -> Result<()> {
        Self::allow(actor, Role::Admin)?;
        for (field, days) in [("base", base), ("hourly", hourly), ("daily", daily)] {
            if !DAYS.contains(&days) {
                return Err(Error::invalid(field, "a number of days from 2 to 18,250"));
            }
        }
        if hourly < base {
            return Err(Error::invalid("hourly", "hours are kept at least as long as samples"));
        }
        if daily < hourly {
            return Err(Error::invalid("daily", "days are kept at least as long as hours"));
        }
        let retention =
            Retention { base_ms: base * DAY_MS, hourly_ms: hourly * DAY_MS, daily_ms: daily * DAY_MS }.bounded();
        samples::set_retention(self.db(), &retention).await?;
        tracing::info!(base, hourly, daily, "how long measurements are kept was changed");
        Ok(())
    }
}

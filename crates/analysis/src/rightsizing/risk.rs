//! What speaks for a change to come: the size may fit the past and not what follows.

use model::rightsizing::{BackTest, Level};

use crate::{
    statistics,
    usage::{HOUR_MS, View},
};

/// Reasons in words, the gravest first.
pub(super) fn reasons(demand: View) -> Vec<String> {
    let mut reasons = Vec::new();
    let Some([p95, nearly_all, highest]) = demand.percentiles([0.95, 0.995, 1.0]) else { return reasons };
    if let Some(shift) = super::level_shift(demand, highest) {
        let direction = if shift > 0.0 { "rose" } else { "fell" };
        reasons.push(format!("its daily p95 {direction} by {:.2} vCPU in the last four days", shift.abs()));
    }
    let days = demand.daily_percentiles(0.95);
    if let Some(trend) = statistics::trend(&days).filter(|trend| trend.p < 0.05 && trend.slope * 30.0 >= 0.1 * highest)
    {
        reasons.push(format!("its daily p95 grows by {:.2} vCPU a month", trend.slope * 30.0));
    }
    if highest >= 3.0 * nearly_all && highest >= 0.5 {
        reasons.push(format!("a rare peak of {highest:.2} vCPU stands beside a p99.5 of {nearly_all:.2}"));
    }
    if let Some(hour) = demand.best_mean(HOUR_MS).filter(|hour| *hour >= 3.0 * p95 && *hour >= 0.5) {
        reasons.push(format!("its busiest hour, {hour:.2} vCPU, is far above its p95 of {p95:.2}"));
    }
    reasons
}

/// High where the same rule would have failed before, medium where something speaks for a change.
pub(super) fn level(reasons: &[String], back_test: Option<&BackTest>) -> Level {
    let failed = back_test.is_some_and(|test| test.unmet_percent > 1.0 || test.longest_short_ms >= HOUR_MS);
    match (failed, reasons.len()) {
        (true, _) => Level::High,
        (false, 0) => Level::Low,
        (false, _) => Level::Medium,
    }
}

//! Whether a machine does nothing, by our own rule and by published ones: the same question, asked with other figures.

use model::{metric::Metric, profile::IdleRule};

use super::{Facts, signature, vcpus};
use crate::{
    rightsizing::ENOUGH_PERCENT,
    usage::{DAY_MS, HOUR_MS, History, Line, Span, View},
};

const KB: f64 = 1_024.0;

/// Whether a rule calls a machine idle, and the figures that decided. `None` where what the rule asks for is not measured,
/// or not for as long as it wants.
pub fn idle(rule: IdleRule, history: &History, facts: &Facts, now_ms: i64) -> Option<(bool, String)> {
    let past = Past { history, now_ms };
    match rule {
        IdleRule::Own => own(&past, facts),
        IdleRule::Azure => azure(&past),
        IdleRule::Gcp => gcp(&past),
        IdleRule::Bmc => bmc(&past),
        IdleRule::Aria => aria(&past),
    }
}

struct Past<'a> {
    history: &'a History<'a>,
    now_ms: i64,
}

impl Past<'_> {
    fn line(&self, metric: Metric, days: i64) -> Option<Line> {
        let line = self.history.best_line(metric, Span::days_before(self.now_ms, days), ENOUGH_PERCENT)?;
        let is_enough = line.evidence.days() + 0.25 >= days as f64
            && line.evidence.coverage_percent().is_some_and(|percent| percent >= ENOUGH_PERCENT);
        is_enough.then_some(line)
    }

    /// The lowest of the shares of time (0 to 1) that each metric spends below its limit.
    fn least_share<const N: usize>(&self, days: i64, limits: [(Metric, f64); N]) -> Option<f64> {
        let mut least: f64 = 1.0;
        for (metric, limit) in limits {
            least = least.min(self.line(metric, days)?.view().share(|value| value < limit)?);
        }
        Some(least)
    }
}

fn own(past: &Past, facts: &Facts) -> Option<(bool, String)> {
    const DAYS: i64 = 14;
    const UP_MS: i64 = 72 * HOUR_MS;
    let booted_ms = facts.boot_ms.or(past.history.boots_ms.last().copied());
    let is_up = booted_ms.is_none_or(|boot_ms| past.now_ms.saturating_sub(boot_ms) >= UP_MS);
    let cpu = past.line(Metric::CpuUsage, DAYS)?;
    let limit_percent = 2.0_f64.min(0.10 / vcpus(past.history)? * 100.0);
    let cpu_share = cpu.view().share(|value| value < limit_percent)?;
    let limits = [
        (Metric::NetworkReceive, 2.0 * KB),
        (Metric::NetworkTransmit, 2.0 * KB),
        (Metric::DiskRead, 50.0 * KB),
        (Metric::DiskWrite, 50.0 * KB),
    ];
    let share = past.least_share(DAYS, limits)?.min(cpu_share);
    let slot = busiest_slot(cpu.view());
    let because = format!(
        "for {:.1} % of 14 days it was below {limit_percent:.1} % of CPU, 2 KB/s of network and 50 KB/s of disk; its busiest hour of the week has {slot:.1} %",
        share * 100.0
    );
    Some((is_up && share >= 0.95 && slot <= 10.0, because))
}

fn busiest_slot(cpu: View) -> f64 {
    signature(cpu, 0).into_iter().flatten().fold(0.0, f64::max)
}

/// Azure Advisor, "Reduce service costs": shut down. Two percent of a network whose speed is unknown are taken as those of
/// one gigabit a second.
fn azure(past: &Past) -> Option<(bool, String)> {
    const TWO_PERCENT: f64 = 0.02 * 125e6;
    let cpu = past.line(Metric::CpuUsage, 7)?;
    let sent = past.line(Metric::NetworkTransmit, 7)?.view().percentile(0.95)?;
    let p95 = cpu.view().percentile(0.95)?;
    let last = cpu.view().after(past.now_ms.saturating_sub(3 * DAY_MS)).percentile(0.95)?;
    let because = format!("p95 of CPU is {p95:.1} %, {last:.1} % in the last three days");
    Some((p95 < 3.0 && last <= 2.0 && sent < TWO_PERCENT, because))
}

/// Google's idle VM recommender.
fn gcp(past: &Past) -> Option<(bool, String)> {
    const DAYS: i64 = 14;
    let limit_percent = 0.03 / vcpus(past.history)? * 100.0;
    let cpu = past.line(Metric::CpuUsage, DAYS)?.view().share(|value| value < limit_percent)?;
    let net = past.least_share(DAYS, [(Metric::NetworkReceive, 2_000.0), (Metric::NetworkTransmit, 1_000.0)])?;
    let because = format!("below 0.03 vCPU for {:.1} % and quiet on the network for {:.1} %", cpu * 100.0, net * 100.0);
    Some((cpu >= 0.97 && net >= 0.95, because))
}

fn bmc(past: &Past) -> Option<(bool, String)> {
    let limits = [
        (Metric::CpuUsage, 5.0),
        (Metric::DiskRead, 100.0 * KB),
        (Metric::DiskWrite, 100.0 * KB),
        (Metric::NetworkReceive, 200.0 * KB),
        (Metric::NetworkTransmit, 200.0 * KB),
    ];
    let share = past.least_share(7, limits)?;
    let because = format!("below 5 % of CPU, 100 KB/s of disk and 200 KB/s of network for {:.1} %", share * 100.0);
    Some((share >= 0.95, because))
}

fn aria(past: &Past) -> Option<(bool, String)> {
    let share = past.line(Metric::CpuDemand, 7)?.view().share(|mhz| mhz < 100.0)?;
    Some((share >= 0.90, format!("below 100 MHz for {:.1} %", share * 100.0)))
}

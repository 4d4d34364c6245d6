//! What would have become of a size: work that it could not have done, and for how long it would have been short.

use model::rightsizing::{BackTest, Policy};

use crate::{
    policy::{self, Limits, Resource},
    statistics,
    usage::{Line, View},
};

/// A size against the demand that came.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Outcome {
    /// What there was, and what there would have been.
    pub vcpu: i64,
    pub target: i64,
    /// All work, and the work that would not have been done at its time, in vCPU × samples.
    pub demand: f64,
    pub unmet: f64,
    /// The longest time without a break that demand stood at the target or above.
    pub longest_ms: i64,
    /// The 95th percentile of demand over the target.
    pub p95_of_target: Option<f64>,
}

impl Outcome {
    /// Demand is in vCPUs. A machine that keeps its size loses nothing.
    pub fn of(vcpu: i64, target: i64, demand: View) -> Self {
        let size = target as f64;
        let (unmet, all) = demand.unmet(size, 1.0);
        let p95 = demand.percentile(0.95);
        let kept = Self {
            vcpu,
            target,
            demand: all,
            unmet: 0.0,
            longest_ms: 0,
            p95_of_target: p95.map(|p95| p95 / size.max(1.0)),
        };
        if target >= vcpu { kept } else { Self { unmet, longest_ms: demand.longest_at(size, 1.0), ..kept } }
    }

    pub fn unmet_percent(&self) -> f64 {
        if self.demand > 0.0 { self.unmet / self.demand * 100.0 } else { 0.0 }
    }
}

/// Recomputes the recommendation from the samples before the middle of the line's time alone, and holds it against those
/// after. `None` where either half is too short to say anything.
pub fn back_test(policy: &Policy, line: &Line, vcpu: i64) -> Option<BackTest> {
    const LEAST_DAYS: usize = 3;
    let evidence = line.evidence;
    let split_ms = i64::midpoint(evidence.from_ms, evidence.to_ms);
    let (before, after) = (line.view().until(split_ms), line.view().after(split_ms));
    if before.days().len() < LEAST_DAYS || after.days().len() < LEAST_DAYS {
        return None;
    }
    let need = policy::need(policy, Resource::Cpu, before)?;
    let target = Limits::of(policy).shrunk_vcpu(vcpu, need.amount).unwrap_or(vcpu);
    let outcome = Outcome::of(vcpu, target, after);
    Some(BackTest {
        split_ms,
        was: vcpu,
        target,
        unmet_percent: outcome.unmet_percent(),
        longest_short_ms: outcome.longest_ms,
    })
}

/// The sums and shares that a fleet of outcomes is judged by.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Score {
    pub vcpu_removed_percent: f64,
    /// Machines.
    pub downsized: usize,
    /// Of the whole fleet's work.
    pub unmet_percent: f64,
    /// Of the downsized machines, those that lose more than a hundredth of their work.
    pub losing_1_percent: f64,
    /// Of the downsized machines, those that stay at the new size for an hour or longer.
    pub run_60min_percent: f64,
    /// The median over the downsized machines.
    pub p95_of_size_percent: f64,
    /// Of the removed vCPUs, those of machines that lose more than a hundredth, or stay at the new size for an hour.
    pub removed_on_failing_percent: f64,
}

/// Adds outcomes up. Shares of nothing are 0: nothing was lost.
pub fn score<'a>(outcomes: impl Iterator<Item = &'a Outcome>) -> Score {
    let (mut vcpu, mut removed, mut failing_removed, mut losing, mut running) = (0, 0, 0, 0_usize, 0_usize);
    let (mut demand, mut unmet) = (0.0, 0.0);
    let mut filled = Vec::new();
    for outcome in outcomes {
        vcpu += outcome.vcpu;
        demand += outcome.demand;
        unmet += outcome.unmet;
        if outcome.target >= outcome.vcpu {
            continue;
        }
        let loses = outcome.unmet_percent() > 1.0;
        let runs = outcome.longest_ms >= crate::usage::HOUR_MS;
        removed += outcome.vcpu - outcome.target;
        losing += usize::from(loses);
        running += usize::from(runs);
        if loses || runs {
            failing_removed += outcome.vcpu - outcome.target;
        }
        filled.push(outcome.p95_of_target.unwrap_or(0.0) * 100.0);
    }
    let percent = |part: f64, whole: f64| if whole > 0.0 { part / whole * 100.0 } else { 0.0 };
    let downsized = filled.len();
    Score {
        vcpu_removed_percent: percent(removed as f64, vcpu as f64),
        downsized,
        unmet_percent: percent(unmet, demand),
        losing_1_percent: percent(losing as f64, downsized as f64),
        run_60min_percent: percent(running as f64, downsized as f64),
        p95_of_size_percent: statistics::median(&mut filled).unwrap_or(0.0),
        removed_on_failing_percent: percent(failing_removed as f64, removed as f64),
    }
}

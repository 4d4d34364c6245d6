//! From a machine's past to what should be changed of its size, with everything that speaks for and against it.
//!
//! What a rule says that a machine needs is [`crate::policy`]'s. Roles (templates, replicas, appliances) are left out by
//! whoever asks.

mod back_test;
mod evidence;
mod risk;

pub use back_test::{Outcome, Score, back_test, score};
pub use evidence::{Contention, contention};

use model::{
    metric::Metric,
    rightsizing::{Evidence, Judgement, Level, Missing, Policy, Rightsizing, Size},
    sample::Grain,
};

use crate::{
    policy::{self, Limits, Resource},
    usage::{History, Line, Span, View},
};

/// Less of the expected samples supports nothing.
pub const ENOUGH_PERCENT: f64 = 80.0;

/// Days are counted with a little slack: what was added a fortnight ago has its first sample some minutes later.
const SLACK_DAYS: f64 = 0.25;

/// Judges the size of a machine by a policy, with the past until `now_ms`.
pub fn judge(history: &History, policy: Policy, now_ms: i64) -> Rightsizing {
    let look_back = policy::look_back(&policy);
    let span = history.since_resize(Span::days_before(now_ms, look_back.most));
    let size = history.size();
    let cpu_line = size.and_then(|size| cpu_demand(history, size.vcpu, span));
    let contention = contention(history, span);
    let mut cpu = match (&cpu_line, size) {
        (_, None) => Judgement::Insufficient(Missing::Size),
        (None, _) => Judgement::Insufficient(Missing::Measurements),
        (Some(line), Some(size)) => judge_cpu(&policy, line, size, contention),
    };
    let mut memory = match size {
        None => Judgement::Insufficient(Missing::Size),
        Some(size) => judge_memory(&policy, history, size, span),
    };
    let is_short = |judgement: &Judgement| matches!(judgement, Judgement::Undersized { .. });
    if is_short(&cpu) || is_short(&memory) {
        // Under beats over: a machine that lacks one thing is no place to take another from.
        cpu = without_cut(cpu);
        memory = without_cut(memory);
    }
    let risks = cpu_line.as_ref().map_or_else(Vec::new, |line| risk::reasons(line.view()));
    let back_test = match (&cpu_line, size) {
        (Some(line), Some(size)) if cpu.target().is_some_and(|target| target < size.vcpu) => {
            back_test::back_test(&policy, line, size.vcpu)
        }
        _ => None,
    };
    Rightsizing {
        policy,
        cpu,
        memory,
        confidence: confidence(cpu_line.as_ref()),
        risk: risk::level(&risks, back_test.as_ref()),
        risks,
        evidence: cpu_line.map(|line| line.evidence),
        back_test,
    }
}

/// CPU in vCPUs, of the finest grain that covers enough.
pub fn cpu_demand(history: &History, vcpu: i64, span: Span) -> Option<Line> {
    let line = history.best_line(Metric::CpuUsage, span, ENOUGH_PERCENT)?;
    Some(line.scaled(vcpu as f64 / 100.0))
}

fn judge_cpu(policy: &Policy, line: &Line, size: Size, contention: Contention) -> Judgement {
    if let Some(missing) = missing(policy, &line.evidence) {
        return Judgement::Insufficient(missing);
    }
    let Some(need) = policy::need(policy, Resource::Cpu, line.view()) else {
        return Judgement::Insufficient(Missing::Measurements);
    };
    let limits = Limits::of(policy);
    if evidence::lacks_cpu(line.view(), size.vcpu) {
        // A machine that waits for its host is not too small: more vCPUs would wait longer.
        return match limits.grown_vcpu(size.vcpu, need.amount) {
            Some(target) if !contention.is_contended() => Judgement::Undersized { need, target },
            _ => Judgement::Fits { need },
        };
    }
    match limits.shrunk_vcpu(size.vcpu, need.amount) {
        Some(_) if line.grain > Grain::BASE => Judgement::Insufficient(Missing::FineSamples),
        Some(target) => Judgement::Oversized { need, target },
        None => Judgement::Fits { need },
    }
}

/// Memory is judged by what the guest itself uses, or by what Hyper-V says that it asks for; by nothing else. What a
/// hypervisor sees is too much (consumed) or too little (active).
fn judge_memory(policy: &Policy, history: &History, size: Size, span: Span) -> Judgement {
    let trusted = [Metric::MemoryUsed, Metric::MemoryDemand];
    let line = trusted.into_iter().find_map(|metric| history.best_line(metric, span, ENOUGH_PERCENT));
    let Some(line) = line else {
        let known = [Metric::MemoryConsumed, Metric::MemoryActive].into_iter();
        let is_outside = known.map(|metric| history.best_line(metric, span, 0.0)).any(|line| line.is_some());
        return Judgement::Insufficient(if is_outside { Missing::GuestMemory } else { Missing::Measurements });
    };
    if let Some(missing) = missing(policy, &line.evidence) {
        return Judgement::Insufficient(missing);
    }
    let Some(need) = policy::need(policy, Resource::Memory, line.view()) else {
        return Judgement::Insufficient(Missing::Measurements);
    };
    let limits = Limits::of(policy);
    if evidence::lacks_memory(history, line.view(), size.memory_bytes, span) {
        return match limits.grown_memory(size.memory_bytes, need.amount) {
            Some(target) => Judgement::Undersized { need, target },
            None => Judgement::Fits { need },
        };
    }
    match limits.shrunk_memory(size.memory_bytes, need.amount) {
        Some(_) if line.grain > Grain::Hour => Judgement::Insufficient(Missing::FineSamples),
        Some(target) => Judgement::Oversized { need, target },
        None => Judgement::Fits { need },
    }
}

fn missing(policy: &Policy, evidence: &Evidence) -> Option<Missing> {
    let want = policy::look_back(policy).least as f64;
    let have = evidence.days();
    if have + SLACK_DAYS < want {
        return Some(Missing::Days { have, want });
    }
    let have_percent = evidence.coverage_percent().unwrap_or(0.0);
    let is_thin = have_percent < ENOUGH_PERCENT;
    is_thin.then_some(Missing::Coverage { have_percent, want_percent: ENOUGH_PERCENT })
}

fn without_cut(judgement: Judgement) -> Judgement {
    match judgement {
        Judgement::Oversized { need, .. } => Judgement::Fits { need },
        other => other,
    }
}

/// High with 30 days and 95 % of their samples, low with less than a fortnight.
fn confidence(line: Option<&Line>) -> Level {
    let Some(line) = line else { return Level::Low };
    let percent = line.evidence.coverage_percent().unwrap_or(0.0);
    let days = line.evidence.days() + SLACK_DAYS;
    if line.grain > Grain::BASE || days < 14.0 || percent < ENOUGH_PERCENT {
        Level::Low
    } else if days >= 30.0 && percent >= 95.0 {
        Level::High
    } else {
        Level::Medium
    }
}

/// Whether the last samples stand on another level than those before: the median of the last days' p95 is more than four
/// median deviations, and a tenth of the whole, away.
pub(crate) fn level_shift(view: View, whole: f64) -> Option<f64> {
    const LAST_DAYS: usize = 4;
    let mut days = view.daily_percentiles(0.95);
    let mut last = days.split_off(days.len().checked_sub(LAST_DAYS)?);
    if days.len() < 7 {
        return None;
    }
    let before = crate::statistics::median(&mut days)?;
    let mut deviations: Vec<f64> = days.iter().map(|day| (day - before).abs()).collect();
    let deviation = crate::statistics::median(&mut deviations)?;
    let shift = crate::statistics::median(&mut last)? - before;
    (shift.abs() > 4.0 * deviation && shift.abs() > 0.1 * whole).then_some(shift)
}

#[cfg(test)]
mod tests;

//! The replay: what each policy would have made of every machine, under two rules, against what came after.

use std::collections::BTreeMap;

use analysis::{
    policy::{self, Limits, Resource},
    profile::{Facts, profile},
    rightsizing::{ENOUGH_PERCENT, Outcome, Score, cpu_demand, judge, score},
    usage::{DAY_MS, Line, Span},
};
use model::{
    metric::Metric,
    rightsizing::{Policy, Preset},
    sample::Grain,
};
use rand::{RngExt, SeedableRng, rngs::StdRng};

use crate::{
    report::{Interval, Rightsizing},
    traces::{Machine, Month},
};

/// Learnt from, and checked against.
const LEARN_DAYS: i64 = 14;
const CHECK_DAYS: i64 = 14;
/// Shorter than that neither half says anything.
const LEAST_DAYS: f64 = 7.0;

/// How a need becomes a size.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Rule {
    /// The next whole number of vCPUs.
    Ceil,
    /// What we would say: rounding, floor, step and least saving of the balanced preset.
    Shipped,
}

impl Rule {
    const fn name(self) -> &'static str {
        match self {
            Self::Ceil => "ceil",
            Self::Shipped => "shipped",
        }
    }

    fn target(self, vcpu: i64, need: f64) -> i64 {
        match self {
            Self::Ceil => ((need - 1e-9).ceil().clamp(1.0, 1e6) as i64).min(vcpu),
            Self::Shipped => Limits::of(&Policy::Preset(Preset::Balanced)).shrunk_vcpu(vcpu, need).unwrap_or(vcpu),
        }
    }
}

/// A machine of a month, cut in two.
struct Trial {
    vcpu: i64,
    learnt: Line,
    after: Line,
}

pub(crate) fn replay(months: &[Month]) -> Vec<Rightsizing> {
    let trials: Vec<Trial> = months
        .iter()
        .flat_map(|month| month.machines.iter().filter_map(|machine| trial(machine, month.from_ms)))
        .collect();
    let mut rows = Vec::new();
    for rule in [Rule::Ceil, Rule::Shipped] {
        for preset in Preset::ALL {
            let outcomes: Vec<Outcome> = trials.iter().map(|trial| outcome(trial, preset, rule)).collect();
            rows.push(row(rule, preset, &outcomes));
        }
    }
    rows
}

/// `None` where a half is too short, or the machine was resized meanwhile: that is no trial of a policy.
fn trial(machine: &Machine, from_ms: i64) -> Option<Trial> {
    let middle_ms = from_ms + LEARN_DAYS * DAY_MS;
    let to_ms = middle_ms + CHECK_DAYS * DAY_MS;
    let vcpu = machine.vcpu_at(middle_ms)?;
    machine.judged(|history| {
        let now = &history.sizes[..history.sizes.partition_point(|since| since.at_ms < middle_ms)];
        let learning = analysis::usage::History { sizes: now, ..*history };
        let learnt = cpu_demand(&learning, vcpu, learning.since_resize(Span { from_ms, to_ms: middle_ms }))?;
        let is_resized = history.sizes.iter().any(|since| (middle_ms..to_ms).contains(&since.at_ms));
        let after = history.line(Metric::CpuUsage, Grain::BASE, Span { from_ms: middle_ms, to_ms })?;
        let after = after.scaled(vcpu as f64 / 100.0);
        let is_long = |line: &Line| {
            line.evidence.days() >= LEAST_DAYS
                && line.evidence.coverage_percent().is_some_and(|percent| percent >= ENOUGH_PERCENT)
        };
        (!is_resized && is_long(&learnt) && is_long(&after)).then_some(Trial { vcpu, learnt, after })
    })
}

fn outcome(trial: &Trial, preset: Preset, rule: Rule) -> Outcome {
    let need = policy::need(&Policy::Preset(preset), Resource::Cpu, trial.learnt.view());
    let target = need.map_or(trial.vcpu, |need| rule.target(trial.vcpu, need.amount));
    Outcome::of(trial.vcpu, target, trial.after.view())
}

fn row(rule: Rule, preset: Preset, outcomes: &[Outcome]) -> Rightsizing {
    let Score {
        vcpu_removed_percent,
        downsized,
        unmet_percent,
        losing_1_percent,
        run_60min_percent,
        p95_of_size_percent,
        removed_on_failing_percent,
    } = score(outcomes.iter());
    let drawn = drawn(outcomes);
    Rightsizing {
        rule: rule.name(),
        policy: preset.key(),
        machines: outcomes.len(),
        vcpu_removed_percent,
        downsized,
        unmet_percent,
        losing_1_percent,
        run_60min_percent,
        p95_of_size_percent,
        removed_on_failing_percent,
        vcpu_removed_interval: interval(&drawn, |score| score.vcpu_removed_percent),
        unmet_interval: interval(&drawn, |score| score.unmet_percent),
        run_60min_interval: interval(&drawn, |score| score.run_60min_percent),
    }
}

/// Scores of fleets drawn from the machines with replacement, the same draws for every policy.
fn drawn(outcomes: &[Outcome]) -> Vec<Score> {
    const DRAWS: usize = 500;
    let mut random = StdRng::seed_from_u64(20_130_701);
    let mut draw = || outcomes.get(random.random_range(0..outcomes.len().max(1)));
    (0..DRAWS)
        .map(|_| {
            let fleet: Vec<&Outcome> = (0..outcomes.len()).filter_map(|_| draw()).collect();
            score(fleet.into_iter())
        })
        .collect()
}

/// The middle 95 %.
fn interval(drawn: &[Score], of: impl Fn(&Score) -> f64) -> Interval {
    let mut values: Vec<f64> = drawn.iter().map(of).collect();
    let mut at = |share| analysis::statistics::percentile(&mut values, share).unwrap_or(0.0);
    [at(0.025), at(0.975)]
}

/// How many machines of all months have each class and tag.
pub(crate) fn profiles(months: &[Month]) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for month in months {
        for machine in &month.machines {
            let now_ms = Grain::BASE.end_of(month.to_ms);
            let found = machine.judged(|history| {
                let sized = judge(history, Policy::default(), now_ms);
                profile(history, &Facts::default(), &sized, now_ms)
            });
            let names = found.tags.iter().map(|tagged| tagged.tag.key());
            for name in std::iter::once(found.class.key()).chain(names) {
                *counts.entry(name).or_default() += 1;
            }
        }
    }
    counts
}

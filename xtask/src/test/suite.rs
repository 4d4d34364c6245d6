//! The steps of a test run: what passed, what failed, what was skipped and why.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// How a step ended that did not fail.
#[derive(Default)]
pub(super) struct Done {
    /// What was left out, and why.
    pub(super) skipped: Vec<(String, String)>,
    /// The step did nothing but skip.
    pub(super) all: bool,
}

impl Done {
    /// The whole step was left out.
    pub(super) fn skipped(what: &str, why: &str) -> Self {
        Self { skipped: vec![(what.to_owned(), why.to_owned())], all: true }
    }
}

enum State {
    Passed,
    Failed(String),
    Skipped,
}

pub(super) struct Suite<'a> {
    ci: bool,
    only: &'a [String],
    steps: Vec<(&'static str, State, Duration)>,
    skipped: Vec<(String, String)>,
    start: Instant,
}

impl<'a> Suite<'a> {
    pub(super) fn new(ci: bool, only: &'a [String]) -> Self {
        Self { ci, only, steps: Vec::new(), skipped: Vec::new(), start: Instant::now() }
    }

    /// Runs a step. A failure is kept and the rest goes on, so that one run tells everything; only missing tools end it at once in CI.
    pub(super) fn step(&mut self, name: &'static str, work: impl FnOnce() -> Result<Done>) -> Result<()> {
        if !self.only.is_empty() && !self.only.iter().any(|wanted| name.contains(wanted.as_str())) {
            return Ok(());
        }
        println!("\n=== {name}");
        let start = Instant::now();
        let state = match work() {
            Ok(done) => {
                self.skipped.extend(done.skipped);
                if done.all { State::Skipped } else { State::Passed }
            }
            Err(error) => State::Failed(format!("{error:#}")),
        };
        let took = start.elapsed();
        println!("=== {name}: {} in {:.1} s", word(&state), took.as_secs_f64());
        if let State::Failed(reason) = &state {
            println!("    {reason}");
            if self.ci && name == "tools" {
                bail!("the machine lacks what the tests need: {reason}");
            }
        }
        self.steps.push((name, state, took));
        Ok(())
    }

    /// Prints the summary; an error when a step failed, or was skipped where nothing may be.
    pub(super) fn close(self) -> Result<()> {
        println!("\nSummary, {:.0} s in all", self.start.elapsed().as_secs_f64());
        for (name, state, took) in &self.steps {
            println!("  {:<8} {name:<12} {:>7.1} s", word(state), took.as_secs_f64());
            if let State::Failed(reason) = state {
                println!("           {reason}");
            }
        }
        if !self.skipped.is_empty() {
            println!("\nSkipped:");
            for (what, why) in &self.skipped {
                println!("  {what}: {why}");
            }
        }
        let failed = self.steps.iter().filter(|(_, state, _)| matches!(state, State::Failed(_))).count();
        let passed = self.steps.iter().filter(|(_, state, _)| matches!(state, State::Passed)).count();
        println!("\n{passed} passed, {failed} failed");
        if failed > 0 {
            bail!("{failed} of {} steps failed", self.steps.len());
        }
        if self.ci && !self.skipped.is_empty() {
            bail!("nothing may be skipped here");
        }
        Ok(())
    }
}

fn word(state: &State) -> &'static str {
    match state {
        State::Passed => "passed",
        State::Failed(_) => "FAILED",
        State::Skipped => "skipped",
    }
}

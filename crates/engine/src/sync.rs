//! One sync run: connect, collect, save, and say how it went. Which run is next is `workers`' business.
//!
//! Whatever happens in here, the run ends: a failure and a panic are written to its row, and a process that is killed
//! leaves a lease that expires.

mod work;

pub(crate) use work::{internal, password};

use std::time::{Duration, Instant};

use connectors::CollectProgress;
use model::{
    failure::{Failure, FailureKind},
    ids::{RunId, SourceId},
    run::{Outcome, Progress, RunState, Stage},
};
use store::{
    runs::{self, ClaimedRun, Finish},
    sources,
};
use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;

use crate::{
    Engine,
    clock::now_ms,
    error::{Result, chain},
    linking::link_machines,
    schedule,
    workers::{Control, report},
};

/// Progress is passed on at most so often.
const PACE: Duration = Duration::from_millis(100);
const FINISH_TRIES: u32 = 5;

/// How a run ended. A success has been written with what was saved, everything else is yet to be.
struct End {
    state: RunState,
    outcome: Option<Outcome>,
    failure: Option<Failure>,
}

impl End {
    fn failed(failure: Failure, control: &Control) -> Self {
        let state = match failure.kind {
            FailureKind::Cancelled if control.was_asked() => RunState::Cancelled,
            FailureKind::Cancelled | FailureKind::Interrupted => RunState::Interrupted,
            _ => RunState::Failed,
        };
        let failure = match state {
            RunState::Interrupted => Failure::new(FailureKind::Interrupted, "the server was stopped during the sync"),
            _ => failure,
        };
        Self { state, outcome: None, failure: Some(failure) }
    }
}

/// What is shown of the run while it goes on.
#[derive(Clone)]
struct Show {
    engine: Engine,
    base: Progress,
    since: Instant,
}

impl Show {
    fn running(&self, collected: &CollectProgress) {
        let progress = Progress {
            stage: collected.stage,
            kinds: collected.kinds.clone(),
            issues: collected.issues,
            ..self.base.clone()
        };
        self.engine.inner.hub.publish(progress, Some(self.since));
    }

    fn ended(&self, collected: &CollectProgress, end: &End) {
        let progress = Progress {
            state: end.state,
            stage: Stage::Done,
            kinds: collected.kinds.clone(),
            issues: collected.issues,
            elapsed_ms: self.since.elapsed().as_millis() as i64,
            outcome: end.outcome,
            failure: end.failure.clone(),
            ..self.base.clone()
        };
        self.engine.inner.hub.publish(progress, Some(self.since));
    }
}

/// Works on a claimed run to its end.
pub(crate) async fn run(engine: Engine, claimed: ClaimedRun, control: Control) {
    let (run, source) = (claimed.id, claimed.source);
    let since = Instant::now();
    tracing::info!(run.id = run.0, source.id = source.0, "a sync begins");
    let expected_ms = engine.expected_ms(source).await.unwrap_or_default();
    let base = Progress { state: RunState::Running, ..crate::runs::waiting(run, source, expected_ms) };
    let show = Show { engine: engine.clone(), base, since };

    let (progress, collected) = watch::channel(CollectProgress::default());
    show.running(&collected.borrow());
    let forwarding = AbortOnDropHandle::new(tokio::spawn(forward(show.clone(), collected.clone())));

    // With which settings: what becomes of the run says something about these alone.
    let settings_version = match sources::find(engine.db(), source).await {
        Ok(found) => found.map(|source| source.settings_version),
        Err(error) => {
            report("a source cannot be read", &error.into());
            None
        }
    };

    // A task of its own: a panic in it ends it and not the run's bookkeeping.
    let work = tokio::spawn(work::work(engine.clone(), claimed, progress, control.clone()));
    let mut end = match work.await {
        Ok(end) => end,
        Err(error) => {
            tracing::error!(run.id = run.0, source.id = source.0, error = %error, "a sync crashed");
            End::failed(Failure::new(FailureKind::Internal, "the sync crashed"), &control)
        }
    };
    drop(forwarding);

    let collected = collected.borrow().clone();
    // A save has ended the run already.
    let is_ours = end.state.is_success() || finish(&engine, &claimed, &collected, &end).await;
    if !is_ours {
        end = end_by_others(&engine, run).await;
    }
    if (is_ours || end.state.is_success())
        && let Some(version) = settings_version
        && let Err(error) = reschedule(&engine, source, version, &collected, &end).await
    {
        report("a source's next sync cannot be set", &error);
    }
    show.ended(&collected, &end);
    if end.state.is_success() {
        link_machines(engine.clone()).await;
        engine.inner.hub.inventory_changed(source);
    }
    engine.inner.running.end(run);
    // There is room for another one.
    engine.inner.queued.notify_one();
    let duration_ms = since.elapsed().as_millis() as u64;
    let failure = end.failure.as_ref().map(|failure| failure.kind.key());
    tracing::info!(run.id = run.0, source.id = source.0, state = end.state.key(), failure, duration_ms, "a sync ended");
}

/// Passes counts on to those who watch, in steps that eyes can follow.
async fn forward(show: Show, mut collected: watch::Receiver<CollectProgress>) {
    while collected.changed().await.is_ok() {
        let now = collected.borrow_and_update().clone();
        show.running(&now);
        tokio::time::sleep(PACE).await;
    }
}

/// Writes the end to the run's row; `false` where it had been ended by somebody else, whose the schedule is, too.
async fn finish(engine: &Engine, claimed: &ClaimedRun, collected: &CollectProgress, end: &End) -> bool {
    let finish =
        Finish { state: end.state, kinds: collected.kinds.clone(), outcome: end.outcome, failure: end.failure.clone() };
    for tried in 1..=FINISH_TRIES {
        match runs::finish(engine.db(), claimed.id, &engine.inner.owner, &finish, now_ms()).await {
            Ok(held) => return held,
            Err(error) => {
                tracing::error!(run.id = claimed.id.0, tried, error = chain(&error), "a sync's end cannot be written");
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
    // Its lease ends it.
    true
}

/// What the row of a run says that was ended by somebody else, or by a save whose answer was lost: pages show nothing else.
async fn end_by_others(engine: &Engine, run: RunId) -> End {
    match runs::find(engine.db(), run).await {
        Ok(Some(view)) if view.state.is_final() => {
            End { state: view.state, outcome: view.outcome, failure: view.failure }
        }
        other => {
            if let Err(error) = other {
                report("a run cannot be read", &error.into());
            }
            let failure = Failure::new(FailureKind::Interrupted, "the run was ended by somebody else");
            End { state: RunState::Interrupted, outcome: None, failure: Some(failure) }
        }
    }
}

/// Sets the source's next time, unless it was given other settings since the run began.
async fn reschedule(
    engine: &Engine,
    id: SourceId,
    settings_version: i64,
    collected: &CollectProgress,
    end: &End,
) -> Result<()> {
    let Some(source) = sources::find(engine.db(), id).await? else { return Ok(()) };
    let has_succeeded = source.last_success_ms.is_some();
    let retry = |failure: &Failure| schedule::retry(failure.kind, has_succeeded, collected.stage == Stage::Save);
    let schedule = schedule::after_run(
        source.schedule,
        source.settings.sync_interval_s,
        end.state,
        end.failure.as_ref().map(retry),
        now_ms(),
        rand::random(),
    );
    Ok(sources::set_schedule_of(engine.db(), id, settings_version, schedule).await?)
}

/// Ends what this process still works on; its transactions, if any, are rolled back with the process.
pub(crate) async fn interrupt_all(engine: &Engine) {
    for run in engine.inner.running.all() {
        let finish = Finish {
            state: RunState::Interrupted,
            kinds: Vec::new(),
            outcome: None,
            failure: Some(Failure::new(FailureKind::Interrupted, "the server was stopped during the sync")),
        };
        if let Err(error) = runs::finish(engine.db(), run, &engine.inner.owner, &finish, now_ms()).await {
            tracing::error!(run.id = run.0, error = chain(&error), "a sync's end cannot be written");
        }
    }
}

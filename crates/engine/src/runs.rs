//! Sync runs as people see them: starting, cancelling, history. Doing the work is `workers`'.

use model::{
    account::{Actor, Role},
    failure::{Failure, FailureKind},
    ids::{RunId, SourceId},
    run::{Progress, RunIssue, RunState, RunView, Stage, Trigger},
    table::Page,
};
use store::runs::{self, Cancelled, Enqueued};

use crate::{
    Engine,
    clock::now_ms,
    error::{Error, Result},
};

/// Runs on a page of the history.
const PAGE_SIZE: u64 = 25;
/// Earlier runs that tell how long the next one will take.
const DURATIONS: u64 = 5;

impl Engine {
    /// Ends runs that a process left behind. Only for a process that knows that it is alone on its database: others wait for
    /// leases to expire.
    pub async fn interrupt_abandoned(&self) -> Result<()> {
        for run in runs::expire_leases(self.db(), &[], i64::MAX).await? {
            tracing::warn!(run.id = run.0, "a sync was cut off when IROA stopped");
        }
        Ok(())
    }

    /// Queues a run; where one is queued or running already, answers that one.
    pub async fn start_sync(&self, actor: &Actor, source: SourceId) -> Result<RunId> {
        Self::allow(actor, Role::Manager)?;
        if !self.stored_source(source).await?.settings.enabled {
            return Err(Error::Conflict("this source is disabled; enable it first".to_owned()));
        }
        let (trigger, who) = match actor {
            Actor::User { name, .. } => (Trigger::Manual, Some(name.as_str())),
            Actor::Console => (Trigger::Manual, None),
            Actor::Scheduler => (Trigger::Schedule, None),
        };
        let queued = runs::enqueue(self.db(), source, trigger, who, now_ms()).await?;
        if let Enqueued::New(run) = queued {
            let expected_ms = self.expected_ms(source).await?;
            self.inner.hub.publish(waiting(run, source, expected_ms), None);
            self.inner.queued.notify_one();
            tracing::info!(run.id = run.0, source.id = source.0, trigger = trigger.key(), "a sync was queued");
        }
        Ok(queued.run())
    }

    /// Asks a queued or running run to end; a final one stays as it is.
    pub async fn cancel_run(&self, actor: &Actor, run: RunId) -> Result<()> {
        Self::allow(actor, Role::Manager)?;
        let live = self.live_runs().into_iter().find(|progress| progress.run == run);
        match runs::request_cancel(self.db(), run, now_ms()).await? {
            Cancelled::AtOnce => {
                if let Some(progress) = live {
                    let failure = Some(Failure::new(FailureKind::Cancelled, "cancelled before it began"));
                    self.inner.hub.publish(Progress { state: RunState::Cancelled, failure, ..progress }, None);
                }
            }
            // Where it runs in another process, that one sees the request with its next heartbeat.
            Cancelled::Requested => self.inner.running.cancel(run),
            Cancelled::TooLate => {}
        }
        tracing::info!(run.id = run.0, "cancelling a sync was asked for");
        Ok(())
    }

    /// Newest first; `page` is 1-based.
    pub async fn list_runs(&self, actor: &Actor, source: Option<SourceId>, page: u64) -> Result<Page<RunView>> {
        Self::allow(actor, Role::Viewer)?;
        Ok(runs::list(self.db(), source, page, PAGE_SIZE).await?)
    }

    pub async fn run(&self, actor: &Actor, run: RunId) -> Result<(RunView, Vec<RunIssue>)> {
        Self::allow(actor, Role::Viewer)?;
        let view = runs::find(self.db(), run).await?.ok_or(Error::NotFound)?;
        Ok((view, runs::issues(self.db(), run).await?))
    }

    /// The median of what the last successful runs took.
    pub(crate) async fn expected_ms(&self, source: SourceId) -> Result<Option<i64>> {
        let mut durations = runs::recent_durations(self.db(), source, DURATIONS).await?;
        durations.sort_unstable();
        Ok(durations.get(durations.len() / 2).copied())
    }
}

/// A run that waits for its turn.
pub(crate) fn waiting(run: RunId, source: SourceId, expected_ms: Option<i64>) -> Progress {
    Progress {
        run,
        source,
        state: RunState::Queued,
        stage: Stage::Queued,
        kinds: Vec::new(),
        issues: 0,
        elapsed_ms: 0,
        expected_ms,
        outcome: None,
        failure: None,
    }
}

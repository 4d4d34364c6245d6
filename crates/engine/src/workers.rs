//! The background work of a process: taking runs from the queue, queueing due ones, clearing up. One run is `sync`'s.
//!
//! Any number of processes on one database share the work: runs are leased rows, and a lease that expires ends its run.

mod foreign;
pub(crate) mod notices;
mod running;

use std::time::Duration;

use model::{account::Actor, ids::SourceId, run::RunState};
use store::{
    runs::{self, Claim},
    sources,
};
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use crate::{
    Engine,
    clock::now_ms,
    error::{Result, chain},
    measuring::{self, measure_due},
    schedule::jittered_ms,
    sync,
};

pub(crate) use running::{Control, Running};

/// A run whose process did not renew its lease for so long is interrupted.
pub(crate) const LEASE_MS: i64 = 30_000;
/// Without a bell (another process queued it) a run is found after so long.
const LOOK_EVERY: Duration = Duration::from_secs(2);
const CLEAN_EVERY: Duration = Duration::from_mins(10);
/// Failed sign-ins are forgotten after so long.
const FORGET_ATTEMPTS_MS: i64 = 3_600_000;
/// Of each source, the issues of so many latest runs are kept; older runs keep their count.
const RUNS_WITH_ISSUES: u64 = 50;
/// For the last statements before the process ends.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// The background work of a running engine.
pub struct Workers {
    engine: Engine,
    stopping: CancellationToken,
    tasks: TaskTracker,
}

impl Workers {
    pub(crate) fn start(engine: &Engine) -> Self {
        let workers = Self { engine: engine.clone(), stopping: CancellationToken::new(), tasks: TaskTracker::new() };
        workers.spawn(take_runs(engine.clone(), workers.tasks.clone(), workers.stopping.clone()));
        workers.spawn(look_around(engine.clone()));
        workers.spawn(measure_due(engine.clone(), workers.tasks.clone(), workers.stopping.clone()));
        workers.spawn(clean_up(engine.clone()));
        workers.spawn(notices::tell(engine.clone()));
        workers.spawn(notices::hear(engine.clone()));
        workers
    }

    /// A loop that may be dropped at any await.
    fn spawn(&self, work: impl Future<Output = ()> + Send + 'static) {
        let stopping = self.stopping.clone();
        self.tasks.spawn(async move {
            tokio::select! {
                () = stopping.cancelled() => {}
                () = work => {}
            }
        });
    }

    /// Ends what runs: a sync finishes its page or ends as interrupted, at the latest after `grace`.
    pub async fn stop(self, grace: Duration) {
        self.stopping.cancel();
        self.tasks.close();
        if timeout(grace, self.tasks.wait()).await.is_err() {
            tracing::warn!("syncs did not end in time and are interrupted");
            let _ = timeout(LAST_WORDS, sync::interrupt_all(&self.engine)).await;
        }
        if timeout(LAST_WORDS, self.engine.db().close()).await.is_err() {
            tracing::warn!("the database did not close in time");
        }
    }
}

/// Takes runs from the queue as long as there is room.
async fn take_runs(engine: Engine, tasks: TaskTracker, stopping: CancellationToken) {
    loop {
        match claim(&engine).await {
            Ok(Some(run)) => {
                let control = engine.inner.running.begin(run.id, &stopping);
                tasks.spawn(sync::run(engine.clone(), run, control));
                continue;
            }
            Ok(None) => {}
            Err(error) => report("the queue cannot be read", &error),
        }
        tokio::select! {
            () = engine.inner.queued.notified() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}

async fn claim(engine: &Engine) -> Result<Option<runs::ClaimedRun>> {
    let now_ms = now_ms();
    let claim = Claim {
        lease_owner: &engine.inner.owner,
        now_ms,
        lease_until_ms: now_ms + LEASE_MS,
        max_parallel: engine.inner.parallel_syncs,
    };
    Ok(runs::claim(engine.db(), claim).await?)
}

/// Queues what is due, ends what was left behind, and follows what other processes do.
async fn look_around(engine: Engine) {
    let mut ticks = interval(LOOK_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = queue_due(&engine).await {
            report("due sources cannot be queued", &error);
        }
        if let Err(error) = expire(&engine).await {
            report("expired leases cannot be ended", &error);
        }
        if let Err(error) = foreign::follow(&engine).await {
            report("other processes' runs cannot be followed", &error);
        }
    }
}

async fn queue_due(engine: &Engine) -> Result<()> {
    let now = now_ms();
    for id in sources::due(engine.db(), now).await? {
        // One source that cannot be queued does not hold up the others.
        if let Err(error) = queue_one(engine, id, now).await {
            tracing::error!(source.id = id.0, error = chain(&error), "a due source cannot be queued");
        }
    }
    Ok(())
}

async fn queue_one(engine: &Engine, id: SourceId, now: i64) -> Result<()> {
    let source = engine.stored_source(id).await?;
    let Some(interval_s) = source.settings.sync_interval_s else { return Ok(()) };
    // Set before the run, whose end sets it anew: a source that cannot even be queued must not be asked for each tick.
    let next_sync_ms = Some(now + jittered_ms(interval_s, rand::random()));
    let schedule = sources::Schedule { next_sync_ms, ..source.schedule };
    sources::set_schedule_of(engine.db(), id, source.settings_version, schedule).await?;
    engine.start_sync(&Actor::Scheduler, id).await?;
    Ok(())
}

async fn expire(engine: &Engine) -> Result<()> {
    // A process that slept, or whose heartbeats waited for a long save, still works on its runs.
    let own = engine.inner.running.all();
    for run in runs::expire_leases(engine.db(), &own, now_ms()).await? {
        tracing::warn!(run.id = run.0, state = RunState::Interrupted.key(), "a sync's lease expired");
    }
    Ok(())
}

async fn clean_up(engine: Engine) {
    let mut ticks = interval(CLEAN_EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        measuring::tidy(&engine).await;
        let now = now_ms();
        let done = tokio::try_join!(
            store::sessions::delete_expired(engine.db(), now),
            store::attempts::forget_before(engine.db(), now - FORGET_ATTEMPTS_MS),
            runs::prune_issues(engine.db(), RUNS_WITH_ISSUES),
        );
        match done {
            Ok((sessions, attempts, issues)) => tracing::debug!(sessions, attempts, issues, "cleared up"),
            Err(error) => report("clearing up failed", &error.into()),
        }
    }
}

pub(crate) fn report(what: &str, error: &crate::Error) {
    tracing::error!(error = chain(error), "{what}");
}

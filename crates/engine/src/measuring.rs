//! Measuring: reads the measurements of every source on its own schedule, apart from the syncs of its inventory, and keeps
//! them. What is kept is read by `measurements`.
//!
//! Any number of processes share the work: a source is leased while it is measured. A read that is cut off has lost nothing:
//! what it kept stays, and the next one begins where the last whole one ended.

mod read;

use std::{sync::Arc, time::Duration};

use model::{
    failure::{Failure, FailureKind, Retry},
    ids::SourceId,
};
use store::{measuring, measuring::Ended, samples, sources::StoredSource};
use tokio::{sync::Semaphore, time::sleep};
use tokio_util::{
    sync::CancellationToken,
    task::{AbortOnDropHandle, TaskTracker},
};

use read::Kept;

use crate::{
    Engine,
    clock::now_ms,
    error::{Result, chain},
    schedule,
    workers::{notices, report},
};

/// Due sources are looked for so often.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// Sources that one process measures at a time.
const AT_A_TIME: usize = 4;
const LEASE_MS: i64 = 60_000;
const RENEW_EVERY: Duration = Duration::from_secs(15);
/// Issues that are kept of a read.
const MAX_ISSUES: usize = 50;

/// Measures what is due, until it is dropped. Reads that are under way then end by `stopping`, and sign out.
pub(crate) async fn measure_due(engine: Engine, tasks: TaskTracker, stopping: CancellationToken) {
    let room = Arc::new(Semaphore::new(AT_A_TIME));
    loop {
        match claim_due(&engine, room.available_permits()).await {
            Ok(claimed) => {
                for id in claimed {
                    let Ok(place) = Arc::clone(&room).try_acquire_owned() else { break };
                    let (engine, stop) = (engine.clone(), stopping.child_token());
                    tasks.spawn(async move {
                        measure(&engine, id, stop).await;
                        drop(place);
                    });
                }
            }
            Err(error) => report("due measurements cannot be looked for", &error),
        }
        sleep(LOOK_EVERY).await;
    }
}

async fn claim_due(engine: &Engine, room: usize) -> Result<Vec<SourceId>> {
    let (now, mut claimed) = (now_ms(), Vec::new());
    for id in measuring::due(engine.db(), now).await? {
        if claimed.len() == room {
            break;
        }
        let owner = &engine.inner.owner;
        if measuring::claim(engine.db(), id, owner, now, now + LEASE_MS).await? {
            claimed.push(id);
        }
    }
    Ok(claimed)
}

/// One read of one source, from the lease to the row that says how it went.
async fn measure(engine: &Engine, id: SourceId, stop: CancellationToken) {
    let renewing = AbortOnDropHandle::new(tokio::spawn(renew(engine.clone(), id, stop.clone())));
    let started = std::time::Instant::now();
    let mut kept = Kept::default();
    let read = read::read(engine, id, &stop, &mut kept).await;
    drop(renewing);
    let ended = match ending(engine, id, read, kept).await {
        Ok(Some(ended)) => ended,
        Ok(None) => return,
        Err(error) => return report("the end of a measurement cannot be reckoned", &error),
    };
    match &ended.failure {
        None => tracing::info!(
            source.id = id.0,
            samples = ended.samples,
            duration_ms = started.elapsed().as_millis() as u64,
            "a source was measured"
        ),
        Some(failure) => tracing::warn!(source.id = id.0, failure = failure.detail, "a source could not be measured"),
    }
    if let Err(error) = measuring::finish(engine.db(), id, &engine.inner.owner, &ended, now_ms()).await {
        report("the end of a measurement cannot be written", &error.into());
    }
    engine.inner.hub.measured(id);
    notices::measured(engine, id).await;
}

async fn renew(engine: Engine, id: SourceId, stop: CancellationToken) {
    loop {
        sleep(RENEW_EVERY).await;
        match measuring::renew(engine.db(), id, &engine.inner.owner, now_ms() + LEASE_MS).await {
            Ok(true) => {}
            Ok(false) => return stop.cancel(),
            Err(error) => report("a lease cannot be renewed", &error.into()),
        }
    }
}

/// `None` where the source is gone meanwhile.
async fn ending(
    engine: &Engine,
    id: SourceId,
    read: std::result::Result<(), Failure>,
    kept: Kept,
) -> Result<Option<Ended>> {
    let now = now_ms();
    let Some(source) = store::sources::find(engine.db(), id).await? else { return Ok(None) };
    let before = measuring::state(engine.db(), id, now).await?.unwrap_or_default();
    let interval_s = source.settings.measure_interval_s;
    let next = |delay_s: i64| interval_s.map(|_| now + schedule::jittered_ms(delay_s, rand::random()));
    let interval_s = interval_s.unwrap_or_default();
    Ok(Some(match read {
        Ok(()) => {
            let mut issues = kept.issues;
            issues.dedup();
            issues.truncate(MAX_ISSUES);
            Ended { is_success: true, next_ms: next(interval_s), samples: kept.samples, issues, ..Ended::default() }
        }
        // The process stops, or the lease was lost: that says nothing of the source.
        Err(failure) if matches!(failure.kind, FailureKind::Cancelled | FailureKind::Interrupted) => Ended {
            is_success: false,
            next_ms: next(interval_s),
            samples: before.samples,
            failure: before.failure,
            issues: before.issues,
            consecutive_failures: before.consecutive_failures,
            needs_change: before.needs_change,
        },
        Err(failure) => {
            let failures = before.consecutive_failures + 1;
            let needs_change = retry(&source, failure.kind) == Retry::AfterChange;
            Ended {
                is_success: false,
                next_ms: next(schedule::backed_off(interval_s, failures).min(LONGEST_PAUSE_S.max(interval_s))),
                samples: kept.samples,
                failure: Some(failure),
                issues: Vec::new(),
                consecutive_failures: failures,
                needs_change,
            }
        }
    }))
}

/// Hosts keep their measurements for an hour: a longer pause would tear a hole where the source comes back meanwhile.
const LONGEST_PAUSE_S: i64 = 1_800;

fn retry(source: &StoredSource, kind: FailureKind) -> Retry {
    schedule::retry(kind, source.last_success_ms.is_some(), false)
}

/// Brings what is kept of measurements into its lasting form, and forgets what is too old.
pub(crate) async fn tidy(engine: &Engine) {
    let now = now_ms();
    match samples::fold(engine.db(), now).await {
        Ok(folded) => tracing::debug!(?folded, "measurements were folded"),
        Err(error) => tracing::error!(error = chain(&error), "measurements cannot be folded"),
    }
    let pruned = async {
        let retention = samples::retention(engine.db()).await?;
        samples::prune(engine.db(), &retention, now).await
    };
    match pruned.await {
        Ok(pruned) => tracing::debug!(?pruned, "old measurements were forgotten"),
        Err(error) => tracing::error!(error = chain(&error), "old measurements cannot be forgotten"),
    }
}

//! What processes on one PostgreSQL tell each other as it happens: counts of their runs, and that runs began or ended.
//!
//! Nothing stands on it: who misses a notice finds states in the database (`foreign`) and counts with the next one. On SQLite
//! nobody is told anything.

use std::time::Duration;

use model::{
    ids::SourceId,
    run::{Progress, RunState},
};
use serde::{Deserialize, Serialize};
use store::{Listener, NOTICE_BYTES_MAX};
use tokio::time::{Instant, sleep, sleep_until};

use crate::{Engine, error::Result, live::Hub, workers::report};

/// Each notice is a transaction of its own: a process sends what its runs have counted at most so often.
const PACE: Duration = Duration::from_millis(500);
/// Between two tries to connect; twice as long after each failure.
const FIRST_DELAY: Duration = Duration::from_secs(1);
const LONGEST_DELAY: Duration = Duration::from_mins(1);

#[derive(Debug, Serialize, Deserialize)]
struct Notice {
    /// The process that sends it, which hears it, too.
    by: String,
    what: What,
}

#[derive(Debug, Serialize, Deserialize)]
enum What {
    /// What a run of the sender has counted so far.
    Counts(Box<Progress>),
    /// Rows of runs have changed: they say how.
    Runs,
    /// The inventory of a source has changed without a run.
    Inventory(SourceId),
    /// Measurements of a source were kept.
    Measured(SourceId),
    /// Somebody who knows no counts yet listens from now on.
    Hello,
}

/// Tells others of this process' runs.
pub(super) async fn tell(engine: Engine) {
    if !engine.db().has_notices() {
        return;
    }
    let hub = &engine.inner.hub;
    let (mut bell, mut told) = (hub.bell(), hub.version());
    let mut is_down = false;
    loop {
        let next = Instant::now() + PACE;
        let (own, version) = hub.own_since(told);
        match send_all(&engine, own).await {
            Ok(()) => (told, is_down) = (version, false),
            // Told again with the next try, and logged once.
            Err(error) if !is_down => {
                report("other processes cannot be told of runs", &error);
                is_down = true;
            }
            Err(_) => {}
        }
        sleep_until(next).await;
        if hub.version() == told {
            let _ = bell.changed().await;
        }
    }
}

async fn send_all(engine: &Engine, own: Vec<Progress>) -> Result<()> {
    let (counting, moved): (Vec<_>, Vec<_>) = own.into_iter().partition(|progress| progress.state == RunState::Running);
    for progress in counting {
        send(engine, What::Counts(Box::new(progress))).await?;
    }
    if !moved.is_empty() {
        send(engine, What::Runs).await?;
    }
    Ok(())
}

/// The inventory of a source was changed by hand.
pub(crate) async fn inventory_changed(engine: &Engine, source: SourceId) {
    if let Err(error) = send(engine, What::Inventory(source)).await {
        report("other processes cannot be told of a change", &error);
    }
}

/// Measurements of a source were kept.
pub(crate) async fn measured(engine: &Engine, source: SourceId) {
    if let Err(error) = send(engine, What::Measured(source)).await {
        report("other processes cannot be told of measurements", &error);
    }
}

async fn send(engine: &Engine, what: What) -> Result<()> {
    let notice = Notice { by: engine.inner.owner.clone(), what };
    let text = serde_json::to_string(&notice).map_err(crate::Error::internal)?;
    if text.len() > NOTICE_BYTES_MAX {
        tracing::warn!(bytes = text.len(), "a notice to other processes is too long");
        return Ok(());
    }
    Ok(engine.db().notify(&text).await?)
}

/// Hears what others tell, as long as the process lives.
pub(super) async fn hear(engine: Engine) {
    let mut delay = FIRST_DELAY;
    while engine.db().has_notices() {
        let since = Instant::now();
        if let Err(error) = listen(&engine).await {
            report("other processes cannot be heard", &error);
        }
        if since.elapsed() > LONGEST_DELAY {
            delay = FIRST_DELAY;
        }
        sleep(delay).await;
        delay = (delay * 2).min(LONGEST_DELAY);
    }
}

async fn listen(engine: &Engine) -> Result<()> {
    let Some(mut listener) = engine.db().listen().await? else { return Ok(()) };
    tracing::debug!("listening to other processes");
    send(engine, What::Hello).await?;
    loop {
        heed(engine, &mut listener).await?;
    }
}

async fn heed(engine: &Engine, listener: &mut Listener) -> Result<()> {
    let text = listener.next().await?;
    // Another version's words may be unknown; its runs are found in the database all the same.
    let Ok(Notice { by, what }) = serde_json::from_str(&text) else { return Ok(()) };
    if by != engine.inner.owner {
        let hub: &Hub = &engine.inner.hub;
        match what {
            What::Counts(progress) => hub.hear(*progress),
            What::Runs => {
                super::foreign::follow(engine).await?;
                // One may wait that this process has room for.
                engine.inner.queued.notify_one();
            }
            What::Inventory(source) => hub.inventory_changed(source),
            What::Measured(source) => hub.measured(source),
            What::Hello => hub.repeat_own(),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use model::{
        ids::RunId,
        inventory::ObjectKind,
        run::{KindProgress, Stage},
    };

    use super::*;

    #[test]
    fn the_longest_counts_fit_into_a_notice() {
        let most = |kind| KindProgress { kind, found: u64::MAX, total: Some(u64::MAX) };
        let progress = Progress {
            run: RunId(i64::MAX),
            source: SourceId(i64::MAX),
            state: RunState::Running,
            stage: Stage::Networks,
            kinds: ObjectKind::ALL.into_iter().map(most).collect(),
            issues: u64::MAX,
            elapsed_ms: i64::MAX,
            expected_ms: Some(i64::MAX),
            outcome: None,
            failure: None,
        };
        let by = format!("{}-{:016x}", u32::MAX, u64::MAX);
        let text = serde_json::to_string(&Notice { by, what: What::Counts(Box::new(progress)) }).unwrap();
        assert!(text.len() < NOTICE_BYTES_MAX / 4, "{} bytes", text.len());
    }
}

//! Runs that this process does not work on, as the database tells them: those in the queue, and those of other processes on
//! the same database. Their counts come with `notices`.

use std::time::{Duration, Instant};

use model::run::{Progress, RunState, RunView, Stage};
use store::runs;

use crate::{Engine, clock::now_ms, error::Result, runs::waiting};

/// Brings what is shown up to what the database says.
pub(super) async fn follow(engine: &Engine) -> Result<()> {
    let hub = &engine.inner.hub;
    let live = runs::live(engine.db()).await?;
    for view in &live {
        let is_known = || engine.inner.running.contains(view.id) || hub.state_of(view.id) == Some(view.state);
        if is_known() {
            continue;
        }
        let expected_ms = engine.expected_ms(view.source).await?;
        // Its process may have told its counts meanwhile.
        if !is_known() {
            hub.publish_foreign(progress(view, expected_ms), view.started_at_ms.and_then(ago));
        }
    }
    for known in hub.live() {
        let is_there = live.iter().any(|view| view.id == known.run);
        if is_there || engine.inner.running.contains(known.run) {
            continue;
        }
        match runs::find(engine.db(), known.run).await? {
            Some(view) if view.state.is_final() => {
                let is_news = hub.publish_foreign(progress(&view, known.expected_ms), None);
                if is_news && view.state.is_success() {
                    hub.inventory_changed(view.source);
                }
            }
            // Queued after the list was read.
            Some(_) => {}
            // Its source was deleted with everything.
            None => drop(hub.publish_foreign(Progress { state: RunState::Cancelled, ..known }, None)),
        }
    }
    Ok(())
}

fn progress(view: &RunView, expected_ms: Option<i64>) -> Progress {
    let stage = match view.state {
        RunState::Queued => Stage::Queued,
        RunState::Running => Stage::Connect,
        _ => Stage::Done,
    };
    Progress {
        state: view.state,
        stage,
        kinds: view.kinds.clone(),
        issues: view.issue_count,
        elapsed_ms: view.duration_ms().unwrap_or(0),
        outcome: view.outcome,
        failure: view.failure.clone(),
        ..waiting(view.id, view.source, expected_ms)
    }
}

fn ago(ms: i64) -> Option<Instant> {
    let elapsed = Duration::from_millis((now_ms() - ms).max(0).unsigned_abs());
    Instant::now().checked_sub(elapsed)
}

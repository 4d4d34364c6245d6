//! The live feed: what runs do now, for everybody who watches. The latest state wins; whoever comes late sees the present
//! one at once.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use model::{
    ids::{RunId, SourceId},
    live::ServerFrame,
    run::{Progress, RunState},
};
use tokio::sync::watch;

use crate::Engine;

/// A watcher is told of changes at most so often.
const PACE: Duration = Duration::from_millis(200);
/// Ended runs are remembered so long, for watchers that are behind.
const MEMORY: Duration = Duration::from_mins(2);

/// The present state of all live runs, and the bell that rings when it changes.
pub(crate) struct Hub {
    state: Mutex<State>,
    bell: watch::Sender<u64>,
}

#[derive(Default)]
struct State {
    /// Grows with every change; entries carry the version that they changed in.
    version: u64,
    runs: BTreeMap<RunId, Entry>,
    inventories: BTreeMap<SourceId, u64>,
    measured: BTreeMap<SourceId, u64>,
}

struct Entry {
    version: u64,
    progress: Progress,
    /// It was published by this process, which tells others of it.
    is_own: bool,
    /// When the run began to run, as far as this process can measure it.
    since: Option<Instant>,
    ended: Option<Instant>,
}

impl Entry {
    fn present(&self) -> Progress {
        let mut progress = self.progress.clone();
        if let (Some(since), None) = (self.since, self.ended) {
            progress.elapsed_ms = since.elapsed().as_millis() as i64;
        }
        progress
    }
}

impl Hub {
    pub(crate) fn new() -> Self {
        Self { state: Mutex::default(), bell: watch::Sender::new(0) }
    }

    /// Replaces what is known of a run, by this process' own knowledge. A run that has ended stays ended.
    pub(crate) fn publish(&self, progress: Progress, since: Option<Instant>) {
        self.replace(progress, since, true);
    }

    /// The same for a run of another process, as the database tells it. `false` where it is no news.
    pub(crate) fn publish_foreign(&self, progress: Progress, since: Option<Instant>) -> bool {
        self.replace(progress, since, false)
    }

    /// What another process has counted. When the run began is reckoned once, from the time that it told first.
    pub(crate) fn hear(&self, mut progress: Progress) {
        let elapsed = Duration::from_millis(std::mem::take(&mut progress.elapsed_ms).max(0).unsigned_abs());
        if progress.state == RunState::Running {
            let is_dated = known_since(&self.state(), progress.run).is_some();
            let since = if is_dated { None } else { Instant::now().checked_sub(elapsed) };
            self.replace(progress, since, false);
        }
    }

    fn replace(&self, progress: Progress, since: Option<Instant>, is_own: bool) -> bool {
        let mut state = self.state();
        let known = state.runs.get(&progress.run);
        let is_old_news = known.is_some_and(|known| {
            known.ended.is_some()
                || (known.progress.state == RunState::Running && progress.state == RunState::Queued)
                || (known.progress == progress && since.is_none())
        });
        if is_old_news {
            return false;
        }
        state.version += 1;
        let now = Instant::now();
        let ended = progress.state.is_final().then_some(now);
        let since = since.or_else(|| known_since(&state, progress.run));
        let version = state.version;
        state.runs.insert(progress.run, Entry { version, progress, is_own, since, ended });
        state.runs.retain(|_, entry| entry.ended.is_none_or(|ended| now - ended < MEMORY));
        self.ring(state);
        true
    }

    /// The runs that this process published after a version, and the version that this is.
    pub(crate) fn own_since(&self, seen: u64) -> (Vec<Progress>, u64) {
        let state = self.state();
        let own = state.runs.values().filter(|entry| entry.is_own && entry.version > seen);
        (own.map(Entry::present).collect(), state.version)
    }

    /// Makes the present state of the own live runs news again, for somebody who knows nothing yet.
    pub(crate) fn repeat_own(&self) {
        let mut state = self.state();
        state.version += 1;
        let version = state.version;
        let own = state.runs.values_mut().filter(|entry| entry.is_own && entry.ended.is_none());
        own.for_each(|entry| entry.version = version);
        self.ring(state);
    }

    /// The stored inventory of a source was replaced.
    pub(crate) fn inventory_changed(&self, source: SourceId) {
        let mut state = self.state();
        state.version += 1;
        let version = state.version;
        state.inventories.insert(source, version);
        self.ring(state);
    }

    /// New measurements of a source were kept.
    pub(crate) fn measured(&self, source: SourceId) {
        let mut state = self.state();
        state.version += 1;
        let version = state.version;
        state.measured.insert(source, version);
        self.ring(state);
    }

    /// The state that is known of a run.
    pub(crate) fn state_of(&self, run: RunId) -> Option<RunState> {
        self.state().runs.get(&run).map(|entry| entry.progress.state)
    }

    pub(crate) fn live(&self) -> Vec<Progress> {
        self.state().runs.values().filter(|entry| entry.ended.is_none()).map(Entry::present).collect()
    }

    fn ring(&self, state: MutexGuard<'_, State>) {
        let version = state.version;
        drop(state);
        self.bell.send_replace(version);
    }

    pub(crate) fn version(&self) -> u64 {
        self.state().version
    }

    pub(crate) fn bell(&self) -> watch::Receiver<u64> {
        self.bell.subscribe()
    }

    /// What changed after a version, and the version that this is.
    fn since(&self, seen: u64) -> (VecDeque<ServerFrame>, u64) {
        let state = self.state();
        let runs = state.runs.values().filter(|entry| entry.version > seen);
        let runs = runs.map(|entry| ServerFrame::Run { progress: entry.present() });
        let inventories = state.inventories.iter().filter(|&(_, &version)| version > seen);
        let inventories = inventories.map(|(&source, _)| ServerFrame::InventoryChanged { source });
        let measured = state.measured.iter().filter(|&(_, &version)| version > seen);
        let measured = measured.map(|(&source, _)| ServerFrame::Measured { source });
        (runs.chain(inventories).chain(measured).collect(), state.version)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn known_since(state: &State, run: RunId) -> Option<Instant> {
    state.runs.get(&run).and_then(|known| known.since)
}

/// One watcher's feed of what changes. A slow watcher misses steps in between, never the latest state.
pub struct Feed {
    hub: Arc<Hub>,
    bell: watch::Receiver<u64>,
    seen: u64,
    due: VecDeque<ServerFrame>,
    last: Option<tokio::time::Instant>,
}

impl Feed {
    /// The next change. May be dropped while it waits without losing one.
    pub async fn next(&mut self) -> ServerFrame {
        loop {
            if let Some(frame) = self.due.pop_front() {
                return frame;
            }
            if self.hub.version() == self.seen {
                // The hub lives as long as this feed: the bell is never taken away.
                let _ = self.bell.changed().await;
                continue;
            }
            if let Some(last) = self.last {
                tokio::time::sleep_until(last + PACE).await;
            }
            (self.due, self.seen) = self.hub.since(self.seen);
            self.last = Some(tokio::time::Instant::now());
        }
    }
}

impl Engine {
    /// Everything that changes from now on.
    pub fn subscribe(&self) -> Feed {
        let hub = Arc::clone(&self.inner.hub);
        Feed { bell: hub.bell(), seen: hub.version(), hub, due: VecDeque::new(), last: None }
    }

    /// All runs that are queued or running now.
    pub fn live_runs(&self) -> Vec<Progress> {
        self.inner.hub.live()
    }
}

#[cfg(test)]
mod tests {
    use model::run::Stage;

    use super::*;

    fn progress(run: i64, state: RunState, issues: u64) -> Progress {
        Progress {
            run: RunId(run),
            source: SourceId(1),
            state,
            stage: Stage::Vms,
            kinds: Vec::new(),
            issues,
            elapsed_ms: 0,
            expected_ms: None,
            outcome: None,
            failure: None,
        }
    }

    fn feed(hub: &Arc<Hub>) -> Feed {
        Feed { hub: Arc::clone(hub), bell: hub.bell.subscribe(), seen: hub.version(), due: VecDeque::new(), last: None }
    }

    #[tokio::test]
    async fn a_slow_watcher_gets_the_latest_state_once() {
        let hub = Arc::new(Hub::new());
        let mut watcher = feed(&hub);
        for issues in 0..100 {
            hub.publish(progress(1, RunState::Running, issues), None);
        }
        let ServerFrame::Run { progress: seen } = watcher.next().await else { panic!("a run's frame") };
        assert_eq!(seen.issues, 99);
        hub.publish(progress(1, RunState::Completed, 99), None);
        hub.inventory_changed(SourceId(1));
        let ServerFrame::Run { progress: seen } = watcher.next().await else { panic!("a run's frame") };
        assert_eq!(seen.state, RunState::Completed);
        assert_eq!(watcher.next().await, ServerFrame::InventoryChanged { source: SourceId(1) });
    }

    #[test]
    fn others_are_told_of_own_runs_only_and_hear_each_of_them_once() {
        let hub = Hub::new();
        hub.publish(progress(1, RunState::Running, 1), None);
        hub.hear(Progress { elapsed_ms: 5_000, ..progress(2, RunState::Running, 2) });
        let (own, told) = hub.own_since(0);
        assert_eq!(own.iter().map(|progress| progress.run).collect::<Vec<_>>(), [RunId(1)]);
        assert!(hub.own_since(told).0.is_empty());
        let heard = hub.live().remove(1);
        assert!(heard.issues == 2 && heard.elapsed_ms >= 5_000, "{heard:?}");
        hub.hear(Progress { elapsed_ms: 6_000, ..progress(2, RunState::Running, 2) });
        assert_eq!(hub.version(), told, "nothing new was counted");
        hub.hear(progress(2, RunState::Completed, 2));
        assert_eq!(hub.live().len(), 2, "ends are read from the database");
        hub.repeat_own();
        assert_eq!(hub.own_since(told).0.len(), 1);
    }

    #[test]
    fn an_ended_run_is_not_live_and_does_not_come_back() {
        let hub = Hub::new();
        hub.publish(progress(1, RunState::Running, 0), None);
        assert_eq!(hub.live().len(), 1);
        hub.publish(progress(1, RunState::Failed, 0), None);
        hub.publish(progress(1, RunState::Running, 1), None);
        assert!(hub.live().is_empty());
    }
}

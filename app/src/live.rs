//! What moves while a page is open: progress of sync runs, and the news that an inventory was replaced or something measured.
//!
//! [`Live`] holds signals that pages read; the socket behind them exists in the browser only (`socket`). On the server and
//! before the first frame, pages show what was rendered with them.

#[cfg(target_arch = "wasm32")]
mod socket;

use std::collections::BTreeMap;

use leptos::prelude::*;
use model::{
    ids::SourceId,
    live::{CLOSE_FORBIDDEN, CLOSE_SIGNED_OUT, ServerFrame},
    run::Progress,
};

/// How the tab is connected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Connection {
    /// No script runs, or it has not connected yet.
    #[default]
    Idle,
    Open,
    /// Lost; another attempt follows.
    Waiting,
    /// The session has ended: no further attempt.
    SignedOut,
}

/// A run's progress, and when it arrived by the page's own counting of seconds.
#[derive(Clone, Debug, PartialEq)]
struct Arrived {
    progress: Progress,
    at_second: i64,
}

#[derive(Clone, Copy, Debug)]
pub struct Live {
    pub connection: RwSignal<Connection>,
    /// `None` until the first frame has told what runs.
    runs: RwSignal<Option<BTreeMap<SourceId, Arrived>>>,
    /// Grows when a stored inventory was replaced: whoever shows one reads it again.
    inventory: RwSignal<u64>,
    /// Grows when new samples were kept, and not while the tab is hidden: charts read them again.
    measured: RwSignal<u64>,
    /// Something was measured while the tab was hidden.
    #[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]
    unseen: RwSignal<bool>,
    /// Grows when a run began or ended: whoever lists sources or runs reads them again.
    run_list: RwSignal<u64>,
    /// Counts seconds while something runs, so that elapsed times move between frames.
    second: RwSignal<i64>,
}

impl Live {
    /// Provides the signals and, in the browser, opens the socket until the owner goes; not for those whom it would refuse.
    pub fn provide(is_admitted: bool) -> Self {
        let live = Self {
            connection: RwSignal::new(Connection::Idle),
            runs: RwSignal::new(None),
            inventory: RwSignal::new(0),
            measured: RwSignal::new(0),
            unseen: RwSignal::new(false),
            run_list: RwSignal::new(0),
            second: RwSignal::new(0),
        };
        provide_context(live);
        #[cfg(target_arch = "wasm32")]
        if is_admitted {
            socket::keep_open(live);
            Effect::new(move || {
                let listener = window_event_listener_untyped("visibilitychange", move |_| live.is_seen());
                on_cleanup(move || listener.remove());
            });
        }
        #[cfg(not(target_arch = "wasm32"))]
        let _ = is_admitted;
        live
    }

    /// The signals of the frame that the caller is in; resting ones outside of it.
    pub fn current() -> Self {
        use_context::<Self>().unwrap_or_else(|| Self {
            connection: RwSignal::new(Connection::Idle),
            runs: RwSignal::new(None),
            inventory: RwSignal::new(0),
            measured: RwSignal::new(0),
            unseen: RwSignal::new(false),
            run_list: RwSignal::new(0),
            second: RwSignal::new(0),
        })
    }

    /// Read it in a resource's source to load again when an inventory was replaced.
    pub fn inventory_version(self) -> u64 {
        self.inventory.get()
    }

    /// Read it in a resource's source to load again when something was measured.
    pub fn measured_version(self) -> u64 {
        self.measured.get()
    }

    /// Read it in a resource's source to load again when a run began or ended.
    pub fn run_list_version(self) -> u64 {
        self.run_list.get()
    }

    /// The run of a source that is queued or running. `rendered` is what the page was loaded with; it counts until the
    /// socket has told better.
    pub fn run_of(self, source: SourceId, rendered: Option<&Progress>) -> Option<Progress> {
        let second = self.second.get();
        self.runs.with(|runs| match runs {
            None => rendered.cloned(),
            Some(runs) => {
                let arrived = runs.get(&source).filter(|arrived| !arrived.progress.state.is_final())?;
                let mut progress = arrived.progress.clone();
                progress.elapsed_ms += (second - arrived.at_second).max(0) * 1_000;
                Some(progress)
            }
        })
    }

    /// How many sources have a run that is queued or running; `None` before the socket has told.
    pub fn running(self) -> Option<usize> {
        self.runs.with(|runs| Some(runs.as_ref()?.values().filter(|run| !run.progress.state.is_final()).count()))
    }

    #[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]
    fn apply(self, frame: ServerFrame) {
        match frame {
            ServerFrame::Ready => self.connection.set(Connection::Open),
            ServerFrame::Refused { code, .. } => {
                if matches!(code, CLOSE_SIGNED_OUT | CLOSE_FORBIDDEN) {
                    self.connection.set(Connection::SignedOut);
                }
            }
            ServerFrame::Runs { runs } => {
                // After a loss: whatever was replaced meanwhile was not told.
                if self.runs.with_untracked(Option::is_some) {
                    self.inventory.update(|version| *version += 1);
                    self.was_measured();
                }
                let at_second = self.second.get_untracked();
                let runs = runs.into_iter().map(|progress| (progress.source, Arrived { progress, at_second }));
                self.runs.set(Some(runs.collect()));
                self.run_list.update(|version| *version += 1);
            }
            ServerFrame::Run { progress } => self.run_moved(progress),
            ServerFrame::InventoryChanged { .. } => self.inventory.update(|version| *version += 1),
            ServerFrame::Measured { .. } => self.was_measured(),
        }
    }

    /// A hidden tab is told when it is looked at again.
    #[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]
    fn was_measured(self) {
        #[cfg(target_arch = "wasm32")]
        if document().hidden() {
            self.unseen.set(true);
            return;
        }
        self.measured.update(|version| *version += 1);
    }

    #[cfg(target_arch = "wasm32")]
    fn is_seen(self) {
        if !document().hidden() && self.unseen.get_untracked() {
            self.unseen.set(false);
            self.measured.update(|version| *version += 1);
        }
    }

    #[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]
    fn run_moved(self, progress: Progress) {
        let at_second = self.second.get_untracked();
        let has_ended = progress.state.is_final();
        let source = progress.source;
        let mut is_known = false;
        self.runs.update(|runs| {
            let runs = runs.get_or_insert_default();
            is_known = runs.get(&source).is_some_and(|known| known.progress.run == progress.run);
            runs.insert(source, Arrived { progress, at_second });
        });
        if has_ended || !is_known {
            self.run_list.update(|version| *version += 1);
        }
    }
}

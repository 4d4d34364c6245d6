//! How a running collection talks to the one who started it: counts go out through a watch, the wish to stop comes in.

use model::{
    inventory::ObjectKind,
    run::{KindProgress, Stage},
    source::empty_progress,
};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// What has been counted so far.
#[derive(Clone, Debug, PartialEq)]
pub struct CollectProgress {
    pub stage: Stage,
    pub kinds: Vec<KindProgress>,
    pub issues: u64,
}

impl Default for CollectProgress {
    fn default() -> Self {
        Self { stage: Stage::Connect, kinds: empty_progress(), issues: 0 }
    }
}

/// Cheap to clone; all clones speak of the same run.
#[derive(Clone, Debug)]
pub struct Observer {
    progress: watch::Sender<CollectProgress>,
    cancel: CancellationToken,
}

impl Observer {
    pub fn new(progress: watch::Sender<CollectProgress>, cancel: CancellationToken) -> Self {
        Self { progress, cancel }
    }

    /// For callers that watch nothing.
    pub fn unwatched() -> Self {
        Self::of(CancellationToken::new())
    }

    /// For work that can be stopped and whose progress nobody watches.
    pub(crate) fn of(cancel: CancellationToken) -> Self {
        Self::new(watch::Sender::new(CollectProgress::default()), cancel)
    }

    pub fn stage(&self, stage: Stage) {
        self.progress.send_modify(|progress| progress.stage = stage);
    }

    /// `more` objects of the kind have been read.
    pub fn found(&self, kind: ObjectKind, more: u64) {
        self.change(kind, |progress| progress.found += more);
    }

    /// The platform has said how many objects of the kind there are.
    pub fn total(&self, kind: ObjectKind, total: u64) {
        self.change(kind, |progress| progress.total = Some(total));
    }

    /// Starts the kind's count again: what was read of it is discarded.
    pub fn restart(&self, kind: ObjectKind) {
        self.change(kind, |progress| progress.found = 0);
    }

    /// All issues so far.
    pub fn issues(&self, count: u64) {
        self.progress.send_if_modified(|progress| std::mem::replace(&mut progress.issues, count) != count);
    }

    pub fn cancellation(&self) -> &CancellationToken {
        &self.cancel
    }

    fn change(&self, kind: ObjectKind, change: impl FnOnce(&mut KindProgress)) {
        self.progress.send_modify(|progress| {
            if let Some(of_kind) = progress.kinds.iter_mut().find(|of_kind| of_kind.kind == kind) {
                change(of_kind);
            }
        });
    }
}

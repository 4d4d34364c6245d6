//! The runs that this process works on, and how they are told to stop.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use model::ids::RunId;
use tokio_util::sync::CancellationToken;

#[derive(Default)]
pub(crate) struct Running(Mutex<HashMap<RunId, Control>>);

/// One run's stop button.
#[derive(Clone)]
pub(crate) struct Control {
    /// Cancelled when the run has to stop, for whatever reason.
    pub(crate) stop: CancellationToken,
    /// A person asked for it; otherwise the process ends or lost the run.
    asked: Arc<AtomicBool>,
}

impl Control {
    pub(crate) fn cancel(&self) {
        self.asked.store(true, Ordering::Relaxed);
        self.stop.cancel();
    }

    pub(crate) fn was_asked(&self) -> bool {
        self.asked.load(Ordering::Relaxed)
    }
}

impl Running {
    /// `stopping` stops all of them.
    pub(crate) fn begin(&self, run: RunId, stopping: &CancellationToken) -> Control {
        let control = Control { stop: stopping.child_token(), asked: Arc::default() };
        self.runs().insert(run, control.clone());
        control
    }

    pub(crate) fn end(&self, run: RunId) {
        self.runs().remove(&run);
    }

    /// Does nothing where the run is not this process'.
    pub(crate) fn cancel(&self, run: RunId) {
        if let Some(control) = self.runs().get(&run) {
            control.cancel();
        }
    }

    pub(crate) fn contains(&self, run: RunId) -> bool {
        self.runs().contains_key(&run)
    }

    pub(crate) fn all(&self) -> Vec<RunId> {
        self.runs().keys().copied().collect()
    }

    fn runs(&self) -> MutexGuard<'_, HashMap<RunId, Control>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

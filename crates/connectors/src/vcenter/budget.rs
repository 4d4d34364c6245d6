//! What may be kept of one scope: a server whose every object is believable may still send too many large ones.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// What the objects of one scope may weigh together (texts, and a little for each element). A machine has 5 to 10 kB: this
/// is twice what 50,000 of them need, and less than what takes a server's memory.
const MAX_WEIGHT: u64 = 1 << 30;

/// What is left of it. The pages of a scope arrive side by side and share it.
#[derive(Clone)]
pub(super) struct Budget(Arc<AtomicU64>);

impl Budget {
    pub(super) fn of_scope() -> Self {
        Self::new(MAX_WEIGHT)
    }

    pub(super) fn new(weight: u64) -> Self {
        Self(Arc::new(AtomicU64::new(weight)))
    }

    /// Takes a part's weight. False once there is not enough left, and from then on.
    pub(super) fn take(&self, weight: u64) -> bool {
        let less = |left: u64| Some(left.saturating_sub(weight));
        let left = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).unwrap_or_default();
        left > weight
    }

    pub(super) fn is_spent(&self) -> bool {
        self.0.load(Ordering::Relaxed) == 0
    }
}

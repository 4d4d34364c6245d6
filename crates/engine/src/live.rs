//! The live feed: what runs do now, for everybody who watches.

use model::live::ServerFrame;

use crate::Engine;

/// One watcher's feed. The present state comes first; after that, what changed. A slow watcher misses steps in
/// between, never the latest state.
pub struct Feed {
    _private: (),
}

impl Feed {
    /// The next thing to show; `None` when the engine stops.
    pub async fn next(&mut self) -> Option<ServerFrame> {
        None
    }
}

impl Engine {
    pub fn subscribe(&self) -> Feed {
        Feed { _private: () }
    }
}

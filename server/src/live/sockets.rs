//! How many websockets a session may hold open, and the signal that closes all of them.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use engine::SessionKey;
use tokio_util::sync::CancellationToken;

/// More tabs than anybody reads, fewer than hurt.
const PER_SESSION_MAX: usize = 32;

#[derive(Clone)]
pub(crate) struct Sockets {
    open: Arc<Mutex<HashMap<SessionKey, usize>>>,
    stopping: CancellationToken,
}

impl Sockets {
    pub(crate) fn new(stopping: CancellationToken) -> Self {
        Self { open: Arc::default(), stopping }
    }

    /// `None` when the session has too many already.
    pub(super) fn enter(&self, session: SessionKey) -> Option<Place> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(session).or_default();
        if *count >= PER_SESSION_MAX {
            return None;
        }
        *count += 1;
        drop(open);
        Some(Place { sockets: self.clone(), session })
    }
}

/// One socket's place; given back when dropped.
pub(super) struct Place {
    sockets: Sockets,
    session: SessionKey,
}

impl Place {
    pub(super) async fn stopping(&self) {
        self.sockets.stopping.cancelled().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.sockets.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.session) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.session);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_given_back() {
        let sockets = Sockets::new(CancellationToken::new());
        let session = SessionKey::of("a");
        let places: Vec<_> = (0..PER_SESSION_MAX).map(|_| sockets.enter(session).unwrap()).collect();
        assert!(sockets.enter(session).is_none());
        assert!(sockets.enter(SessionKey::of("b")).is_some());
        drop(places);
        assert!(sockets.enter(session).is_some());
    }
}

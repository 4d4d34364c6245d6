//! The engine itself: what all use-cases share.

use std::sync::Arc;

use model::account::{Actor, Role};

use crate::error::{Error, Result};

/// All use-cases. Cheap to clone; one per process.
#[derive(Clone)]
pub struct Engine {
    _inner: Arc<()>,
}

impl Engine {
    /// Refuses actors whose role does not suffice.
    pub(crate) fn allow(actor: &Actor, needed: Role) -> Result<()> {
        if actor.may(needed) { Ok(()) } else { Err(Error::Forbidden) }
    }
}

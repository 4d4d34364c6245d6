//! What a form sent without script leaves for the page that answers it: kept in memory, for one person, for two minutes.
//!
//! Passwords and what was typed must not stand in an address; only a random ticket does.

use std::{
    collections::HashMap,
    sync::{LazyLock, Mutex, PoisonError},
    time::{Duration, Instant},
};

use model::{account::Actor, ids::UserId};

use crate::{drawn::Told, server::source_form::Draft};

#[derive(Clone)]
pub(crate) enum Note {
    OneTimePassword { user: UserId, password: String },
    SourceDraft(Box<Draft>),
    Told(Box<Told>),
}

struct Kept {
    owner: Option<UserId>,
    until: Instant,
    note: Note,
}

const LIFETIME: Duration = Duration::from_mins(2);
/// A bound on memory: the oldest go first.
const KEPT_MAX: usize = 256;

static NOTES: LazyLock<Mutex<HashMap<String, Kept>>> = LazyLock::new(Mutex::default);

/// Keeps a note for its owner; answers the ticket.
pub(crate) fn keep(owner: &Actor, note: Note) -> String {
    let now = Instant::now();
    let ticket = format!("{:032x}", rand::random::<u128>());
    let mut notes = NOTES.lock().unwrap_or_else(PoisonError::into_inner);
    notes.retain(|_, kept| kept.until > now);
    if notes.len() >= KEPT_MAX
        && let Some(oldest) = notes.iter().min_by_key(|(_, kept)| kept.until).map(|(ticket, _)| ticket.clone())
    {
        notes.remove(&oldest);
    }
    notes.insert(ticket.clone(), Kept { owner: owner.user_id(), until: now + LIFETIME, note });
    ticket
}

/// The note of a ticket, for its owner alone. It stays until its time is over: rendering a page may ask more than once.
pub(crate) fn read(owner: &Actor, ticket: &str) -> Option<Note> {
    let notes = NOTES.lock().unwrap_or_else(PoisonError::into_inner);
    let kept = notes.get(ticket)?;
    (kept.owner == owner.user_id() && kept.until > Instant::now()).then(|| kept.note.clone())
}

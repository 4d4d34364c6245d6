//! IROA's use-cases: accounts, sources, sync runs and their scheduler, inventory queries. This crate knows no HTTP.
//!
//! Every call of a person takes the [`Actor`](model::account::Actor) first and checks the role itself; what is kept is
//! `store`'s business, what is read from platforms `connectors`'.

mod accounts;
mod capacity;
mod clock;
mod engine;
mod error;
mod export;
mod inventory;
mod keeping;
mod linking;
mod live;
mod measurements;
mod measuring;
mod passwords;
mod runs;
mod schedule;
mod sessions;
mod sign_in;
mod sources;
mod sync;
mod users;
mod workers;

pub use accounts::SessionUser;
pub use clock::now_ms;
pub use engine::{Engine, NewKey, Options, StartError, migrate, rotate_key};
pub use error::{Error, Result, chain};
pub use export::{ExportPages, ExportQuery};
pub use live::Feed;
pub use secrecy::SecretString;
pub use sessions::{SESSION_USER, SessionKey, SessionRecord};
pub use workers::Workers;

//! IROA's use-cases: accounts, sources, sync runs and their scheduler, inventory queries. This crate knows no HTTP.
//!
//! Every call of a person takes the [`Actor`](model::account::Actor) first and checks the role itself; what is kept is
//! `store`'s business, what is read from platforms `connectors`'.

mod accounts;
mod engine;
mod error;
mod export;
mod inventory;
mod live;
mod runs;
mod sources;
mod users;

pub use accounts::{SESSION_USER, SessionKey};
pub use engine::Engine;
pub use error::{Error, Result};
pub use export::{ExportPages, ExportQuery};
pub use live::Feed;
pub use secrecy::SecretString;

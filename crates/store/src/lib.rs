//! IROA's database: what syncs read and measure, who may look at it, and the work that is queued.
//!
//! Every public function speaks the model; entities and statements stay inside. What a person may do is `engine`'s to judge.

pub mod attempts;
mod database;
mod entity;
mod error;
pub mod inventory;
pub mod links;
pub mod mappings;
pub mod measuring;
mod notices;
pub mod persister;
pub mod runs;
pub mod samples;
pub mod sessions;
pub mod settings;
pub mod sources;
pub mod users;
pub mod vault;

pub use database::{About, Backend, Database, MigrateError, MigrationReport, Options};
pub use error::{QueryError, StoreError};
pub use notices::{Listener, NOTICE_BYTES_MAX};
pub use sea_orm::DbErr;

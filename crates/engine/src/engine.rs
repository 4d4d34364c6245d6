//! The engine itself: what all use-cases share, how it starts and how it stops.

use std::{path::PathBuf, sync::Arc};

use model::account::{Actor, Role};
use secrecy::{ExposeSecret as _, SecretString};
use store::{Database, MigrateError, StoreError, vault::Vault};
use tokio::sync::{Notify, Semaphore};

use crate::{
    error::{Error, Result},
    live::Hub,
    passwords::Passwords,
    sign_in::Door,
    workers::{Running, Workers},
};

/// The environment variable that takes the place of the key file.
const SECRET_KEY: &str = "IROA_SECRET_KEY";

/// What an engine stands on.
#[derive(Clone, Debug)]
pub struct Options {
    /// `sqlite://FILE` or `postgres://…`; may carry a password.
    pub database_url: SecretString,
    pub secret_key_file: PathBuf,
    /// How many sources are synced at the same time, over all processes on one database.
    pub parallel_syncs: usize,
}

/// Why an engine cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("the database cannot be opened")]
    Open(#[source] StoreError),
    #[error("the database cannot be brought to this version's schema")]
    Migrate(#[source] MigrateError),
    #[error("the key that seals stored passwords cannot be read")]
    Key(#[source] store::vault::VaultError),
}

/// Brings the database to this version's schema, and nothing else.
pub async fn migrate(options: &Options) -> Result<(), StartError> {
    let db = open_migrated(options).await?;
    db.close().await.map_err(StartError::Open)
}

async fn open_migrated(options: &Options) -> Result<Database, StartError> {
    let url = options.database_url.expose_secret();
    let db = Database::open(url, store::Options::default()).await.map_err(StartError::Open)?;
    let report = db.migrate().await.map_err(StartError::Migrate)?;
    if !report.applied.is_empty() {
        let copy = report.copy.map(|path| path.display().to_string());
        tracing::info!(applied = report.applied.join(", "), copy, "the database was migrated");
    }
    Ok(db)
}

/// All use-cases. Cheap to clone; one per process.
#[derive(Clone)]
pub struct Engine {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) db: Database,
    pub(crate) vault: Vault,
    pub(crate) passwords: Passwords,
    pub(crate) door: Door,
    pub(crate) hub: Arc<Hub>,
    pub(crate) running: Running,
    /// Rung when a run was queued.
    pub(crate) queued: Notify,
    /// Exports at a time.
    pub(crate) exports: Arc<Semaphore>,
    pub(crate) parallel_syncs: u64,
    /// Names this process in leases.
    pub(crate) owner: String,
}

impl Engine {
    /// Opens the database, migrating it first.
    pub async fn open(options: &Options) -> Result<Self, StartError> {
        let key = std::env::var(SECRET_KEY).ok().map(SecretString::from);
        let vault = Vault::from_env_or_file(key.as_ref(), &options.secret_key_file).map_err(StartError::Key)?;
        let db = open_migrated(options).await?;
        Ok(Self {
            inner: Arc::new(Inner {
                db,
                vault,
                passwords: Passwords::new(),
                door: Door::default(),
                hub: Arc::new(Hub::new()),
                running: Running::default(),
                queued: Notify::new(),
                exports: Arc::new(Semaphore::new(crate::export::AT_A_TIME)),
                parallel_syncs: options.parallel_syncs as u64,
                owner: format!("{}-{:016x}", std::process::id(), rand::random::<u64>()),
            }),
        })
    }

    /// Starts syncing and housekeeping.
    pub fn start(&self) -> Workers {
        Workers::start(self)
    }

    /// The database answers.
    pub async fn is_ready(&self) -> Result<()> {
        Ok(self.db().ping().await?)
    }

    pub(crate) fn db(&self) -> &Database {
        &self.inner.db
    }

    /// Refuses actors whose role does not suffice.
    pub(crate) fn allow(actor: &Actor, needed: Role) -> Result<()> {
        if actor.may(needed) { Ok(()) } else { Err(Error::Forbidden) }
    }
}

/// UTC milliseconds.
pub(crate) fn now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

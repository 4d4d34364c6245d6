//! The engine itself: what all use-cases share, how it starts and how it stops.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use model::account::{Actor, Role};
use secrecy::{ExposeSecret as _, SecretString};
use store::{
    Backend, Database, MigrateError, StoreError, sources,
    vault::{Key, Vault, VaultError},
};
use tokio::sync::{Notify, Semaphore, watch};

use crate::{
    capacity::Judged,
    error::{Error, Result, chain},
    live::Hub,
    passwords::Passwords,
    sign_in::Door,
    workers::{Running, Workers},
};

/// The environment variable that takes the place of the key file.
const SECRET_KEY: &str = "IROA_SECRET_KEY";
/// What takes its place, for `rotate_key` alone.
const NEW_SECRET_KEY: &str = "IROA_NEW_SECRET_KEY";

/// Saves and exports hold their connections for long, and there are never more of them than the pool has beyond these:
/// pages, heartbeats and the like always find one, however many syncs run.
const CONNECTIONS_FOR_PAGES: u32 = 8;
/// On SQLite, where only one can write, the others wait here and not at the database, which would lose its patience.
const SAVES_AT_A_TIME: usize = 4;

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
    Key(#[source] VaultError),
    #[error("the key comes from {SECRET_KEY}; give the new one in {NEW_SECRET_KEY}")]
    NoNewKey,
    #[error("the key was not replaced")]
    Rotate(#[source] StoreError),
}

/// Brings the database to this version's schema, and nothing else.
pub async fn migrate(options: &Options) -> Result<(), StartError> {
    let db = open_migrated(options).await?;
    db.close().await.map_err(StartError::Open)
}

/// Where the new key has to be put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NewKey {
    /// It stands in the key file already.
    InFile,
    /// It has to take the old one's place in the environment, for all servers on this database.
    FromEnvironment,
}

/// Seals all stored passwords with a new key: a random one in the key file, or the one that the environment gives where the
/// present one comes from there. Answers how many there are.
pub async fn rotate_key(options: &Options) -> Result<(u64, NewKey), StartError> {
    let given = key_of(SECRET_KEY)?;
    let db = open_migrated(options).await?;
    let rotated = match given {
        None => {
            let count = sources::rotate_key_file(&db, &options.secret_key_file).await;
            count.map(|count| (count, NewKey::InFile)).map_err(StartError::Rotate)
        }
        Some(old) => {
            let new = key_of(NEW_SECRET_KEY)?.ok_or(StartError::NoNewKey)?;
            let count = sources::rotate(&db, &Vault::replacing(&old, &new), &Vault::open(&new)).await;
            count.map(|count| (count, NewKey::FromEnvironment)).map_err(StartError::Rotate)
        }
    };
    db.close().await.map_err(StartError::Open)?;
    rotated
}

fn key_of(variable: &str) -> Result<Option<Key>, StartError> {
    let text = std::env::var(variable).ok().map(SecretString::from);
    text.map(|text| Key::parse(text.expose_secret()).map_err(StartError::Key)).transpose()
}

/// A rotation that was cut off is brought to its end. Where that fails both keys are there, and everything opens.
async fn finish_rotation(db: &Database, file: &Path) {
    if sources::is_key_rotating(file) {
        match sources::rotate_key_file(db, file).await {
            Ok(passwords) => tracing::warn!(passwords, "a rotation of the key was cut off before and is finished now"),
            Err(error) => tracing::warn!(error = chain(&error), "a rotation of the key is not finished"),
        }
    }
}

async fn open_migrated(options: &Options) -> Result<Database, StartError> {
    let url = options.database_url.expose_secret();
    let connections = CONNECTIONS_FOR_PAGES + (SAVES_AT_A_TIME + crate::export::AT_A_TIME) as u32;
    let pool = store::Options { connections, ..store::Options::default() };
    let db = Database::open(url, pool).await.map_err(StartError::Open)?;
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
    /// Rung when sessions ended or somebody's rights changed.
    pub(crate) access: watch::Sender<u64>,
    /// Exports at a time.
    pub(crate) exports: Arc<Semaphore>,
    /// Places for questions about measurements.
    pub(crate) charts: Semaphore,
    /// Saves at a time; the other runs wait with what they have read.
    pub(crate) saves: Semaphore,
    pub(crate) parallel_syncs: u64,
    /// Matching machines: one at a time.
    pub(crate) linking: tokio::sync::Mutex<()>,
    /// Judged once for all who ask.
    pub(crate) capacity: tokio::sync::Mutex<Judged>,
    /// Names this process in leases.
    pub(crate) owner: String,
}

impl Engine {
    /// Opens the database, migrating it first.
    pub async fn open(options: &Options) -> Result<Self, StartError> {
        let key = std::env::var(SECRET_KEY).ok().map(SecretString::from);
        let vault = Vault::from_env_or_file(key.as_ref(), &options.secret_key_file).map_err(StartError::Key)?;
        let db = open_migrated(options).await?;
        if key.is_none() {
            finish_rotation(&db, &options.secret_key_file).await;
        }
        let saves = if db.backend() == Backend::Sqlite { 1 } else { SAVES_AT_A_TIME };
        Ok(Self {
            inner: Arc::new(Inner {
                db,
                vault,
                passwords: Passwords::new(),
                door: Door::default(),
                hub: Arc::new(Hub::new()),
                running: Running::default(),
                queued: Notify::new(),
                access: watch::Sender::new(0),
                exports: Arc::new(Semaphore::new(crate::export::AT_A_TIME)),
                charts: Semaphore::new(crate::measurements::AT_A_TIME),
                saves: Semaphore::new(saves),
                parallel_syncs: options.parallel_syncs as u64,
                linking: tokio::sync::Mutex::new(()),
                capacity: tokio::sync::Mutex::default(),
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

//! Bringing the schema up to this build's: one process at a time, after a copy, all or nothing.

use std::{
    fs::{File, TryLockError},
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use migrations::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr, Statement};

use super::{Backend, Database};
use crate::StoreError;

/// How many copies of earlier schemas are kept beside a SQLite file.
const COPIES_KEPT: usize = 3;
const LOCK_PATIENCE: Duration = Duration::from_mins(2);
/// Any number that no other program uses for an advisory lock in the same database.
const LOCK_KEY: i64 = 0x1_A0A5_C4E3;

#[derive(Debug, Default, PartialEq, Eq)]
pub struct MigrationReport {
    /// The migrations that were applied now; empty where the schema was current.
    pub applied: Vec<String>,
    /// The copy that was made before, of a SQLite file that held a schema already.
    pub copy: Option<PathBuf>,
}

#[derive(Debug, thiserror::Error)]
pub enum MigrateError {
    #[error(
        "the database was written by a newer version of IROA (it knows {}); start that version, or restore the copy that \
         was made before its migration",
        unknown.join(", ")
    )]
    Newer { unknown: Vec<String> },
    #[error("another process has been migrating the database for {} s", LOCK_PATIENCE.as_secs())]
    Locked,
    #[error("the copy before the migration failed, so nothing was changed")]
    Copy(#[source] StoreError),
    #[error("the migration failed and was taken back")]
    Failed(#[source] DbErr),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Database {
    /// Applies what is missing. Two processes that start together do it once; a process that is killed in the middle
    /// leaves the schema as it was; a schema from the future is refused.
    pub async fn migrate(&self) -> Result<MigrationReport, MigrateError> {
        let _held = match self.path() {
            Some(path) => Some(lock(path).await?),
            None => None,
        };
        if self.pending(self.read()).await?.is_empty() {
            return Ok(MigrationReport::default());
        }
        let copy = self.copy().await.map_err(MigrateError::Copy)?;
        let transaction = self.begin().await?;
        if self.backend() == Backend::Postgres {
            let wait = Statement::from_string(self.sql_backend(), format!("SELECT pg_advisory_xact_lock({LOCK_KEY})"));
            transaction.query_one_raw(wait).await.map_err(MigrateError::Failed)?;
        }
        // Again, now that nobody else can: the other process may have done it.
        let applied = self.pending(&transaction).await?;
        run(&transaction, &applied).await.map_err(MigrateError::Failed)?;
        transaction.commit().await.map_err(MigrateError::Failed)?;
        Ok(MigrationReport { applied, copy })
    }

    /// Migrations that the database lacks; an error where it has some that this build does not know.
    async fn pending(&self, connection: &impl ConnectionTrait) -> Result<Vec<String>, MigrateError> {
        let present = applied(connection, self.backend()).await.map_err(StoreError::Database)?;
        let known = migrations::known_versions();
        let unknown: Vec<String> = present.iter().filter(|version| !known.contains(version)).cloned().collect();
        if unknown.is_empty() {
            Ok(known.into_iter().filter(|version| !present.contains(version)).collect())
        } else {
            Err(MigrateError::Newer { unknown })
        }
    }

    /// Copies a SQLite file that holds anything, named after its schema's last version.
    async fn copy(&self) -> Result<Option<PathBuf>, StoreError> {
        let Some(path) = self.path() else { return Ok(None) };
        let tables = Statement::from_string(self.sql_backend(), "SELECT 1 FROM sqlite_master LIMIT 1");
        if self.read().query_one_raw(tables).await?.is_none() {
            return Ok(None);
        }
        let version = applied(self.read(), self.backend()).await?.pop().unwrap_or_else(|| "unknown".to_owned());
        let base = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let at = jiff::Timestamp::now().as_millisecond();
        let copy = path.with_file_name(format!("{base}.{version}.{at}.copy"));
        // VACUUM INTO refuses a file that is not empty; an empty one keeps the mode it was made with.
        super::create_private(&copy).map_err(StoreError::io("creating the copy"))?;
        let statement = Statement::from_sql_and_values(
            self.sql_backend(),
            "VACUUM INTO ?",
            [copy.to_string_lossy().into_owned().into()],
        );
        self.read().execute_raw(statement).await?;
        remove_old_copies(path, &base).map_err(StoreError::io("removing old copies"))?;
        Ok(Some(copy))
    }
}

async fn run(transaction: &DatabaseTransaction, pending: &[String]) -> Result<(), DbErr> {
    if pending.is_empty() {
        return Ok(());
    }
    Migrator::up(transaction, None).await?;
    #[cfg(debug_assertions)]
    pause_for_tests().await;
    Ok(())
}

/// Gives the test that kills a process in the middle of a migration a middle to kill it in.
#[cfg(debug_assertions)]
async fn pause_for_tests() {
    if let Ok(marker) = std::env::var("IROA_TEST_PAUSE_IN_MIGRATION") {
        let _ = std::fs::write(marker, "migrating");
        tokio::time::sleep(Duration::from_mins(1)).await;
    }
}

/// The versions that the database has, oldest first; none where the table of versions does not exist.
async fn applied(connection: &impl ConnectionTrait, backend: Backend) -> Result<Vec<String>, DbErr> {
    let (exists, sql_backend) = match backend {
        Backend::Sqlite => (
            "SELECT 1 AS found FROM sqlite_master WHERE type = 'table' AND name = 'seaql_migrations'",
            sea_orm::DbBackend::Sqlite,
        ),
        Backend::Postgres => {
            ("SELECT 1 AS found WHERE to_regclass('seaql_migrations') IS NOT NULL", sea_orm::DbBackend::Postgres)
        }
    };
    if connection.query_one_raw(Statement::from_string(sql_backend, exists)).await?.is_none() {
        return Ok(Vec::new());
    }
    let versions = "SELECT version FROM seaql_migrations ORDER BY version";
    let rows = connection.query_all_raw(Statement::from_string(sql_backend, versions)).await?;
    rows.iter().map(|row| row.try_get("", "version")).collect()
}

/// Holds a lock file beside the database. The operating system lets go of it when the process ends, however it ends.
async fn lock(database: &Path) -> Result<File, MigrateError> {
    let mut path = database.as_os_str().to_owned();
    path.push(".lock");
    let path = PathBuf::from(path);
    super::create_private(&path).map_err(StoreError::io("creating the lock file"))?;
    let file = File::options().write(true).open(&path).map_err(StoreError::io("opening the lock file"))?;
    let since = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if since.elapsed() < LOCK_PATIENCE => {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            Err(TryLockError::WouldBlock) => return Err(MigrateError::Locked),
            Err(TryLockError::Error(error)) => {
                return Err(StoreError::Io { what: "locking the database", source: error }.into());
            }
        }
    }
}

fn remove_old_copies(database: &Path, base: &str) -> std::io::Result<()> {
    let folder = database.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut copies = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let ours = name.strip_prefix(base).and_then(|rest| rest.strip_suffix(".copy"));
        // The time stands last, so the newest are found whatever their schema was.
        if let Some(at) = ours.and_then(|rest| rest.rsplit('.').next()).and_then(|at| at.parse::<i64>().ok()) {
            copies.push((at, path));
        }
    }
    copies.sort();
    let surplus = copies.len().saturating_sub(COPIES_KEPT);
    for (_, path) in copies.into_iter().take(surplus) {
        std::fs::remove_file(path)?;
    }
    Ok(())
}

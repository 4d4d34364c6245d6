//! Connections: SQLite with one writer and a pool of readers, or one pool of PostgreSQL.
//!
//! What is written and read through them is the business of the other modules; the schema is `migrations`'.

mod about;
mod migrate;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use sea_orm::{
    ConnectOptions, DatabaseConnection, DatabaseTransaction, DbBackend, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
    sqlx::{self, Connection as _, PgConnection, postgres::PgConnectOptions},
};

pub use about::About;
pub use migrate::{MigrateError, MigrationReport};

use crate::StoreError;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

#[derive(Clone, Debug)]
pub struct Options {
    /// Connections that read (SQLite), or all of them (PostgreSQL).
    pub connections: u32,
    /// How long a statement waits for a connection or for SQLite's write lock.
    pub patience: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self { connections: 8, patience: Duration::from_secs(30) }
    }
}

/// An open database. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Database {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    backend: Backend,
    writer: DatabaseConnection,
    reader: DatabaseConnection,
    /// SQLite's file.
    path: Option<PathBuf>,
}

impl Database {
    /// Connects to `sqlite:PATH`, `sqlite://PATH` or `postgres://…`. A SQLite file and its folder are made where absent,
    /// readable by their owner alone. Does not migrate.
    pub async fn open(url: &str, options: Options) -> Result<Self, StoreError> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            return Self::open_sqlite(path, &options).await;
        }
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Self::open_postgres(url, &options).await;
        }
        Err(StoreError::Url("a database URL begins with sqlite: or postgres://".to_owned()))
    }

    async fn open_sqlite(path: &str, options: &Options) -> Result<Self, StoreError> {
        let path = path.strip_prefix("//").unwrap_or(path);
        let path = path.split_once('?').map_or(path, |(path, _)| path);
        if path.is_empty() || path.starts_with(':') {
            return Err(StoreError::Url("sqlite: needs the path of a file".to_owned()));
        }
        let path = PathBuf::from(path);
        create_private(&path).map_err(StoreError::io("creating the database file"))?;
        let writer = connect_sqlite(&path, 1, options).await?;
        let reader = connect_sqlite(&path, options.connections.max(1), options).await?;
        Ok(Self { inner: Arc::new(Inner { backend: Backend::Sqlite, writer, reader, path: Some(path) }) })
    }

    async fn open_postgres(url: &str, options: &Options) -> Result<Self, StoreError> {
        find_postgres(url, options.patience).await?;
        let mut connect = ConnectOptions::new(url);
        connect
            .max_connections(options.connections.max(2))
            .acquire_timeout(options.patience)
            .connect_timeout(options.patience)
            .sqlx_logging(false)
            .set_application_name("iroa");
        let pool = sea_orm::Database::connect(connect).await?;
        Ok(Self {
            inner: Arc::new(Inner { backend: Backend::Postgres, writer: pool.clone(), reader: pool, path: None }),
        })
    }

    pub fn backend(&self) -> Backend {
        self.inner.backend
    }

    /// For statements that change nothing.
    pub(crate) fn read(&self) -> &DatabaseConnection {
        &self.inner.reader
    }

    /// A transaction that may write. SQLite takes the write lock at once: a deferred transaction that turns into a writer
    /// fails with "database is locked" whatever the busy time-out is. Dropping it rolls back.
    pub(crate) async fn begin(&self) -> Result<DatabaseTransaction, StoreError> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        Ok(self.inner.writer.begin_with_options(options).await?)
    }

    /// A transaction whose reads all see the same state.
    pub(crate) async fn snapshot(&self) -> Result<DatabaseTransaction, StoreError> {
        let options = TransactionOptions {
            isolation_level: (self.inner.backend == Backend::Postgres)
                .then_some(sea_orm::IsolationLevel::RepeatableRead),
            ..TransactionOptions::default()
        };
        Ok(self.inner.reader.begin_with_options(options).await?)
    }

    /// Answers when the database does.
    pub async fn ping(&self) -> Result<(), StoreError> {
        Ok(self.inner.reader.ping().await?)
    }

    /// Closes all connections; SQLite's log is merged into its file.
    pub async fn close(&self) -> Result<(), StoreError> {
        self.inner.reader.close_by_ref().await?;
        Ok(self.inner.writer.close_by_ref().await?)
    }

    pub(crate) fn sql_backend(&self) -> DbBackend {
        match self.inner.backend {
            Backend::Sqlite => DbBackend::Sqlite,
            Backend::Postgres => DbBackend::Postgres,
        }
    }

    fn path(&self) -> Option<&Path> {
        self.inner.path.as_deref()
    }
}

/// Connects once, outside of a pool: pools go on trying a server that refuses, and say after all that they ran out of time.
async fn find_postgres(url: &str, patience: Duration) -> Result<(), StoreError> {
    // The text itself may hold a password: it is in none of these errors.
    let options = url.parse::<PgConnectOptions>().map_err(unreachable)?;
    let connecting = PgConnection::connect_with(&options);
    let connection = tokio::time::timeout(patience, connecting).await.map_err(|_| StoreError::Silent(patience))?;
    connection.map_err(unreachable)?.close().await.map_err(unreachable)
}

fn unreachable(error: sqlx::Error) -> StoreError {
    let advice = match &error {
        sqlx::Error::Io(_) => "check host and port in DATABASE_URL, and that PostgreSQL runs and listens there",
        sqlx::Error::Database(_) => "check user, password and database in DATABASE_URL",
        sqlx::Error::Tls(_) => "check sslmode and the certificates named in DATABASE_URL",
        _ => "check DATABASE_URL",
    };
    StoreError::Unreachable { advice, source: Box::new(error) }
}

async fn connect_sqlite(path: &Path, connections: u32, options: &Options) -> Result<DatabaseConnection, StoreError> {
    let mut connect = ConnectOptions::new("sqlite:");
    let (path, patience) = (path.to_owned(), options.patience);
    connect
        .max_connections(connections)
        // Readers that wait find a connection ready; the statement cache of each is warm.
        .min_connections(1)
        .acquire_timeout(options.patience)
        .idle_timeout(Duration::from_mins(10))
        .sqlx_logging(false)
        .map_sqlx_sqlite_opts(move |sqlite| {
            sqlite
                .filename(&path)
                .create_if_missing(true)
                .foreign_keys(true)
                .busy_timeout(patience)
                .pragma("journal_mode", "WAL")
                // Safe with WAL: a power cut may lose the last commits, never the file.
                .pragma("synchronous", "NORMAL")
                // 64 MiB (in KiB, hence negative): sorted pages of large tables stay in memory.
                .pragma("cache_size", "-65536")
                .pragma("temp_store", "MEMORY")
        });
    Ok(sea_orm::Database::connect(connect).await?)
}

/// Makes folder and file where absent, for the owner alone: passwords' hashes and sealed secrets are in it.
pub(crate) fn create_private(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};

    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    match std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Ok(_) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

//! Short messages between the processes on one PostgreSQL, by LISTEN and NOTIFY. What they mean is `engine`'s.
//!
//! A message reaches whoever listens at that moment and nobody later. SQLite has one process and nobody to tell.

use std::{sync::Arc, time::Duration};

use sea_orm::{
    ConnectionTrait, DbErr, RuntimeErr, Statement,
    sqlx::{
        self,
        postgres::{PgListener, PgPoolOptions},
    },
};
use tokio::time::timeout;

use crate::{Backend, Database, StoreError};

/// PostgreSQL refuses longer ones ("must be shorter than 8000 bytes").
pub const NOTICE_BYTES_MAX: usize = 7_999;

const CHANNEL: &str = "iroa";
/// A connection that has been silent for so long is asked whether it is still there: one whose other end has vanished
/// would be silent for ever.
const SILENCE: Duration = Duration::from_mins(1);
const PATIENCE: Duration = Duration::from_secs(10);

/// A connection of its own, beside the pool's, that hears what is sent from now on.
pub struct Listener(PgListener);

impl Database {
    /// Other processes may work on the same database and hear what is sent.
    pub fn has_notices(&self) -> bool {
        self.backend() == Backend::Postgres
    }

    /// Sends to everybody who listens, this process included. At most [`NOTICE_BYTES_MAX`]; does nothing on SQLite.
    pub async fn notify(&self, text: &str) -> Result<(), StoreError> {
        if self.has_notices() {
            let values = [CHANNEL.into(), text.into()];
            let notify = Statement::from_sql_and_values(self.sql_backend(), "SELECT pg_notify($1, $2)", values);
            self.read().execute_raw(notify).await?;
        }
        Ok(())
    }

    /// `None` on SQLite.
    pub async fn listen(&self) -> Result<Option<Listener>, StoreError> {
        if !self.has_notices() {
            return Ok(None);
        }
        let pool = self.read().get_postgres_connection_pool();
        let options = pool.connect_options().as_ref().clone().application_name("iroa listener");
        let pool = PgPoolOptions::new()
            .max_connections(1)
            .acquire_timeout(PATIENCE)
            // It is used as long as it lives.
            .max_lifetime(None)
            .idle_timeout(None)
            .connect_with(options)
            .await
            .map_err(lost)?;
        let mut listener = PgListener::connect_with(&pool).await.map_err(lost)?;
        listener.eager_reconnect(false);
        listener.listen(CHANNEL).await.map_err(lost)?;
        Ok(Some(Listener(listener)))
    }
}

impl Listener {
    /// The next message. After an error this listener is of no use: what was sent meanwhile is lost.
    pub async fn next(&mut self) -> Result<String, StoreError> {
        loop {
            match timeout(SILENCE, self.0.try_recv()).await {
                Ok(Ok(Some(notice))) => return Ok(notice.payload().to_owned()),
                Ok(Ok(None)) => return Err(lost(sqlx::Error::WorkerCrashed)),
                Ok(Err(error)) => return Err(lost(error)),
                Err(_) => self.ask().await?,
            }
        }
    }

    async fn ask(&mut self) -> Result<(), StoreError> {
        let asking = sqlx::Executor::execute(&mut self.0, "SELECT 1");
        match timeout(PATIENCE, asking).await {
            Ok(answered) => answered.map(drop).map_err(lost),
            Err(_) => Err(lost(sqlx::Error::PoolTimedOut)),
        }
    }
}

fn lost(error: sqlx::Error) -> StoreError {
    StoreError::Database(DbErr::Conn(RuntimeErr::SqlxError(Arc::new(error))))
}

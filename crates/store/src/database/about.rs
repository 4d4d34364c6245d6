//! What the database says of itself.

use sea_orm::{ConnectionTrait, DbErr, Statement};

use super::{Backend, Database};
use crate::StoreError;

/// Product, version and size of the database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    pub product: &'static str,
    pub version: String,
    pub size_bytes: Option<i64>,
}

impl Database {
    pub async fn about(&self) -> Result<About, StoreError> {
        let (product, sql) = match self.backend() {
            Backend::Sqlite => (
                "SQLite",
                "SELECT sqlite_version() AS version, page_count * page_size AS size \
                 FROM pragma_page_count(), pragma_page_size()",
            ),
            Backend::Postgres => (
                "PostgreSQL",
                "SELECT current_setting('server_version') AS version, pg_database_size(current_database()) AS size",
            ),
        };
        let row = self.read().query_one_raw(Statement::from_string(self.sql_backend(), sql)).await?;
        let row = row.ok_or_else(|| DbErr::RecordNotFound("the database's version".to_owned()))?;
        Ok(About { product, version: row.try_get("", "version")?, size_bytes: row.try_get("", "size")? })
    }
}

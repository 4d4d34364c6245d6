//! Whole tables as text, page by page, for CSV and the like. Writing a file format is left to the caller.

use futures::stream::BoxStream;
use model::{
    account::{Actor, Role},
    inventory::ObjectKind,
    table::TableQuery,
};

use crate::{
    Engine,
    error::{Error, Result},
};

/// What to export: all rows that the query matches (its page is ignored), these columns in this order.
#[derive(Clone, Debug)]
pub struct ExportQuery {
    pub kind: ObjectKind,
    pub query: TableQuery,
    /// Empty: the columns that are shown by default.
    pub columns: Vec<String>,
}

/// An export under way.
pub struct ExportPages {
    /// The columns' keys.
    pub header: Vec<&'static str>,
    /// Some hundred rows at a time, as plain text.
    pub pages: BoxStream<'static, Result<Vec<Vec<String>>>>,
}

impl Engine {
    pub async fn export_rows(&self, actor: &Actor, export: ExportQuery) -> Result<ExportPages> {
        Self::allow(actor, Role::Viewer)?;
        let _ = export;
        Err(Error::internal("not available yet"))
    }
}

//! Whole tables as text, page by page, for CSV and the like. Writing a file format is left to the caller.

use futures::{StreamExt as _, stream::BoxStream};
use model::{
    account::{Actor, Role},
    inventory::ObjectKind,
    table::{ClusterRow, Column, DatastoreRow, HostRow, NetworkRow, TableQuery, TableRow, VmRow},
};
use store::inventory::{self, Listed};

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
        match export.kind {
            ObjectKind::Vm => self.export::<VmRow>(export).await,
            ObjectKind::Host => self.export::<HostRow>(export).await,
            ObjectKind::Cluster => self.export::<ClusterRow>(export).await,
            ObjectKind::Datastore => self.export::<DatastoreRow>(export).await,
            ObjectKind::Network => self.export::<NetworkRow>(export).await,
            ObjectKind::Datacenter | ObjectKind::Folder | ObjectKind::ResourcePool => Err(Error::NotFound),
        }
    }

    async fn export<R: TableRow + Listed>(&self, export: ExportQuery) -> Result<ExportPages> {
        let header = chosen(R::columns(), &export.columns)?;
        let pages = inventory::export::<R>(self.db(), &export.query).await?;
        let keys = header.clone();
        let pages = pages.map(move |page| Ok(page?.iter().map(|row| texts(row, &keys)).collect()));
        Ok(ExportPages { header, pages: pages.boxed() })
    }
}

fn chosen(columns: &'static [Column], wanted: &[String]) -> Result<Vec<&'static str>> {
    if wanted.is_empty() {
        return Ok(columns.iter().filter(|column| column.shown_by_default).map(|column| column.key).collect());
    }
    wanted
        .iter()
        .map(|key| {
            let known = columns.iter().find(|column| column.key == key);
            known.map(|column| column.key).ok_or_else(|| Error::invalid("cols", format!("there is no column {key:?}")))
        })
        .collect()
}

fn texts(row: &impl TableRow, keys: &[&str]) -> Vec<String> {
    keys.iter().map(|key| row.cell(key).map_or_else(String::new, |cell| cell.csv())).collect()
}

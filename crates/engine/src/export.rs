//! Whole tables as text, page by page, for CSV and the like. Writing a file format is left to the caller.

use std::time::Duration;

use futures::{
    StreamExt as _,
    stream::{self, BoxStream},
};
use model::{
    account::{Actor, Role},
    inventory::ObjectKind,
    table::{ClusterRow, Column, DatastoreRow, HostRow, NetworkRow, TableQuery, TableRow, VmRow},
};
use store::inventory::{self, Listed};
use tokio::{
    sync::{OwnedSemaphorePermit, mpsc},
    time::{Instant, timeout, timeout_at},
};
use tokio_util::task::AbortOnDropHandle;

use crate::{
    Engine,
    error::{Error, Result},
};

/// Each holds a connection to the database as long as it goes on: pages and syncs need the others.
pub(crate) const AT_A_TIME: usize = 2;
const WAIT_FOR_A_PLACE: Duration = Duration::from_secs(10);
/// A client that takes nothing for so long has gone.
const STALLED: Duration = Duration::from_secs(30);
const LONGEST: Duration = Duration::from_mins(10);

/// What to export: all rows that the query matches (its page is ignored), these columns in this order.
#[derive(Clone, Debug)]
pub struct ExportQuery {
    pub kind: ObjectKind,
    pub query: TableQuery,
    /// Empty: the columns that are shown by default.
    pub columns: Vec<String>,
}

type Pages = BoxStream<'static, Result<Vec<Vec<String>>>>;

/// An export under way.
pub struct ExportPages {
    /// The columns' keys.
    pub header: Vec<&'static str>,
    /// Some hundred rows at a time, as plain text.
    pub pages: Pages,
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
        let header = chosen(R::COLUMNS, &export.columns)?;
        let waiting = self.inner.exports.clone().acquire_owned();
        let Ok(Ok(place)) = timeout(WAIT_FOR_A_PLACE, waiting).await else {
            return Err(Error::Throttled { retry_after_s: STALLED.as_secs() });
        };
        let pages = inventory::export::<R>(self.db(), &export.query).await?;
        let keys = header.clone();
        let pages = pages.map(move |page| Ok(page?.iter().map(|row| texts(row, &keys)).collect()));
        Ok(ExportPages { header, pages: bounded(pages.boxed(), place) })
    }
}

/// Reads pages in a task of its own, which ends, and with it the database's snapshot, when the client stops taking them.
fn bounded(mut pages: Pages, place: OwnedSemaphorePermit) -> Pages {
    let (sender, receiver) = mpsc::channel(1);
    let reading = tokio::spawn(async move {
        let _place = place;
        let deadline = Instant::now() + LONGEST;
        while let Some(page) = pages.next().await {
            let until = deadline.min(Instant::now() + STALLED);
            if !matches!(timeout_at(until, sender.send(page)).await, Ok(Ok(()))) {
                return false;
            }
        }
        true
    });
    let state = Some((receiver, AbortOnDropHandle::new(reading)));
    let pages = stream::unfold(state, |state| async move {
        let (mut receiver, reading) = state?;
        match receiver.recv().await {
            Some(page) => Some((page, Some((receiver, reading)))),
            None if reading.await.unwrap_or(false) => None,
            // Half a table must not look like a whole one.
            None => Some((Err(Error::Internal("the export was not fetched in time".into())), None)),
        }
    });
    pages.boxed()
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

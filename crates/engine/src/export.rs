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
    /// The columns' headings, as the table shows them, with the unit of the plain numbers below: `Memory (bytes)`.
    pub header: Vec<String>,
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
        let columns = chosen(R::COLUMNS, &export.columns)?;
        let waiting = self.inner.exports.clone().acquire_owned();
        let Ok(Ok(place)) = timeout(WAIT_FOR_A_PLACE, waiting).await else {
            return Err(Error::Throttled { retry_after_s: STALLED.as_secs() });
        };
        let pages = inventory::export::<R>(self.db(), &export.query).await?;
        let header = columns.iter().map(|column| column.plain_label()).collect();
        let keys: Vec<_> = columns.iter().map(|column| column.key).collect();
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

fn chosen(columns: &'static [Column], wanted: &[String]) -> Result<Vec<&'static Column>> {
    if wanted.is_empty() {
        return Ok(columns.iter().filter(|column| column.shown_by_default).collect());
    }
    wanted
        .iter()
        .map(|key| {
            let known = columns.iter().find(|column| column.key == key);
            known.ok_or_else(|| Error::invalid("cols", format!("there is no column {key:?}")))
        })
        .collect()
}

fn texts(row: &impl TableRow, keys: &[&str]) -> Vec<String> {
    keys.iter().map(|key| row.cell(key).map_or_else(String::new, |cell| cell.csv())).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::{sync::Semaphore, time::sleep};

    use super::*;

    /// A table that never ends, and the one place to read it in.
    fn endless() -> (Pages, Arc<Semaphore>) {
        let places = Arc::new(Semaphore::new(1));
        let place = Arc::clone(&places).try_acquire_owned().unwrap();
        let pages = stream::repeat_with(|| Ok(vec![vec!["web".to_owned()]]));
        (bounded(pages.boxed(), place), places)
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_that_stalls_loses_its_place_and_sees_that_the_table_is_not_whole() {
        let (mut pages, places) = endless();
        assert!(pages.next().await.unwrap().is_ok());
        sleep(STALLED + Duration::from_secs(1)).await;
        assert_eq!(places.available_permits(), 1);
        let rest: Vec<_> = pages.collect().await;
        assert!(rest.len() <= 2 && matches!(rest.last(), Some(Err(Error::Internal(_)))), "{rest:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_that_is_slow_for_ever_is_cut_off() {
        let (mut pages, places) = endless();
        let begun = Instant::now();
        while pages.next().await.unwrap().is_ok() {
            sleep(STALLED / 2).await;
            assert!(begun.elapsed() < LONGEST * 2, "it goes on");
        }
        assert!(begun.elapsed() >= LONGEST && pages.next().await.is_none());
        assert_eq!(places.available_permits(), 1);
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_that_goes_gives_its_place_back() {
        let (pages, places) = endless();
        drop(pages);
        sleep(Duration::from_millis(1)).await;
        assert_eq!(places.available_permits(), 1);
    }

    #[tokio::test]
    async fn no_more_exports_at_a_time_than_leave_connections_for_pages() {
        let folder = tempfile::tempdir().unwrap();
        let options = crate::Options {
            database_url: format!("sqlite://{}", folder.path().join("iroa.db").display()).into(),
            secret_key_file: folder.path().join("secret.key"),
            parallel_syncs: 1,
        };
        let engine = Engine::open(&options).await.unwrap();
        let query = || ExportQuery { kind: ObjectKind::Vm, query: TableQuery::default(), columns: Vec::new() };
        let places = engine.inner.exports.clone();
        let taken = places.acquire_many_owned(AT_A_TIME as u32).await.unwrap();
        tokio::time::pause();
        let refused = engine.export_rows(&Actor::Console, query()).await.err();
        assert!(matches!(refused, Some(Error::Throttled { .. })), "{refused:?}");
        tokio::time::resume();
        drop(taken);
        let export = engine.export_rows(&Actor::Console, query()).await.unwrap();
        assert_eq!(export.pages.count().await, 0);
        tokio::time::sleep(Duration::from_millis(20)).await;
        assert_eq!(engine.inner.exports.available_permits(), AT_A_TIME);
    }
}

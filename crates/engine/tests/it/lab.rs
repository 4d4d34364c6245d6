//! A simulated vCenter, a relay before it, and an engine that syncs it.

use std::time::Duration;

use engine::{Feed, Workers};
use model::{
    change::{ChangeAction, ChangeQuery},
    filter::Filter,
    ids::{ExternalId, ObjectId, RunId, SourceId},
    inventory::{Collection, ObjectKind},
    run::{RunIssue, RunView},
    source::SourceSettings,
    table::{HostRow, TableQuery, VmRow},
};

use crate::{
    endpoint::{PASSWORD, USER, plain, read},
    relay::Relay,
    soap_driver::SoapDriver,
    support::{Place, end_of, settings},
    vcsim::Vcsim,
};

/// Started again with the same arguments, the simulator makes the same objects with the same ids: a vCenter restored.
const ESTATE: [&str; 11] = ["-tls=false", "-dc", "1", "-folder", "1", "-cluster", "2", "-host", "3", "-vm", "4"];

pub(crate) struct Lab {
    pub(crate) place: Place,
    pub(crate) vcsim: Vcsim,
    pub(crate) relay: Relay,
    pub(crate) source: SourceId,
    workers: Workers,
}

/// A change as history tells it: what happened, to which field, before, after, and the run that found it.
pub(crate) type Told = (ChangeAction, Option<String>, Option<String>, Option<String>, RunId);

pub(crate) fn vcsim() -> Option<Vcsim> {
    Vcsim::start(&ESTATE)
}

pub(crate) fn settings_of(relay: &Relay, name: &str) -> SourceSettings {
    SourceSettings { endpoint: relay.address.clone(), username: USER.to_owned(), ..settings(name) }
}

impl Lab {
    /// `None` where the simulator cannot be had.
    pub(crate) async fn start(place: Place) -> Option<Self> {
        let vcsim = vcsim()?;
        let relay = Relay::before(&vcsim).await;
        let settings = settings_of(&relay, "lab");
        let source = place.engine.add_source(&place.admin, settings, PASSWORD.into()).await.unwrap();
        let workers = place.engine.start();
        Some(Self { place, vcsim, relay, source, workers })
    }

    /// The simulator as it was in the beginning.
    pub(crate) fn restore(&mut self) {
        self.vcsim = vcsim().expect("it was there before");
        self.relay.lead_to(&self.vcsim);
    }

    pub(crate) async fn driver(&self) -> SoapDriver {
        SoapDriver::sign_in(&self.vcsim).await
    }

    /// What is there, read without the engine.
    pub(crate) async fn read(&self) -> Collection {
        read(&plain(self.vcsim.plain_address())).await.unwrap()
    }

    pub(crate) async fn start_sync(&self) -> (RunId, Feed) {
        let feed = self.place.engine.subscribe();
        (self.place.engine.start_sync(&self.place.admin, self.source).await.unwrap(), feed)
    }

    /// A run from the button to its end, as its row tells it.
    pub(crate) async fn sync(&self) -> RunView {
        let (run, mut feed) = self.start_sync().await;
        let end = end_of(&mut feed, run).await;
        let (view, issues) = self.run(run).await;
        assert_eq!((end.state, end.outcome), (view.state, view.outcome), "{issues:?}");
        view
    }

    pub(crate) async fn run(&self, run: RunId) -> (RunView, Vec<RunIssue>) {
        self.place.engine.run(&self.place.admin, run).await.unwrap()
    }

    pub(crate) async fn vms(&self, filter: &str) -> Vec<VmRow> {
        let query = TableQuery { filter: Filter::parse(filter).unwrap(), page_size: 500, ..TableQuery::default() };
        self.place.engine.list_vms(&self.place.admin, &query).await.unwrap().rows
    }

    pub(crate) async fn vm(&self, name: &str) -> VmRow {
        let mut rows = self.vms(&format!("name=\"{name}\"")).await;
        assert_eq!(rows.len(), 1, "{name}");
        rows.remove(0)
    }

    /// How many machines are stored, archived ones included.
    pub(crate) async fn vms_ever(&self) -> u64 {
        let query = TableQuery { archived: true, ..TableQuery::default() };
        self.place.engine.list_vms(&self.place.admin, &query).await.unwrap().total
    }

    pub(crate) async fn hosts(&self) -> Vec<HostRow> {
        self.place.engine.list_hosts(&self.place.admin, &TableQuery::default()).await.unwrap().rows
    }

    /// Oldest first.
    pub(crate) async fn changes_of(&self, vm: ObjectId) -> Vec<Told> {
        let query = ChangeQuery { kind: Some(ObjectKind::Vm), object: Some(vm), ..ChangeQuery::default() };
        let changes = self.place.engine.changes(&self.place.admin, query).await.unwrap().rows;
        let told = changes.into_iter().map(|change| (change.action, change.field, change.old, change.new, change.run));
        told.rev().collect()
    }

    pub(crate) async fn change_count(&self) -> u64 {
        self.place.engine.changes(&self.place.admin, ChangeQuery::default()).await.unwrap().total
    }

    pub(crate) async fn end(self) {
        self.workers.stop(Duration::from_secs(10)).await;
    }
}

/// The machine of this name in what was read.
pub(crate) fn id_in(collection: &Collection, name: &str) -> ExternalId {
    let vm = collection.inventory.vms.iter().find(|vm| vm.name == name);
    vm.expect("it is there").external_id.clone()
}

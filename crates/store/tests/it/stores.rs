//! Empty, migrated databases of both kinds, and what most tests put into them.

use model::{
    ids::{RunId, SourceId},
    inventory::Collection,
    run::{Outcome, RunState, Trigger},
    source::{SourceKind, SourceSettings, TlsMode},
};
use store::{
    Database, Options, StoreError,
    persister::{self, SavingRun},
    runs, sources,
    vault::{Key, Vault},
};

use crate::postgres;

pub(crate) const OWNER: &str = "test";

pub(crate) struct Store {
    pub(crate) db: Database,
    pub(crate) vault: Vault,
    pub(crate) url: String,
    _folder: Option<tempfile::TempDir>,
}

impl Store {
    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("iroa.db").display());
        Self::open(url, Some(folder)).await
    }

    pub(crate) async fn postgres() -> Option<Self> {
        Some(Self::open(postgres::create_database().await?, None).await)
    }

    async fn open(url: String, folder: Option<tempfile::TempDir>) -> Self {
        let db = Database::open(&url, Options::default()).await.unwrap();
        db.migrate().await.unwrap();
        Self { db, vault: Vault::open(&Key::generate()), url, _folder: folder }
    }

    pub(crate) async fn add_source(&self, name: &str) -> SourceId {
        sources::insert(&self.db, &self.vault, &settings(name), None, 1).await.unwrap()
    }

    /// Starts a run of a source and holds its lease.
    pub(crate) async fn start_run(&self, source: SourceId, now_ms: i64) -> RunId {
        let run = runs::enqueue(&self.db, source, Trigger::Manual, None, now_ms).await.unwrap().run();
        let claim = runs::Claim { lease_owner: OWNER, now_ms, lease_until_ms: now_ms + 60_000, max_parallel: 99 };
        assert_eq!(runs::claim(&self.db, claim).await.unwrap().map(|run| run.id), Some(run));
        run
    }

    pub(crate) async fn end_run(&self, run: RunId, now_ms: i64) {
        let finish = runs::Finish { state: RunState::Completed, kinds: Vec::new(), outcome: None, failure: None };
        assert!(runs::finish(&self.db, run, OWNER, &finish, now_ms).await.unwrap());
    }

    /// A whole sync; its run is over, however it went.
    pub(crate) async fn sync(
        &self,
        source: SourceId,
        collection: &Collection,
        now_ms: i64,
    ) -> Result<Outcome, StoreError> {
        let run = self.start_run(source, now_ms).await;
        let outcome = persister::persist(&self.db, saving(source, run), collection, now_ms).await;
        if outcome.is_err() {
            self.end_run(run, now_ms).await;
        }
        outcome
    }
}

/// How a run saves in these tests: as a whole.
pub(crate) fn saving(source: SourceId, run: RunId) -> SavingRun<'static> {
    SavingRun { id: run, source, lease_owner: OWNER, state: RunState::Completed, kinds: &[] }
}

pub(crate) fn settings(name: &str) -> SourceSettings {
    SourceSettings {
        kind: SourceKind::Vcenter,
        name: name.into(),
        endpoint: "vc1.lab".into(),
        username: "reader@vsphere.local".into(),
        tls: TlsMode::System,
        sync_interval_s: Some(3_600),
        measure_interval_s: Some(300),
        enabled: true,
    }
}

/// Runs each of these functions on both databases.
macro_rules! on_both {
    ($($test:ident),* $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test] async fn $test() {
                super::$test($crate::stores::Store::sqlite().await).await;
            })*
        }
        mod on_postgres {
            $(#[tokio::test] async fn $test() {
                if let Some(store) = $crate::stores::Store::postgres().await {
                    super::$test(store).await;
                }
            })*
        }
    };
}
pub(crate) use on_both;

//! A save and the end of its run are one: neither without the other, however long it takes and whoever wants to end the run.

use std::time::Duration;

use model::{
    failure::FailureKind,
    inventory::Collection,
    run::{RunIssue, RunState, Severity},
    source::InventoryFate,
    table::TableQuery,
};
use store::{
    StoreError, inventory,
    persister::{self, SavingRun},
    runs, sources,
};
use tokio::time::{sleep, timeout};

use crate::{
    estate::estate,
    stores::{OWNER, Store, on_both, saving},
};

on_both!(
    a_save_ends_its_run_with_its_issues,
    whoever_does_not_hold_the_run_saves_nothing,
    a_save_and_an_expiring_lease_never_both_win,
    the_worst_of_many_issues_is_told_first,
);

async fn stored(store: &Store) -> u64 {
    inventory::list_vms(&store.db, &TableQuery::default()).await.unwrap().total
}

async fn state(store: &Store, run: model::ids::RunId) -> RunState {
    runs::find(&store.db, run).await.unwrap().unwrap().state
}

async fn a_save_ends_its_run_with_its_issues(store: Store) {
    let source = store.add_source("vc1").await;
    let run = store.start_run(source, 1_000).await;
    let issue = RunIssue {
        severity: Severity::Warning,
        kind: None,
        object: None,
        object_name: None,
        message: "tags were not read".into(),
        advice: None,
    };
    let collection = Collection { issues: vec![issue.clone()], ..estate(5) };
    let kinds = model::source::empty_progress();
    let saving = SavingRun { state: RunState::CompletedWithIssues, kinds: &kinds, ..saving(source, run) };
    let outcome = persister::persist(&store.db, saving, &collection, 5_000).await.unwrap();
    let view = runs::find(&store.db, run).await.unwrap().unwrap();
    assert_eq!((view.state, view.outcome, view.issue_count), (RunState::CompletedWithIssues, Some(outcome), 1));
    assert_eq!((view.kinds, view.failure), (kinds, None));
    assert!(view.finished_at_ms.is_some_and(|ms| ms >= 5_000));
    assert_eq!(runs::issues(&store.db, run).await.unwrap(), [issue]);
    assert!(runs::live(&store.db).await.unwrap().is_empty(), "another run may come");
    assert!(runs::expire_leases(&store.db, &[], i64::MAX).await.unwrap().is_empty());
}

async fn the_worst_of_many_issues_is_told_first(store: Store) {
    let source = store.add_source("vc1").await;
    let run = store.start_run(source, 1_000).await;
    let issue = |severity, at: usize| RunIssue {
        severity,
        kind: None,
        object: None,
        object_name: None,
        message: format!("issue {at}"),
        advice: None,
    };
    let mut issues: Vec<RunIssue> = (0..600).map(|at| issue(Severity::Note, at)).collect();
    issues.extend([issue(Severity::Warning, 600), issue(Severity::Error, 601), issue(Severity::Warning, 602)]);
    let collection = Collection { issues, ..estate(5) };
    persister::persist(&store.db, saving(source, run), &collection, 5_000).await.unwrap();
    let told = runs::issues(&store.db, run).await.unwrap();
    let messages: Vec<&str> = told.iter().take(5).map(|issue| issue.message.as_str()).collect();
    assert_eq!(messages, ["issue 601", "issue 600", "issue 602", "issue 0", "issue 1"]);
    assert_eq!(told.len(), 500);
}

async fn whoever_does_not_hold_the_run_saves_nothing(store: Store) {
    let (source, other) = (store.add_source("vc1").await, store.add_source("vc2").await);
    let run = store.start_run(source, 1_000).await;
    let mine = saving(source, run);
    for foreign in [SavingRun { lease_owner: "another", ..mine }, SavingRun { source: other, ..mine }] {
        let refused = persister::persist(&store.db, foreign, &estate(5), 2_000).await;
        assert!(matches!(refused, Err(StoreError::RunNotHeld(lost)) if lost == run), "{refused:?}");
    }
    assert_eq!((stored(&store).await, state(&store, run).await), (0, RunState::Running));
}

async fn a_save_and_an_expiring_lease_never_both_win(store: Store) {
    let source = store.add_source("vc1").await;
    let (mut saved, mut interrupted) = (0, 0);
    for round in 0..20_u64 {
        let run = store.start_run(source, 1_000).await;
        let collection = estate(10 + round as usize);
        let before = stored(&store).await;
        // Each has its start in every second round.
        let (head_start, late) = (Duration::from_millis(round), Duration::from_millis(10));
        let (save_after, expire_after) =
            if round % 2 == 0 { (Duration::ZERO, head_start) } else { (late, Duration::ZERO) };
        let save = async {
            sleep(save_after).await;
            persister::persist(&store.db, saving(source, run), &collection, 2_000).await
        };
        let expire = async {
            sleep(expire_after).await;
            runs::expire_leases(&store.db, &[], i64::MAX).await.unwrap()
        };
        let (outcome, expired) = tokio::join!(save, expire);
        match (outcome, expired.contains(&run)) {
            (Ok(_), false) => {
                assert_eq!((stored(&store).await, state(&store, run).await), (10 + round, RunState::Completed));
                saved += 1;
            }
            (Err(StoreError::RunNotHeld(_)), true) => {
                assert_eq!((stored(&store).await, state(&store, run).await), (before, RunState::Interrupted));
                interrupted += 1;
            }
            both_or_neither => panic!("round {round}: {both_or_neither:?}"),
        }
    }
    assert!(saved > 0 && interrupted > 0, "{saved} saved, {interrupted} interrupted");
}

/// On SQLite, whose writers stand in line, there is no such moment.
#[tokio::test]
async fn on_postgres_a_save_that_outlives_its_lease_is_passed_by() {
    let Some(store) = Store::postgres().await else { return };
    let (source, other) = (store.add_source("vc1").await, store.add_source("vc2").await);
    let run = store.start_run(source, 1_000).await;
    let abandoned = store.start_run(other, 1_000).await;
    let blocker = Blocker::hold(&store, "vm").await;
    let db = store.db.clone();
    let save = tokio::spawn(async move { persister::persist(&db, saving(source, run), &estate(5), 2_000).await });
    blocker.until_somebody_waits().await;

    let expiring = runs::expire_leases(&store.db, &[], i64::MAX);
    let expired = timeout(Duration::from_secs(10), expiring).await.expect("nobody waits for a save");
    assert_eq!(expired.unwrap(), [abandoned]);
    assert_eq!((stored(&store).await, state(&store, run).await), (0, RunState::Running));
    blocker.let_go().await;
    save.await.unwrap().unwrap();
    assert_eq!((stored(&store).await, state(&store, run).await), (5, RunState::Completed));
    let ended = runs::find(&store.db, abandoned).await.unwrap().unwrap();
    assert_eq!(ended.failure.map(|failure| failure.kind), Some(FailureKind::Interrupted));
    assert_eq!(runs::heartbeat(&store.db, run, OWNER, 1, 2).await.unwrap(), runs::Heartbeat::Lost);
}

/// Each would hold what the other waits for if they did not begin with the same row.
#[tokio::test]
async fn on_postgres_a_source_can_be_deleted_while_it_saves() {
    let Some(store) = Store::postgres().await else { return };
    for fate in [InventoryFate::Keep, InventoryFate::Remove] {
        let source = store.add_source("vc1").await;
        let run = store.start_run(source, 1_000).await;
        let blocker = Blocker::hold(&store, "vm").await;
        let db = store.db.clone();
        let save = tokio::spawn(async move { persister::persist(&db, saving(source, run), &estate(5), 2_000).await });
        blocker.until_waiting(1).await;
        let db = store.db.clone();
        let delete = tokio::spawn(async move { sources::delete(&db, source, fate, 3_000).await });
        blocker.until_waiting(2).await;
        blocker.let_go().await;
        save.await.unwrap().unwrap_or_else(|error| panic!("{fate:?}: the save: {error}"));
        delete.await.unwrap().unwrap_or_else(|error| panic!("{fate:?}: deleting: {error}"));
        assert_eq!(stored(&store).await, 0, "{fate:?}: what was saved meanwhile went with its source");
    }
}

/// Another program that keeps a table from being written.
struct Blocker {
    table: &'static str,
    holding: sea_orm::DatabaseTransaction,
    watching: sea_orm::DatabaseConnection,
}

impl Blocker {
    async fn hold(store: &Store, table: &'static str) -> Self {
        use sea_orm::{ConnectionTrait as _, TransactionOptions, TransactionTrait as _};

        let watching = sea_orm::Database::connect(store.url.as_str()).await.unwrap();
        let holding = watching.begin_with_options(TransactionOptions::default()).await.unwrap();
        holding.execute_unprepared(&format!("LOCK TABLE {table} IN EXCLUSIVE MODE")).await.unwrap();
        Self { table, holding, watching }
    }

    async fn until_somebody_waits(&self) {
        use sea_orm::{ConnectionTrait as _, Statement};

        let sql = format!("SELECT 1 FROM pg_locks WHERE NOT granted AND relation = '{}'::regclass", self.table);
        let waits = Statement::from_string(sea_orm::DbBackend::Postgres, sql);
        let waiting = async {
            while self.watching.query_one_raw(waits.clone()).await.unwrap().is_none() {
                sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(Duration::from_secs(30), waiting).await.expect("somebody waits for the table");
    }

    /// Until so many of this database's sessions wait for somebody.
    async fn until_waiting(&self, sessions: i64) {
        use sea_orm::{ConnectionTrait as _, Statement};

        let sql =
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        let waits = Statement::from_string(sea_orm::DbBackend::Postgres, sql);
        let waiting = async {
            loop {
                let row = self.watching.query_one_raw(waits.clone()).await.unwrap().unwrap();
                if row.try_get_by_index::<i64>(0).unwrap() >= sessions {
                    break;
                }
                sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(Duration::from_secs(30), waiting).await.expect("sessions wait");
    }

    async fn let_go(self) {
        self.holding.rollback().await.unwrap();
    }
}

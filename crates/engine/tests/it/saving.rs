//! Many runs that save at the same time leave room for everybody else.

use std::time::Duration;

use model::{
    ids::RunId,
    run::{RunState, Stage},
    table::TableQuery,
};
use tokio::time::{sleep, timeout};

use crate::{
    endpoint::PASSWORD,
    lab::{settings_of, vcsim},
    postgres,
    relay::Relay,
    support::{Place, end_where, until},
};

/// More than there are connections to the database.
const RUNS: usize = 20;

#[tokio::test]
async fn pages_and_leases_do_not_wait_for_saves() {
    use sea_orm::{ConnectionTrait as _, TransactionOptions, TransactionTrait as _};

    let (Some(url), Some(vcsim)) = (postgres::create_database().await, vcsim()) else { return };
    let place = Place::open(Some(url.clone()), RUNS).await;
    let (engine, admin) = (&place.engine, &place.admin);
    let relay = Relay::before(&vcsim).await;
    let workers = engine.start();
    // Another program keeps machines from being written: all saves come as far as that and no further.
    let blocker = sea_orm::Database::connect(url).await.unwrap();
    let holding = blocker.begin_with_options(TransactionOptions::default()).await.unwrap();
    holding.execute_unprepared("LOCK TABLE vm IN EXCLUSIVE MODE").await.unwrap();

    let mut feed = engine.subscribe();
    let mut runs: Vec<RunId> = Vec::new();
    for at in 0..RUNS {
        let settings = settings_of(&relay, &format!("lab-{at}"));
        let source = engine.add_source(admin, settings, PASSWORD.into()).await.unwrap();
        runs.push(engine.start_sync(admin, source).await.unwrap());
    }
    let saving = || engine.live_runs().iter().filter(|live| live.stage == Stage::Save).count() == RUNS;
    until("all have read and want to save", saving).await;
    // Long enough for every heartbeat to come.
    sleep(Duration::from_secs(6)).await;
    let query = TableQuery::default();
    for _ in 0..10 {
        let listing = engine.list_vms(admin, &query);
        let page = timeout(Duration::from_secs(5), listing).await.expect("a page does not wait for saves");
        assert_eq!(page.unwrap().total, 0);
    }
    // One that waits for its turn can be cancelled, though none that saves.
    engine.cancel_run(admin, runs[RUNS - 1]).await.unwrap();
    holding.rollback().await.unwrap();
    let mut states = Vec::new();
    while states.len() < RUNS {
        states.push(end_where(&mut feed, |_| true).await.state);
    }
    let completed = states.iter().filter(|&&state| state == RunState::Completed).count();
    let cancelled = states.iter().filter(|&&state| state == RunState::Cancelled).count();
    assert!(completed >= RUNS - 1 && completed + cancelled == RUNS, "{states:?}");
    workers.stop(Duration::from_secs(5)).await;
}

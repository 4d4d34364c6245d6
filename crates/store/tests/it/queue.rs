//! The queue of runs: exclusive, leased, cancelled, expired.

use model::{
    failure::FailureKind,
    ids::RunId,
    inventory::{Collection, ObjectKind},
    run::{RunIssue, RunState, Severity, Trigger},
};
use store::{
    Database, StoreError,
    persister::{self, SavingRun},
    runs,
    runs::{Cancelled, Claim, Enqueued, Finish, Heartbeat},
};

use crate::{
    estate::estate,
    stores::{OWNER, Store, on_both, saving},
};

on_both!(
    a_source_has_one_run_at_a_time,
    no_run_is_claimed_twice_and_no_more_run_than_may,
    a_heartbeat_holds_the_lease_and_hears_of_cancelling,
    a_queued_run_is_cancelled_at_once,
    an_expired_lease_interrupts,
    a_run_that_is_known_to_live_is_not_expired,
    history_shows_what_happened,
    issues_of_old_runs_are_forgotten_and_their_count_is_not,
);

async fn claim(db: &Database, now_ms: i64, max_parallel: u64) -> Option<RunId> {
    let claim = Claim { lease_owner: OWNER, now_ms, lease_until_ms: now_ms + 1_000, max_parallel };
    runs::claim(db, claim).await.unwrap().map(|run| run.id)
}

async fn a_source_has_one_run_at_a_time(store: Store) {
    let source = store.add_source("vc1").await;
    let asked = (0..10).map(|_| {
        let db = store.db.clone();
        tokio::spawn(async move { runs::enqueue(&db, source, Trigger::Manual, Some("anna"), 1).await.unwrap() })
    });
    let answers: Vec<Enqueued> =
        futures::future::join_all(asked).await.into_iter().map(|answer| answer.unwrap()).collect();
    assert_eq!(answers.iter().filter(|answer| matches!(answer, Enqueued::New(_))).count(), 1);
    let run = answers[0].run();
    assert!(answers.iter().all(|answer| answer.run() == run));
    assert_eq!(claim(&store.db, 10, 5).await, Some(run));
    assert_eq!(runs::enqueue(&store.db, source, Trigger::Schedule, None, 2).await.unwrap(), Enqueued::Already(run));
    store.end_run(run, 20).await;
    assert!(matches!(
        runs::enqueue(&store.db, source, Trigger::Schedule, None, 30).await.unwrap(),
        Enqueued::New(new) if new != run
    ));
}

async fn no_run_is_claimed_twice_and_no_more_run_than_may(store: Store) {
    for at in 0..12 {
        let source = store.add_source(&format!("vc{at}")).await;
        runs::enqueue(&store.db, source, Trigger::Manual, None, 1).await.unwrap();
    }
    let claims = (0..20).map(|_| {
        let db = store.db.clone();
        tokio::spawn(async move { claim(&db, 10, 5).await })
    });
    let mut claimed: Vec<RunId> =
        futures::future::join_all(claims).await.into_iter().filter_map(|claimed| claimed.unwrap()).collect();
    claimed.sort();
    claimed.dedup();
    assert_eq!(claimed.len(), 5);
    store.end_run(claimed[0], 20).await;
    assert!(claim(&store.db, 30, 5).await.is_some_and(|run| !claimed.contains(&run)));
    assert_eq!(claim(&store.db, 30, 5).await, None);
}

async fn a_heartbeat_holds_the_lease_and_hears_of_cancelling(store: Store) {
    let source = store.add_source("vc1").await;
    let run = store.start_run(source, 1_000).await;
    let held = runs::heartbeat(&store.db, run, OWNER, 50_000, 110_000).await.unwrap();
    assert_eq!(held, Heartbeat::Held { cancel_requested: false });
    assert!(runs::expire_leases(&store.db, &[], 100_000).await.unwrap().is_empty());
    assert_eq!(runs::heartbeat(&store.db, run, "another", 50_000, 110_000).await.unwrap(), Heartbeat::Lost);
    assert_eq!(runs::request_cancel(&store.db, run, 60_000).await.unwrap(), Cancelled::Requested);
    assert!(runs::cancel_requested(&store.db, run).await.unwrap());
    let held = runs::heartbeat(&store.db, run, OWNER, 60_000, 120_000).await.unwrap();
    assert_eq!(held, Heartbeat::Held { cancel_requested: true });
}

async fn a_queued_run_is_cancelled_at_once(store: Store) {
    let source = store.add_source("vc1").await;
    let run = runs::enqueue(&store.db, source, Trigger::Manual, None, 1).await.unwrap().run();
    assert_eq!(runs::request_cancel(&store.db, run, 2).await.unwrap(), Cancelled::AtOnce);
    assert_eq!(runs::request_cancel(&store.db, run, 3).await.unwrap(), Cancelled::TooLate);
    assert_eq!(claim(&store.db, 10, 5).await, None);
    let unknown = runs::request_cancel(&store.db, RunId(999), 3).await;
    assert!(matches!(unknown, Err(StoreError::NotFound(_))));
}

async fn an_expired_lease_interrupts(store: Store) {
    let source = store.add_source("vc1").await;
    let run = store.start_run(source, 1_000).await;
    assert_eq!(runs::expire_leases(&store.db, &[], 61_001).await.unwrap(), [run]);
    let view = runs::find(&store.db, run).await.unwrap().unwrap();
    assert_eq!(view.state, RunState::Interrupted);
    assert_eq!(view.failure.map(|failure| failure.kind), Some(FailureKind::Interrupted));
    let finish = Finish { state: RunState::Completed, kinds: Vec::new(), outcome: None, failure: None };
    assert!(!runs::finish(&store.db, run, OWNER, &finish, 70_000).await.unwrap(), "it is no longer ours");
    assert_eq!(runs::heartbeat(&store.db, run, OWNER, 70_000, 80_000).await.unwrap(), Heartbeat::Lost);
}

async fn a_run_that_is_known_to_live_is_not_expired(store: Store) {
    let (mine, other) = (store.add_source("vc1").await, store.add_source("vc2").await);
    let (mine, other) = (store.start_run(mine, 1_000).await, store.start_run(other, 1_000).await);
    assert_eq!(runs::expire_leases(&store.db, &[mine], 100_000).await.unwrap(), [other]);
    assert_eq!(runs::find(&store.db, mine).await.unwrap().unwrap().state, RunState::Running);
}

async fn issues_of_old_runs_are_forgotten_and_their_count_is_not(store: Store) {
    let mut ended = Vec::new();
    for name in ["vc1", "vc2"] {
        let source = store.add_source(name).await;
        for at in 1..=4_i64 {
            let run = store.start_run(source, at * 1_000).await;
            // Every second run found nothing to complain about, and does not use up a place.
            let issues = if at % 2 == 1 { vec![issue(Severity::Note), issue(Severity::Error)] } else { Vec::new() };
            let nothing_read = Collection { issues, ..Collection::default() };
            persister::persist(&store.db, saving(source, run), &nothing_read, at * 1_100).await.unwrap();
            ended.push(run);
        }
    }
    assert_eq!(runs::prune_issues(&store.db, 2).await.unwrap(), 0);
    assert_eq!(runs::prune_issues(&store.db, 1).await.unwrap(), 4, "two issues of one run of each source");
    let mut left = Vec::new();
    for &run in &ended {
        let count = runs::find(&store.db, run).await.unwrap().unwrap().issue_count;
        left.push((count, runs::issues(&store.db, run).await.unwrap().len()));
    }
    assert_eq!(left, [(2, 0), (0, 0), (2, 2), (0, 0), (2, 0), (0, 0), (2, 2), (0, 0)]);
}

fn issue(severity: Severity) -> RunIssue {
    RunIssue {
        severity,
        kind: None,
        object: None,
        object_name: Some("web".into()),
        message: "could not be read".into(),
        advice: None,
    }
}

async fn history_shows_what_happened(store: Store) {
    const MINUTE: i64 = 60_000;
    let source = store.add_source("vc1").await;
    let issues = vec![issue(Severity::Note), issue(Severity::Error)];
    let collection = Collection { issues, ..estate(5) };
    let mut outcomes = Vec::new();
    for at in 1..=3 {
        let run = store.start_run(source, at * 60 * MINUTE).await;
        let kinds = model::source::empty_progress();
        let whole = saving(source, run);
        let saving = SavingRun { state: RunState::CompletedWithIssues, kinds: &kinds, ..whole };
        let now_ms = at * 60 * MINUTE + at * MINUTE;
        outcomes.push(persister::persist(&store.db, saving, &collection, now_ms).await.unwrap());
    }
    let page = runs::list(&store.db, Some(source), 1, 2).await.unwrap();
    assert_eq!((page.total, page.rows.len(), page.rows[0].requested_at_ms), (3, 2, 180 * MINUTE));
    let last = &page.rows[0];
    assert_eq!((last.state, last.issue_count), (RunState::CompletedWithIssues, 2));
    assert_eq!((last.outcome, last.kinds.len()), (Some(outcomes[2]), ObjectKind::ALL.len()));
    assert_eq!((outcomes[0].added, outcomes[2].unchanged > 0), (outcomes[2].unchanged, true));
    let issues = runs::issues(&store.db, last.id).await.unwrap();
    assert_eq!(issues.iter().map(|issue| issue.severity).collect::<Vec<_>>(), [Severity::Error, Severity::Note]);
    // The save's own milliseconds are part of it.
    let minutes = |durations: Vec<i64>| durations.into_iter().map(|ms| ms / MINUTE).collect::<Vec<_>>();
    assert_eq!(minutes(runs::recent_durations(&store.db, source, 2).await.unwrap()), [3, 2]);
    assert_eq!(runs::last_of_each_source(&store.db).await.unwrap()[&source].id, last.id);
    assert!(runs::live(&store.db).await.unwrap().is_empty());
}

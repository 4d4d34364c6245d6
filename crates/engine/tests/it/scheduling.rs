//! What starts and ends runs by itself, where more than one thing happens at a time.

use std::time::Duration;

use model::{
    failure::FailureKind,
    run::{RunState, Trigger},
    source::SourceSettings,
};
use tokio::{net::TcpListener, time::sleep};

use crate::{
    endpoint::PASSWORD,
    lab::{Lab, settings_of},
    support::{end_of, end_where, place, settings, until_running},
};

/// Longer than a process takes to look at leases and due sources again.
const A_LOOK_OR_TWO: Duration = Duration::from_secs(4);

#[tokio::test]
async fn credentials_that_change_during_a_run_are_not_held_against_the_source() {
    let Some(lab) = Lab::start(place().await).await else { return };
    let (engine, admin) = (&lab.place.engine, &lab.place.admin);
    lab.relay.hold("<Login ");
    let automatic = SourceSettings { sync_interval_s: Some(3_600), ..settings_of(&lab.relay, "automatic") };
    let mut feed = engine.subscribe();
    let source = engine.add_source(admin, automatic.clone(), "a wrong password".into()).await.unwrap();
    // It is due, and somebody mends the password while the wrong one is on its way.
    lab.relay.until_held(1).await;
    engine.update_source(admin, source, automatic, Some(PASSWORD.into())).await.unwrap();
    lab.relay.let_go();
    let failed = end_where(&mut feed, |progress| progress.source == source).await;
    assert_eq!(failed.failure.map(|failure| failure.kind), Some(FailureKind::Unauthorized));

    let next = end_where(&mut feed, |progress| progress.source == source && progress.run != failed.run).await;
    assert_eq!(next.state, RunState::Completed, "{:?}", next.failure);
    assert_eq!(lab.run(next.run).await.0.trigger, Trigger::Schedule, "nobody had to press a button");
    let view = engine.source(admin, source).await.unwrap();
    assert_eq!(view.pause, None);
    assert!(view.next_sync_ms.is_some());
    lab.end().await;
}

#[tokio::test]
async fn a_wrong_password_stops_automatic_syncs_until_it_changes() {
    let Some(lab) = Lab::start(place().await).await else { return };
    let (engine, admin) = (&lab.place.engine, &lab.place.admin);
    let automatic = SourceSettings { sync_interval_s: Some(3_600), ..settings_of(&lab.relay, "automatic") };
    let mut feed = engine.subscribe();
    let source = engine.add_source(admin, automatic.clone(), "a wrong password".into()).await.unwrap();
    end_where(&mut feed, |progress| progress.source == source).await;
    // A new name mends nothing.
    let renamed = SourceSettings { name: "renamed".into(), ..automatic };
    engine.update_source(admin, source, renamed.clone(), None).await.unwrap();
    sleep(A_LOOK_OR_TWO).await;
    assert_eq!(engine.list_runs(admin, Some(source), 1).await.unwrap().total, 1, "the account is not locked out");
    engine.update_source(admin, source, renamed, Some(PASSWORD.into())).await.unwrap();
    assert_eq!(end_where(&mut feed, |progress| progress.source == source).await.state, RunState::Completed);
    lab.end().await;
}

#[tokio::test]
async fn a_process_does_not_end_its_own_living_run_whose_lease_is_late() {
    let place = place().await;
    let workers = place.engine.start();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = listener.local_addr().unwrap().to_string();
    let silent = SourceSettings { endpoint, ..settings("silent") };
    let source = place.engine.add_source(&place.admin, silent, "secret".into()).await.unwrap();
    let mut feed = place.engine.subscribe();
    let run = place.engine.start_sync(&place.admin, source).await.unwrap();
    until_running(&place.engine, run).await;
    // As after a laptop's sleep: the lease is long over, and the heartbeat comes later than the look at leases.
    place.execute("UPDATE sync_run SET lease_until_ms = 1").await;
    sleep(A_LOOK_OR_TWO).await;
    assert_eq!(place.engine.run(&place.admin, run).await.unwrap().0.state, RunState::Running);
    place.engine.cancel_run(&place.admin, run).await.unwrap();
    assert_eq!(end_of(&mut feed, run).await.state, RunState::Cancelled);
    workers.stop(Duration::from_secs(5)).await;
}

#[tokio::test]
async fn a_source_that_cannot_be_read_does_not_hold_up_the_others() {
    let place = place().await;
    let automatic = |name| SourceSettings { sync_interval_s: Some(3_600), ..settings(name) };
    let broken = place.engine.add_source(&place.admin, automatic("broken"), "secret".into()).await.unwrap();
    let sound = place.engine.add_source(&place.admin, automatic("sound"), "secret".into()).await.unwrap();
    // The broken one comes first: it never had a time set.
    place.execute(&format!("UPDATE source SET tls = 'broken' WHERE id = {broken}")).await;
    place.execute(&format!("UPDATE source SET next_sync_ms = 1 WHERE id = {sound}")).await;
    let mut feed = place.engine.subscribe();
    let workers = place.engine.start();
    assert_eq!(end_where(&mut feed, |_| true).await.source, sound);
    workers.stop(Duration::from_secs(5)).await;
}

//! Runs from the button to their end, against endpoints that do not answer.

use std::time::Duration;

use model::{
    failure::FailureKind,
    ids::SourceId,
    live::ServerFrame,
    run::{RunState, Trigger},
    source::{SchedulePause, SourceSettings},
};
use tokio::{
    net::TcpListener,
    time::{Instant, timeout},
};

use crate::support::{Place, end_of, place, settings, until_running};

/// A source whose endpoint accepts connections and never says a word.
async fn silent(place: &Place) -> (TcpListener, SourceId) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = listener.local_addr().unwrap().to_string();
    let silent = SourceSettings { endpoint, ..settings("silent") };
    let id = place.engine.add_source(&place.admin, silent, "secret".into()).await.unwrap();
    (listener, id)
}

#[tokio::test]
async fn a_failed_run_says_why_and_is_kept() {
    let place = place().await;
    let workers = place.engine.start();
    let id = place.engine.add_source(&place.admin, settings("lab"), "secret".into()).await.unwrap();
    let mut feed = place.engine.subscribe();
    let run = place.engine.start_sync(&place.admin, id).await.unwrap();
    let end = end_of(&mut feed, run).await;
    assert_eq!(end.state, RunState::Failed);
    assert_eq!(end.failure.unwrap().kind, FailureKind::Unreachable);

    let (view, issues) = place.engine.run(&place.admin, run).await.unwrap();
    assert_eq!(
        (view.state, view.trigger, view.requested_by.as_deref()),
        (RunState::Failed, Trigger::Manual, Some("root"))
    );
    assert!(view.duration_ms().is_some() && issues.is_empty());
    let source = place.engine.source(&place.admin, id).await.unwrap();
    assert_eq!(source.last_run.map(|run| run.id), Some(run));
    assert!(source.live.is_none() && source.last_success_ms.is_none());
    workers.stop(Duration::from_secs(5)).await;
}

#[tokio::test]
async fn an_interval_starts_runs_that_back_off_when_they_fail() {
    let place = place().await;
    let workers = place.engine.start();
    let mut feed = place.engine.subscribe();
    let scheduled = SourceSettings { sync_interval_s: Some(3_600), ..settings("lab") };
    let id = place.engine.add_source(&place.admin, scheduled, "secret".into()).await.unwrap();
    let began = async {
        loop {
            if let ServerFrame::Run { progress } = feed.next().await {
                return progress.run;
            }
        }
    };
    let run = timeout(Duration::from_secs(10), began).await.expect("a run begins by itself");
    let (view, _) = place.engine.run(&place.admin, run).await.unwrap();
    assert_eq!(view.trigger, Trigger::Schedule);
    end_of(&mut feed, run).await;
    let pause = place.engine.source(&place.admin, id).await.unwrap().pause;
    assert!(matches!(pause, Some(SchedulePause::BackingOff { failures: 1, .. })), "{pause:?}");
    workers.stop(Duration::from_secs(5)).await;
}

#[tokio::test]
async fn one_run_at_a_time_and_cancel_ends_it() {
    let place = place().await;
    let workers = place.engine.start();
    let (_listener, id) = silent(&place).await;
    let mut feed = place.engine.subscribe();
    let run = place.engine.start_sync(&place.admin, id).await.unwrap();
    assert_eq!(place.engine.start_sync(&place.admin, id).await.unwrap(), run, "the run under way is answered");
    until_running(&place.engine, run).await;
    let source = place.engine.source(&place.admin, id).await.unwrap();
    assert_eq!(source.live.map(|live| live.run), Some(run));

    place.engine.cancel_run(&place.admin, run).await.unwrap();
    let end = end_of(&mut feed, run).await;
    assert_eq!(end.state, RunState::Cancelled);
    assert_eq!(place.engine.run(&place.admin, run).await.unwrap().0.state, RunState::Cancelled);
    workers.stop(Duration::from_secs(5)).await;
}

#[tokio::test]
async fn a_queued_run_is_cancelled_at_once() {
    let place = place().await;
    let (_listener, id) = silent(&place).await;
    let run = place.engine.start_sync(&place.admin, id).await.unwrap();
    assert_eq!(place.engine.live_runs().len(), 1);
    place.engine.cancel_run(&place.admin, run).await.unwrap();
    assert!(place.engine.live_runs().is_empty());
    assert_eq!(place.engine.run(&place.admin, run).await.unwrap().0.state, RunState::Cancelled);
}

#[tokio::test]
async fn stopping_interrupts_a_run_in_time() {
    let place = place().await;
    let workers = place.engine.start();
    let (_listener, id) = silent(&place).await;
    let mut feed = place.engine.subscribe();
    let run = place.engine.start_sync(&place.admin, id).await.unwrap();
    until_running(&place.engine, run).await;
    let started = Instant::now();
    workers.stop(Duration::from_secs(10)).await;
    assert!(started.elapsed() < Duration::from_secs(14), "{:?}", started.elapsed());
    assert_eq!(end_of(&mut feed, run).await.state, RunState::Interrupted);
}

#[tokio::test]
async fn a_run_of_a_deleted_source_ends() {
    let place = place().await;
    let workers = place.engine.start();
    let (_listener, id) = silent(&place).await;
    let run = place.engine.start_sync(&place.admin, id).await.unwrap();
    until_running(&place.engine, run).await;
    place.engine.delete_source(&place.admin, id, model::source::InventoryFate::Remove).await.unwrap();
    assert!(place.engine.live_runs().is_empty());
    workers.stop(Duration::from_secs(10)).await;
}

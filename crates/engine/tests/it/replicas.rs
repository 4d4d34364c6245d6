//! Two engines on one PostgreSQL: what one works on is watched at the other.

use std::time::Duration;

use engine::{Engine, Feed};
use model::{
    ids::{RunId, SourceId},
    inventory::ObjectKind,
    live::ServerFrame,
    run::{Progress, RunState, Stage},
    source::InventoryFate,
};
use tokio::time::{Instant, timeout};

use crate::{
    lab::Lab,
    support::{Place, end_of, until},
};

/// Well above what a notice takes, and well below what anybody would wait for.
const SOON: Duration = Duration::from_secs(10);

async fn lab() -> Option<Lab> {
    Lab::start(Place::on_postgres().await?).await
}

fn live(engine: &Engine, run: RunId) -> Option<Progress> {
    engine.live_runs().into_iter().find(|live| live.run == run)
}

fn found(progress: &Progress, kind: ObjectKind) -> u64 {
    progress.kinds.iter().find(|counted| counted.kind == kind).map_or(0, |counted| counted.found)
}

/// Each has its own clock.
fn untimed(progress: Progress) -> Progress {
    Progress { elapsed_ms: 0, ..progress }
}

async fn inventory_changed(feed: &mut Feed, source: SourceId) {
    let wanted = ServerFrame::InventoryChanged { source };
    let watching = async { while feed.next().await != wanted {} };
    timeout(SOON, watching).await.expect("the inventory changes");
}

#[tokio::test]
async fn counts_of_a_run_reach_whoever_comes_late_at_another_process() {
    let Some(lab) = lab().await else { return };
    let engine = &lab.place.engine;
    lab.relay.hold("config.hardware");
    let (run, mut feed) = lab.start_sync().await;
    lab.relay.until_held(1).await;
    until("hosts are counted", || live(engine, run).is_some_and(|run| run.stage == Stage::Vms)).await;
    let here = live(engine, run).unwrap();
    assert!(found(&here, ObjectKind::Host) > 0 && found(&here, ObjectKind::Vm) == 0, "{here:?}");

    let other = lab.place.another_engine().await;
    let mut other_feed = other.subscribe();
    let workers = other.start();
    let has_counts = || live(&other, run).is_some_and(|run| run.stage == Stage::Vms);
    until("the counts are known there", has_counts).await;
    let there = live(&other, run).unwrap();
    let apart = live(engine, run).unwrap().elapsed_ms - there.elapsed_ms;
    assert!(apart.abs() < 3_000, "both began at the same time, not {apart} ms apart");
    assert_eq!(untimed(there), untimed(here));

    lab.relay.let_go();
    let (end, other_end) = (end_of(&mut feed, run).await, end_of(&mut other_feed, run).await);
    assert_eq!(end.state, RunState::Completed);
    assert_eq!((other_end.state, &other_end.kinds, other_end.outcome), (end.state, &end.kinds, end.outcome));
    inventory_changed(&mut other_feed, lab.source).await;

    engine.delete_source(&lab.place.admin, lab.source, InventoryFate::Remove).await.unwrap();
    inventory_changed(&mut other_feed, lab.source).await;
    workers.stop(SOON).await;
    lab.end().await;
}

#[tokio::test]
async fn a_process_that_lost_its_connection_hears_again() {
    let Some(lab) = lab().await else { return };
    let other = lab.place.another_engine().await;
    let workers = other.start();
    let both = lab.place.until_listeners(2, &[]).await;
    for process in &both {
        lab.place.execute(&format!("SELECT pg_terminate_backend({process})")).await;
    }
    lab.place.until_listeners(2, &both).await;

    lab.relay.hold("config.hardware");
    let (run, mut feed) = lab.start_sync().await;
    lab.relay.until_held(1).await;
    for engine in [&lab.place.engine, &other] {
        until("the counts are known", || live(engine, run).is_some_and(|run| run.stage == Stage::Vms)).await;
    }
    lab.relay.let_go();
    end_of(&mut feed, run).await;
    workers.stop(SOON).await;
    lab.end().await;
}

#[tokio::test]
async fn others_are_told_at_a_bounded_pace() {
    let Some(lab) = lab().await else { return };
    let mut heard = lab.place.listener().await;
    let begun = Instant::now();
    let listening = tokio::spawn(async move {
        let mut notices = Vec::new();
        while let Ok(Ok(notice)) = timeout(Duration::from_secs(2), heard.recv()).await {
            notices.push(notice.payload().to_owned());
        }
        notices
    });
    for _ in 0..3 {
        lab.sync().await;
    }
    let took = begun.elapsed();
    let notices = listening.await.unwrap();
    let most = took.as_millis() as usize / 500 + 2;
    let counts = notices.iter().filter(|notice| notice.contains("Counts")).count();
    assert!(counts > 0 && counts <= most, "{counts} in {took:?}: {notices:#?}");
    assert!(notices.iter().all(|notice| notice.len() < 2_000));
    assert!(notices.iter().any(|notice| notice.contains("Runs")), "{notices:#?}");
    lab.end().await;
}

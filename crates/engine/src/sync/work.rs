//! The work of a run: open the password, read the endpoint, save what was read. Remote calls are never made inside a
//! transaction.

use std::time::{Duration, Instant};

use connectors::{CollectProgress, Observer};
use model::{
    failure::{Failure, FailureKind},
    ids::{RunId, SourceId},
    inventory::{Collection, ObjectKind},
    run::{Outcome, RunIssue, RunState, Severity, Stage},
    source::StoredCount,
};
use secrecy::SecretString;
use store::{
    StoreError,
    persister::{self, SavingRun},
    runs::{self, ClaimedRun, Heartbeat},
    sources,
};
use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;

use super::End;
use crate::{
    Engine,
    clock::now_ms,
    error::chain,
    sources::endpoint,
    workers::{Control, LEASE_MS, report},
};

const HEARTBEAT_EVERY: Duration = Duration::from_secs(5);

pub(super) async fn work(
    engine: Engine,
    claimed: ClaimedRun,
    progress: watch::Sender<CollectProgress>,
    control: Control,
) -> End {
    match sync(&engine, claimed, &progress, &control).await {
        Ok((outcome, state)) => End { state, outcome: Some(outcome), failure: None },
        Err(failure) => End::failed(failure, &control),
    }
}

async fn sync(
    engine: &Engine,
    claimed: ClaimedRun,
    progress: &watch::Sender<CollectProgress>,
    control: &Control,
) -> Result<(Outcome, RunState), Failure> {
    let beating = AbortOnDropHandle::new(tokio::spawn(beat(engine.clone(), claimed.id, control.clone())));
    let source = sources::find(engine.db(), claimed.source).await.map_err(|error| internal(&error))?;
    let source = source.ok_or_else(|| Failure::new(FailureKind::Cancelled, "the source was deleted"))?;
    let endpoint = endpoint(source.settings, password(engine, claimed.source).await?);

    let observer = Observer::new(progress.clone(), control.stop.clone());
    let mut collection = connectors::collect(&endpoint, &observer).await?;
    let counts = sources::stored_counts(engine.db()).await.map_err(|error| internal(&error))?;
    let stored = counts.get(&claimed.source).map_or(&[][..], Vec::as_slice);
    let vanished = vanished(&collection, stored);
    if !vanished.is_empty() {
        // A session that loses its permissions answers "nothing" politely: only what a fresh one says, too, is believed.
        tracing::warn!(
            run.id = claimed.id.0,
            kinds = vanished.join(", "),
            "nothing was found where there was something: reading again"
        );
        progress.send_replace(CollectProgress::default());
        collection = connectors::collect(&endpoint, &observer).await?;
        collection.issues.push(read_twice(&vanished));
    }
    observer.issues(collection.issues.len() as u64);
    observer.stage(Stage::Save);
    let turn = tokio::select! {
        biased;
        () = control.stop.cancelled() => None,
        turn = engine.inner.saves.acquire() => turn.ok(),
    };
    let Some(_turn) = turn else {
        return Err(Failure::new(FailureKind::Cancelled, "cancelled before it was saved"));
    };
    // A save holds the run by itself, and a lease that is renewed when it has ended the run would look lost.
    drop(beating);
    let state = final_state(&collection);
    let kinds = progress.borrow().kinds.clone();
    let run =
        SavingRun { id: claimed.id, source: claimed.source, lease_owner: &engine.inner.owner, state, kinds: &kinds };
    Ok((save(engine, run, &collection).await?, state))
}

/// Renews the lease, and stops the work when somebody wants that or the run was taken away.
async fn beat(engine: Engine, run: RunId, control: Control) {
    loop {
        tokio::time::sleep(HEARTBEAT_EVERY).await;
        let now = now_ms();
        match runs::heartbeat(engine.db(), run, &engine.inner.owner, now, now + LEASE_MS).await {
            Ok(Heartbeat::Held { cancel_requested: false }) => {}
            Ok(Heartbeat::Held { cancel_requested: true }) => control.cancel(),
            Ok(Heartbeat::Lost) => {
                tracing::warn!(run.id = run.0, "a sync was ended by somebody else");
                control.stop.cancel();
                return;
            }
            Err(error) => report("a lease cannot be renewed", &error.into()),
        }
    }
}

pub(crate) async fn password(engine: &Engine, source: SourceId) -> Result<SecretString, Failure> {
    match sources::password(engine.db(), &engine.inner.vault, source).await {
        Ok(Some(password)) => Ok(password),
        Ok(None) => Err(Failure::new(FailureKind::Unauthorized, "no password is stored for this source")
            .with_advice("Edit the source and enter its password.")),
        Err(StoreError::Vault(error)) => {
            tracing::error!(source.id = source.0, error = chain(&error), "a stored password cannot be opened");
            Err(Failure::new(
                FailureKind::Unauthorized,
                "the stored password cannot be opened: it was sealed with another key",
            )
            .with_advice("Bring back the key file or IROA_SECRET_KEY, or enter the password again."))
        }
        Err(error) => Err(internal(&error)),
    }
}

/// Replaces the stored inventory and ends the run, both or neither.
async fn save(engine: &Engine, run: SavingRun<'_>, collection: &Collection) -> Result<Outcome, Failure> {
    let started = Instant::now();
    let outcome = persister::persist(engine.db(), run, collection, now_ms()).await;
    let outcome = outcome.map_err(|error| unsaved(&error))?;
    tracing::info!(
        run.id = run.id.0,
        source.id = run.source.0,
        duration_ms = started.elapsed().as_millis() as u64,
        added = outcome.added,
        changed = outcome.changed,
        archived = outcome.archived,
        "the inventory was saved"
    );
    Ok(outcome)
}

/// Kinds that were read to their end and are empty, though objects of them are stored.
fn vanished(collection: &Collection, stored: &[StoredCount]) -> Vec<&'static str> {
    let is_gone = |kind: ObjectKind| collection.complete.contains(&kind) && collection.inventory.count(kind) == 0;
    stored.iter().filter(|stored| stored.count > 0 && is_gone(stored.kind)).map(|stored| stored.kind.plural()).collect()
}

fn read_twice(kinds: &[&str]) -> RunIssue {
    RunIssue {
        severity: Severity::Note,
        kind: None,
        object: None,
        object_name: None,
        message: format!("no {} were found, although some are stored; a second sign-in was asked", kinds.join(", ")),
        advice: Some("If this is not what you expect, check what the account may see.".to_owned()),
    }
}

fn final_state(collection: &Collection) -> RunState {
    let is_whole = ObjectKind::ALL.iter().all(|kind| collection.complete.contains(kind));
    let is_clean = collection.issues.iter().all(|issue| issue.severity == Severity::Note);
    if is_whole && is_clean { RunState::Completed } else { RunState::CompletedWithIssues }
}

fn unsaved(error: &StoreError) -> Failure {
    match error {
        StoreError::OtherInstance { known, found } => Failure::new(
            FailureKind::NotThisProduct,
            format!("another system answers there: it is {found}, the stored inventory is of {known}"),
        )
        .with_advice("If it was rebuilt, add it as a new source; otherwise check the address."),
        StoreError::RunNotHeld(_) => Failure::new(FailureKind::Interrupted, "the run was ended by somebody else"),
        error => internal(error),
    }
}

/// The log has the reason; people see that it is not theirs to mend.
pub(crate) fn internal(error: &StoreError) -> Failure {
    tracing::error!(error = chain(error), "a sync met a failing database");
    Failure::new(FailureKind::Internal, "the database failed")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_read_to_the_end_can_vanish() {
        let stored = [
            StoredCount { kind: ObjectKind::Vm, count: 3 },
            StoredCount { kind: ObjectKind::Host, count: 1 },
            StoredCount { kind: ObjectKind::Network, count: 0 },
        ];
        let mut collection = Collection::default();
        assert!(vanished(&collection, &stored).is_empty());
        collection.complete.extend([ObjectKind::Vm, ObjectKind::Network]);
        assert_eq!(vanished(&collection, &stored), ["virtual machines"]);
    }

    #[test]
    fn notes_alone_do_not_spoil_a_run() {
        let mut collection = Collection { complete: ObjectKind::ALL.into(), ..Collection::default() };
        collection.issues.push(read_twice(&["hosts"]));
        assert_eq!(final_state(&collection), RunState::Completed);
        collection.complete.remove(&ObjectKind::Host);
        assert_eq!(final_state(&collection), RunState::CompletedWithIssues);
    }
}

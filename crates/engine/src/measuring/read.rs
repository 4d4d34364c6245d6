//! What one read of a source's measurements does: the latest first, then a part of the history that has not been read yet.
//!
//! Hosts keep their own values for an hour: whatever happens to history, the next read of the latest is never late for it.

use std::{
    ops::Range,
    time::{Duration, Instant},
};

use connectors::{Endpoint, SampleRequest, Sampled, Sampling};
use model::{
    failure::{Failure, FailureKind},
    ids::SourceId,
    mapping::MetricMapping,
    run::{RunIssue, Severity},
    sample::{SeriesSamples, Subject},
    source::SourceKind,
};
use store::{
    measuring::{self, History},
    samples,
};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::{
    Engine, Error,
    clock::now_ms,
    sources::endpoint,
    sync::{internal, password},
};

/// Batches that wait to be kept: the connector waits with the next one.
const BATCHES_AHEAD: usize = 2;
const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// How far a read reaches back behind the last one: a vCenter gets samples of its hosts up to half an hour late. They are
/// kept once however often they come.
const LOOK_BACK_MS: i64 = 35 * 60_000;
/// How far back "the latest" reaches: what hosts and exporters have at hand. The rest is history.
const LATEST_MS: i64 = 2 * HOUR_MS;
/// After so long no further slice of history is begun: the latest is due again.
const HISTORY_TIME: Duration = Duration::from_mins(4);
/// A slice that fails so often is left out.
const HISTORY_TRIES: i64 = 3;

type Outcome<T> = Result<T, Failure>;

/// What one read has brought.
#[derive(Debug, Default)]
pub(super) struct Kept {
    /// Of intervals that no read before this one has come to.
    pub(super) samples: u64,
    /// Of objects that the inventory does not know yet.
    unknown: u64,
    pub(super) issues: Vec<RunIssue>,
}

/// One source while it is read.
struct Read<'a> {
    engine: &'a Engine,
    id: SourceId,
    endpoint: Endpoint,
    subjects: Vec<Subject>,
    mappings: Vec<MetricMapping>,
    stop: &'a CancellationToken,
}

/// Reads what is new, and then some history. `Err` where the latest could not be read.
pub(super) async fn read(engine: &Engine, id: SourceId, stop: &CancellationToken, kept: &mut Kept) -> Outcome<()> {
    let source = engine.stored_source(id).await.map_err(|error| match error {
        Error::NotFound => Failure::new(FailureKind::Cancelled, "the source was deleted"),
        error => {
            tracing::error!(source.id = id.0, error = crate::chain(&error), "a source cannot be read");
            Failure::new(FailureKind::Internal, "the database failed")
        }
    })?;
    let kind = source.settings.kind;
    let read = Read {
        engine,
        id,
        endpoint: endpoint(source.settings, password(engine, id).await?),
        subjects: store::inventory::subjects(engine.db(), id).await.map_err(|error| internal(&error))?,
        mappings: store::mappings::of_source(engine.db(), id).await.map_err(|error| internal(&error))?,
        stop,
    };
    let began = Instant::now();
    let now = now_ms();
    let cursor = samples::cursor(engine.db(), id).await.map_err(|error| internal(&error))?;
    let latest_from = now - LATEST_MS;
    let since_ms = cursor.map_or(latest_from, |until_ms| until_ms - LOOK_BACK_MS).max(latest_from);
    let remembered = measuring::remembered(engine.db(), id).await.map_err(|error| internal(&error))?;
    let latest = read.span(since_ms..now, cursor.unwrap_or(since_ms), remembered, kept).await?;
    let until_ms = latest.complete_until_ms.unwrap_or(now);
    kept.issues.extend(latest.issues);
    if kept.unknown > 0 {
        kept.issues.push(unknown_objects(kept.unknown));
    }
    read.add_up_clusters(since_ms..now).await?;
    if let Some(remember) = &latest.remember {
        measuring::remember(engine.db(), id, remember).await.map_err(|error| internal(&error))?;
    }
    samples::set_cursor(engine.db(), id, until_ms).await.map_err(|error| internal(&error))?;

    let history = measuring::history(engine.db(), id).await.map_err(|error| internal(&error))?;
    let history = history_after(history, cursor, latest_from);
    if !read.subjects.is_empty()
        && let Err(failure) = read.history(history, now - history_ms(kind), began, kept).await
    {
        kept.issues.push(history_failed(&failure));
    }
    Ok(())
}

/// Where history is to be read from, backwards. A pause that was longer than the latest reaches back has torn a hole: history
/// begins again behind it.
fn history_after(history: History, cursor: Option<i64>, latest_from: i64) -> History {
    let is_torn = cursor.is_none_or(|until_ms| until_ms < latest_from);
    if is_torn || history.until_ms.is_none() { History { until_ms: Some(latest_from), failures: 0 } } else { history }
}

impl Read<'_> {
    /// Slices of history, newest first, as long as there is time. Where it has come to is kept after each.
    async fn history(&self, mut at: History, oldest_ms: i64, began: Instant, kept: &mut Kept) -> Outcome<()> {
        let now = now_ms();
        let db = self.engine.db();
        while let Some(until_ms) = at.until_ms.filter(|until_ms| *until_ms > oldest_ms) {
            measuring::set_history(db, self.id, at).await.map_err(|error| internal(&error))?;
            if began.elapsed() > HISTORY_TIME {
                return Ok(());
            }
            let from_ms = (until_ms - slice_ms(now - until_ms)).max(oldest_ms);
            let mut read = self.span(from_ms..until_ms, from_ms, None, kept).await;
            if read.is_ok()
                && let Err(failure) = self.add_up_clusters(from_ms..until_ms).await
            {
                read = Err(failure);
            }
            let is_whole = matches!(&read, Ok(Sampled { complete_until_ms: Some(_), .. }));
            if let Err(failure) = &read
                && failure.kind == FailureKind::Cancelled
            {
                return Ok(());
            }
            let is_given_up = !is_whole && at.failures + 1 >= HISTORY_TRIES;
            if is_whole || is_given_up {
                at = History { until_ms: Some(from_ms), failures: 0 };
            } else {
                at.failures += 1;
            }
            measuring::set_history(db, self.id, at).await.map_err(|error| internal(&error))?;
            match read {
                Ok(sampled) => kept.issues.extend(sampled.issues),
                Err(failure) if !is_given_up => return Err(failure),
                Err(failure) => kept.issues.push(history_failed(&failure)),
            }
            if !is_whole && !is_given_up {
                return Ok(());
            }
        }
        measuring::set_history(db, self.id, at).await.map_err(|error| internal(&error))
    }

    /// Reads samples that end within (start, end] and keeps each batch in transactions of its own, before the next is read.
    /// What ends up to `known_until_ms` was read before, and is not counted again.
    async fn span(
        &self,
        span: Range<i64>,
        known_until_ms: i64,
        remembered: Option<String>,
        kept: &mut Kept,
    ) -> Outcome<Sampled> {
        let request =
            SampleRequest { since_ms: span.start, until_ms: span.end, subjects: self.subjects.clone(), remembered };
        let (sink, batches) = mpsc::channel(BATCHES_AHEAD);
        let sampling = Sampling { request: &request, sink, cancel: self.stop };
        // Whichever fails first takes the other with it: a connector whose sink is closed ends as cancelled.
        let (sampled, kept) = tokio::join!(
            connectors::samples_with(&self.endpoint, sampling, &self.mappings),
            self.keep(batches, known_until_ms, kept)
        );
        kept?;
        sampled
    }

    /// What the hosts of each cluster come to together, from what was kept of them.
    async fn add_up_clusters(&self, span: Range<i64>) -> Outcome<()> {
        let db = self.engine.db();
        let sums = samples::of_clusters(db, self.id, span).await.map_err(|error| internal(&error))?;
        if !sums.is_empty() {
            samples::ingest(db, self.id, &sums, now_ms()).await.map_err(|error| internal(&error))?;
        }
        Ok(())
    }

    async fn keep(
        &self,
        mut batches: mpsc::Receiver<Vec<SeriesSamples>>,
        known_until_ms: i64,
        kept: &mut Kept,
    ) -> Outcome<()> {
        while let Some(batch) = batches.recv().await {
            let ingested = samples::ingest(self.engine.db(), self.id, &batch, now_ms()).await;
            let ingested = ingested.map_err(|error| internal(&error))?;
            let samples = batch.iter().flat_map(|series| &series.samples);
            let new = samples.filter(|sample| sample.end_ms > known_until_ms).count() as u64;
            kept.samples += new.min(ingested.accepted);
            kept.unknown += ingested.refused.unknown_object;
        }
        Ok(())
    }
}

/// How far back a source's history is asked for. vCenter and Zabbix keep a year in coarse steps; who keeps all values has
/// plenty in a month; Hyper-V keeps none.
fn history_ms(kind: SourceKind) -> i64 {
    match kind {
        SourceKind::Vcenter | SourceKind::Zabbix => 400 * DAY_MS,
        SourceKind::Prometheus => 30 * DAY_MS,
        SourceKind::Hyperv => 0,
    }
}

/// How much is read at once, by its age: yesterday is fine and wanted first.
const fn slice_ms(age_ms: i64) -> i64 {
    match age_ms / DAY_MS {
        0 => DAY_MS,
        1..30 => 7 * DAY_MS,
        _ => 90 * DAY_MS,
    }
}

fn unknown_objects(samples: u64) -> RunIssue {
    note(
        format!("{samples} samples were of objects that the inventory does not know"),
        "New ones are measured after the next sync.",
    )
}

fn history_failed(failure: &Failure) -> RunIssue {
    note(format!("a part of the history was not read: {}", failure.detail), failure.advice())
}

fn note(message: String, advice: &str) -> RunIssue {
    RunIssue {
        severity: Severity::Note,
        kind: None,
        object: None,
        object_name: None,
        message,
        advice: Some(advice.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: History = History { until_ms: Some(5 * DAY_MS), failures: 2 };

    #[test]
    fn history_goes_on_where_it_was_and_begins_again_behind_a_pause() {
        let latest_from = 100 * DAY_MS;
        assert_eq!(history_after(AT, Some(latest_from + 1), latest_from), AT);
        let again = History { until_ms: Some(latest_from), failures: 0 };
        assert_eq!(history_after(AT, Some(latest_from - 1), latest_from), again);
        assert_eq!(history_after(History::default(), None, latest_from), again);
    }

    #[test]
    fn slices_grow_with_their_age() {
        let days: Vec<i64> = [0, 1, 8, 29, 30, 300].map(|days| slice_ms(days * DAY_MS) / DAY_MS).into();
        assert_eq!(days, [1, 7, 7, 7, 90, 90]);
    }
}

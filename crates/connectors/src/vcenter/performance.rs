//! Measurements of machines and hosts by vSphere's `PerformanceManager`, and how full datastores are.
//!
//! The last hour comes from the hosts, in values of 20 seconds that are brought to five minutes here; what lies before it
//! from the server's history, as fine as the server has it. vSphere Web Services API, `PerformanceManager.QueryPerf`.

mod counter;
mod entity;
mod limits;
mod plan;
mod query;
mod series;

use jiff::Timestamp;
use model::{
    failure::{Failure, FailureKind},
    inventory::ObjectKind,
    sample::Grain,
};
use tokio_util::sync::CancellationToken;

use super::{
    collect::{connect, sign_in},
    fault::Fault,
    stage::{Named, Reader},
    transport::CallError,
    value::Moref,
};
use crate::{Endpoint, Observer, SampleSink, Sampled, Sampling, http_failure::cancelled};
use counter::{Counters, Known};
use entity::{DATASTORES, Entity, Fill, HOSTS, MACHINES, read_entity, read_fill};
use plan::{Part, REALTIME_S, parts, read_intervals};
use query::Answered;
use series::Reading;

/// Objects in one request for values of 20 seconds.
const REALTIME_AT_ONCE: usize = 100;
/// Objects that may refuse to be measured before the read gives up.
const MAX_REFUSED: u32 = 200;
/// A read that ends so lately is of the present.
const PRESENT_MS: i64 = 15 * 60_000;
/// Clocks that are nearer than this are the same.
const TOLERATED_SKEW_MS: i64 = 60_000;

pub(crate) async fn samples(endpoint: &Endpoint, sampling: Sampling<'_>) -> Result<Sampled, Failure> {
    let observer = Observer::of(sampling.cancel.clone());
    let (transport, content) = connect(endpoint, sampling.cancel).await?;
    let Some(manager) = content.performance_manager.clone() else {
        return Err(Failure::new(FailureKind::Protocol, "the server has no performance manager"));
    };
    let session = sign_in(endpoint, sampling.cancel, &transport, &content).await?;
    let mut reader = Reader::new(endpoint, &observer, session);
    let (since_ms, until_ms) = (sampling.request.since_ms, sampling.request.until_ms);
    let mut performance = Performance {
        manager,
        sink: sampling.sink,
        cancel: sampling.cancel,
        since_ms,
        until_ms: Grain::BASE.last_end(until_ms),
        now_ms: Timestamp::now().as_millisecond(),
        skew_ms: 0,
        refused: 0,
        first_refusal: None,
        is_whole: true,
    };
    let read = performance.read(&mut reader).await;
    performance.report_refusals(&mut reader);
    let (is_whole, until_ms) = (performance.is_whole, performance.until_ms);
    let closed = reader.close().await;
    let sent = read?;
    if let Some(gone) = closed.gone.filter(|_| sent == 0) {
        return Err(gone);
    }
    Ok(Sampled { complete_until_ms: is_whole.then_some(until_ms), issues: closed.issues.finish(), remember: None })
}

struct Performance<'a> {
    manager: Moref,
    sink: SampleSink,
    cancel: &'a CancellationToken,
    since_ms: i64,
    until_ms: i64,
    now_ms: i64,
    /// The server's clock minus ours, where they differ by more than a little.
    skew_ms: i64,
    refused: u32,
    first_refusal: Option<Fault>,
    is_whole: bool,
}

impl Performance<'_> {
    /// Reads everything; the number of batches that were sent.
    async fn read(&mut self, reader: &mut Reader<'_>) -> Result<usize, Failure> {
        self.skew_ms = limits::skew_ms(reader).await.filter(|skew| skew.abs() > TOLERATED_SKEW_MS).unwrap_or(0);
        if self.skew_ms != 0 {
            limits::note_skew(reader, self.skew_ms);
        }
        let Some(counters) = self.property(reader, "perfCounter", Counters::read).await? else {
            return Ok(0);
        };
        let history = if self.since_ms < plan::oldest_realtime(self.now_ms) {
            self.property(reader, "historicalInterval", read_intervals).await?.unwrap_or_default()
        } else {
            Vec::new()
        };
        let machines = reader.read(&MACHINES, read_entity, |_| None).await?;
        let hosts = reader.read(&HOSTS, read_entity, |_| None).await?;
        let fills = reader.read(&DATASTORES, read_fill, |_| None).await?;
        let datastores = fills.iter().map(Fill::entity).collect();
        self.is_whole &= [ObjectKind::Vm, ObjectKind::Host].iter().all(|kind| reader.complete.contains(kind));

        let mut sent = 0;
        // How full they are now says nothing about another time.
        if !fills.is_empty() && self.until_ms > self.now_ms - PRESENT_MS {
            let now_ms = self.until_ms;
            self.send(fills.into_iter().flat_map(|fill| fill.series(now_ms)).collect()).await?;
            sent += 1;
        }
        let measured = [(ObjectKind::Vm, machines), (ObjectKind::Host, hosts), (ObjectKind::Datastore, datastores)];
        limits::note_missing(reader, &counters, &history);
        let counters = measured.each_ref().map(|(kind, _)| counters.of(*kind));
        let at_once = if history.is_empty() { 0 } else { limits::metrics_at_once(reader).await };
        for part in parts(&(self.since_ms..self.until_ms), self.now_ms, &history) {
            for ((kind, entities), counters) in measured.iter().zip(&counters) {
                if *kind == ObjectKind::Datastore && matches!(part, Part::Realtime(_)) {
                    continue;
                }
                sent += self.part(reader, &part, (*kind, entities), (counters, at_once)).await?;
            }
        }
        Ok(sent)
    }

    async fn part(
        &mut self,
        reader: &mut Reader<'_>,
        part: &Part,
        (kind, entities): (ObjectKind, &[Entity]),
        (counters, metrics_at_once): (&[Known], usize),
    ) -> Result<usize, Failure> {
        let (grain, interval_s, span, counters, at_once) = match part {
            Part::Realtime(span) => (Grain::BASE, REALTIME_S, span, counters.to_vec(), REALTIME_AT_ONCE),
            Part::History(interval, span) => {
                let kept: Vec<Known> = counters.iter().filter(|known| known.level <= interval.level).copied().collect();
                let at_once = (metrics_at_once / kept.len().max(1)).max(1);
                (interval.grain, interval.grain.seconds(), span, kept, at_once)
            }
        };
        if counters.is_empty() {
            return Ok(0);
        }
        let reading = Reading { grain, interval_ms: interval_s * 1_000, span: span.clone(), skew_ms: self.skew_ms };
        let mut sent = 0;
        // The next ones last.
        let mut waiting: Vec<&[Entity]> = entities.chunks(at_once).rev().collect();
        while let Some(some) = waiting.pop() {
            match self.ask(reader, some, &counters, &reading).await {
                Ok(answers) => {
                    let of = |answered: &Answered| {
                        let entity = some.iter().find(|entity| entity.id.id == answered.entity.id)?;
                        Some(reading.series(kind, entity, &counters, answered))
                    };
                    let batch: Vec<_> = answers.iter().filter_map(of).flatten().collect();
                    if !batch.is_empty() {
                        self.send(batch).await?;
                        sent += 1;
                    }
                }
                Err(CallError::Failed(failure)) if failure.kind == FailureKind::Cancelled => return Err(failure),
                Err(CallError::Fault(fault)) if fault.is_not_authenticated() && reader.renew().await? => {
                    waiting.push(some);
                }
                // Too much for the server at once, or one of them is gone: each half says more.
                Err(CallError::Fault(_)) if some.len() > 1 => {
                    let (first, second) = some.split_at(some.len() / 2);
                    waiting.extend([second, first]);
                }
                Err(CallError::Fault(fault)) if self.refused < MAX_REFUSED => {
                    self.refused += 1;
                    self.first_refusal.get_or_insert(fault);
                }
                Err(error) => {
                    let failure = error.failure(&reader.session().host());
                    let what = format!("measurements of {} were not read completely", kind.plural());
                    reader.issues.kind_failed(kind, &what, &failure);
                    self.is_whole = false;
                    return Ok(sent);
                }
            }
        }
        Ok(sent)
    }

    async fn ask(
        &self,
        reader: &Reader<'_>,
        entities: &[Entity],
        counters: &[Known],
        reading: &Reading,
    ) -> Result<Vec<Answered>, CallError> {
        let transport = &reader.session().transport;
        let span = reading.span.start + self.skew_ms..reading.span.end + self.skew_ms;
        let request = query::request(&self.manager, entities, counters, reading.interval_ms / 1_000, &span);
        let (answered, sent) = transport.stream(request, self.cancel, query::read).await?;
        sent?;
        answered.map_err(|error| transport.call_error(error))
    }

    /// A property of the performance manager; where it cannot be read that is an issue, and the read is not whole.
    async fn property<T: Send + 'static>(
        &mut self,
        reader: &mut Reader<'_>,
        name: &'static str,
        take: fn(super::object::Object<'_>) -> Option<T>,
    ) -> Result<Option<T>, Failure> {
        let manager = std::slice::from_ref(&self.manager);
        let read = reader.read_these(manager, "PerformanceManager", name, take).await;
        match read.and_then(Named::whole) {
            Ok(values) => Ok(values.into_iter().next()),
            Err(CallError::Failed(failure)) if failure.kind == FailureKind::Cancelled => Err(failure),
            Err(error) => {
                let failure = error.failure(&reader.session().host());
                let message = format!("the server's {name} was not read: {}", failure.detail);
                reader.issues.not_read(None, message, failure.advice());
                self.is_whole = false;
                Ok(None)
            }
        }
    }

    async fn send(&self, batch: Vec<model::sample::SeriesSamples>) -> Result<(), Failure> {
        self.sink.send(batch).await.map_err(|_| cancelled())
    }

    fn report_refusals(&self, reader: &mut Reader<'_>) {
        let Some(fault) = &self.first_refusal else { return };
        let failure = fault.failure(&reader.session().host());
        let message = format!("{} objects could not be measured: {}", self.refused, failure.detail);
        reader.issues.note(None, message, Some("Those that are gone leave with the next sync of the inventory."));
    }
}

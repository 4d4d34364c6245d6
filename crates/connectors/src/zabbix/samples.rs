//! One read of measurements: machines in groups, each planned from its items, then history in slices of time and, where that is
//! older than what Zabbix keeps, hourly trends.

mod group;

use std::sync::Arc;

use jiff::Timestamp;
use model::{
    failure::{Failure, FailureKind},
    inventory::ObjectKind,
    run::Severity,
    sample::{Grain, SeriesSamples},
};
use serde_json::json;

use super::{
    issues::Issues,
    mapping::{Mapping, Rule},
    read::Reader,
    rpc::CallError,
    session::{Session, connect},
    value::Scalar,
};
use crate::{Endpoint, SampleRequest, Sampled, Sampling, http_failure::cancelled};

/// Machines whose items are planned and held in memory at the same time.
const GROUP: usize = 100;
/// Values that one run reads at most in detail; what lies further back is read as hourly trends.
const MAX_VALUES: i64 = 40_000_000;
/// Clocks that differ by less say nothing to anybody.
const SKEW_WORTH_TELLING_MS: i64 = 120_000;

/// What one run reads: samples that end after `from_ms` and not after `to_ms`, both multiples of the base grain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_field_names, reason = "all are times, and say their unit as everywhere")]
struct Window {
    from_ms: i64,
    to_ms: i64,
    /// Before this moment there are too many values to read each one.
    detail_ms: i64,
    /// The server's time: what it keeps is counted back from there.
    now_ms: i64,
}

/// Reads measurements by the rules of a person's own, which go first, and the built-in ones.
pub async fn samples_with(endpoint: &Endpoint, sampling: Sampling<'_>, own: &[Rule]) -> Result<Sampled, Failure> {
    let (transport, version) = connect(endpoint, sampling.cancel).await.map_err(|(failure, _)| failure)?;
    let session = Session::open(endpoint, Arc::new(transport), version, sampling.cancel).await?;
    let mut run = Run {
        session: &session,
        sampling: &sampling,
        mapping: Mapping::new(own),
        reader: Reader::new(&session),
        issues: Issues::default(),
        is_whole: true,
        sent: 0,
        unusable: 0,
        planned: 0,
    };
    let read = run.read().await;
    let Run { issues, is_whole, .. } = run;
    session.close().await;
    let to_ms = read?;
    Ok(Sampled { complete_until_ms: is_whole.then_some(to_ms), issues: issues.finish(), remember: None })
}

struct Run<'a> {
    session: &'a Session,
    sampling: &'a Sampling<'a>,
    mapping: Mapping,
    reader: Reader<'a>,
    issues: Issues,
    is_whole: bool,
    sent: u64,
    /// Items that were recognised, but whose unit or type fits no metric.
    unusable: u64,
    planned: u64,
}

impl Run<'_> {
    /// Reads everything; yields the moment up to which it did.
    async fn read(&mut self) -> Result<i64, Failure> {
        let request = self.sampling.request;
        let hosts: Vec<String> = request
            .subjects
            .iter()
            .filter(|subject| subject.kind == ObjectKind::Vm)
            .map(|subject| subject.external_id.as_str().to_owned())
            .filter(|id| !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit()))
            .collect();
        let mut window = self.window(request);
        if window.from_ms >= window.to_ms || hosts.is_empty() {
            return Ok(window.to_ms);
        }
        self.shorten_detail(&mut window).await?;
        for group in hosts.chunks(GROUP) {
            match self.read_group(group, window).await {
                Ok(()) => {}
                Err(error) if error.is_cancelled() => return Err(error.failure()),
                Err(error) => {
                    let failure = error.failure();
                    // The next group meets the same wall where the server or the account is the reason.
                    let is_local = failure.kind == FailureKind::Protocol;
                    if self.sent == 0 && !is_local {
                        return Err(failure);
                    }
                    self.is_whole = false;
                    let what = format!("measurements of {} machines were not all read", group.len());
                    self.issues.unread(Severity::Error, &what, &failure);
                    if !is_local {
                        break;
                    }
                }
            }
        }
        if self.unusable > 0 {
            let message = format!("{} items were recognised, but their unit or type fits no metric", self.unusable);
            let advice = "Counters need the preprocessing step “Change per second”, rates the unit Bps or bps.";
            self.issues.note(message, Some(advice));
        }
        tracing::debug!(
            host = %self.session.host(), planned = self.planned, rows = self.reader.rows, sent = self.sent,
            "measurements were read"
        );
        Ok(window.to_ms)
    }

    /// Whole intervals that have ended by the server's clock as well: what a slow clock has not written yet is asked for
    /// by the next run.
    fn window(&mut self, request: &SampleRequest) -> Window {
        let base = Grain::BASE.ms();
        let ahead_ms = self.session.transport.clock_ahead_ms().unwrap_or(0);
        let now_ms = Timestamp::now().as_millisecond() + ahead_ms;
        let until_ms = request.until_ms.min(now_ms);
        if ahead_ms.abs() > SKEW_WORTH_TELLING_MS {
            let way = if ahead_ms > 0 { "ahead of" } else { "behind" };
            let message = format!("Zabbix's clock is {} s {way} IROA's", ahead_ms.abs() / 1_000);
            let advice = "Synchronise both with a time server: measurements carry Zabbix's time.";
            self.issues.add(Severity::Warning, None, message, Some(advice));
        }
        // The first sample ends after `since`, so its interval begins at or before it.
        let from_ms = request.since_ms.max(0).div_euclid(base) * base;
        Window { from_ms, to_ms: until_ms.div_euclid(base) * base, detail_ms: from_ms, now_ms }
    }

    /// A first read of a large estate would be more than the web interface should be asked for.
    async fn shorten_detail(&mut self, window: &mut Window) -> Result<(), Failure> {
        let span_s = (window.to_ms - window.from_ms) / 1_000;
        if span_s <= 86_400 {
            return Ok(());
        }
        let parameters = json!({
            "countOutput": true, "monitored": true, "filter": {"value_type": ["0", "3"]},
            "search": {"key_": self.mapping.searches()}, "searchByAny": true, "startSearch": true,
        });
        let count = self.session.call::<Scalar<i64>>("item.get", parameters).await.map_err(CallError::failure)?;
        let items = count.0.unwrap_or(0).max(1);
        let affordable_s = MAX_VALUES / items * 60;
        if affordable_s < span_s {
            window.detail_ms = hour_after(window.to_ms - affordable_s * 1_000);
            let days = affordable_s / 86_400;
            let message = format!(
                "{items} items are too many to read all their values: {days} days are read in detail, and hourly trends before"
            );
            self.issues.note(message, None);
        }
        Ok(())
    }

    async fn send(&mut self, batch: Vec<SeriesSamples>) -> Result<(), CallError> {
        if batch.is_empty() {
            return Ok(());
        }
        self.sent += batch.iter().map(|series| series.samples.len() as u64).sum::<u64>();
        let sent = tokio::select! {
            biased;
            () = self.sampling.cancel.cancelled() => return Err(cancelled().into()),
            sent = self.sampling.sink.send(batch) => sent,
        };
        sent.map_err(|_| cancelled().into())
    }
}

/// The next full hour, or this moment where it is one.
fn hour_after(at_ms: i64) -> i64 {
    Grain::Hour.end_of(at_ms)
}

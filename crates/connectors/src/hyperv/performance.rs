//! Measurements of hosts, machines and volumes, from counters that Windows keeps.
//!
//! A host tells what was used since its start; what was used in five minutes is the difference between two reads, which the
//! caller keeps for us in between. So the first read tells levels only (memory, volumes), and each later one everything.

mod intervals;
mod memory;
mod reading;

use std::time::Duration;

use model::{
    failure::{Failure, FailureKind},
    run::RunIssue,
    sample::SeriesSamples,
};

use super::{
    assemble::{HostRead, Unread, readings},
    hosts::{Answers, ask_all},
    script,
    winrm::Limits,
};
use crate::{Endpoint, Observer, SampleRequest, Sampled, Sampling, http_failure::cancelled};
use memory::Memory;
pub use reading::{Object, Reading, Value};

/// Counters are read within seconds; a host that takes minutes for them is not waited for.
const LIMITS: Limits = Limits { time: Duration::from_mins(3), output_bytes: 32 << 20 };
/// Series in one batch.
const AT_ONCE: usize = 10_000;

pub(crate) async fn samples(endpoint: &Endpoint, sampling: Sampling<'_>) -> Result<Sampled, Failure> {
    let observer = Observer::of(sampling.cancel.clone());
    let Answers { reads, unread } = ask_all(endpoint, &observer, script::counters(), &LIMITS).await?;
    let is_whole = unread.is_empty();
    let request = sampling.request.clone();
    let compared = tokio::task::spawn_blocking(move || compare(&reads, &unread, &request)).await;
    let failed = |_| Err(Failure::new(FailureKind::Protocol, "the counters could not be compared"));
    let compared = compared.unwrap_or_else(failed)?;
    for batch in compared.series.chunks(AT_ONCE) {
        sampling.sink.send(batch.to_vec()).await.map_err(|_| cancelled())?;
    }
    Ok(Sampled {
        complete_until_ms: is_whole.then_some(sampling.request.until_ms),
        issues: compared.issues,
        remember: compared.remember,
    })
}

/// What two reads tell together.
#[derive(Debug, Default)]
pub struct Compared {
    pub series: Vec<SeriesSamples>,
    pub remember: Option<String>,
    pub issues: Vec<RunIssue>,
}

/// Compares what hosts have just told with what they told before. Pure. `Err` if no host could be read.
pub fn compare(reads: &[HostRead], unread: &[Unread], request: &SampleRequest) -> Result<Compared, Failure> {
    let (readings, issues) = readings(reads, unread)?;
    let mut memory = Memory::unpack(request.remembered.as_deref());
    let mut series = Vec::new();
    for (place, reading) in readings {
        series.extend(memory.tracks.entry(place).or_default().add(reading, request.until_ms));
    }
    for one in &mut series {
        one.samples.retain(|sample| sample.end_ms > request.since_ms);
    }
    series.retain(|series| !series.samples.is_empty());
    memory.forget_before(request.until_ms);
    Ok(Compared { series, remember: memory.pack(), issues })
}

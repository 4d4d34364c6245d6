//! What is asked of a connector's measurements, and where they go.
//!
//! Measurements have a schedule, a cursor and small transactions of their own: a connector hands them on in batches as they
//! arrive, and a batch is kept before the next one is read, so that a backfill of a year is never one value in memory.

use model::{
    run::RunIssue,
    sample::{SeriesSamples, Subject},
};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// Which measurements are wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct SampleRequest {
    /// Samples that end after this moment. On the first read it lies as far back as history is wanted; later it reaches
    /// back behind the last read, for samples that arrive late.
    pub since_ms: i64,
    /// And not after this one.
    pub until_ms: i64,
    /// The objects that the inventory knows of this source, for platforms that are asked object by object.
    pub subjects: Vec<Subject>,
    /// What the last read asked to be [`Sampled::remember`]ed.
    pub remembered: Option<String>,
}

/// Where batches go. A full one makes the connector wait; a closed one ends its work as cancelled.
pub type SampleSink = mpsc::Sender<Vec<SeriesSamples>>;

/// How measurements end that were read, if only in part.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sampled {
    /// All samples that end up to this moment and that the platform has were sent: the next read may begin here. `None`
    /// where a part failed, so that it is asked for again.
    pub complete_until_ms: Option<i64>,
    pub issues: Vec<RunIssue>,
    /// To be given to the next read of this source, once the samples are kept: for platforms that tell counters, whose
    /// growth is what is wanted. Nobody else's business; `None` where there is nothing to remember.
    pub remember: Option<String>,
}

/// One read of measurements: what is wanted, where it goes, and the wish to stop.
#[derive(Debug)]
pub struct Sampling<'a> {
    pub request: &'a SampleRequest,
    pub sink: SampleSink,
    pub cancel: &'a CancellationToken,
}

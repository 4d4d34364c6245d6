//! Prometheus, and what speaks its HTTP API (Thanos, Mimir, VictoriaMetrics): machines by what exporters tell of them, and
//! their measurements by range queries over all machines at once.
//!
//! `client` and `refusal` speak HTTP; `answer` reads what comes back; `exporter`, `fact` and `measure` say what is asked;
//! `identity`, `evidence`, `roster` and `series` are pure and make machines and samples of it. `check`, `collect` and
//! `samples` put it together.

mod answer;
mod check;
mod client;
mod clock;
mod collect;
mod evidence;
mod exporter;
mod fact;
mod identity;
mod issues;
mod measure;
mod read;
mod refusal;
mod roster;
mod samples;
mod series;
mod span;
mod status;
mod trial;

pub use measure::Mapping;
pub use samples::samples;

pub(crate) use check::check;
pub(crate) use collect::collect;
pub(crate) use trial::try_mapping;

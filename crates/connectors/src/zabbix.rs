//! Zabbix over its JSON-RPC API, 5.0 to 7.x: hosts as machines, problems as alarms, history and trends as samples.
//!
//! `transport`, `session` and `read` speak with the server; `key`, `mapping`, `plan`, `fold` and `machine` are pure and read
//! whatever they are given; `check`, `collect` and `samples` put both together.

mod check;
mod collect;
mod fold;
mod issues;
mod key;
mod machine;
pub mod mapping;
mod period;
mod plan;
mod problems;
mod read;
mod rpc;
mod samples;
mod session;
mod transport;
mod value;
mod version;
mod wire;

pub use samples::samples_with;

pub(crate) use check::check;
pub(crate) use collect::collect;

use model::{failure::Failure, mapping::MetricMapping};

use crate::{Endpoint, Sampled, Sampling};
use mapping::{Rule, RuleError};

/// Reads measurements by the built-in mapping alone.
pub(crate) async fn samples(endpoint: &Endpoint, sampling: Sampling<'_>) -> Result<Sampled, Failure> {
    samples_with(endpoint, sampling, &[]).await
}

/// A person's mapping as a rule.
pub(crate) fn rule(mapping: &MetricMapping) -> Result<Rule, RuleError> {
    Ok(Rule::own(&mapping.selector, mapping.metric)?.times(mapping.factor))
}

/// The rules of mappings. They were checked before they were kept; what is none all the same is passed by.
pub(crate) fn rules(mappings: &[MetricMapping]) -> Vec<Rule> {
    mappings.iter().filter_map(|mapping| rule(mapping).ok()).collect()
}

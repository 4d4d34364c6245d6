//! A person's own measurements of a monitoring system: which query or item tells which metric.

use serde::{Deserialize, Serialize};

use crate::metric::Metric;

/// Mappings that a source may have: each is asked for in every read.
pub const MAPPINGS_MAX: usize = 20;
/// Bytes of a query or a pattern.
pub const SELECTOR_MAX: usize = 2_000;
/// What values may be multiplied by.
pub const FACTOR: std::ops::RangeInclusive<f64> = 1e-12..=1e12;

/// What tells a metric of machines.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MetricMapping {
    pub metric: Metric,
    /// Prometheus: a query that yields one value for each machine, labelled `instance`. Zabbix: a pattern of item keys,
    /// `app.memory[*]`.
    pub selector: String,
    /// From the values to the metric's unit: 1024 for kilobytes.
    pub factor: f64,
}

/// A mapping that is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MappingView {
    pub id: i64,
    #[serde(flatten)]
    pub mapping: MetricMapping,
}

/// What a query yields at this moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MappingTrial {
    pub series: u64,
    /// Machines that these are of; the other series name none that the source knows.
    pub machines: u64,
}

//! What is measured, as queries over all machines of an exporter: one for the averages of 5 minutes, one for the largest
//! value in them where the server knows finer ones.
//!
//! `rate` takes care of counters that start again. Values and gaps are `series`'s, ranges `samples`'s.

mod node;
mod virtualization;
mod windows;

use model::{mapping::MetricMapping, metric::Metric};

use super::exporter::Exporter;

/// A query of one's own: it yields a value for each machine, in the metric's unit, labelled `instance` and, where one
/// instance stands in several jobs, `job`. It is evaluated at the end of every 5 minutes and should look back over these:
/// `avg_over_time(app_memory_bytes[5m])`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    pub metric: Metric,
    pub query: String,
}

impl From<&MetricMapping> for Mapping {
    fn from(mapping: &MetricMapping) -> Self {
        let MetricMapping { metric, selector, factor } = mapping;
        // A product keeps the labels, and the brackets the query's own operators.
        let query =
            if (*factor - 1.0).abs() < f64::EPSILON { selector.clone() } else { format!("({selector}) * {factor}") };
        Self { metric: *metric, query }
    }
}

/// One metric of the machines of one exporter.
#[derive(Clone, Debug)]
pub(super) struct Measure {
    /// `None` for a mapping: the machines of all exporters that have an instance.
    pub(super) exporter: Option<Exporter>,
    pub(super) metric: Metric,
    pub(super) average: String,
    pub(super) maximum: Option<Maximum>,
    /// Computed as a complement: rounding may bring it a little below 0.
    pub(super) is_complement: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Maximum {
    pub(super) promql: String,
    /// It costs the server several times what the average does, so it is asked for the last day alone.
    pub(super) is_dear: bool,
}

impl Measure {
    fn new(exporter: Exporter, metric: Metric, average: String) -> Self {
        Self { exporter: Some(exporter), metric, average, maximum: None, is_complement: false }
    }

    fn with_maximum(mut self, promql: String) -> Self {
        self.maximum = Some(Maximum { promql, is_dear: false });
        self
    }

    fn with_dear_maximum(mut self, promql: String) -> Self {
        self.maximum = Some(Maximum { promql, is_dear: true });
        self
    }

    fn complement(mut self) -> Self {
        self.is_complement = true;
        self
    }

    /// As issues name it: `CPU usage of node_exporter`.
    pub(super) fn name(&self) -> String {
        match self.exporter {
            Some(exporter) => format!("{} of {}", self.metric.label(), exporter.label()),
            None => format!("{} by your own query", self.metric.label()),
        }
    }
}

impl From<&Mapping> for Measure {
    fn from(mapping: &Mapping) -> Self {
        let average = mapping.query.clone();
        Self { exporter: None, metric: mapping.metric, average, maximum: None, is_complement: false }
    }
}

pub(super) fn of(exporter: Exporter) -> Vec<Measure> {
    match exporter {
        Exporter::Node => node::measures(),
        Exporter::Windows => windows::measures(),
        Exporter::Vmware => virtualization::vmware(),
        Exporter::Libvirt => virtualization::libvirt(),
    }
}

/// The sum over a machine's devices of a counter's rate; replicas of a device count once.
fn rate_of_devices(by: &str, device: &str, counter: &str) -> String {
    format!("sum by ({by}) (max by ({by},{device}) (rate({counter}[5m])))")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_factor_multiplies_the_whole_query() {
        let kilobytes =
            MetricMapping { metric: Metric::MemoryUsed, selector: "app_used_kb or other_kb".into(), factor: 1024.0 };
        assert_eq!(Mapping::from(&kilobytes).query, "(app_used_kb or other_kb) * 1024");
        assert_eq!(Mapping::from(&MetricMapping { factor: 1.0, ..kilobytes }).query, "app_used_kb or other_kb");
    }
}

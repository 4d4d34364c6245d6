//! The guest's own evidence that it lacks something, and the host's that it is waited for.

use model::metric::Metric;

use super::ENOUGH_PERCENT;
use crate::usage::{History, Span, View};

const READY_SERIOUS_PERCENT: f64 = 10.0;
const COSTOP_SERIOUS_PERCENT: f64 = 3.0;

/// 95th percentiles of the time that vCPUs waited, in percent; `None` where that is not measured.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Contention {
    pub ready_percent: Option<f64>,
    pub costop_percent: Option<f64>,
}

impl Contention {
    /// The host, a limit or the pool is what is short, and not the machine.
    pub fn is_contended(self) -> bool {
        self.ready_percent.is_some_and(|percent| percent >= READY_SERIOUS_PERCENT)
            || self.costop_percent.is_some_and(|percent| percent >= COSTOP_SERIOUS_PERCENT)
    }
}

pub fn contention(history: &History, span: Span) -> Contention {
    let p95 = |metric| history.best_line(metric, span, ENOUGH_PERCENT)?.view().percentile(0.95);
    Contention { ready_percent: p95(Metric::CpuReady), costop_percent: p95(Metric::CpuCostop) }
}

/// The 95th percentile at 85 % of the vCPUs, or a twentieth of the samples at 95 %.
pub(super) fn lacks_cpu(demand: View, vcpu: i64) -> bool {
    let vcpu = vcpu as f64;
    let is_high = demand.percentile(0.95).is_some_and(|p95| p95 >= 0.85 * vcpu);
    is_high || demand.share(|value| value >= 0.95 * vcpu).is_some_and(|share| share >= 0.05)
}

/// Memory at 90 % alone is what databases are built for: it takes paging by the guest to tell that it lacks some. On
/// Hyper-V, demand above what is assigned tells the same.
pub(super) fn lacks_memory(history: &History, used: View, memory_bytes: i64, span: Span) -> bool {
    let p95 = |metric| history.best_line(metric, span, ENOUGH_PERCENT)?.view().percentile(0.95);
    let is_full = used.percentile(0.95).is_some_and(|p95| p95 >= 0.90 * memory_bytes as f64);
    let pages = p95(Metric::MemorySwapIn).is_some_and(|bytes_per_s| bytes_per_s > PAGING_BYTES_PER_S);
    let presses = p95(Metric::MemoryPressure).is_some_and(|percent| percent >= 100.0);
    let is_at_most = p95(Metric::MemoryGranted).is_some_and(|granted| granted >= 0.99 * memory_bytes as f64);
    (is_full && pages) || (presses && is_at_most)
}

/// A page of 4 KiB every few seconds is the noise of a healthy guest.
const PAGING_BYTES_PER_S: f64 = 16_384.0;

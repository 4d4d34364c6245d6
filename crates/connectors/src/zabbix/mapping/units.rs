//! Values of an item, brought to the unit of a metric by the item's own unit and preprocessing.

use model::metric::{Metric, Unit};

use super::Measures;
use crate::zabbix::wire::Item;

/// What a value is calculated with beside itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::zabbix) enum Operand {
    /// The machine's memory in bytes.
    Memory,
    /// One part in as many as the machine has vCPUs.
    PerCpu,
}

/// `offset + scale · value + operand · (operand_offset + operand_scale · value)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(in crate::zabbix) struct Formula {
    offset: f64,
    scale: f64,
    operand_offset: f64,
    operand_scale: f64,
    pub(in crate::zabbix) operand: Option<Operand>,
}

impl Formula {
    fn of_operand(operand: Operand, scale: f64, operand_offset: f64, operand_scale: f64) -> Self {
        Self { offset: 0.0, scale, operand_offset, operand_scale, operand: Some(operand) }
    }

    /// `None` where the operand is needed and unknown, and for what no true value can be.
    pub(in crate::zabbix) fn apply(&self, value: f64, operand: Option<f64>) -> Option<f64> {
        let beside = match self.operand {
            Some(_) => operand? * (self.operand_offset + self.operand_scale * value),
            None => 0.0,
        };
        let result = self.offset + self.scale * value + beside;
        result.is_finite().then_some(result)
    }

    /// A larger value of the item is a smaller one of the metric.
    pub(in crate::zabbix) fn is_falling(&self) -> bool {
        self.scale < 0.0 || self.operand_scale < 0.0
    }
}

/// A straight line through the origin.
const fn linear(scale: f64) -> Formula {
    Formula { offset: 0.0, scale, operand_offset: 0.0, operand_scale: 0.0, operand: None }
}

impl Measures {
    /// How the item's values become the metric's; `None` where the units say that they cannot.
    pub(in crate::zabbix) fn formula(self, metric: Option<Metric>, item: &Item) -> Option<Formula> {
        let unit = metric.map_or(Unit::Bytes, Metric::unit);
        match self {
            Self::Value(factor) => factor_of(unit, item, factor).map(linear),
            Self::Complement => {
                factor_of(Unit::Percent, item, 1.0)?;
                Some(Formula { offset: 100.0, ..linear(-1.0) })
            }
            Self::MemoryAvailable => {
                Some(Formula::of_operand(Operand::Memory, -factor_of(Unit::Bytes, item, 1.0)?, 1.0, 0.0))
            }
            Self::MemoryAvailableShare => Some(Formula::of_operand(Operand::Memory, 0.0, 1.0, -0.01)),
            Self::MemoryUsedShare => Some(Formula::of_operand(Operand::Memory, 0.0, 0.0, 0.01)),
            // A real-time sample covers 20 s of each vCPU: 100 / 20,000 ms.
            Self::ReadyTime => {
                let scale = factor_of(Unit::Milliseconds, item, 1.0)? / 200.0;
                Some(Formula::of_operand(Operand::PerCpu, 0.0, 0.0, scale))
            }
            Self::MemoryTotal => factor_of(Unit::Bytes, item, 1.0).map(linear),
            Self::CpuCount => Some(linear(1.0)),
        }
    }
}

/// What to multiply by. `sectors or pages` come in through `factor` and count only where the item has no unit of its own.
fn factor_of(unit: Unit, item: &Item, factor: f64) -> Option<f64> {
    // `!` keeps Zabbix from scaling the value on its pages.
    let said = item.units.or_empty().trim().trim_start_matches('!');
    let steps = || item.preprocessing.0.iter();
    match (unit, said) {
        (Unit::Percent, "%" | "")
        | (Unit::Bytes, "B" | "")
        | (Unit::Megahertz, "MHz" | "")
        | (Unit::Milliseconds, "ms" | "")
        | (Unit::Nanoseconds, "ns" | "")
        | (Unit::BytesPerSecond, "Bps" | "B/s" | "bytes/s" | "byte/s") => Some(1.0),
        (Unit::BytesPerSecond, "bps" | "b/s" | "bit/s" | "bits/s") => Some(0.125),
        // Sectors and pages that the agent itself turned into a rate.
        (Unit::BytesPerSecond, "" | "sps" | "sectors/s" | "pages/s") if (factor - 1.0).abs() > f64::EPSILON => {
            is_rate(item).then_some(factor)
        }
        // Without a rate's unit it is one only where preprocessing has made it one; Zabbix's own templates then make bits.
        (Unit::BytesPerSecond, "B" | "") if item.key_.or_empty().starts_with("perf_counter") => Some(1.0),
        (Unit::BytesPerSecond, "B" | "") => {
            let is_rate = steps().any(|step| step.kind.0 == Some(10));
            let bits = steps().any(|step| step.kind.0 == Some(1) && step.params.number() == Some(8_u8));
            is_rate.then_some(if bits { 0.125 } else { 1.0 })
        }
        (Unit::Megahertz, "Hz") => Some(1e-6),
        (Unit::Megahertz, "GHz") | (Unit::Milliseconds, "s") => Some(1e3),
        (Unit::Nanoseconds, "s") => Some(1e9),
        (Unit::Nanoseconds, "ms") => Some(1e6),
        (Unit::Bytes, "KB" | "KiB") => Some(1_024.0),
        (Unit::Bytes, "MB" | "MiB") => Some(1_048_576.0),
        (Unit::Bytes, "GB" | "GiB") => Some(1_073_741_824.0),
        _ => None,
    }
}

/// `vfs.dev.read[sda,sps]` is one by its mode; `system.swap.in` counts up until preprocessing makes it one.
fn is_rate(item: &Item) -> bool {
    item.key_.or_empty().starts_with("vfs.dev.") || item.preprocessing.0.iter().any(|step| step.kind.0 == Some(10))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::zabbix::value::{List, Scalar, Text};
    use crate::zabbix::wire::Step;

    fn item(key: &str, units: &str, steps: &[(u16, &str)]) -> Item {
        let text = |text: &str| Text(Some(text.to_owned()));
        let steps = steps.iter().map(|(kind, params)| Step { kind: Scalar(Some(*kind)), params: text(params) });
        Item { key_: text(key), units: text(units), preprocessing: List(steps.collect()), ..Item::default() }
    }

    fn value(measures: Measures, metric: Metric, item: &Item, value: f64, operand: Option<f64>) -> Option<f64> {
        measures.formula(Some(metric), item)?.apply(value, operand)
    }

    #[test]
    fn units_decide_how_values_are_converted() {
        let plain = Measures::Value(1.0);
        let net = |units: &str, steps: &[(u16, &str)]| {
            value(plain, Metric::NetworkReceive, &item("net.if.in[eth0]", units, steps), 800.0, None)
        };
        assert_eq!(net("bps", &[(10, ""), (1, "8")]), Some(100.0));
        assert_eq!(net("Bps", &[]), Some(800.0));
        assert_eq!(net("", &[(10, ""), (1, "8")]), Some(100.0));
        assert_eq!(net("B", &[(10, "")]), Some(800.0));
        assert_eq!(net("B", &[]), None, "a counter is no rate");
        assert_eq!(net("packets", &[]), None);
        let hz = item("vmware.vm.cpu.usage[u,v]", "Hz", &[]);
        assert_eq!(value(plain, Metric::CpuDemand, &hz, 2_400e6, None), Some(2_400.0));
        let latency = item("x", "!ms", &[]);
        assert_eq!(value(plain, Metric::DiskLatency, &latency, 7.0, None), Some(7.0));
        let sectors = item("vfs.dev.read[sda,sps]", "", &[]);
        assert_eq!(value(Measures::Value(512.0), Metric::DiskRead, &sectors, 2.0, None), Some(1_024.0));
        let pages = item("system.swap.in", "", &[]);
        assert_eq!(value(Measures::Value(4_096.0), Metric::MemorySwapIn, &pages, 2.0, None), None);
    }

    #[test]
    fn shares_and_what_is_available_become_what_is_used() {
        let bytes = item("vm.memory.size[available]", "B", &[]);
        let percent = item("vm.memory.utilization", "%", &[]);
        let used = |measures, item: &Item, v| value(measures, Metric::MemoryUsed, item, v, Some(1_000.0));
        assert_eq!(used(Measures::MemoryAvailable, &bytes, 400.0), Some(600.0));
        assert_eq!(used(Measures::MemoryUsedShare, &percent, 25.0), Some(250.0));
        assert_eq!(used(Measures::MemoryAvailableShare, &percent, 25.0), Some(750.0));
        assert_eq!(value(Measures::MemoryAvailable, Metric::MemoryUsed, &bytes, 400.0, None), None);
        let ready = item("vmware.vm.cpu.ready[u,v]", "ms", &[]);
        // 2 s of 20 s on each of two vCPUs.
        assert_eq!(value(Measures::ReadyTime, Metric::CpuReady, &ready, 4_000.0, Some(0.5)), Some(10.0));
        assert_eq!(value(Measures::Complement, Metric::CpuUsage, &percent, 93.0, None), Some(7.0));
    }
}

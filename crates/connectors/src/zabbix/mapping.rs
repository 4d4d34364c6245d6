//! Which items measure what: a table by key for the templates that Zabbix comes with, and room for a person's own rules.
//!
//! How values are converted by the item's unit is `units`'; how several items become one metric is `fold`'s.

mod templates;
mod units;

use model::metric::Metric;

use super::key::Key;
pub(super) use units::{Formula, Operand};

/// How items of one metric of one machine become one value: its interfaces, its file systems, its disks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Combine {
    Sum,
    Largest,
    /// The first by item alone: there should be one.
    Single,
}

impl Combine {
    pub(super) fn of(metric: Metric) -> Self {
        match metric {
            Metric::DiskRead
            | Metric::DiskWrite
            | Metric::NetworkReceive
            | Metric::NetworkTransmit
            | Metric::StorageUsed
            | Metric::StorageCapacity => Self::Sum,
            Metric::FilesystemUsage | Metric::DiskLatency => Self::Largest,
            _ => Self::Single,
        }
    }
}

/// What a key stands for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Measures {
    /// The metric itself, in the item's unit times this factor.
    Value(f64),
    /// 100 less the value: idle time, free space.
    Complement,
    /// Of the machine's memory: what is available, in bytes.
    MemoryAvailable,
    /// Of the machine's memory: what is available, in percent.
    MemoryAvailableShare,
    /// Of the machine's memory: what is used, in percent.
    MemoryUsedShare,
    /// Milliseconds of ready time in the 20 seconds of a real-time sample, of all vCPUs together.
    ReadyTime,
    /// The machine's memory, for those above.
    MemoryTotal,
    /// The number of vCPUs, for ready time.
    CpuCount,
}

/// One line of the mapping. Where several rules of a metric find items on a machine, the first rule counts alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    pub(super) pattern: Key,
    /// `None` for what others only calculate with.
    pub(super) metric: Option<Metric>,
    pub(super) measures: Measures,
}

/// Why an own rule cannot be used; Display is a sentence for the person who wrote it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    #[error("“{0}” is no item key: write it as Zabbix does, name[parameters], with * for any text")]
    Pattern(String),
}

impl Rule {
    /// A person's own rule: items whose key has this pattern measure the metric. `*` stands for any text within the name or a
    /// parameter: `perf_counter_en[*Disk Read Bytes/sec,*]`. It goes before the built-in rules of its metric. The item's unit
    /// says how it is converted (`bps`, `Hz`, `s` …); without one the values are in the metric's own.
    pub fn own(pattern: &str, metric: Metric) -> Result<Self, RuleError> {
        let key = Key::parse(pattern).ok_or_else(|| RuleError::Pattern(crate::quote::shortened(pattern)))?;
        Ok(Self { pattern: key, metric: Some(metric), measures: Measures::Value(1.0) })
    }

    /// The same, its values multiplied.
    #[must_use]
    pub fn times(self, factor: f64) -> Self {
        Self { measures: Measures::Value(factor), ..self }
    }
}

/// The rules in their order: a person's own, then the built-in ones.
pub(super) struct Mapping {
    rules: Vec<Rule>,
}

impl Mapping {
    pub(super) fn new(own: &[Rule]) -> Self {
        Self { rules: own.iter().cloned().chain(templates::rules()).collect() }
    }

    /// The first rule that covers the key, and its rank: a smaller one counts more.
    pub(super) fn find(&self, key: &str) -> Option<(usize, &Rule)> {
        let key = Key::parse(key)?;
        self.rules.iter().enumerate().find(|(_, rule)| rule.pattern.covers(&key))
    }

    /// Beginnings of keys that the server filters items by.
    pub(super) fn searches(&self) -> Vec<String> {
        let beginning = |rule: &Rule| rule.pattern.name.split('*').next().unwrap_or_default().to_owned();
        let mut searches: Vec<String> = self.rules.iter().map(beginning).collect();
        searches.sort();
        // What begins with another one is found by it.
        searches.dedup_by(|later, earlier| later.starts_with(earlier.as_str()));
        searches
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn metric_of(key: &str) -> Option<Metric> {
        Mapping::new(&[]).find(key).and_then(|(_, rule)| rule.metric)
    }

    #[test]
    fn items_of_the_usual_templates_are_recognised() {
        for (key, metric) in [
            ("system.cpu.util", Some(Metric::CpuUsage)),
            ("system.cpu.util[,idle]", Some(Metric::CpuUsage)),
            ("system.cpu.util[,iowait]", None),
            ("vm.memory.size[available]", Some(Metric::MemoryUsed)),
            ("vm.memory.utilization", Some(Metric::MemoryUsed)),
            ("vm.memory.util", Some(Metric::MemoryUsed)),
            (r#"net.if.in["eth0"]"#, Some(Metric::NetworkReceive)),
            (r#"net.if.in["eth0",errors]"#, None),
            ("vfs.fs.dependent.size[/,pused]", Some(Metric::FilesystemUsage)),
            ("vfs.fs.size[C:,used]", Some(Metric::StorageUsed)),
            ("vfs.fs.inode[/,pfree]", None),
            ("vmware.vm.cpu.usage[{$VMWARE.URL},{$VMWARE.VM.UUID}]", Some(Metric::CpuDemand)),
            ("vmware.vm.cpu.ready[{$VMWARE.URL},{$VMWARE.VM.UUID}]", Some(Metric::CpuReady)),
            ("vmware.vm.net.if.in[{$VMWARE.URL},{$VMWARE.VM.UUID},4000,bps]", Some(Metric::NetworkReceive)),
            ("vmware.vm.net.if.in[{$VMWARE.URL},{$VMWARE.VM.UUID},4000,pps]", None),
            ("vmware.hv.cpu.usage[{$VMWARE.URL},x]", None),
            (r#"perf_counter_en["\PhysicalDisk(_Total)\Disk Read Bytes/sec"]"#, Some(Metric::DiskRead)),
        ] {
            assert_eq!(metric_of(key), metric, "{key}");
        }
        assert_eq!(Mapping::new(&[]).find("vm.memory.size[total]").unwrap().1.measures, Measures::MemoryTotal);
    }

    #[test]
    fn an_own_rule_goes_first() {
        let own = Rule::own("my.cpu[*]", Metric::CpuUsage).unwrap();
        let mapping = Mapping::new(&[own]);
        assert_eq!(
            mapping.find("my.cpu[all]").map(|(rank, rule)| (rank, rule.metric)),
            Some((0, Some(Metric::CpuUsage)))
        );
        assert!(mapping.searches().contains(&"my.cpu".to_owned()));
        let doubled = Rule::own("my.cpu[*]", Metric::CpuUsage).unwrap().times(2.0);
        assert_eq!(doubled.measures, Measures::Value(2.0));
        assert!(Rule::own("my cpu", Metric::CpuUsage).unwrap_err().to_string().contains("my cpu"));
        let searches = mapping.searches();
        assert!(
            searches.iter().all(|one| !searches.iter().any(|other| other != one && one.starts_with(other.as_str())))
        );
    }
}

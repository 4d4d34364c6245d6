//! The exporters that IROA knows, and the labels by which each tells its machines apart.

use super::answer::Series;

/// A program that tells Prometheus of machines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Exporter {
    Node,
    Windows,
    /// pryorda's, of machines as a vCenter sees them.
    Vmware,
    /// Of machines as their libvirt host sees them.
    Libvirt,
}

impl Exporter {
    pub(super) const ALL: [Self; 4] = [Self::Node, Self::Windows, Self::Vmware, Self::Libvirt];

    /// Begins the identity of its machines; never changes.
    pub(super) const fn key(self) -> &'static str {
        match self {
            Self::Node => "node",
            Self::Windows => "windows",
            Self::Vmware => "vmware",
            Self::Libvirt => "libvirt",
        }
    }

    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Node => "node_exporter",
            Self::Windows => "windows_exporter",
            Self::Vmware => "vmware_exporter",
            Self::Libvirt => "libvirt exporter",
        }
    }

    /// What a machine is grouped by. A vSphere machine moves between hosts, which are a label: that is aggregated away.
    pub(super) const fn labels(self) -> [&'static str; 2] {
        match self {
            Self::Node | Self::Windows => ["job", "instance"],
            Self::Vmware => ["dc_name", "vm_name"],
            Self::Libvirt => ["instance", "domain"],
        }
    }

    /// `job,instance`, as `PromQL`'s `by` and `on` want it.
    pub(super) fn by(self) -> String {
        self.labels().join(",")
    }

    /// Runs inside the machine: its target being down means that nothing is known.
    pub(super) const fn is_inside(self) -> bool {
        matches!(self, Self::Node | Self::Windows)
    }
}

/// One machine as the series of one exporter name it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) exporter: Exporter,
    /// The values of [`Exporter::labels`].
    pub(super) labels: [String; 2],
}

impl Key {
    /// `None` where the series names no machine.
    pub(super) fn of(exporter: Exporter, series: &Series) -> Option<Self> {
        let labels = exporter.labels().map(|label| series.label(label).to_owned());
        // Who pushes instead of being scraped may have no job; a machine without the second label has no name.
        (!labels[1].is_empty()).then_some(Self { exporter, labels })
    }

    pub(super) fn first(&self) -> &str {
        &self.labels[0]
    }

    pub(super) fn second(&self) -> &str {
        &self.labels[1]
    }
}

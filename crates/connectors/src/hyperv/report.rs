//! What one host said: a section for each thing that was asked, each of them read, partly read, failed or missing.
//!
//! The shapes of single values are `value`'s business, what the facts mean together is `assemble`'s. Field names are
//! those of the script; where a cmdlet's own name differs, it is understood, too.

mod cluster;
mod host;
mod machine;
mod storage;
mod usage;

pub use cluster::{Cluster, Group, Node};
pub use host::{Access, Counters, Hardware, HostFacts, Hypervisor, MachineLoad, Nic, Switch};
pub use machine::{Checkpoint, Guest, Machine, MachineAdapter, Relation, Security, Service, Settings};
pub use storage::{Image, MachineDisk, SharedVolume, Volume};
pub use usage::{Clocked, Device, DiskFile, Instance, LogicalProcessors, MachineMemory, MachineProcessors, Usage};

/// A section of the answer.
#[derive(Clone, Debug)]
pub struct Part<T> {
    /// What was read; `None` if the section failed or did not arrive.
    pub read: Option<T>,
    /// Why nothing was read, or what is missing from what was read.
    pub error: Option<String>,
}

impl<T> Default for Part<T> {
    fn default() -> Self {
        Self { read: None, error: None }
    }
}

impl<T> Part<T> {
    /// Read to its end, and nothing is missing.
    pub fn is_whole(&self) -> bool {
        self.read.is_some() && self.error.is_none()
    }

    /// Why it is not whole, as a sentence goes on: `…: access is denied`.
    pub fn reason(&self) -> &str {
        self.error.as_deref().unwrap_or("the answer ended before")
    }
}

impl<T> Part<Vec<T>> {
    pub fn rows(&self) -> &[T] {
        self.read.as_deref().unwrap_or_default()
    }
}

/// Everything that one host said.
#[derive(Clone, Debug, Default)]
pub struct Report {
    pub access: Part<Access>,
    pub host: Part<HostFacts>,
    pub hardware: Part<Hardware>,
    pub hypervisor: Part<Hypervisor>,
    pub machines: Part<Vec<Machine>>,
    pub settings: Part<Vec<Settings>>,
    pub security: Part<Vec<Security>>,
    pub disks: Part<Vec<MachineDisk>>,
    pub images: Part<Vec<Image>>,
    pub adapters: Part<Vec<MachineAdapter>>,
    pub checkpoints: Part<Vec<Checkpoint>>,
    pub replication: Part<Vec<Relation>>,
    pub services: Part<Vec<Service>>,
    pub guests: Part<Vec<Guest>>,
    pub switches: Part<Vec<Switch>>,
    pub nics: Part<Vec<Nic>>,
    pub volumes: Part<Vec<Volume>>,
    pub cluster: Part<Cluster>,
    pub shared_volumes: Part<Vec<SharedVolume>>,
    pub counters: Part<Counters>,
    /// What the script of measurements asks for; everything above but the host, its places and its cluster is then missing.
    pub usage: Usage,
    /// The answer came to its end mark, and every line of it was understood.
    pub is_whole: bool,
    /// Bytes arrived that are no UTF-8: some names are not what they are.
    pub has_foreign_text: bool,
}

impl Report {
    /// Every host has a volume to start from: an empty list is one that the account may not see.
    pub fn has_volumes(&self) -> bool {
        self.volumes.is_whole() && !self.volumes.rows().is_empty()
    }

    /// `hv1.lab`, in lower case: what Windows knows a computer by.
    pub fn host_name(&self) -> Option<String> {
        let host = self.host.read.as_ref()?;
        let name = host.name.as_deref()?.to_lowercase();
        match host.domain.as_deref() {
            Some(domain) if !name.contains('.') => Some(format!("{name}.{}", domain.to_lowercase())),
            _ => Some(name),
        }
    }
}

//! How many more machines of a size a pool takes, and what stops the next one.

use serde::{Deserialize, Serialize};

/// A size of machines.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Size {
    pub vcpu: i64,
    pub memory_bytes: i64,
    /// One disk, on one datastore; 0 asks for none.
    #[serde(default)]
    pub disk_bytes: i64,
    /// The places of the hosts that reach its datastores and networks; `None`: all.
    #[serde(default)]
    pub hosts: Option<Vec<u32>>,
}

/// What stops the next machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    Cpu,
    Memory,
    Storage,
    /// What is kept back for failures and buffers of the pool as a whole, in CPU.
    CpuUsable,
    MemoryUsable,
    /// No host that it reaches has as many hardware threads as it has vCPU, or as much memory.
    NoHostLargeEnough,
    /// Not even the machines that are there find a place: of hosts that may fail, or of none that is told.
    Restart,
    /// No host is there, or none whose size is known.
    NoHosts,
    /// It is not known what of the pool may be used.
    UsableUnknown,
}

/// What fits on the hosts that remain after the worst failures, each host by its scarcest resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fit {
    /// `None` where the usable capacity is unknown.
    pub machines: Option<u64>,
    pub limit: Limit,
    /// Hosts that have failed in this reckoning.
    pub failures: u32,
    /// What would fit if the remaining hosts were one: the difference is lost to fragmentation.
    pub if_one_host: Option<u64>,
    /// Machines of failed hosts, or of none that is told, that find no place.
    pub stranded: u32,
    /// Whether storage was counted; if not, it is unknown whether the disks fit.
    pub storage_known: bool,
}

impl Fit {
    pub fn fragmentation_loss(&self) -> Option<u64> {
        Some(self.if_one_host?.saturating_sub(self.machines?))
    }
}

/// A size that machines have, and what fits of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SizeFit {
    pub size: Size,
    /// Machines that have this size.
    pub in_use: u32,
    pub fit: Fit,
}

//! What the first page shows: how much, how full, how current, what changed.

use serde::{Deserialize, Serialize};

use crate::{change::ChangeView, ids::ObjectId, source::SourceView};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Overview {
    pub vms: VmCounts,
    pub by_platform: Vec<PlatformCounts>,
    pub clusters: u64,
    pub hosts: HostCounts,
    pub storage: StorageTotals,
    pub networks: u64,
    /// Fullest by memory first; clusters and stand-alone hosts.
    pub capacity: Vec<CapacityBar>,
    /// Fullest first.
    pub datastores: Vec<StorageBar>,
    pub sources: Vec<SourceView>,
    pub changes: Vec<ChangeView>,
    pub alarms: Vec<AlarmView>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct VmCounts {
    pub total: u64,
    pub on: u64,
    pub off: u64,
    pub suspended: u64,
    pub unknown: u64,
    pub templates: u64,
    /// vCPU and memory configured on machines that are on, of platforms that tell of hosts: ratios compare the two.
    pub vcpu_on: u64,
    pub memory_on_bytes: u64,
    /// Machines that are on and whose vCPU or memory is unknown: the sums are of the others.
    #[serde(default)]
    pub size_unknown: u64,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlatformCounts {
    /// `SourceKind::key`.
    pub platform: String,
    pub vms: u64,
    pub hosts: u64,
    pub clusters: u64,
    pub datastores: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostCounts {
    pub total: u64,
    pub connected: u64,
    pub in_maintenance: u64,
    pub not_connected: u64,
    pub cores: u64,
    pub memory_bytes: u64,
    /// Hosts whose cores or memory are unknown: the sums are of the others.
    #[serde(default)]
    pub size_unknown: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct StorageTotals {
    pub datastores: u64,
    /// A datastore shared by hosts, or seen through two sources (same URL), counts once.
    pub capacity_bytes: u64,
    pub free_bytes: u64,
    /// Datastores whose size or use is unknown: the sums are of the others.
    #[serde(default)]
    pub size_unknown: u64,
}

/// One cluster's or stand-alone host's bars. Every figure is `None` where the platform does not tell it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CapacityBar {
    /// A cluster's id, or a host's where `is_host`.
    pub object: ObjectId,
    pub is_host: bool,
    pub name: String,
    pub source_name: String,
    pub hosts: u64,
    /// Hosts that do not tell what they use: the sums of what is in use are of the others.
    #[serde(default)]
    pub hosts_silent: u64,
    pub vms_on: u64,
    /// Machines that are on and whose vCPU or memory is unknown: the sums of what is allocated are of the others.
    #[serde(default)]
    pub vms_size_unknown: u64,
    pub cpu_capacity_mhz: Option<i64>,
    pub cpu_used_mhz: Option<i64>,
    pub vcpu_allocated: Option<i64>,
    pub cores: Option<i64>,
    pub memory_capacity_bytes: Option<i64>,
    pub memory_used_bytes: Option<i64>,
    pub memory_allocated_bytes: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StorageBar {
    pub object: ObjectId,
    pub name: String,
    /// Names repeat between datacenters.
    pub datacenter: Option<String>,
    pub capacity_bytes: i64,
    pub free_bytes: i64,
    pub provisioned_bytes: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlarmView {
    pub kind: crate::inventory::ObjectKind,
    /// `None` where the alarm's object is not in the inventory.
    pub object: Option<ObjectId>,
    pub object_name: String,
    pub name: String,
    pub health: crate::inventory::Health,
    pub since_ms: Option<i64>,
    pub acknowledged: bool,
}

//! Hosts: hardware, version and what they are doing.

use serde::{Deserialize, Serialize};

use super::{Attribute, ConnectionState, Health, PowerState, Tag};
use crate::ids::ExternalId;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Host {
    pub external_id: ExternalId,
    pub name: String,
    /// `None` for a stand-alone host: there is no invented cluster.
    pub cluster: Option<ExternalId>,
    pub datacenter: Option<ExternalId>,
    pub folder: Option<ExternalId>,
    pub datastores: Vec<ExternalId>,
    pub networks: Vec<ExternalId>,
    pub config: HostConfig,
    pub state: HostState,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct HostConfig {
    pub power: PowerState,
    pub connection: ConnectionState,
    pub in_maintenance: Option<bool>,
    pub uuid: Option<String>,
    pub vendor: Option<String>,
    pub model: Option<String>,
    pub serial: Option<String>,
    pub cpu_model: Option<String>,
    pub sockets: Option<i64>,
    pub cores: Option<i64>,
    pub threads: Option<i64>,
    /// Speed of one core.
    pub core_mhz: Option<i64>,
    pub memory_bytes: Option<i64>,
    /// For example `VMware ESXi`.
    pub product: Option<String>,
    pub version: Option<String>,
    pub build: Option<String>,
    pub adapters: Vec<PhysicalAdapter>,
    pub numa_nodes: Option<i64>,
    /// Hyper-V: whether and how machines may be moved while they run.
    pub live_migration: Option<LiveMigration>,
    /// Hyper-V: where new machines are kept unless somebody says otherwise.
    pub machine_path: Option<String>,
    pub disk_path: Option<String>,
    pub tags: Vec<Tag>,
    pub attributes: Vec<Attribute>,
}

impl HostConfig {
    /// All cores together.
    pub fn total_cpu_mhz(&self) -> Option<i64> {
        self.core_mhz?.checked_mul(self.cores?)
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LiveMigration {
    pub enabled: Option<bool>,
    /// At the same time.
    pub most_migrations: Option<i64>,
    pub most_storage_migrations: Option<i64>,
    /// `Kerberos` or `CredSSP`.
    pub authentication: Option<String>,
    /// `TCPIP`, `Compression` or `SMB`.
    pub performance: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PhysicalAdapter {
    /// For example `vmnic0`.
    pub name: String,
    pub mac: Option<String>,
    /// `None` while the link is down.
    pub link_mbps: Option<i64>,
    pub driver: Option<String>,
}

/// What moves by itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct HostState {
    pub health: Health,
    pub cpu_usage_mhz: Option<i64>,
    pub memory_usage_bytes: Option<i64>,
    pub uptime_s: Option<i64>,
    pub boot_at_ms: Option<i64>,
}

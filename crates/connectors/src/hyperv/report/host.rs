//! The host itself: who asks it, what it is made of, what it is doing, what machines are plugged into.

use serde::Deserialize;

use crate::hyperv::value::{self, Choice};

/// Who asks, and what is there to be asked.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Access {
    #[serde(deserialize_with = "value::text")]
    pub user: Option<String>,
    #[serde(deserialize_with = "value::text")]
    pub powershell: Option<String>,
    #[serde(deserialize_with = "value::flag")]
    pub administrator: Option<bool>,
    #[serde(deserialize_with = "value::flag")]
    pub hyperv_administrator: Option<bool>,
    #[serde(deserialize_with = "value::flag")]
    pub hyperv_module: Option<bool>,
    #[serde(deserialize_with = "value::choice")]
    pub hyperv_service: Choice,
    #[serde(deserialize_with = "value::flag")]
    pub cluster_module: Option<bool>,
    #[serde(deserialize_with = "value::flag")]
    pub cluster_member: Option<bool>,
}

impl Access {
    /// The account is in one of the groups that see machines. Others get an empty list, not an error.
    pub fn sees_machines(&self) -> bool {
        self.administrator == Some(true) || self.hyperv_administrator == Some(true)
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct HostFacts {
    #[serde(alias = "Name", deserialize_with = "value::text")]
    pub name: Option<String>,
    #[serde(alias = "FullyQualifiedDomainName", deserialize_with = "value::text")]
    pub domain: Option<String>,
    #[serde(deserialize_with = "value::text")]
    pub os: Option<String>,
    #[serde(deserialize_with = "value::text")]
    pub version: Option<String>,
    #[serde(deserialize_with = "value::text")]
    pub build: Option<String>,
    #[serde(deserialize_with = "value::amount")]
    pub revision: Option<i64>,
    #[serde(deserialize_with = "value::time")]
    pub booted_ms: Option<i64>,
    #[serde(deserialize_with = "value::time")]
    pub now_ms: Option<i64>,
    #[serde(deserialize_with = "value::amount")]
    pub memory_bytes: Option<i64>,
    #[serde(deserialize_with = "value::amount")]
    pub memory_available_bytes: Option<i64>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Hardware {
    #[serde(deserialize_with = "value::text")]
    pub vendor: Option<String>,
    #[serde(deserialize_with = "value::text")]
    pub model: Option<String>,
    #[serde(deserialize_with = "value::amount")]
    pub memory_bytes: Option<i64>,
    #[serde(deserialize_with = "value::text")]
    pub uuid: Option<String>,
    #[serde(deserialize_with = "value::text")]
    pub serial: Option<String>,
    #[serde(deserialize_with = "value::text")]
    pub cpu: Option<String>,
    #[serde(deserialize_with = "value::amount")]
    pub cpu_mhz: Option<i64>,
    #[serde(deserialize_with = "value::amount")]
    pub sockets: Option<i64>,
    #[serde(deserialize_with = "value::amount")]
    pub cores: Option<i64>,
    #[serde(deserialize_with = "value::amount")]
    pub threads: Option<i64>,
}

/// What `Get-VMHost` says.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Hypervisor {
    #[serde(alias = "LogicalProcessorCount", deserialize_with = "value::amount")]
    pub logical_processors: Option<i64>,
    #[serde(alias = "MemoryCapacity", deserialize_with = "value::amount")]
    pub memory_bytes: Option<i64>,
    #[serde(deserialize_with = "value::amount")]
    pub numa_nodes: Option<i64>,
    #[serde(alias = "VirtualMachineMigrationEnabled", deserialize_with = "value::flag")]
    pub migration_enabled: Option<bool>,
    #[serde(alias = "MaximumVirtualMachineMigrations", deserialize_with = "value::amount")]
    pub migrations_most: Option<i64>,
    #[serde(alias = "MaximumStorageMigrations", deserialize_with = "value::amount")]
    pub storage_migrations_most: Option<i64>,
    #[serde(alias = "VirtualMachineMigrationAuthenticationType", deserialize_with = "value::choice")]
    pub migration_authentication: Choice,
    #[serde(alias = "VirtualMachineMigrationPerformanceOption", deserialize_with = "value::choice")]
    pub migration_performance: Choice,
    #[serde(alias = "VirtualMachinePath", deserialize_with = "value::text")]
    pub machine_path: Option<String>,
    #[serde(alias = "VirtualHardDiskPath", deserialize_with = "value::text")]
    pub disk_path: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Switch {
    #[serde(alias = "Id", deserialize_with = "value::text")]
    pub id: Option<String>,
    #[serde(alias = "Name", deserialize_with = "value::text")]
    pub name: Option<String>,
    /// 0 private, 1 internal, 2 external.
    #[serde(alias = "SwitchType", deserialize_with = "value::choice")]
    pub kind: Choice,
    #[serde(alias = "AllowManagementOS", deserialize_with = "value::flag")]
    pub management_os: Option<bool>,
    #[serde(alias = "EmbeddedTeamingEnabled", deserialize_with = "value::flag")]
    pub teaming: Option<bool>,
    #[serde(deserialize_with = "value::texts")]
    pub uplinks: Vec<String>,
}

/// A physical network adapter.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Nic {
    #[serde(deserialize_with = "value::text")]
    pub name: Option<String>,
    #[serde(deserialize_with = "value::text")]
    pub mac: Option<String>,
    #[serde(deserialize_with = "value::flag")]
    pub up: Option<bool>,
    #[serde(deserialize_with = "value::amount")]
    pub bits_per_s: Option<i64>,
    #[serde(deserialize_with = "value::text")]
    pub driver: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Counters {
    /// Of all logical processors.
    #[serde(deserialize_with = "value::amount")]
    pub cpu_percent: Option<i64>,
    #[serde(deserialize_with = "value::rows")]
    pub machines: Vec<MachineLoad>,
}

/// The load of all virtual processors of the machines that have this name: two busy ones are 200.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct MachineLoad {
    #[serde(deserialize_with = "value::text")]
    pub name: Option<String>,
    #[serde(deserialize_with = "value::amount")]
    pub percent: Option<i64>,
}

//! Machines, and what belongs to one of them.

use serde::Deserialize;

use crate::hyperv::value::{self, Choice};

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Machine {
    #[serde(alias = "Id", deserialize_with = "value::text")]
    pub id: Option<String>,
    #[serde(alias = "Name", deserialize_with = "value::text")]
    pub name: Option<String>,
    #[serde(alias = "State", deserialize_with = "value::choice")]
    pub state: Choice,
    #[serde(alias = "Status", deserialize_with = "value::text")]
    pub status: Option<String>,
    #[serde(alias = "OperationalStatus", deserialize_with = "value::choices")]
    pub operational: Vec<Choice>,
    #[serde(alias = "Generation", deserialize_with = "value::amount")]
    pub generation: Option<i64>,
    #[serde(alias = "Version", deserialize_with = "value::text")]
    pub version: Option<String>,
    #[serde(alias = "ProcessorCount", deserialize_with = "value::amount")]
    pub processors: Option<i64>,
    /// Of the whole host.
    #[serde(alias = "CPUUsage", deserialize_with = "value::amount")]
    pub cpu_percent: Option<i64>,
    #[serde(alias = "MemoryAssigned", deserialize_with = "value::amount")]
    pub memory_assigned_bytes: Option<i64>,
    #[serde(alias = "MemoryDemand", deserialize_with = "value::amount")]
    pub memory_demand_bytes: Option<i64>,
    #[serde(alias = "MemoryStartup", deserialize_with = "value::amount")]
    pub memory_startup_bytes: Option<i64>,
    #[serde(alias = "MemoryMinimum", deserialize_with = "value::amount")]
    pub memory_minimum_bytes: Option<i64>,
    #[serde(alias = "MemoryMaximum", deserialize_with = "value::amount")]
    pub memory_maximum_bytes: Option<i64>,
    #[serde(alias = "DynamicMemoryEnabled", deserialize_with = "value::flag")]
    pub dynamic_memory: Option<bool>,
    #[serde(alias = "Uptime", deserialize_with = "value::span")]
    pub uptime_ms: Option<i64>,
    #[serde(alias = "CreationTime", deserialize_with = "value::time")]
    pub created_ms: Option<i64>,
    #[serde(alias = "Notes", deserialize_with = "value::text")]
    pub notes: Option<String>,
    #[serde(alias = "IntegrationServicesVersion", deserialize_with = "value::text")]
    pub services_version: Option<String>,
    #[serde(alias = "Heartbeat", deserialize_with = "value::choice")]
    pub heartbeat: Choice,
    #[serde(alias = "ParentSnapshotId", deserialize_with = "value::text")]
    pub parent_checkpoint: Option<String>,
    #[serde(alias = "ReplicationMode", deserialize_with = "value::choice")]
    pub replication_mode: Choice,
    #[serde(alias = "ReplicationState", deserialize_with = "value::choice")]
    pub replication_state: Choice,
    #[serde(alias = "ReplicationHealth", deserialize_with = "value::choice")]
    pub replication_health: Choice,
    #[serde(alias = "IsClustered", deserialize_with = "value::flag")]
    pub clustered: Option<bool>,
    #[serde(alias = "ConfigurationLocation", deserialize_with = "value::text")]
    pub path: Option<String>,
    #[serde(alias = "AutomaticStartAction", deserialize_with = "value::choice")]
    pub start_action: Choice,
    /// Why the rest of this row is missing.
    #[serde(deserialize_with = "value::text")]
    pub error: Option<String>,
}

/// The realized configuration.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Settings {
    #[serde(deserialize_with = "value::text")]
    pub machine: Option<String>,
    #[serde(deserialize_with = "value::text")]
    pub bios_uuid: Option<String>,
    #[serde(deserialize_with = "value::flag")]
    pub secure_boot: Option<bool>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Security {
    /// `Microsoft:416E49FD-28DD-413C-9743-AA3E69E4807D\f3fdc3c6-…`
    #[serde(deserialize_with = "value::text")]
    pub id: Option<String>,
    #[serde(deserialize_with = "value::flag")]
    pub tpm: Option<bool>,
}

impl Security {
    pub fn machine(&self) -> Option<String> {
        let (owner, _) = self.id.as_deref()?.split_once('\\')?;
        Some(owner.strip_prefix("Microsoft:")?.to_ascii_lowercase())
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct MachineAdapter {
    #[serde(alias = "VMId", deserialize_with = "value::text")]
    pub machine: Option<String>,
    /// `Microsoft:416E49FD-28DD-413C-9743-AA3E69E4807D\6FDBD090-5B0C-47AE-872C-A5BD622E807D`
    #[serde(alias = "Id", deserialize_with = "value::text")]
    pub id: Option<String>,
    #[serde(alias = "Name", deserialize_with = "value::text")]
    pub name: Option<String>,
    #[serde(alias = "IsLegacy", deserialize_with = "value::flag")]
    pub legacy: Option<bool>,
    #[serde(alias = "MacAddress", deserialize_with = "value::text")]
    pub mac: Option<String>,
    #[serde(alias = "Connected", deserialize_with = "value::flag")]
    pub connected: Option<bool>,
    #[serde(alias = "SwitchId", deserialize_with = "value::text")]
    pub switch_id: Option<String>,
    #[serde(alias = "SwitchName", deserialize_with = "value::text")]
    pub switch_name: Option<String>,
    /// 0 untagged, 1 access, 2 trunk, 3 private.
    #[serde(deserialize_with = "value::choice")]
    pub vlan_mode: Choice,
    #[serde(deserialize_with = "value::amount")]
    pub vlan: Option<i64>,
    #[serde(deserialize_with = "value::text")]
    pub vlan_trunk: Option<String>,
    #[serde(alias = "IPAddresses", deserialize_with = "value::texts")]
    pub addresses: Vec<String>,
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Checkpoint {
    #[serde(deserialize_with = "value::text")]
    pub machine: Option<String>,
    #[serde(deserialize_with = "value::text")]
    pub id: Option<String>,
    #[serde(deserialize_with = "value::text")]
    pub name: Option<String>,
    #[serde(deserialize_with = "value::text")]
    pub notes: Option<String>,
    #[serde(deserialize_with = "value::choice")]
    pub kind: Choice,
    #[serde(deserialize_with = "value::text")]
    pub parent: Option<String>,
    #[serde(deserialize_with = "value::time")]
    pub created_ms: Option<i64>,
}

/// How a machine is replicated.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Relation {
    #[serde(deserialize_with = "value::text")]
    pub machine: Option<String>,
    #[serde(deserialize_with = "value::choice")]
    pub state: Choice,
    #[serde(deserialize_with = "value::choice")]
    pub health: Choice,
    #[serde(deserialize_with = "value::text")]
    pub primary_server: Option<String>,
    #[serde(deserialize_with = "value::text")]
    pub replica_server: Option<String>,
    #[serde(deserialize_with = "value::amount")]
    pub frequency_s: Option<i64>,
    #[serde(deserialize_with = "value::time")]
    pub last_ms: Option<i64>,
}

/// An integration service.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Service {
    #[serde(deserialize_with = "value::text")]
    pub machine: Option<String>,
    /// `Microsoft:MACHINE\COMPONENT`
    #[serde(deserialize_with = "value::text")]
    pub id: Option<String>,
    #[serde(deserialize_with = "value::text")]
    pub name: Option<String>,
    #[serde(deserialize_with = "value::flag")]
    pub enabled: Option<bool>,
}

/// What a guest says of itself.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Guest {
    #[serde(deserialize_with = "value::text")]
    pub machine: Option<String>,
    #[serde(rename = "OSName", deserialize_with = "value::text")]
    pub os: Option<String>,
    #[serde(rename = "OSVersion", deserialize_with = "value::text")]
    pub os_version: Option<String>,
    #[serde(rename = "FullyQualifiedDomainName", deserialize_with = "value::text")]
    pub host_name: Option<String>,
    #[serde(rename = "IntegrationServicesVersion", deserialize_with = "value::text")]
    pub services_version: Option<String>,
}

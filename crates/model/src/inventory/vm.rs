//! Virtual machines: what they are configured to be, and what they are doing.

use serde::{Deserialize, Serialize};

use super::{Adapter, ConnectionState, Disk, Health, PowerState, Snapshot};
use crate::ids::ExternalId;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Vm {
    pub external_id: ExternalId,
    pub name: String,
    /// `None` where the platform does not say (orphaned, restricted account).
    pub host: Option<ExternalId>,
    pub resource_pool: Option<ExternalId>,
    pub folder: Option<ExternalId>,
    pub datacenter: Option<ExternalId>,
    pub datastores: Vec<ExternalId>,
    pub networks: Vec<ExternalId>,
    pub config: VmConfig,
    pub state: VmState,
}

impl Vm {
    /// A machine of which no place is told: a monitoring system knows it from within.
    pub fn unplaced(external_id: ExternalId, name: String, config: VmConfig, state: VmState) -> Self {
        Self {
            external_id,
            name,
            host: None,
            resource_pool: None,
            folder: None,
            datacenter: None,
            datastores: Vec::new(),
            networks: Vec::new(),
            config,
            state,
        }
    }
}

/// Configuration, as far as the platform told it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct VmConfig {
    pub power: PowerState,
    pub connection: ConnectionState,
    pub role: VmRole,
    /// SMBIOS UUID; copies and clones may repeat it.
    pub bios_uuid: Option<String>,
    pub instance_uuid: Option<String>,
    pub vcpu: Option<i64>,
    pub cores_per_socket: Option<i64>,
    pub memory_bytes: Option<i64>,
    /// CPU in MHz.
    pub cpu: Allocation,
    /// Memory in bytes.
    pub memory: Allocation,
    pub cpu_hot_add: Option<bool>,
    pub memory_hot_add: Option<bool>,
    /// `bios` or `efi`.
    pub firmware: Option<String>,
    /// vSphere: `vmx-19`.
    pub hardware_version: Option<String>,
    /// The guest that the machine is configured for.
    pub guest_os: Option<String>,
    /// The guest that its tools report.
    pub guest_os_running: Option<String>,
    pub guest_host_name: Option<String>,
    /// All addresses, the primary one first. Known only while the guest runs; the store keeps the last known ones.
    pub ip_addresses: Vec<String>,
    /// The platform's word, for example `toolsOk`, `toolsOld`, `toolsNotInstalled`.
    pub tools_state: Option<String>,
    pub tools_version: Option<String>,
    pub disks: Vec<Disk>,
    pub adapters: Vec<Adapter>,
    /// Depth-first, parents before children.
    pub snapshots: Vec<Snapshot>,
    pub created_at_ms: Option<i64>,
    pub annotation: Option<String>,
    /// Devices handed through from the host, by label.
    pub passthrough_devices: Vec<String>,
    /// `low`, `normal`, `medium`, `high`.
    pub latency_sensitivity: Option<String>,
    /// The extension that owns the machine (vSphere `managedBy.extensionKey`).
    pub managed_by: Option<String>,
    /// The path of the machine's configuration file: `[datastore1] web/web.vmx`.
    pub config_path: Option<String>,
    /// Hyper-V: 1 with a BIOS, 2 with UEFI.
    pub generation: Option<i64>,
    /// Hyper-V: memory that grows and shrinks with demand; `memory_bytes` is what the machine starts with.
    pub dynamic_memory: Option<DynamicMemory>,
    /// Hyper-V Replica; `None` where the machine is not replicated.
    pub replication: Option<Replication>,
    /// Hyper-V integration services.
    pub guest_services: Vec<GuestService>,
    pub secure_boot: Option<bool>,
    pub tpm: Option<bool>,
    /// What the machine does when its host starts: `Nothing`, `StartIfRunning`, `Start`.
    pub automatic_start: Option<String>,
    /// A failover cluster starts the machine elsewhere when its host fails.
    pub highly_available: Option<bool>,
    pub tags: Vec<Tag>,
    pub attributes: Vec<Attribute>,
}

/// What a machine is for, as far as evidence shows. Only `Ordinary` machines are counted as workload.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VmRole {
    #[default]
    Ordinary,
    Template,
    /// vSphere Cluster Services; evidence: the extra-config key `HDCS.agent`.
    Vcls,
    /// The second machine of a Fault Tolerance pair.
    FaultToleranceSecondary,
    /// A Hyper-V Replica: the copy that waits for its primary to fail.
    Replica,
}

impl VmRole {
    pub const ALL: [Self; 5] =
        [Self::Ordinary, Self::Template, Self::Vcls, Self::FaultToleranceSecondary, Self::Replica];

    pub const fn key(self) -> &'static str {
        match self {
            Self::Ordinary => "ordinary",
            Self::Template => "template",
            Self::Vcls => "vcls",
            Self::FaultToleranceSecondary => "ft_secondary",
            Self::Replica => "replica",
        }
    }

    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.key() == key)
    }
}

/// Hyper-V dynamic memory, as far as it is switched on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DynamicMemory {
    pub enabled: bool,
    pub minimum_bytes: Option<i64>,
    /// Hyper-V's default is 1 TiB: no promise, and no size to add up.
    pub maximum_bytes: Option<i64>,
}

/// How a machine is replicated; how well that goes is state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Replication {
    pub mode: ReplicationMode,
    pub primary_server: Option<String>,
    pub replica_server: Option<String>,
    pub frequency_s: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplicationMode {
    Primary,
    Replica,
    TestReplica,
    ExtendedReplica,
}

impl ReplicationMode {
    pub const ALL: [Self; 4] = [Self::Primary, Self::Replica, Self::TestReplica, Self::ExtendedReplica];

    pub const fn key(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Replica => "replica",
            Self::TestReplica => "test_replica",
            Self::ExtendedReplica => "extended_replica",
        }
    }

    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.key() == key)
    }
}

/// A service that the host offers to the guest: heartbeat, time, shutdown …
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GuestService {
    /// The same in every language: `heartbeat`, `time_synchronization` …, else the component's identifier.
    pub key: String,
    pub name: String,
    pub enabled: Option<bool>,
}

/// Reservation, limit and shares; the unit is the resource's (MHz or bytes).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Allocation {
    pub reservation: Option<i64>,
    /// `None` means no limit (or unknown); vSphere sends −1 for it.
    pub limit: Option<i64>,
    pub shares: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Tag {
    pub category: String,
    pub name: String,
}

/// A custom attribute, as people define them in the platform.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Attribute {
    pub name: String,
    pub value: String,
}

/// What moves by itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct VmState {
    pub health: Health,
    pub cpu_usage_mhz: Option<i64>,
    /// Recently touched guest memory. vSphere `guestMemoryUsage` is this, not what the guest has in use.
    pub memory_active_bytes: Option<i64>,
    /// Host memory that backs the machine, overhead included.
    pub memory_consumed_bytes: Option<i64>,
    /// Hyper-V: what the guest asks for; more than is assigned is pressure.
    pub memory_demand_bytes: Option<i64>,
    pub memory_ballooned_bytes: Option<i64>,
    pub memory_swapped_bytes: Option<i64>,
    pub uptime_s: Option<i64>,
    pub boot_at_ms: Option<i64>,
    pub storage_committed_bytes: Option<i64>,
    pub storage_uncommitted_bytes: Option<i64>,
    /// Not shared with other machines: what deleting this one would free.
    pub storage_unshared_bytes: Option<i64>,
    /// Hyper-V: the platform's word, for example `OkApplicationsHealthy`, `NoContact`.
    pub heartbeat: Option<String>,
    /// Hyper-V: the platform's word, for example `Replicating`, `Suspended`.
    pub replication_state: Option<String>,
    pub replication_health: Option<Health>,
    pub last_replication_at_ms: Option<i64>,
}

impl VmConfig {
    /// Keeps what was known before where the platform can no longer tell: the guest's facts while it does not run,
    /// and everything while the machine cannot be reached. A machine that is off has not lost its addresses.
    pub fn carry_over(&mut self, previous: &Self) {
        let unreachable = !matches!(self.connection, ConnectionState::Connected | ConnectionState::Unknown);
        if self.vcpu.is_none() && unreachable {
            let (power, connection) = (self.power, self.connection);
            *self = Self { power, connection, ..previous.clone() };
            return;
        }
        if self.power == PowerState::On {
            return;
        }
        if self.ip_addresses.is_empty() {
            self.ip_addresses.clone_from(&previous.ip_addresses);
        }
        if self.guest_host_name.is_none() {
            self.guest_host_name.clone_from(&previous.guest_host_name);
        }
        if self.guest_os_running.is_none() {
            self.guest_os_running.clone_from(&previous.guest_os_running);
        }
        for adapter in &mut self.adapters {
            if !adapter.ip_addresses.is_empty() {
                continue;
            }
            if let Some(known) = previous.adapters.iter().find(|known| known.key == adapter.key) {
                adapter.ip_addresses.clone_from(&known.ip_addresses);
            }
        }
    }
}

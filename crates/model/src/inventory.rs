//! The inventory as a connector reads it: objects with the platform's identity, and relations between them.
//!
//! Every object splits into configuration (kept with a history of changes) and state that moves by itself
//! (uptime, quick stats, free space). There are no database keys in here. `None` means unknown, never zero.

mod cluster;
mod device;
mod host;
mod network;
mod place;
mod storage;
mod vm;

pub use cluster::{
    AdmissionControl, AdmissionPolicy, Cluster, ClusterConfig, ClusterGroup, ClusterState, DrsRule, Quorum,
};
pub use device::{Adapter, Disk, Snapshot};
pub use host::{Host, HostConfig, HostState, LiveMigration, PhysicalAdapter};
pub use network::{Network, NetworkConfig, NetworkType};
pub use place::{Datacenter, Folder, ResourcePool, ResourcePoolConfig};
pub use storage::{Datastore, DatastoreConfig, DatastoreState};
pub use vm::{
    Allocation, Attribute, DynamicMemory, GuestService, Replication, ReplicationMode, Tag, Vm, VmConfig, VmRole,
    VmState,
};

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::{ids::ExternalId, run::RunIssue};

/// The kinds of objects that an inventory holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ObjectKind {
    Datacenter,
    Folder,
    Cluster,
    Host,
    ResourcePool,
    Vm,
    Datastore,
    Network,
}

impl ObjectKind {
    pub const ALL: [Self; 8] = [
        Self::Datacenter,
        Self::Folder,
        Self::Cluster,
        Self::Host,
        Self::ResourcePool,
        Self::Vm,
        Self::Datastore,
        Self::Network,
    ];

    /// The stable name used in the database and in URLs, for example `resource_pool`.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Datacenter => "datacenter",
            Self::Folder => "folder",
            Self::Cluster => "cluster",
            Self::Host => "host",
            Self::ResourcePool => "resource_pool",
            Self::Vm => "vm",
            Self::Datastore => "datastore",
            Self::Network => "network",
        }
    }

    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.key() == key)
    }

    /// What people call one of them.
    pub const fn singular(self) -> &'static str {
        match self {
            Self::Datacenter => "datacenter",
            Self::Folder => "folder",
            Self::Cluster => "cluster",
            Self::Host => "host",
            Self::ResourcePool => "resource pool",
            Self::Vm => "virtual machine",
            Self::Datastore => "datastore",
            Self::Network => "network",
        }
    }

    pub const fn plural(self) -> &'static str {
        match self {
            Self::Datacenter => "datacenters",
            Self::Folder => "folders",
            Self::Cluster => "clusters",
            Self::Host => "hosts",
            Self::ResourcePool => "resource pools",
            Self::Vm => "virtual machines",
            Self::Datastore => "datastores",
            Self::Network => "networks",
        }
    }
}

/// Whether a machine or host runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PowerState {
    On,
    Off,
    Suspended,
    #[default]
    Unknown,
}

impl PowerState {
    pub const ALL: [Self; 4] = [Self::On, Self::Off, Self::Suspended, Self::Unknown];

    pub const fn key(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Off => "off",
            Self::Suspended => "suspended",
            Self::Unknown => "unknown",
        }
    }

    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.key() == key)
    }
}

/// Whether the platform itself can reach the object. vSphere: `VirtualMachineConnectionState` and
/// `HostSystemConnectionState` (`notResponding` is `Disconnected` with the host named in the run's issues).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConnectionState {
    Connected,
    Disconnected,
    NotResponding,
    Orphaned,
    Inaccessible,
    Invalid,
    #[default]
    Unknown,
}

impl ConnectionState {
    pub const ALL: [Self; 7] = [
        Self::Connected,
        Self::Disconnected,
        Self::NotResponding,
        Self::Orphaned,
        Self::Inaccessible,
        Self::Invalid,
        Self::Unknown,
    ];

    pub const fn key(self) -> &'static str {
        match self {
            Self::Connected => "connected",
            Self::Disconnected => "disconnected",
            Self::NotResponding => "not_responding",
            Self::Orphaned => "orphaned",
            Self::Inaccessible => "inaccessible",
            Self::Invalid => "invalid",
            Self::Unknown => "unknown",
        }
    }

    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.key() == key)
    }
}

/// The platform's own verdict on an object (vSphere `ManagedEntityStatus`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Health {
    Green,
    Yellow,
    Red,
    #[default]
    Gray,
}

impl Health {
    pub const ALL: [Self; 4] = [Self::Green, Self::Yellow, Self::Red, Self::Gray];

    pub const fn key(self) -> &'static str {
        match self {
            Self::Green => "green",
            Self::Yellow => "yellow",
            Self::Red => "red",
            Self::Gray => "gray",
        }
    }

    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|health| health.key() == key)
    }
}

/// An alarm that the platform has raised on an object and that is still up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alarm {
    /// `alarmState.key`, for example `alarm-8.host-12`.
    pub key: String,
    pub kind: ObjectKind,
    pub object: ExternalId,
    pub name: String,
    pub health: Health,
    pub since_ms: Option<i64>,
    pub acknowledged: bool,
}

/// Everything one source holds, in no particular order; names may repeat, external ids do not within a kind.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Inventory {
    pub datacenters: Vec<Datacenter>,
    pub folders: Vec<Folder>,
    pub clusters: Vec<Cluster>,
    pub hosts: Vec<Host>,
    pub resource_pools: Vec<ResourcePool>,
    pub vms: Vec<Vm>,
    pub datastores: Vec<Datastore>,
    pub networks: Vec<Network>,
    pub alarms: Vec<Alarm>,
}

impl Inventory {
    pub fn count(&self, kind: ObjectKind) -> usize {
        match kind {
            ObjectKind::Datacenter => self.datacenters.len(),
            ObjectKind::Folder => self.folders.len(),
            ObjectKind::Cluster => self.clusters.len(),
            ObjectKind::Host => self.hosts.len(),
            ObjectKind::ResourcePool => self.resource_pools.len(),
            ObjectKind::Vm => self.vms.len(),
            ObjectKind::Datastore => self.datastores.len(),
            ObjectKind::Network => self.networks.len(),
        }
    }

    /// True when no kind holds an object.
    pub fn is_empty(&self) -> bool {
        ObjectKind::ALL.into_iter().all(|kind| self.count(kind) == 0)
    }
}

/// What is read by calls of its own beside the objects, and so can be missing while they are not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aspect {
    Tags,
    /// Custom attributes.
    Attributes,
    Alarms,
    SnapshotSizes,
    /// What machines are for, where it takes evidence (vCLS).
    Roles,
}

impl Aspect {
    pub const ALL: [Self; 5] = [Self::Tags, Self::Attributes, Self::Alarms, Self::SnapshotSizes, Self::Roles];
}

/// What the platform did not tell of one object this time: fields of its configuration, pointers and relations, as the
/// history names them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withheld {
    pub kind: ObjectKind,
    pub object: ExternalId,
    pub fields: Vec<String>,
}

/// What one `collect` of a connector yields.
///
/// What was not read stands in it as if there were none. That is not to be believed, and what was known before stays:
/// `complete`, `aspects` and `withheld` tell where.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Collection {
    pub inventory: Inventory,
    /// Kinds that were read to their end. Only in these may an object that was not seen be archived.
    pub complete: BTreeSet<ObjectKind>,
    /// Aspects that were read.
    pub aspects: BTreeSet<Aspect>,
    pub withheld: Vec<Withheld>,
    pub issues: Vec<RunIssue>,
    pub identity: SourceIdentity,
}

/// What the endpoint says of itself. Every field is unknown until read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceIdentity {
    /// For example `VMware vCenter Server`.
    pub product: Option<String>,
    pub version: Option<String>,
    pub build: Option<String>,
    /// vCenter's `instanceUuid`; a stand-alone ESXi host has none and is known by its hardware: `esxi:UUID`.
    pub instance_uuid: Option<String>,
}

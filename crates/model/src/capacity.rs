//! Capacity: what a pool of hosts or a datastore has, keeps back, has given away and has left.
//!
//! How it is computed is the analysis' business; the history of it is [`crate::runway`]'s.

mod basis;
mod fit;
mod gap;
mod settings;
mod view;

use serde::{Deserialize, Serialize};

pub use basis::{Admission, Basis, HostSize, HostStanding, MachineSize, MachineStanding};
pub use fit::{Fit, Limit, Size, SizeFit};
pub use gap::Gap;
pub use settings::{CapacityOverride, CapacitySettings};
pub use view::{EstateCapacity, PoolView, ResourceOutlook, StoreView};

/// What can run out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resource {
    /// What machines ask of the processors, against what these do.
    CpuDemand,
    /// vCPU of machines that are on, against physical cores times the overcommit ratio.
    CpuAllocation,
    MemoryDemand,
    /// Memory that machines which are on may claim, against memory times the overcommit ratio.
    MemoryAllocation,
    StorageUsed,
    /// What thin disks may grow to: capacity − free + uncommitted.
    StorageProvisioned,
}

impl Resource {
    pub const ALL: [Self; 6] = [
        Self::CpuDemand,
        Self::CpuAllocation,
        Self::MemoryDemand,
        Self::MemoryAllocation,
        Self::StorageUsed,
        Self::StorageProvisioned,
    ];

    /// Those of a pool of hosts.
    pub const OF_HOSTS: [Self; 4] = [Self::CpuDemand, Self::CpuAllocation, Self::MemoryDemand, Self::MemoryAllocation];

    pub const OF_STORAGE: [Self; 2] = [Self::StorageUsed, Self::StorageProvisioned];

    pub const fn key(self) -> &'static str {
        match self {
            Self::CpuDemand => "cpu_demand",
            Self::CpuAllocation => "cpu_allocation",
            Self::MemoryDemand => "memory_demand",
            Self::MemoryAllocation => "memory_allocation",
            Self::StorageUsed => "storage_used",
            Self::StorageProvisioned => "storage_provisioned",
        }
    }

    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|resource| resource.key() == key)
    }

    /// What people call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::CpuDemand => "CPU demand",
            Self::CpuAllocation => "CPU allocation",
            Self::MemoryDemand => "memory demand",
            Self::MemoryAllocation => "memory allocation",
            Self::StorageUsed => "storage used",
            Self::StorageProvisioned => "storage provisioned",
        }
    }

    pub const fn unit(self) -> AmountUnit {
        match self {
            Self::CpuDemand => AmountUnit::Megahertz,
            Self::CpuAllocation => AmountUnit::Vcpu,
            Self::MemoryDemand | Self::MemoryAllocation | Self::StorageUsed | Self::StorageProvisioned => {
                AmountUnit::Bytes
            }
        }
    }
}

/// The unit of every amount of a [`Measure`], its capacity included: cores count as the vCPU that they may carry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AmountUnit {
    Megahertz,
    Vcpu,
    Bytes,
}

/// Which of the two rules keeps more back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReserveBy {
    /// The cluster's own admission control.
    Admission,
    /// The failures that people plan for.
    Planned,
    /// What a storage pool needs to rebuild a lost part.
    Rebuild,
}

/// One resource of a pool, in the resource's unit. Usable = (capacity − reserve) × (1 − buffer); headroom = usable − taken,
/// below zero where more is taken than may be.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measure {
    pub resource: Resource,
    /// Of all hosts, times the overcommit ratio. Those in maintenance or out of reach are included: both pass, and neither is a
    /// step of what there is.
    pub capacity: Option<f64>,
    /// The part of the capacity that serves at the moment.
    pub present: Option<f64>,
    pub reserve: Option<f64>,
    pub reserve_by: Option<ReserveBy>,
    pub usable: Option<f64>,
    /// Allocated, demanded, used or provisioned.
    pub taken: Option<f64>,
    pub headroom: Option<f64>,
}

/// How many hosts there are, and what keeps some of them from serving.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostTally {
    pub all: u32,
    pub serving: u32,
    pub in_maintenance: u32,
    pub unreachable: u32,
    /// Kept empty by the cluster's admission control.
    pub failover: u32,
}

/// What machines of one kind claim together; sizes that are unknown are not in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    pub machines: u32,
    pub vcpu: i64,
    pub memory_bytes: i64,
}

/// What vSphere's admission control itself looks at: reservations of machines that are on, not what they ask for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct AdmissionView {
    pub cpu_reserved_mhz: f64,
    pub memory_reserved_bytes: f64,
    /// Reservations up to which further machines are let in; `None` where the policy counts slots or is unknown.
    pub cpu_admitted_mhz: Option<f64>,
    pub memory_admitted_bytes: Option<f64>,
    pub slots: Option<Slots>,
}

/// A slot is as large as the largest reservations; 32 MHz where no machine reserves CPU (vSphere Availability, "Slot size
/// calculation"; `das.vmcpuminmhz`).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Slots {
    pub cpu_mhz: f64,
    /// Without the overhead of machines, which the inventory does not tell.
    pub memory_bytes: f64,
    pub all: u64,
    /// Of the hosts that may fail: those with the most slots.
    pub reserved: u64,
    /// One for each machine that is on.
    pub used: u64,
}

/// A pool of hosts as it is judged: a cluster, or a host that stands alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PoolCapacity {
    /// In the order of [`Resource::OF_HOSTS`].
    pub measures: Vec<Measure>,
    pub hosts: HostTally,
    pub on: Claim,
    /// Machines that are off or suspended: what they would claim if all were started.
    pub off: Claim,
    /// Replicas that wait for their primaries to fail.
    pub standby: Claim,
    /// vCPU of machines that are on, to physical cores and to hardware threads.
    pub vcpu_per_core: Option<f64>,
    pub vcpu_per_thread: Option<f64>,
    /// Memory that machines which are on may claim, to memory that is there.
    pub memory_ratio: Option<f64>,
    /// `None` where nothing controls admission, or it is not known what does.
    pub admission: Option<AdmissionView>,
    pub gaps: Vec<Gap>,
}

impl PoolCapacity {
    pub fn measure(&self, resource: Resource) -> Option<&Measure> {
        self.measures.iter().find(|measure| measure.resource == resource)
    }
}

/// A datastore or a cluster of datastores as it is judged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StorageCapacity {
    /// In the order of [`Resource::OF_STORAGE`].
    pub measures: Vec<Measure>,
    pub datastores: u32,
    /// Records of datastores that are counted elsewhere already: one LUN that two vCenters show.
    pub seen_again: u32,
    /// What is left in the emptiest of them: a disk does not span two.
    pub largest_headroom_bytes: Option<f64>,
    pub gaps: Vec<Gap>,
}

impl StorageCapacity {
    pub fn measure(&self, resource: Resource) -> Option<&Measure> {
        self.measures.iter().find(|measure| measure.resource == resource)
    }
}

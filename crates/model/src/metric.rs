//! What is measured, and in which unit. A sample of a metric is [`crate::sample`]'s.

use serde::{Deserialize, Serialize};

/// The unit of a metric's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// 0 to 100; above it where the platform itself counts so (pressure).
    Percent,
    Megahertz,
    Bytes,
    BytesPerSecond,
    Milliseconds,
    Nanoseconds,
}

/// A quantity that is measured over time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Use of what is there: of all vCPUs of a machine, of all cores of a host or cluster.
    CpuUsage,
    /// The same in MHz, which survives a resize and adds up over machines.
    CpuDemand,
    /// Time that a vCPU wanted to run and was not scheduled, per vCPU. vSphere: `cpu.ready.summation` / (interval × vCPU).
    CpuReady,
    /// Time that a vCPU waited for its siblings, per vCPU. vSphere: `cpu.costop.summation`.
    CpuCostop,
    /// Hyper-V's contention: `CPU Wait Time Per Dispatch`.
    CpuWait,
    /// What the guest itself calls used: total − available.
    MemoryUsed,
    /// Host memory behind the machine; an upper bound of what it needs.
    MemoryConsumed,
    /// What was touched lately, estimated by sampling; a lower bound.
    MemoryActive,
    /// What the guest may address now. Hyper-V: assigned.
    MemoryGranted,
    /// Taken back by the balloon driver.
    MemoryBallooned,
    /// Swapped out by the hypervisor.
    MemorySwapped,
    /// What a guest with dynamic memory asks for.
    MemoryDemand,
    /// Demand against assigned: above 100 the guest lacks memory.
    MemoryPressure,
    /// Read back from swap by the guest, or by the hypervisor where no guest tells.
    MemorySwapIn,
    DiskRead,
    DiskWrite,
    /// The worst of its disks. vSphere: `disk.maxTotalLatency.latest`.
    DiskLatency,
    NetworkReceive,
    NetworkTransmit,
    /// Used of a datastore, or of all file systems of a guest.
    StorageUsed,
    /// Its size at that time.
    StorageCapacity,
    /// Use of the fullest file system of a guest.
    FilesystemUsage,
}

impl Metric {
    pub const ALL: [Self; 22] = [
        Self::CpuUsage,
        Self::CpuDemand,
        Self::CpuReady,
        Self::CpuCostop,
        Self::CpuWait,
        Self::MemoryUsed,
        Self::MemoryConsumed,
        Self::MemoryActive,
        Self::MemoryGranted,
        Self::MemoryBallooned,
        Self::MemorySwapped,
        Self::MemoryDemand,
        Self::MemoryPressure,
        Self::MemorySwapIn,
        Self::DiskRead,
        Self::DiskWrite,
        Self::DiskLatency,
        Self::NetworkReceive,
        Self::NetworkTransmit,
        Self::StorageUsed,
        Self::StorageCapacity,
        Self::FilesystemUsage,
    ];

    /// The stable name in the database, in addresses and in exports; it ends in the unit.
    pub const fn key(self) -> &'static str {
        match self {
            Self::CpuUsage => "cpu_usage_percent",
            Self::CpuDemand => "cpu_demand_mhz",
            Self::CpuReady => "cpu_ready_percent",
            Self::CpuCostop => "cpu_costop_percent",
            Self::CpuWait => "cpu_wait_ns",
            Self::MemoryUsed => "memory_used_bytes",
            Self::MemoryConsumed => "memory_consumed_bytes",
            Self::MemoryActive => "memory_active_bytes",
            Self::MemoryGranted => "memory_granted_bytes",
            Self::MemoryBallooned => "memory_ballooned_bytes",
            Self::MemorySwapped => "memory_swapped_bytes",
            Self::MemoryDemand => "memory_demand_bytes",
            Self::MemoryPressure => "memory_pressure_percent",
            Self::MemorySwapIn => "memory_swap_in_bytes_per_s",
            Self::DiskRead => "disk_read_bytes_per_s",
            Self::DiskWrite => "disk_write_bytes_per_s",
            Self::DiskLatency => "disk_latency_ms",
            Self::NetworkReceive => "network_receive_bytes_per_s",
            Self::NetworkTransmit => "network_transmit_bytes_per_s",
            Self::StorageUsed => "storage_used_bytes",
            Self::StorageCapacity => "storage_capacity_bytes",
            Self::FilesystemUsage => "filesystem_usage_percent",
        }
    }

    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|metric| metric.key() == key)
    }

    /// What people call it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::CpuUsage => "CPU usage",
            Self::CpuDemand => "CPU demand",
            Self::CpuReady => "CPU ready",
            Self::CpuCostop => "CPU co-stop",
            Self::CpuWait => "CPU wait per dispatch",
            Self::MemoryUsed => "Memory used by the guest",
            Self::MemoryConsumed => "Memory consumed",
            Self::MemoryActive => "Memory active",
            Self::MemoryGranted => "Memory granted",
            Self::MemoryBallooned => "Memory ballooned",
            Self::MemorySwapped => "Memory swapped",
            Self::MemoryDemand => "Memory demand",
            Self::MemoryPressure => "Memory pressure",
            Self::MemorySwapIn => "Swap-in",
            Self::DiskRead => "Disk reads",
            Self::DiskWrite => "Disk writes",
            Self::DiskLatency => "Disk latency",
            Self::NetworkReceive => "Network received",
            Self::NetworkTransmit => "Network sent",
            Self::StorageUsed => "Storage used",
            Self::StorageCapacity => "Storage capacity",
            Self::FilesystemUsage => "Fullest file system",
        }
    }

    pub const fn unit(self) -> Unit {
        match self {
            Self::CpuUsage | Self::CpuReady | Self::CpuCostop | Self::MemoryPressure | Self::FilesystemUsage => {
                Unit::Percent
            }
            Self::CpuDemand => Unit::Megahertz,
            Self::CpuWait => Unit::Nanoseconds,
            Self::DiskLatency => Unit::Milliseconds,
            Self::MemorySwapIn | Self::DiskRead | Self::DiskWrite | Self::NetworkReceive | Self::NetworkTransmit => {
                Unit::BytesPerSecond
            }
            Self::MemoryUsed
            | Self::MemoryConsumed
            | Self::MemoryActive
            | Self::MemoryGranted
            | Self::MemoryBallooned
            | Self::MemorySwapped
            | Self::MemoryDemand
            | Self::StorageUsed
            | Self::StorageCapacity => Unit::Bytes,
        }
    }

    /// The most that a true value can be; what is above it by rounding is clipped to it.
    pub const fn ceiling(self) -> Option<f64> {
        match self {
            Self::CpuUsage | Self::CpuReady | Self::CpuCostop | Self::FilesystemUsage => Some(100.0),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_metric_has_a_key_of_its_own_that_ends_in_its_unit() {
        let keys: BTreeSet<&str> = Metric::ALL.into_iter().map(Metric::key).collect();
        assert_eq!(keys.len(), Metric::ALL.len());
        for metric in Metric::ALL {
            let ending = match metric.unit() {
                Unit::Percent => "_percent",
                Unit::Megahertz => "_mhz",
                Unit::Bytes => "_bytes",
                Unit::BytesPerSecond => "_bytes_per_s",
                Unit::Milliseconds => "_ms",
                Unit::Nanoseconds => "_ns",
            };
            assert!(metric.key().ends_with(ending), "{}", metric.key());
            assert_eq!(Metric::from_key(metric.key()), Some(metric));
        }
    }
}

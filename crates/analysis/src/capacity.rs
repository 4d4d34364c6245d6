//! Capacity: what a cluster or a host that stands alone has, keeps back, has given away and has left.
//!
//! A pool is first reduced to its [`Basis`], which everything else is computed from; a what-if edits the basis. Datastores
//! are [`storage`]'s, and what of it fills up when is [`crate::runway`]'s.

mod fit;
mod reading;
mod reserve;
pub mod storage;

use model::capacity::{
    Admission, Basis, CapacitySettings, Claim, Gap, HostSize, HostStanding, HostTally, MachineSize, MachineStanding,
    Measure, PoolCapacity, Resource,
};

pub use fit::{fit, fits_in_use, is_of_size, sizes_in_use};
pub use reading::{Pool, basis, pools, reaching};

/// What the pool has and has left, under these settings.
pub fn judge(basis: &Basis, settings: &CapacitySettings) -> PoolCapacity {
    let settings = settings.bounded();
    let mut gaps = basis.gaps.clone();
    let unsized_hosts = basis.hosts.iter().filter(|host| host.cores.is_none() || host.memory_bytes.is_none()).count();
    if unsized_hosts > 0 {
        gaps.push(Gap::HostSizes { hosts: unsized_hosts as u32 });
    }
    let is_unsized = |machine: &&MachineSize| {
        machine.standing == MachineStanding::On && (machine.vcpu.is_none() || machine.memory_bytes.is_none())
    };
    let unsized_machines = basis.machines.iter().filter(is_unsized).count();
    if unsized_machines > 0 {
        gaps.push(Gap::MachineSizes { machines: unsized_machines as u32 });
    }
    let is_unknown = basis.is_cluster && basis.admission == Admission::Unknown;
    if is_unknown && settings.planned_failures.is_none() {
        gaps.push(Gap::AdmissionUnknown);
    }
    let on = claim(basis, MachineStanding::On);
    let cores = sum(&basis.hosts, |host| host.cores);
    let threads = sum(&basis.hosts, |host| host.threads);
    let memory = sum(&basis.hosts, |host| host.memory_bytes);
    PoolCapacity {
        measures: Resource::OF_HOSTS.into_iter().map(|resource| measure(basis, &settings, resource)).collect(),
        hosts: tally(&basis.hosts),
        on,
        off: claim(basis, MachineStanding::Off),
        standby: claim(basis, MachineStanding::Standby),
        vcpu_per_core: cores.map(|cores| on.vcpu as f64 / cores),
        vcpu_per_thread: threads.map(|threads| on.vcpu as f64 / threads),
        memory_ratio: memory.map(|memory| on.memory_bytes as f64 / memory),
        admission: reserve::admission_view(basis),
        gaps,
    }
}

/// One resource of the pool.
fn measure(basis: &Basis, settings: &CapacitySettings, resource: Resource) -> Measure {
    let (ratio, buffer_percent) = ratio_and_buffer(settings, resource);
    let physical = |host: &HostSize| amount_of(host, resource);
    let capacity = sum(&basis.hosts, physical).map(|amount| amount * ratio);
    let serves = |host: &&HostSize| matches!(host.standing, HostStanding::Serving | HostStanding::Failover);
    let present = capacity.map(|_| {
        basis.hosts.iter().filter(serves).filter_map(physical).map(|amount| amount as f64).sum::<f64>() * ratio
    });
    let kept = reserve::reserve(basis, settings, resource);
    let reserve = kept.map(|(amount, _)| amount * ratio);
    let usable =
        capacity.zip(reserve).map(|(capacity, reserve)| (capacity - reserve).max(0.0) * (1.0 - buffer_percent / 100.0));
    let on = claim(basis, MachineStanding::On);
    let taken = match resource {
        Resource::CpuDemand => basis.cpu_demand_mhz.filter(|demand| demand.is_finite() && *demand >= 0.0),
        Resource::MemoryDemand => basis.memory_demand_bytes.filter(|demand| demand.is_finite() && *demand >= 0.0),
        Resource::CpuAllocation => Some(on.vcpu as f64),
        Resource::MemoryAllocation => Some(on.memory_bytes as f64),
        Resource::StorageUsed | Resource::StorageProvisioned => None,
    };
    Measure {
        resource,
        capacity,
        present,
        reserve,
        reserve_by: kept.and_then(|(amount, by)| by.filter(|_| amount > 0.0)),
        usable,
        taken,
        headroom: usable.zip(taken).map(|(usable, taken)| usable - taken),
    }
}

/// The overcommit ratio and the buffer in percent of a resource of hosts. Demand is physical: nothing multiplies it.
fn ratio_and_buffer(settings: &CapacitySettings, resource: Resource) -> (f64, f64) {
    match resource {
        Resource::CpuDemand => (1.0, settings.cpu_buffer_percent),
        Resource::CpuAllocation => (settings.cpu_overcommit, settings.cpu_buffer_percent),
        Resource::MemoryDemand => (1.0, settings.memory_buffer_percent),
        Resource::MemoryAllocation => (settings.memory_overcommit, settings.memory_buffer_percent),
        Resource::StorageUsed => (1.0, settings.storage_buffer_percent),
        Resource::StorageProvisioned => (settings.storage_overcommit, settings.storage_buffer_percent),
    }
}

/// What a host has of a resource, before any ratio: MHz, cores or bytes.
fn amount_of(host: &HostSize, resource: Resource) -> Option<i64> {
    match resource {
        Resource::CpuDemand => host.cpu_mhz,
        Resource::CpuAllocation => host.cores,
        Resource::MemoryDemand | Resource::MemoryAllocation => host.memory_bytes,
        Resource::StorageUsed | Resource::StorageProvisioned => None,
    }
    .filter(|amount| *amount > 0)
}

/// Of those that are known; `None` where none is.
fn sum(hosts: &[HostSize], amount: impl Fn(&HostSize) -> Option<i64>) -> Option<f64> {
    let known = hosts.iter().filter_map(amount).filter(|amount| *amount > 0);
    known.map(|amount| amount as f64).reduce(|all, one| all + one)
}

fn tally(hosts: &[HostSize]) -> HostTally {
    let standing = |standing| hosts.iter().filter(|host| host.standing == standing).count() as u32;
    HostTally {
        all: hosts.len() as u32,
        serving: standing(HostStanding::Serving),
        in_maintenance: standing(HostStanding::Maintenance),
        unreachable: standing(HostStanding::Unreachable),
        failover: standing(HostStanding::Failover),
    }
}

fn claim(basis: &Basis, standing: MachineStanding) -> Claim {
    let mut claim = Claim::default();
    for machine in basis.machines.iter().filter(|machine| machine.standing == standing) {
        let memory = if standing == MachineStanding::On { machine.memory_bytes } else { machine.restart_bytes };
        claim.machines = claim.machines.saturating_add(1);
        claim.vcpu = claim.vcpu.saturating_add(machine.vcpu.unwrap_or(0).max(0));
        claim.memory_bytes = claim.memory_bytes.saturating_add(memory.unwrap_or(0).max(0));
    }
    claim
}

#[cfg(test)]
pub(crate) mod estates;
#[cfg(test)]
pub(crate) mod properties;

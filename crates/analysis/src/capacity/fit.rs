//! How many machines of a size still fit, host by host, after the worst failures.

mod board;

use std::collections::BTreeMap;

use model::capacity::{
    Admission, Basis, CapacitySettings, Fit, HostStanding, Limit, MachineSize, MachineStanding, Resource, Size, SizeFit,
};

use board::Board;

/// Sizes in use that are tried; those of fewer machines say little.
const MAX_SIZES: usize = 50;
/// Hosts that are tried as the next to fail, those with most memory given away first: the others hardly matter.
const MAX_CANDIDATES: usize = 24;

/// What fits of a size. `storage` are the headrooms in bytes of the datastores that it could be put on, where these are known.
///
/// Machines of failed hosts are started again on those that remain, the largest first, and what is left is filled up. The
/// worst failures are found one after the other: the host is taken next whose loss leaves least.
pub fn fit(basis: &Basis, settings: &CapacitySettings, size: &Size, storage: Option<&[f64]>) -> Fit {
    let settings = settings.bounded();
    let board = Board::new(basis, &settings);
    let failures = failures(basis, &settings);
    let unknown = |limit| Fit { machines: None, limit, failures, if_one_host: None, stranded: 0, storage_known: false };
    if size.vcpu <= 0 || size.memory_bytes <= 0 || board.hosts.is_empty() {
        return unknown(Limit::NoHosts);
    }
    let Some((pool_room, pool_limit)) = room_of_pool(basis, &settings, size) else {
        return unknown(Limit::UsableUnknown);
    };
    let mut failed = vec![false; board.hosts.len()];
    let mut left = board.after(basis, &failed, size);
    for _ in 0..failures {
        let mut order: Vec<usize> = (0..failed.len()).filter(|at| !failed[*at]).collect();
        order.sort_by(|one, other| board.hosts[*other].memory_given.total_cmp(&board.hosts[*one].memory_given));
        order.truncate(MAX_CANDIDATES);
        let trials = order.into_iter().map(|at| {
            let mut next = failed.clone();
            next[at] = true;
            (board.after(basis, &next, size), next)
        });
        let Some((worst, next)) = trials.min_by_key(|(left, _)| (left.machines, left.if_one_host)) else { break };
        (left, failed) = (worst, next);
    }
    let mut found = Fit {
        machines: Some(left.machines),
        limit: left.limit,
        failures,
        if_one_host: Some(left.if_one_host),
        stranded: left.stranded,
        storage_known: storage.is_some() || size.disk_bytes <= 0,
    };
    cap(&mut found, pool_room, pool_limit);
    if let Some(storage) = storage.filter(|_| size.disk_bytes > 0) {
        let each = storage.iter().filter(|headroom| headroom.is_finite() && **headroom > 0.0);
        cap(&mut found, each.map(|headroom| (headroom / size.disk_bytes as f64).floor() as u64).sum(), Limit::Storage);
    }
    found
}

/// What fits of every size that machines of the pool have, the most frequent sizes first. A size is its vCPU and its memory
/// when it starts, rounded up to whole GiB.
pub fn fits_in_use(basis: &Basis, settings: &CapacitySettings) -> Vec<SizeFit> {
    let of_size = |(size, in_use): (Size, u32)| {
        let fit = fit(basis, settings, &size, None);
        SizeFit { size, in_use, fit }
    };
    sizes_in_use(basis).into_iter().map(of_size).collect()
}

/// The sizes of machines that are on and how many have them, the most frequent first.
pub fn sizes_in_use(basis: &Basis) -> Vec<(Size, u32)> {
    let mut counts: BTreeMap<Size, u32> = BTreeMap::new();
    for machine in basis.machines.iter().filter(|machine| machine.standing == MachineStanding::On) {
        if let Some(size) = size_of(machine) {
            *counts.entry(size).or_default() += 1;
        }
    }
    let mut sizes: Vec<(Size, u32)> = counts.into_iter().collect();
    sizes.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    sizes.truncate(MAX_SIZES);
    sizes
}

/// Whether it counts among the machines of this size.
pub fn is_of_size(machine: &MachineSize, size: &Size) -> bool {
    let own = size_of(machine);
    own.is_some_and(|own| own.vcpu == size.vcpu && own.memory_bytes == whole_gib(size.memory_bytes))
}

fn size_of(machine: &MachineSize) -> Option<Size> {
    let vcpu = machine.vcpu.filter(|vcpu| *vcpu > 0)?;
    let memory = machine.restart_bytes.filter(|bytes| *bytes > 0)?;
    Some(Size { vcpu, memory_bytes: whole_gib(memory), disk_bytes: 0, hosts: None })
}

fn whole_gib(bytes: i64) -> i64 {
    const GIB: i64 = 1 << 30;
    (bytes.saturating_add(GIB - 1) / GIB).saturating_mul(GIB)
}

/// Hosts that may fail: the more of what people plan for and of what the cluster tolerates. Shares of a cluster and hosts
/// kept empty are not failures of a number of hosts: they bound the pool as a whole.
fn failures(basis: &Basis, settings: &CapacitySettings) -> u32 {
    if !basis.is_cluster {
        return 0;
    }
    let tolerated = match basis.admission {
        Admission::Slots { failures } => failures,
        _ => 0,
    };
    let serving = basis.hosts.iter().filter(|host| host.standing == HostStanding::Serving).count() as u32;
    settings.planned_failures.unwrap_or(0).max(tolerated).min(serving).min(CapacitySettings::MAX_FAILURES)
}

/// Machines that the usable capacity of the pool as a whole has room for; `None` where it is unknown.
fn room_of_pool(basis: &Basis, settings: &CapacitySettings, size: &Size) -> Option<(u64, Limit)> {
    let headroom = |resource| super::measure(basis, settings, resource).headroom;
    let of_cpu = (headroom(Resource::CpuAllocation)? / size.vcpu as f64).max(0.0).floor() as u64;
    let of_memory = (headroom(Resource::MemoryAllocation)? / size.memory_bytes as f64).max(0.0).floor() as u64;
    Some(if of_cpu < of_memory { (of_cpu, Limit::CpuUsable) } else { (of_memory, Limit::MemoryUsable) })
}

fn cap(found: &mut Fit, most: u64, limit: Limit) {
    if found.machines.is_some_and(|machines| machines > most) {
        (found.machines, found.limit) = (Some(most), limit);
    }
    found.if_one_host = found.if_one_host.map(|machines| machines.min(most));
}

#[cfg(test)]
mod tests;

//! Cores that have to be licensed for the hosts of a pool, by published minimums. What is owned or costs is not known here.

use model::{
    capacity::{Basis, HostSize, MachineStanding},
    what_if::LicenceCores,
};

/// VMware: "at least 16 cores per CPU" (per-core subscription terms).
const VMWARE_PER_CPU: i64 = 16;
/// Windows Server: "a minimum of 8 core licences per physical processor, and of 16 per server" (product terms).
const WINDOWS_PER_CPU: i64 = 8;
const WINDOWS_PER_SERVER: i64 = 16;
/// Windows Server Standard: all cores of a server licensed cover two machines.
const MACHINES_PER_STANDARD: i64 = 2;

/// The cores for all hosts; `None` where sockets or cores of one are unknown. Every machine that is on counts as one of Windows:
/// which are is not told.
pub fn licence_cores(basis: &Basis) -> Option<LicenceCores> {
    let on = basis.machines.iter().filter(|machine| machine.standing == MachineStanding::On).count() as i64;
    let hosts = basis.hosts.len() as i64;
    let machines_per_host = if hosts > 0 { on.saturating_add(hosts - 1) / hosts } else { 0 };
    let sets = machines_per_host.saturating_add(MACHINES_PER_STANDARD - 1) / MACHINES_PER_STANDARD;
    let mut all = LicenceCores::default();
    for host in &basis.hosts {
        let windows = cores(host, WINDOWS_PER_CPU)?.max(WINDOWS_PER_SERVER);
        all.vmware = all.vmware.saturating_add(cores(host, VMWARE_PER_CPU)?);
        all.windows_datacenter = all.windows_datacenter.saturating_add(windows);
        all.windows_standard = all.windows_standard.saturating_add(windows.saturating_mul(sets));
    }
    Some(all)
}

/// Cores of a host, each processor with at least so many.
fn cores(host: &HostSize, least: i64) -> Option<i64> {
    let sockets = host.sockets.filter(|sockets| *sockets > 0)?;
    let cores = host.cores.filter(|cores| *cores > 0)?;
    let per_socket = cores.saturating_add(sockets - 1) / sockets;
    Some(sockets.saturating_mul(per_socket.max(least)))
}

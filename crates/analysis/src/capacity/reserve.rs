//! What is kept back for failures: by the cluster's own admission control, or by what people plan for, whichever is more.

use model::capacity::{
    Admission, AdmissionView, Basis, CapacitySettings, HostSize, HostStanding, MachineSize, MachineStanding, ReserveBy,
    Resource, Slots,
};

use super::{amount_of, sum};

/// What a slot takes of a processor where no machine reserves any (vSphere Availability, "Slot size calculation").
const SLOT_CPU_MHZ: f64 = 32.0;

/// What is kept back of a resource, in physical terms, and by which rule; `None` where that is unknown.
pub(super) fn reserve(
    basis: &Basis,
    settings: &CapacitySettings,
    resource: Resource,
) -> Option<(f64, Option<ReserveBy>)> {
    if !basis.is_cluster {
        return Some((0.0, None));
    }
    let planned = settings.planned_failures.map(|failures| largest(&basis.hosts, failures, resource));
    match (by_admission(basis, resource), planned) {
        (None, None) => None,
        (Some(admission), None) => Some((admission, Some(ReserveBy::Admission))),
        (Some(admission), Some(planned)) if admission >= planned => Some((admission, Some(ReserveBy::Admission))),
        (_, Some(planned)) => Some((planned, Some(ReserveBy::Planned))),
    }
}

fn by_admission(basis: &Basis, resource: Resource) -> Option<f64> {
    match basis.admission {
        Admission::Open => Some(0.0),
        Admission::Unknown => None,
        Admission::Slots { failures } => Some(largest(&basis.hosts, failures, resource)),
        Admission::FailoverHosts => {
            let kept = basis.hosts.iter().filter(|host| host.standing == HostStanding::Failover);
            Some(kept.filter_map(|host| amount_of(host, resource)).map(|amount| amount as f64).sum())
        }
        Admission::Percentage { cpu_percent, memory_percent } => {
            let is_cpu = matches!(resource, Resource::CpuDemand | Resource::CpuAllocation);
            let share = share(if is_cpu { cpu_percent } else { memory_percent });
            Some(sum(&basis.hosts, |host| amount_of(host, resource)).unwrap_or(0.0) * share)
        }
    }
}

fn share(percent: f64) -> f64 {
    if percent.is_finite() { (percent / 100.0).clamp(0.0, 1.0) } else { 0.0 }
}

/// The largest hosts together, each resource by itself: whichever hosts fail, no more than this is lost.
fn largest(hosts: &[HostSize], failures: u32, resource: Resource) -> f64 {
    let mut amounts: Vec<i64> = hosts.iter().filter_map(|host| amount_of(host, resource)).collect();
    amounts.sort_unstable_by(|one, other| other.cmp(one));
    amounts.iter().take(failures as usize).map(|amount| *amount as f64).sum()
}

/// What admission control itself reckons with. It looks at the hosts that are there: those in maintenance do not count.
pub(super) fn admission_view(basis: &Basis) -> Option<AdmissionView> {
    if matches!(basis.admission, Admission::Open | Admission::Unknown) {
        return None;
    }
    let on: Vec<&MachineSize> =
        basis.machines.iter().filter(|machine| machine.standing == MachineStanding::On).collect();
    let present: Vec<&HostSize> = basis.hosts.iter().filter(|host| host.standing == HostStanding::Serving).collect();
    let cpu = |machine: &MachineSize| machine.cpu_reservation_mhz.unwrap_or(0).max(0) as f64;
    let memory = |machine: &MachineSize| machine.memory_reservation_bytes.unwrap_or(0).max(0) as f64;
    let has = |resource| present.iter().filter_map(|host| amount_of(host, resource)).map(|has| has as f64).sum::<f64>();
    let (cpu_all, memory_all) = (has(Resource::CpuDemand), has(Resource::MemoryDemand));
    let (cpu_admitted, memory_admitted) = match basis.admission {
        Admission::Percentage { cpu_percent, memory_percent } => {
            (Some(cpu_all * (1.0 - share(cpu_percent))), Some(memory_all * (1.0 - share(memory_percent))))
        }
        Admission::FailoverHosts => (Some(cpu_all), Some(memory_all)),
        _ => (None, None),
    };
    let slots = match basis.admission {
        Admission::Slots { failures } => Some(slots(&present, &on, failures)),
        _ => None,
    };
    Some(AdmissionView {
        cpu_reserved_mhz: on.iter().map(|machine| cpu(machine)).sum(),
        memory_reserved_bytes: on.iter().map(|machine| memory(machine)).sum(),
        cpu_admitted_mhz: cpu_admitted,
        memory_admitted_bytes: memory_admitted,
        slots,
    })
}

fn slots(hosts: &[&HostSize], on: &[&MachineSize], failures: u32) -> Slots {
    let largest = |reservation: fn(&MachineSize) -> Option<i64>| {
        on.iter().filter_map(|machine| reservation(machine)).max().unwrap_or(0).max(0) as f64
    };
    let cpu_mhz = largest(|machine| machine.cpu_reservation_mhz).max(SLOT_CPU_MHZ);
    let memory_bytes = largest(|machine| machine.memory_reservation_bytes);
    let of_host = |host: &&HostSize| {
        let of_cpu = host.cpu_mhz.map_or(0.0, |mhz| mhz.max(0) as f64) / cpu_mhz;
        let of_memory = match host.memory_bytes {
            Some(bytes) if memory_bytes > 0.0 => bytes.max(0) as f64 / memory_bytes,
            _ => f64::INFINITY,
        };
        of_cpu.min(of_memory).floor() as u64
    };
    let mut each: Vec<u64> = hosts.iter().map(of_host).collect();
    each.sort_unstable_by(|one, other| other.cmp(one));
    Slots {
        cpu_mhz,
        memory_bytes,
        all: each.iter().sum(),
        reserved: each.iter().take(failures as usize).sum(),
        used: on.len() as u64,
    }
}

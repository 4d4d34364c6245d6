//! What holds for every pool, however odd.

use model::{
    capacity::{
        Admission, Basis, CapacitySettings, HostSize, HostStanding, MachineSize, MachineStanding, Resource, Size,
    },
    ids::ExternalId,
};
use proptest::{option, prelude::*};

use super::*;

const GIB: i64 = 1 << 30;

fn any_amount(most: i64) -> impl Strategy<Value = Option<i64>> {
    option::weighted(0.9, prop_oneof![8 => 1..most, 1 => Just(0), 1 => any::<i64>()])
}

fn any_host() -> impl Strategy<Value = HostSize> {
    let standing = prop_oneof![
        6 => Just(HostStanding::Serving),
        1 => Just(HostStanding::Maintenance),
        1 => Just(HostStanding::Unreachable),
        1 => Just(HostStanding::Failover),
    ];
    (standing, any_amount(256), any_amount(256), any_amount(1_000_000), any_amount(2_048 * GIB), any::<u16>()).prop_map(
        |(standing, cores, threads, cpu_mhz, memory_bytes, name)| HostSize {
            external_id: ExternalId::new(format!("host-{name}")),
            standing,
            sockets: Some(2),
            cores,
            threads,
            cpu_mhz,
            memory_bytes,
        },
    )
}

fn any_machine() -> impl Strategy<Value = MachineSize> {
    let standing = prop_oneof![6 => Just(MachineStanding::On), 1 => Just(MachineStanding::Off), 1 => Just(MachineStanding::Standby)];
    (
        standing,
        option::of(0_u32..8),
        any_amount(64),
        any_amount(128 * GIB),
        any_amount(128 * GIB),
        any::<bool>(),
        option::of(0_u32..3),
    )
        .prop_map(|(standing, host, vcpu, memory_bytes, restart_bytes, is_bound, apart)| MachineSize {
            host,
            standing,
            vcpu,
            memory_bytes,
            restart_bytes,
            cpu_reservation_mhz: vcpu,
            memory_reservation_bytes: restart_bytes,
            is_bound,
            apart,
        })
}

fn any_admission() -> impl Strategy<Value = Admission> {
    prop_oneof![
        Just(Admission::Open),
        Just(Admission::Unknown),
        Just(Admission::FailoverHosts),
        any::<u32>().prop_map(|failures| Admission::Slots { failures }),
        (0_u32..4).prop_map(|failures| Admission::Slots { failures }),
        (any::<f64>(), 0.0..100.0)
            .prop_map(|(cpu_percent, memory_percent)| Admission::Percentage { cpu_percent, memory_percent }),
    ]
}

pub(crate) fn any_basis() -> impl Strategy<Value = Basis> {
    (
        any::<bool>(),
        prop::collection::vec(any_host(), 0..6),
        prop::collection::vec(any_machine(), 0..20),
        any_admission(),
        option::of(any::<f64>()),
        option::of(0.0..1e12),
    )
        .prop_map(|(is_cluster, hosts, machines, admission, cpu_demand_mhz, memory_demand_bytes)| Basis {
            is_cluster,
            hosts,
            machines,
            admission,
            cpu_demand_mhz,
            memory_demand_bytes,
            gaps: Vec::new(),
        })
}

fn any_settings() -> impl Strategy<Value = CapacitySettings> {
    (any::<f64>(), 0.5..8.0, any::<f64>(), 0.0..50.0, option::of(0_u32..4)).prop_map(
        |(cpu_overcommit, memory_overcommit, cpu_buffer_percent, memory_buffer_percent, planned_failures)| {
            CapacitySettings {
                cpu_overcommit,
                memory_overcommit,
                cpu_buffer_percent,
                memory_buffer_percent,
                planned_failures,
                ..CapacitySettings::default()
            }
        },
    )
}

fn size() -> Size {
    Size { vcpu: 2, memory_bytes: 8 * GIB, disk_bytes: 0, hosts: None }
}

fn headrooms(basis: &Basis, settings: &CapacitySettings) -> Vec<Option<f64>> {
    judge(basis, settings).measures.iter().map(|measure| measure.headroom).collect()
}

proptest! {
    #[test]
    fn every_figure_is_a_number(basis in any_basis(), settings in any_settings()) {
        let capacity = judge(&basis, &settings);
        for measure in &capacity.measures {
            let figures = [measure.capacity, measure.present, measure.reserve, measure.usable, measure.taken, measure.headroom];
            prop_assert!(figures.into_iter().flatten().all(f64::is_finite), "{measure:?}");
            prop_assert!(measure.usable.unwrap_or(0.0) <= measure.capacity.unwrap_or(0.0) + 1e-6, "{measure:?}");
            prop_assert!(measure.usable.is_none_or(|usable| usable >= 0.0), "{measure:?}");
        }
        let ratios = [capacity.vcpu_per_core, capacity.vcpu_per_thread, capacity.memory_ratio];
        prop_assert!(ratios.into_iter().flatten().all(f64::is_finite), "{ratios:?}");
        let found = fit(&basis, &settings, &size(), None);
        prop_assert!(found.machines.zip(found.if_one_host).is_none_or(|(machines, one)| machines <= one), "{found:?}");
        fits_in_use(&basis, &settings);
    }

    #[test]
    fn another_machine_never_leaves_more(basis in any_basis(), settings in any_settings(), machine in any_machine()) {
        let mut more = basis.clone();
        more.machines.push(MachineSize { standing: MachineStanding::On, ..machine });
        for (before, after) in headrooms(&basis, &settings).into_iter().zip(headrooms(&more, &settings)) {
            prop_assert!(before.zip(after).is_none_or(|(before, after)| after <= before), "{before:?} to {after:?}");
        }
    }

    #[test]
    fn more_demand_never_leaves_more(basis in any_basis(), settings in any_settings(), extra in 0.0..1e12) {
        let demand = |extra: f64| Basis {
            cpu_demand_mhz: Some(1_000.0 + extra), memory_demand_bytes: Some(1_000.0 + extra), ..basis.clone()
        };
        for (before, after) in headrooms(&demand(0.0), &settings).into_iter().zip(headrooms(&demand(extra), &settings)) {
            prop_assert!(before.zip(after).is_none_or(|(before, after)| after <= before), "{before:?} to {after:?}");
        }
    }

    #[test]
    fn more_failures_never_leave_more(basis in any_basis(), settings in any_settings(), failures in 0_u32..4) {
        let planned = |failures| CapacitySettings { planned_failures: Some(failures), ..settings };
        let (few, many) = (headrooms(&basis, &planned(failures)), headrooms(&basis, &planned(failures + 1)));
        for (few, many) in few.into_iter().zip(many) {
            prop_assert!(few.zip(many).is_none_or(|(few, many)| many <= few), "{few:?} to {many:?}");
        }
    }

    /// An estate with every amount of memory doubled has twice the headroom, in bytes, and the same in vCPU.
    #[test]
    fn units_hold(basis in any_basis(), settings in any_settings()) {
        let small = |bytes: Option<i64>| bytes.filter(|bytes| (0..1 << 50).contains(bytes));
        let scaled = |factor: i64| {
            let mut basis = basis.clone();
            for host in &mut basis.hosts {
                host.memory_bytes = small(host.memory_bytes).map(|bytes| bytes * factor);
            }
            for machine in &mut basis.machines {
                machine.memory_bytes = small(machine.memory_bytes).map(|bytes| bytes * factor);
            }
            judge(&basis, &settings)
        };
        let (one, two) = (scaled(1), scaled(2));
        let of = |capacity: &PoolCapacity, resource| capacity.measure(resource).and_then(|measure| measure.headroom);
        let memory = (of(&one, Resource::MemoryAllocation), of(&two, Resource::MemoryAllocation));
        prop_assert!(memory.0.zip(memory.1).is_none_or(|(one, two)| (one * 2.0 - two).abs() <= 1e-6 * one.abs().max(1.0)), "{memory:?}");
        prop_assert_eq!(of(&one, Resource::CpuAllocation), of(&two, Resource::CpuAllocation));
    }
}

#[test]
fn a_cluster_without_hosts_has_no_capacity_and_says_so() {
    let empty = Basis { is_cluster: true, ..Basis::default() };
    let capacity = judge(&empty, &CapacitySettings::default());
    assert!(capacity.measures.iter().all(|measure| measure.capacity.is_none() && measure.headroom.is_none()));
    assert_eq!(fit(&empty, &CapacitySettings::default(), &size(), None).machines, None);
}

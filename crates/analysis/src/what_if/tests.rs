use model::{
    capacity::{Limit, Size},
    runway::Outlook,
    what_if::{Asks, Change, HostModel, PoolChange},
};
use proptest::prelude::*;

use super::*;
use crate::capacity::{
    estates::{only_basis, usual},
    fit,
    properties::any_basis,
};

const GIB: i64 = 1 << 30;
const TODAY: i64 = 20_000;

/// Two hosts that stand for a cluster without admission control: 128 vCPU and 512 GiB, of which 115.2 and 460.8 are usable; four
/// machines of 4 vCPU and 32 GiB; 8,000 MHz and 128 GiB asked for.
fn pool() -> Basis {
    let estate = usual(None, 2, 4, 2);
    only_basis(&estate)
}

fn flat(level: f64) -> Forecast {
    Forecast { first_day: TODAY + 1, quantiles: vec![vec![level; 365]; 5], grows: false }
}

fn scenario(changes: Vec<(Option<i64>, Change)>) -> Scenario {
    let to_change = |(from_day, change)| PoolChange { pool: "here".to_owned(), from_day, change };
    Scenario { name: String::new(), changes: changes.into_iter().map(to_change).collect() }
}

fn effect_of(basis: &Basis, changes: Vec<(Option<i64>, Change)>) -> Effect {
    let forecasts = [(Resource::MemoryAllocation, flat(128.0 * GIB as f64))];
    let settings = CapacitySettings::default();
    let present = Present { key: "here", basis, settings: &settings, forecasts: &forecasts };
    effect(present, &scenario(changes), Caution::Balanced, TODAY)
}

fn size(vcpu: i64, gib: i64) -> Size {
    Size { vcpu, memory_bytes: gib * GIB, disk_bytes: 0, hosts: None }
}

fn memory(effect: &Effect, value: fn(&Measure) -> Option<f64>) -> f64 {
    effect.change_of(Resource::MemoryAllocation, value).unwrap() / GIB as f64
}

#[test]
fn nothing_changed_changes_nothing() {
    let found = effect_of(&pool(), Vec::new());
    assert_eq!(found.before, found.after);
    assert_eq!(found.runway.outlook, Outlook::NoExhaustion);
}

#[test]
fn a_host_more_brings_what_it_has_less_the_buffer() {
    let host = HostModel { sockets: 2, cores: 32, threads: 64, core_mhz: 2_500, memory_bytes: 512 * GIB };
    let found = effect_of(&pool(), vec![(None, Change::AddHosts { count: 1, host })]);
    assert!((memory(&found, |measure| measure.usable) - 460.8).abs() < 1e-9);
    assert_eq!(found.change_of(Resource::CpuDemand, |measure| measure.capacity), Some(80_000.0));
    // 2 × 16 cores before; the new host has 16 a processor.
    assert_eq!(found.licences.unwrap().vmware, 2 * 2 * 16 + 2 * 16);
}

#[test]
fn a_host_that_fails_takes_its_capacity_and_its_machines_move() {
    let found = effect_of(&pool(), vec![(Some(TODAY + 50), Change::FailHosts { count: 1 })]);
    assert!((memory(&found, |measure| measure.usable) + 230.4).abs() < 1e-9);
    assert_eq!((found.after.on.machines, found.runway.outlook), (4, Outlook::NoExhaustion));
    let settings = CapacitySettings::default();
    let basis = pool();
    let present = Present { key: "here", basis: &basis, settings: &settings, forecasts: &[] };
    let left = edited(present, &scenario(vec![(None, Change::FailHosts { count: 1 })]), None);
    // 230.4 − 4 × 32 = 102.4 GiB.
    let fits = fit(&left.basis, &settings, &size(4, 16), None);
    assert_eq!((fits.machines, fits.limit), (Some(6), Limit::Memory));
}

#[test]
fn machines_from_a_day_fill_the_pool_on_that_day() {
    // 332.8 GiB are left: eleven machines of 32 GiB are more.
    let add = |count| vec![(Some(TODAY + 30), Change::AddMachines { count, size: size(4, 32), asks: None })];
    let found = effect_of(&pool(), add(11));
    assert_eq!(
        (found.runway.outlook, found.runway.binding),
        (Outlook::Full { days: 30 }, Some(Resource::MemoryAllocation))
    );
    assert_eq!(effect_of(&pool(), add(10)).runway.outlook, Outlook::NoExhaustion);
    // As much of their size as the others: 8,000 MHz / 16 vCPU × 4.
    assert_eq!(effect_of(&pool(), add(1)).change_of(Resource::CpuDemand, |measure| measure.taken), Some(2_000.0));
    let asks = Some(Asks { cpu_mhz: 700, memory_bytes: GIB });
    let told = effect_of(&pool(), vec![(None, Change::AddMachines { count: 2, size: size(4, 32), asks })]);
    assert_eq!(told.change_of(Resource::CpuDemand, |measure| measure.taken), Some(1_400.0));
}

#[test]
fn recommendations_give_back_what_they_take() {
    let shrink = Change::Resize { count: 5, from: size(4, 32), to: Some(size(2, 16)) };
    let found = effect_of(&pool(), vec![(None, shrink)]);
    assert!((memory(&found, |measure| measure.taken) + 64.0).abs() < 1e-9);
    assert_eq!((found.missing, found.change_of(Resource::CpuDemand, |measure| measure.taken)), (1, Some(0.0)));
    let remove = Change::Resize { count: 1, from: size(4, 32), to: None };
    assert_eq!(
        effect_of(&pool(), vec![(None, remove)]).change_of(Resource::CpuDemand, |measure| measure.taken),
        Some(-2_000.0)
    );
}

#[test]
fn what_moves_leaves_here_and_arrives_there() {
    let change = Change::Move { count: 2, size: size(4, 32), to_pool: "there".to_owned(), asks: None };
    let scenario = scenario(vec![(None, change)]);
    let (basis, settings) = (pool(), CapacitySettings::default());
    let taken = |key| {
        let present = Present { key, basis: &basis, settings: &settings, forecasts: &[] };
        effect(present, &scenario, Caution::Balanced, TODAY).after.on.machines
    };
    assert_eq!([taken("here"), taken("there"), taken("elsewhere")], [2, 6, 4]);
}

#[test]
fn licences_follow_their_minimums() {
    let mut basis = pool();
    basis.machines.truncate(3);
    // Two processors of 8: VMware counts 16 each, Windows 8 each; two machines on a host at most: one set.
    let found = licence_cores(&basis).unwrap();
    assert_eq!((found.vmware, found.windows_datacenter, found.windows_standard), (64, 32, 32));
    basis.hosts[0].sockets = Some(1);
    basis.hosts[0].cores = Some(4);
    // One processor of 4: 16 for either.
    let found = licence_cores(&basis).unwrap();
    assert_eq!((found.vmware, found.windows_datacenter), (16 + 32, 16 + 16));
    basis.hosts[0].sockets = None;
    assert_eq!(licence_cores(&basis), None);
}

proptest! {
    #[test]
    fn no_scenario_breaks_the_arithmetic(basis in any_basis(), count in any::<u32>(), vcpu in any::<i64>(), bytes in any::<i64>(), day in any::<i64>()) {
        let size = Size { vcpu, memory_bytes: bytes, disk_bytes: 0, hosts: None };
        let host = HostModel { sockets: vcpu, cores: vcpu, threads: 1, core_mhz: bytes, memory_bytes: bytes };
        let count = count % 200;
        let found = effect_of(&basis, vec![
            (Some(day), Change::AddMachines { count, size: size.clone(), asks: None }),
            (None, Change::FailHosts { count }),
            (Some(TODAY + 1), Change::AddHosts { count, host }),
            (None, Change::Resize { count, from: size, to: None }),
        ]);
        let figures = found.after.measures.iter().flat_map(|measure| [measure.usable, measure.taken, measure.headroom]);
        prop_assert!(figures.flatten().all(f64::is_finite));
    }
}

//! What fits on usual hosts (see [`crate::capacity::estates`]): 57.6 vCPU and 230.4 GiB each.

use model::{
    capacity::{CapacitySettings, Limit, Size},
    ids::ExternalId,
    inventory::{DrsRule, DynamicMemory},
};

use super::fit;
use crate::capacity::{
    basis,
    estates::{host, only_basis, usual},
    pools, reaching,
};

const GIB: i64 = 1 << 30;

#[test]
fn what_does_not_fit_together_is_lost_to_fragmentation() {
    // 230.4 GiB on each of three hosts take one machine of 150 GiB each; 691.2 GiB together would take four.
    let basis = only_basis(&usual(None, 3, 0, 1));
    let size = Size { vcpu: 4, memory_bytes: 150 * GIB, disk_bytes: 0, hosts: None };
    let found = fit(&basis, &CapacitySettings::default(), &size, None);
    assert_eq!((found.machines, found.if_one_host, found.fragmentation_loss()), (Some(3), Some(4), Some(1)));
}

#[test]
fn no_host_takes_what_is_wider_than_itself() {
    let basis = only_basis(&usual(None, 3, 0, 1));
    let wide = Size { vcpu: 33, memory_bytes: GIB, disk_bytes: 0, hosts: None };
    let found = fit(&basis, &CapacitySettings::default(), &wide, None);
    assert_eq!((found.machines, found.limit), (Some(0), Limit::NoHostLargeEnough));
    let unreachable = Size { vcpu: 1, memory_bytes: GIB, disk_bytes: 0, hosts: Some(vec![]) };
    assert_eq!(fit(&basis, &CapacitySettings::default(), &unreachable, None).machines, Some(0));
}

#[test]
fn disks_are_a_minimum_of_their_own() {
    let basis = only_basis(&usual(None, 2, 0, 1));
    let size = Size { vcpu: 1, memory_bytes: GIB, disk_bytes: 100 * GIB, hosts: None };
    let storage = [150.0 * GIB as f64, 250.0 * GIB as f64, -5.0];
    let found = fit(&basis, &CapacitySettings::default(), &size, Some(&storage));
    assert_eq!((found.machines, found.limit, found.storage_known), (Some(3), Limit::Storage, true));
}

#[test]
fn a_machine_that_shrank_needs_its_startup_memory_to_restart() {
    // Two nodes of 64 GiB (57.6 after the buffer). The machine takes 8 of its host and needs 60 to start on the other.
    let mut estate = usual(None, 2, 1, 1);
    estate.hosts = vec![host(0, 16, 64), host(1, 16, 64)];
    let vm = &mut estate.vms[0];
    vm.config.memory_bytes = Some(60 * GIB);
    vm.config.dynamic_memory =
        Some(DynamicMemory { enabled: true, minimum_bytes: Some(4 * GIB), maximum_bytes: Some(64 * GIB) });
    vm.state.memory_demand_bytes = Some(8 * GIB);
    let basis = only_basis(&estate);
    let planned = CapacitySettings { planned_failures: Some(1), ..CapacitySettings::default() };
    let size = Size { vcpu: 1, memory_bytes: GIB, disk_bytes: 0, hosts: None };
    let found = fit(&basis, &planned, &size, None);
    assert_eq!((found.machines, found.stranded, found.limit), (Some(0), 1, Limit::Restart));
}

#[test]
fn machines_that_must_stand_apart_do_so_after_a_failure() {
    // Three hosts with one machine each, two of them kept apart by a rule: whichever fails, one host can take its machine. With
    // all three kept apart, no host can.
    let mut estate = usual(None, 3, 3, 3);
    let rule = |vms: &[usize]| DrsRule {
        key: "1".to_owned(),
        name: "apart".to_owned(),
        enabled: Some(true),
        mandatory: true,
        kind: "anti_affinity".to_owned(),
        vms: vms.iter().map(|number| ExternalId::new(format!("vm-{number}"))).collect(),
    };
    let planned = CapacitySettings { planned_failures: Some(1), ..CapacitySettings::default() };
    let size = Size { vcpu: 1, memory_bytes: GIB, disk_bytes: 0, hosts: None };
    estate.clusters[0].config.drs_rules = vec![rule(&[0, 1])];
    assert_eq!(fit(&only_basis(&estate), &planned, &size, None).stranded, 0);
    estate.clusters[0].config.drs_rules = vec![rule(&[0, 1, 2])];
    assert_eq!(fit(&only_basis(&estate), &planned, &size, None).stranded, 1);
}

#[test]
fn only_hosts_that_reach_the_network_take_the_machine() {
    let mut estate = usual(None, 3, 0, 1);
    let network = ExternalId::new("network-1");
    estate.hosts[1].networks.push(network.clone());
    let all = pools(&estate);
    let hosts = reaching(&all[0], &[], &[network]);
    assert_eq!(hosts, [1]);
    let size = Size { vcpu: 4, memory_bytes: 100 * GIB, disk_bytes: 0, hosts: Some(hosts) };
    assert_eq!(fit(&basis(&all[0]), &CapacitySettings::default(), &size, None).machines, Some(2), "230.4 / 100");
}

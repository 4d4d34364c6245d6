//! Reduces an inventory to pools of hosts and what counts of them.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    capacity::{Admission, Basis, Gap, HostSize, HostStanding, MachineSize, MachineStanding},
    ids::ExternalId,
    inventory::{AdmissionPolicy, Cluster, ConnectionState, Host, Inventory, PowerState, ReplicationMode, Vm, VmRole},
};

/// The largest sizes that are believed; beyond, a connector misread or a device lies.
const MAX_CORES: i64 = 16_384;
const MAX_MHZ: i64 = 1_000_000_000;
const MAX_MEMORY_BYTES: i64 = 1 << 52;

/// A cluster or a host that stands alone, with what runs there.
#[derive(Clone, Debug)]
pub struct Pool<'a> {
    /// `None` where the one host stands alone.
    pub cluster: Option<&'a Cluster>,
    pub hosts: Vec<&'a Host>,
    pub machines: Vec<&'a Vm>,
}

/// Clusters first, then hosts that stand alone, each in the order of the inventory. Machines of which no place is told
/// (orphaned, restricted accounts) are in none.
pub fn pools(inventory: &Inventory) -> Vec<Pool<'_>> {
    let mut pools: Vec<Pool<'_>> = inventory
        .clusters
        .iter()
        .map(|cluster| Pool { cluster: Some(cluster), hosts: Vec::new(), machines: Vec::new() })
        .collect();
    let of_cluster: BTreeMap<&ExternalId, usize> =
        inventory.clusters.iter().enumerate().map(|(at, cluster)| (&cluster.external_id, at)).collect();
    let mut of_host: BTreeMap<&ExternalId, usize> = BTreeMap::new();
    for host in &inventory.hosts {
        let at = host.cluster.as_ref().and_then(|cluster| of_cluster.get(cluster).copied()).unwrap_or(pools.len());
        if at == pools.len() {
            pools.push(Pool { cluster: None, hosts: Vec::new(), machines: Vec::new() });
        }
        pools[at].hosts.push(host);
        of_host.insert(&host.external_id, at);
    }
    let of_resource_pool: BTreeMap<&ExternalId, usize> = inventory
        .resource_pools
        .iter()
        .filter_map(|pool| {
            let by_cluster = pool.cluster.as_ref().and_then(|cluster| of_cluster.get(cluster));
            let at = by_cluster.or_else(|| pool.host.as_ref().and_then(|host| of_host.get(host)))?;
            Some((&pool.external_id, *at))
        })
        .collect();
    for vm in &inventory.vms {
        let by_host = vm.host.as_ref().and_then(|host| of_host.get(host));
        let at = by_host.or_else(|| vm.resource_pool.as_ref().and_then(|pool| of_resource_pool.get(pool)));
        if let Some(at) = at {
            pools[*at].machines.push(vm);
        }
    }
    pools
}

/// What counts of a pool. Templates and vCLS machines are left out, replicas wait apart; the second machine of a Fault
/// Tolerance pair takes as much as the first.
pub fn basis(pool: &Pool<'_>) -> Basis {
    let mut gaps = Vec::new();
    let admission = admission(pool, &mut gaps);
    let failover = failover_hosts(pool);
    let hosts: Vec<HostSize> =
        pool.hosts.iter().map(|host| host_size(host, failover.contains(&host.external_id))).collect();
    let places: BTreeMap<&ExternalId, u32> =
        pool.hosts.iter().enumerate().map(|(at, host)| (&host.external_id, at as u32)).collect();
    let apart = keep_apart(pool, &mut gaps);
    let mut machines = Vec::with_capacity(pool.machines.len());
    let (mut of_unknown_power, mut bound) = (0, 0);
    for vm in &pool.machines {
        if matches!(vm.config.role, VmRole::Template | VmRole::Vcls) {
            continue;
        }
        let mut machine = machine_size(vm);
        machine.host = vm.host.as_ref().and_then(|host| places.get(host)).copied();
        machine.apart = apart.get(&vm.external_id).copied();
        if machine.standing == MachineStanding::On {
            of_unknown_power += u32::from(vm.config.power == PowerState::Unknown);
            bound += u32::from(machine.is_bound);
        }
        machines.push(machine);
    }
    if of_unknown_power > 0 {
        gaps.push(Gap::PowerStates { machines: of_unknown_power });
    }
    if bound > 0 {
        gaps.push(Gap::Bound { machines: bound });
    }
    let (cpu_demand_mhz, memory_demand_bytes) = demand(pool, &mut gaps);
    let is_cluster = pool.cluster.is_some();
    Basis { is_cluster, hosts, machines, admission, cpu_demand_mhz, memory_demand_bytes, gaps }
}

/// The places of the pool's hosts that reach all of these: what a machine with disks and adapters there can run on.
pub fn reaching(pool: &Pool<'_>, datastores: &[ExternalId], networks: &[ExternalId]) -> Vec<u32> {
    let reaches = |host: &&Host| {
        datastores.iter().all(|datastore| host.datastores.contains(datastore))
            && networks.iter().all(|network| host.networks.contains(network))
    };
    (0..).zip(&pool.hosts).filter(|(_, host)| reaches(host)).map(|(at, _)| at).collect()
}

fn known(value: Option<i64>, most: i64) -> Option<i64> {
    value.filter(|value| (1..=most).contains(value))
}

fn host_size(host: &Host, is_failover: bool) -> HostSize {
    let config = &host.config;
    let is_away = matches!(config.power, PowerState::Off | PowerState::Suspended)
        || !matches!(config.connection, ConnectionState::Connected | ConnectionState::Unknown);
    let standing = match () {
        () if is_failover => HostStanding::Failover,
        () if config.in_maintenance == Some(true) => HostStanding::Maintenance,
        () if is_away => HostStanding::Unreachable,
        () => HostStanding::Serving,
    };
    HostSize {
        external_id: host.external_id.clone(),
        standing,
        sockets: known(config.sockets, MAX_CORES),
        cores: known(config.cores, MAX_CORES),
        threads: known(config.threads, MAX_CORES),
        cpu_mhz: known(config.total_cpu_mhz(), MAX_MHZ),
        memory_bytes: known(config.memory_bytes, MAX_MEMORY_BYTES),
    }
}

fn machine_size(vm: &Vm) -> MachineSize {
    let config = &vm.config;
    let waits = config.role == VmRole::Replica
        || config.replication.as_ref().is_some_and(|replication| {
            matches!(replication.mode, ReplicationMode::Replica | ReplicationMode::ExtendedReplica)
                && config.power != PowerState::On
        });
    let standing = match config.power {
        _ if waits => MachineStanding::Standby,
        PowerState::On | PowerState::Unknown => MachineStanding::On,
        PowerState::Off | PowerState::Suspended => MachineStanding::Off,
    };
    let startup = known(config.memory_bytes, MAX_MEMORY_BYTES);
    let dynamic = config.dynamic_memory.as_ref().filter(|dynamic| dynamic.enabled);
    let placed = dynamic.and_then(|dynamic| {
        let demand = known(vm.state.memory_demand_bytes, MAX_MEMORY_BYTES)?;
        Some(demand.max(known(dynamic.minimum_bytes, MAX_MEMORY_BYTES).unwrap_or(0)))
    });
    MachineSize {
        host: None,
        standing,
        vcpu: known(config.vcpu, MAX_CORES),
        memory_bytes: placed.or(startup),
        restart_bytes: startup,
        cpu_reservation_mhz: known(config.cpu.reservation, MAX_MHZ),
        memory_reservation_bytes: known(config.memory.reservation, MAX_MEMORY_BYTES),
        is_bound: !config.passthrough_devices.is_empty(),
        apart: None,
    }
}

fn failover_hosts<'a>(pool: &Pool<'a>) -> BTreeSet<&'a ExternalId> {
    let control = pool.cluster.and_then(|cluster| cluster.config.admission_control.as_ref());
    match control.filter(|control| control.enabled).map(|control| &control.policy) {
        Some(AdmissionPolicy::DedicatedHosts { hosts }) => hosts.iter().collect(),
        _ => BTreeSet::new(),
    }
}

fn admission(pool: &Pool<'_>, gaps: &mut Vec<Gap>) -> Admission {
    let Some(cluster) = pool.cluster else { return Admission::Open };
    if cluster.config.ha_enabled == Some(false) {
        return Admission::Open;
    }
    let Some(control) = &cluster.config.admission_control else {
        // A failover cluster of Windows lets every machine start; a vCenter that hides its rule from the account has one.
        let is_windows = cluster.config.quorum.is_some() || !cluster.config.groups.is_empty();
        return if is_windows { Admission::Open } else { Admission::Unknown };
    };
    if !control.enabled {
        return Admission::Open;
    }
    match &control.policy {
        AdmissionPolicy::HostFailures { tolerated: Some(failures) } if *failures >= 0 => {
            Admission::Slots { failures: u32::try_from(*failures).unwrap_or(u32::MAX) }
        }
        AdmissionPolicy::Percentage { cpu_percent: Some(cpu), memory_percent: Some(memory), .. }
            if (0..=100).contains(cpu) && (0..=100).contains(memory) =>
        {
            Admission::Percentage { cpu_percent: *cpu as f64, memory_percent: *memory as f64 }
        }
        AdmissionPolicy::Percentage { automatic: Some(true), .. } => {
            gaps.push(Gap::ShareAssumed);
            Admission::Slots { failures: 1 }
        }
        AdmissionPolicy::DedicatedHosts { hosts } => {
            let missing = hosts.iter().filter(|id| pool.hosts.iter().all(|host| host.external_id != **id)).count();
            if missing > 0 {
                gaps.push(Gap::FailoverHosts { hosts: missing as u32 });
            }
            Admission::FailoverHosts
        }
        _ => Admission::Unknown,
    }
}

/// Machines that a rule keeps from sharing a host, by the rule's number.
fn keep_apart(pool: &Pool<'_>, gaps: &mut Vec<Gap>) -> BTreeMap<ExternalId, u32> {
    let mut apart = BTreeMap::new();
    let mut with_hosts = 0;
    let rules = pool.cluster.map(|cluster| cluster.config.drs_rules.as_slice()).unwrap_or_default();
    for (number, rule) in (0..).zip(rules).filter(|(_, rule)| rule.enabled != Some(false)) {
        match rule.kind.as_str() {
            "anti_affinity" => apart.extend(rule.vms.iter().map(|vm| (vm.clone(), number))),
            "vm_to_host" => with_hosts += 1,
            _ => {}
        }
    }
    if with_hosts > 0 {
        gaps.push(Gap::HostRules { rules: with_hosts });
    }
    apart
}

/// What the hosts say that they use at the moment, those away left out.
fn demand(pool: &Pool<'_>, gaps: &mut Vec<Gap>) -> (Option<f64>, Option<f64>) {
    let present: Vec<&&Host> =
        pool.hosts.iter().filter(|host| host_size(host, false).standing == HostStanding::Serving).collect();
    let used = |value: fn(&Host) -> Option<i64>, most: i64| -> Option<f64> {
        let each: Option<Vec<i64>> =
            present.iter().map(|host| value(host).filter(|value| (0..=most).contains(value))).collect();
        each.filter(|each| !each.is_empty()).map(|each| each.iter().map(|value| *value as f64).sum())
    };
    let cpu = used(|host| host.state.cpu_usage_mhz, MAX_MHZ);
    let memory = used(|host| host.state.memory_usage_bytes, MAX_MEMORY_BYTES);
    let silent =
        present.iter().filter(|host| host.state.cpu_usage_mhz.is_none() || host.state.memory_usage_bytes.is_none());
    let silent = silent.count() as u32;
    if silent > 0 {
        gaps.push(Gap::Demand { hosts: silent });
    }
    (cpu, memory)
}

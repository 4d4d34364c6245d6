//! Makes changes to a copy of a pool's basis: hosts, rules, machines and what these ask for.

use model::{
    capacity::{Basis, CapacitySettings, HostSize, HostStanding, MachineSize, MachineStanding, Resource, Size},
    ids::ExternalId,
    what_if::{Asks, Change, HostModel, Scenario},
};

use super::Present;
use crate::capacity::{is_of_size, judge};

/// A pool after changes.
#[derive(Clone, Debug, PartialEq)]
pub struct Edited {
    pub basis: Basis,
    pub settings: CapacitySettings,
    /// Machines and hosts that changes were meant for and that are not there.
    pub missing: u32,
}

/// What machines of the pool ask for, of each vCPU and byte that they have. Where that is unknown, a machine is taken to ask
/// for all that it has.
#[derive(Clone, Copy)]
struct Appetite {
    mhz_per_vcpu: Option<f64>,
    memory_share: f64,
}

/// The pool with all changes that are in force on the day; `None`: all there are.
pub fn edited(present: Present<'_>, scenario: &Scenario, day: Option<i64>) -> Edited {
    let mut edited = Edited { basis: present.basis.clone(), settings: *present.settings, missing: 0 };
    let appetite = appetite(present.basis, present.settings);
    for change in &scenario.changes {
        if day.zip(change.from_day).is_some_and(|(day, from)| from > day) {
            continue;
        }
        let is_here = change.pool == present.key;
        match &change.change {
            Change::Move { count, size, asks, to_pool } if to_pool == present.key && !is_here => {
                edited.add_machines(*count, size, *asks, appetite);
            }
            Change::Move { count, size, to_pool, .. } if is_here && to_pool != present.key => {
                edited.resize(*count, size, None, appetite);
            }
            _ if !is_here => {}
            Change::Move { .. } => {}
            Change::AddHosts { count, host } => edited.add_hosts(*count, host),
            Change::RemoveHosts { hosts } => {
                let stands_here = |id: &&ExternalId| edited.basis.hosts.iter().any(|host| host.external_id == **id);
                edited.missing += hosts.iter().filter(|id| !stands_here(id)).count() as u32;
                edited.remove_hosts(hosts);
            }
            Change::FailHosts { count } => edited.fail_hosts(*count),
            Change::Admission { rule } => edited.basis.admission = *rule,
            Change::Settings { settings } => edited.settings = settings.over(&edited.settings),
            Change::AddMachines { count, size, asks } => edited.add_machines(*count, size, *asks, appetite),
            Change::Resize { count, from, to } => edited.resize(*count, from, to.as_ref(), appetite),
        }
    }
    edited
}

fn appetite(basis: &Basis, settings: &CapacitySettings) -> Appetite {
    let capacity = judge(basis, settings);
    let taken = |resource| capacity.measure(resource).and_then(|measure| measure.taken);
    let of =
        |demand: Option<f64>, allocated: i64| demand.filter(|_| allocated > 0).map(|demand| demand / allocated as f64);
    Appetite {
        mhz_per_vcpu: of(taken(Resource::CpuDemand), capacity.on.vcpu),
        memory_share: of(taken(Resource::MemoryDemand), capacity.on.memory_bytes)
            .map_or(1.0, |share| share.clamp(0.0, 1.0)),
    }
}

impl Edited {
    fn add_hosts(&mut self, count: u32, host: &HostModel) {
        let positive = |value: i64| Some(value).filter(|value| *value > 0);
        for _ in 0..count {
            self.basis.hosts.push(HostSize {
                external_id: ExternalId::new(format!("what-if-{}", self.basis.hosts.len())),
                standing: HostStanding::Serving,
                sockets: positive(host.sockets),
                cores: positive(host.cores),
                threads: positive(host.threads),
                cpu_mhz: host.cores.checked_mul(host.core_mhz).and_then(positive),
                memory_bytes: positive(host.memory_bytes),
            });
        }
    }

    /// Their machines are left without a host, and want a place on the others.
    fn remove_hosts(&mut self, gone: &[ExternalId]) {
        let mut places = Vec::with_capacity(self.basis.hosts.len());
        let mut next = 0;
        for host in &self.basis.hosts {
            let stays = !gone.contains(&host.external_id);
            places.push(stays.then_some(next));
            next += u32::from(stays);
        }
        self.basis.hosts.retain(|host| !gone.contains(&host.external_id));
        for machine in &mut self.basis.machines {
            machine.host = machine.host.and_then(|host| places.get(host as usize).copied().flatten());
        }
    }

    fn fail_hosts(&mut self, count: u32) {
        let serving = self.basis.hosts.iter().filter(|host| host.standing == HostStanding::Serving);
        let mut order: Vec<(Option<i64>, ExternalId)> =
            serving.map(|host| (host.memory_bytes, host.external_id.clone())).collect();
        order.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| one.1.cmp(&other.1)));
        self.missing += count.saturating_sub(order.len() as u32);
        let gone: Vec<ExternalId> = order.into_iter().take(count as usize).map(|(_, id)| id).collect();
        self.remove_hosts(&gone);
    }

    fn add_machines(&mut self, count: u32, size: &Size, asks: Option<Asks>, appetite: Appetite) {
        if size.vcpu <= 0 || size.memory_bytes <= 0 {
            return;
        }
        let machine = MachineSize {
            standing: MachineStanding::On,
            vcpu: Some(size.vcpu),
            memory_bytes: Some(size.memory_bytes),
            restart_bytes: Some(size.memory_bytes),
            ..MachineSize::default()
        };
        self.basis.machines.extend(std::iter::repeat_n(machine, count as usize));
        self.demand(f64::from(count), size, asks, appetite);
    }

    fn resize(&mut self, count: u32, from: &Size, to: Option<&Size>, appetite: Appetite) {
        let mut left = count;
        self.basis.machines.retain_mut(|machine| {
            if left == 0 || machine.standing != MachineStanding::On || !is_of_size(machine, from) {
                return true;
            }
            left -= 1;
            let Some(to) = to else { return false };
            machine.vcpu = Some(to.vcpu).filter(|vcpu| *vcpu > 0);
            machine.memory_bytes = Some(to.memory_bytes).filter(|bytes| *bytes > 0);
            machine.restart_bytes = machine.memory_bytes;
            true
        });
        self.missing += left;
        if to.is_none() {
            self.demand(-f64::from(count - left), from, None, appetite);
        }
    }

    /// What the machines ask for comes on top, or falls away; unknown demand stays unknown.
    fn demand(&mut self, machines: f64, size: &Size, asks: Option<Asks>, appetite: Appetite) {
        let core_mhz = || {
            let known = self.basis.hosts.iter().filter_map(|host| host.cpu_mhz.zip(host.cores));
            known.map(|(mhz, cores)| mhz as f64 / cores.max(1) as f64).reduce(f64::max).unwrap_or(0.0)
        };
        let (mhz, bytes) = match asks {
            Some(asks) => (asks.cpu_mhz.max(0) as f64, asks.memory_bytes.max(0) as f64),
            None => (
                size.vcpu as f64 * appetite.mhz_per_vcpu.unwrap_or_else(core_mhz),
                size.memory_bytes as f64 * appetite.memory_share,
            ),
        };
        let plus = |demand: Option<f64>, each: f64| demand.map(|demand| (demand + machines * each).max(0.0));
        self.basis.cpu_demand_mhz = plus(self.basis.cpu_demand_mhz, mhz);
        self.basis.memory_demand_bytes = plus(self.basis.memory_demand_bytes, bytes);
    }
}

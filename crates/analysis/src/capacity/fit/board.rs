//! The hosts that serve and what is left on each: machines of failed hosts are moved over, and the rest is filled.

use std::collections::BTreeSet;

use model::capacity::{Basis, CapacitySettings, HostStanding, Limit, MachineSize, MachineStanding, Size};

/// A host that takes machines, in vCPU and bytes after ratio and buffer.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    /// Its place in the basis.
    place: u32,
    vcpu_free: f64,
    memory_free: f64,
    pub(super) memory_given: f64,
    /// A machine has at most as many vCPU as its host has threads (cores, where these are unknown), and no more memory.
    widest_vcpu: i64,
    most_memory: i64,
    /// Rules that keep machines apart of which one is here.
    rules: BTreeSet<u32>,
}

pub(super) struct Board {
    pub(super) hosts: Vec<Slot>,
}

/// What is left after failures.
#[derive(Clone, Copy, Debug)]
pub(super) struct Left {
    pub(super) machines: u64,
    pub(super) if_one_host: u64,
    pub(super) stranded: u32,
    pub(super) limit: Limit,
}

impl Board {
    /// Hosts whose size is unknown take nothing.
    pub(super) fn new(basis: &Basis, settings: &CapacitySettings) -> Self {
        let cpu = settings.cpu_overcommit * (1.0 - settings.cpu_buffer_percent / 100.0);
        let memory = settings.memory_overcommit * (1.0 - settings.memory_buffer_percent / 100.0);
        let mut hosts = Vec::new();
        for (place, host) in (0..).zip(&basis.hosts).filter(|(_, host)| host.standing == HostStanding::Serving) {
            let Some((cores, bytes)) =
                host.cores.zip(host.memory_bytes).filter(|(cores, bytes)| *cores > 0 && *bytes > 0)
            else {
                continue;
            };
            hosts.push(Slot {
                place,
                vcpu_free: cores as f64 * cpu,
                memory_free: bytes as f64 * memory,
                memory_given: 0.0,
                widest_vcpu: host.threads.unwrap_or(cores).max(cores),
                most_memory: bytes,
                rules: BTreeSet::new(),
            });
        }
        let mut board = Self { hosts };
        for machine in basis.machines.iter().filter(|machine| machine.standing == MachineStanding::On) {
            if let Some(slot) = board.hosts.iter_mut().find(|slot| Some(slot.place) == machine.host) {
                slot.take(machine, machine.memory_bytes);
            }
        }
        board
    }

    /// What is left once these hosts (by their place on the board) have failed.
    pub(super) fn after(&self, basis: &Basis, failed: &[bool], size: &Size) -> Left {
        let lost: BTreeSet<u32> =
            self.hosts.iter().zip(failed).filter(|(_, failed)| **failed).map(|(slot, _)| slot.place).collect();
        let mut remaining: Vec<Slot> = self.hosts.iter().filter(|slot| !lost.contains(&slot.place)).cloned().collect();
        // Of whom no host is told wants a place as well.
        let is_homeless = |machine: &&MachineSize| {
            let is_lost = !machine.is_bound && machine.host.is_some_and(|host| lost.contains(&host));
            machine.standing == MachineStanding::On && (is_lost || machine.host.is_none())
        };
        let mut homeless: Vec<&MachineSize> = basis.machines.iter().filter(is_homeless).collect();
        homeless.sort_by_key(|machine| std::cmp::Reverse((machine.restart_bytes, machine.vcpu)));
        let mut stranded = 0;
        for machine in homeless {
            // The emptiest host that takes it: what remains stays spread over the hosts.
            let takes = remaining.iter_mut().filter(|slot| slot.takes(machine));
            match takes.max_by(|one, other| one.memory_free.total_cmp(&other.memory_free)) {
                Some(slot) => slot.take(machine, machine.restart_bytes),
                None => stranded += 1,
            }
        }
        fill(&remaining, size, stranded)
    }
}

impl Slot {
    fn takes(&self, machine: &MachineSize) -> bool {
        let memory = machine.restart_bytes.unwrap_or(0).max(0) as f64;
        let vcpu = machine.vcpu.unwrap_or(0).max(0);
        vcpu as f64 <= self.vcpu_free
            && vcpu <= self.widest_vcpu
            && memory <= self.memory_free
            && machine.apart.is_none_or(|rule| !self.rules.contains(&rule))
    }

    fn take(&mut self, machine: &MachineSize, memory_bytes: Option<i64>) {
        let memory = memory_bytes.unwrap_or(0).max(0) as f64;
        self.vcpu_free -= machine.vcpu.unwrap_or(0).max(0) as f64;
        self.memory_free -= memory;
        self.memory_given += memory;
        self.rules.extend(machine.apart);
    }
}

fn fill(hosts: &[Slot], size: &Size, stranded: u32) -> Left {
    let none = |limit| Left { machines: 0, if_one_host: 0, stranded, limit };
    let reaches = |slot: &&Slot| {
        let is_visible = size.hosts.as_ref().is_none_or(|hosts| hosts.contains(&slot.place));
        is_visible && size.vcpu <= slot.widest_vcpu && size.memory_bytes <= slot.most_memory
    };
    let open: Vec<&Slot> = hosts.iter().filter(reaches).collect();
    if stranded > 0 {
        return none(Limit::Restart);
    }
    if open.is_empty() {
        return none(if hosts.is_empty() { Limit::NoHosts } else { Limit::NoHostLargeEnough });
    }
    let (vcpu, memory) = (size.vcpu as f64, size.memory_bytes as f64);
    let (mut machines, mut of_cpu, mut of_memory) = (0, 0.0, 0.0);
    let (mut all_vcpu, mut all_memory) = (0.0, 0.0);
    for slot in open {
        let (cpu_free, memory_free) = (slot.vcpu_free.max(0.0), slot.memory_free.max(0.0));
        machines += (cpu_free / vcpu).min(memory_free / memory).floor() as u64;
        of_cpu += (cpu_free / vcpu).floor();
        of_memory += (memory_free / memory).floor();
        all_vcpu += cpu_free;
        all_memory += memory_free;
    }
    let if_one_host = (all_vcpu / vcpu).min(all_memory / memory).floor() as u64;
    let limit = if of_cpu < of_memory { Limit::Cpu } else { Limit::Memory };
    Left { machines, if_one_host: if_one_host.max(machines), stranded, limit }
}

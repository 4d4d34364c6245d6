//! One read of the machines: ask for facts, tell machines apart, and say how much of it can be believed.

use model::{
    failure::{Failure, FailureKind},
    inventory::{Adapter, Aspect, Collection, Inventory, ObjectKind, PowerState, Vm, VmConfig, VmState, Withheld},
    run::{Severity, Stage},
};

use super::{
    client::Client,
    fact::{Fact, questions},
    identity::{address, full_name, host_of},
    issues::Issues,
    read::{self, Told},
    roster::{Machine, Roster},
    status,
};
use crate::{Endpoint, Observer};

/// What a machine that is not reached does not tell.
const FACTS: [Fact; 7] = [
    Fact::HostName,
    Fact::OperatingSystem,
    Fact::Firmware,
    Fact::Adapter,
    Fact::Address,
    Fact::Cores,
    Fact::MemoryBytes,
];

pub(crate) async fn collect(endpoint: &Endpoint, observer: &Observer) -> Result<Collection, Failure> {
    observer.stage(Stage::Connect);
    let client = Client::open(endpoint, observer.cancellation()).await?;
    let mut issues = Issues::default();
    let clock = client.clock().await.map_err(super::refusal::CallError::failure)?;
    issues.clock(&clock);
    let identity = status::identity(&client).await;
    // Before the facts: what has been scraped by now is in their answers.
    let targets = status::targets(&client).await;
    observer.stage(Stage::Vms);
    let mut told = read::ask(&client, questions(), &mut issues).await?;
    issues.replicas(&read::replicas(&client).await);
    let roster = Roster::new(std::mem::take(&mut told.evidence));
    issues.roster(&roster);
    let is_whole = is_whole(&told, &roster, targets, &mut issues);
    let withheld = roster.machines.iter().filter_map(|machine| withheld(machine, &told)).collect();
    let vms: Vec<Vm> = roster.machines.into_iter().map(vm).collect();
    observer.found(ObjectKind::Vm, vms.len() as u64);
    observer.total(ObjectKind::Vm, vms.len() as u64);
    observer.issues(issues.count());
    if observer.cancellation().is_cancelled() {
        return Err(Failure::new(FailureKind::Cancelled, "cancelled while reading"));
    }
    Ok(Collection {
        inventory: Inventory { vms, ..Inventory::default() },
        complete: if is_whole { ObjectKind::ALL.into() } else { [].into() },
        // There is nothing of the kind, which is also an answer.
        aspects: Aspect::ALL.into(),
        withheld,
        issues: issues.finish(),
        identity,
    })
}

/// Whether a machine that was not seen is gone. After a start Prometheus knows targets before it has scraped them, and
/// without any machine there is more likely nothing to read than nothing there.
fn is_whole(told: &Told, roster: &Roster, targets: Option<status::TargetCounts>, issues: &mut Issues) -> bool {
    let unknown = targets.map_or(0, |targets| targets.unknown);
    if unknown > 0 {
        issues.add(
            Severity::Warning,
            format!("{unknown} targets have not been scraped yet: machines that are missing may only be late"),
            Some("Nothing to do: Prometheus has just started or was given new targets. Nothing is archived meanwhile."),
        );
    }
    if roster.machines.is_empty() {
        issues.add(
            Severity::Warning,
            "no machine was found: no exporter that IROA knows has told anything in the last hour",
            Some("IROA knows node_exporter, windows_exporter, vmware_exporter and the libvirt exporters. If Prometheus has just started, sync again in a minute."),
        );
    }
    told.is_whole() && unknown == 0 && !roster.machines.is_empty()
}

fn withheld(machine: &Machine, told: &Told) -> Option<Withheld> {
    let is_silent = machine.evidence.is_gone || machine.is_ambiguous;
    let is_untold = |fact: &Fact| told.untold.contains(&(machine.exporter, *fact));
    // That a silent machine's power is unknown is an answer; the question's own failure is none.
    let states = [Fact::MemoryMegabytes, Fact::Power, Fact::DomainState, Fact::Up].into_iter().filter(is_untold);
    let untold = FACTS.into_iter().filter(|fact| is_silent || is_untold(fact)).chain(states);
    let mut fields: Vec<String> = untold.flat_map(Fact::fields).map(|field| (*field).to_owned()).collect();
    fields.sort_unstable();
    fields.dedup();
    (!fields.is_empty()).then(|| Withheld { kind: ObjectKind::Vm, object: machine.id.clone(), fields })
}

fn vm(machine: Machine) -> Vm {
    let name = machine.name().to_owned();
    let config = if machine.is_ambiguous { VmConfig::default() } else { config(&machine) };
    let state =
        VmState { boot_at_ms: machine.evidence.boot_at_ms.filter(|_| !machine.is_ambiguous), ..VmState::default() };
    Vm::unplaced(machine.id, name, config, state)
}

fn config(machine: &Machine) -> VmConfig {
    let evidence = &machine.evidence;
    let instance = machine.keys[0].second();
    let told = evidence.host_names.first();
    let guest_host_name = evidence.full_name.clone().or_else(|| told.map(|name| full_name(name, instance)));
    let mut ip_addresses: Vec<String> = Vec::new();
    // What it is scraped by comes first: there it can be reached.
    let scraped = machine.exporter.is_inside().then(|| address(host_of(instance))).flatten();
    for known in scraped.iter().chain(evidence.addresses.values().flatten()) {
        let known = known.to_string();
        if !ip_addresses.contains(&known) {
            ip_addresses.push(known);
        }
    }
    let adapters = evidence.adapters.iter().map(|(device, mac)| Adapter {
        key: device.clone(),
        label: device.clone(),
        adapter_type: None,
        mac: Some(mac.clone()),
        network: None,
        network_name: None,
        connected: None,
        vlan: None,
        ip_addresses: evidence.addresses.get(device).into_iter().flatten().map(ToString::to_string).collect(),
    });
    VmConfig {
        power: evidence.power.unwrap_or(PowerState::Unknown),
        bios_uuid: evidence.uuids.first().cloned(),
        vcpu: evidence.cores,
        memory_bytes: evidence.memory_bytes,
        guest_os_running: evidence.operating_system.clone(),
        guest_host_name,
        ip_addresses,
        adapters: adapters.collect(),
        ..VmConfig::default()
    }
}

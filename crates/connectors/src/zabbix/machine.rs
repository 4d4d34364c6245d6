//! A monitored host as a machine of the inventory. What it tells of its identity is taken literally or not at all: machines of
//! several systems are linked by it.

mod identity;

use std::collections::{BTreeMap, BTreeSet};

use model::{
    ids::ExternalId,
    inventory::{Adapter, Attribute, ConnectionState, Health, PowerState, Tag, Vm, VmConfig, VmState},
};

use super::{
    key::Key,
    wire::{Host, Item},
};
use identity::{addresses, macs, serial_uuid, uuid};

/// Items that tell of the machine, by the beginning of their keys.
pub(super) const FACTS: [&str; 17] = [
    "agent.hostname",
    "agent.ping",
    "system.cpu.num",
    "system.cpu.util",
    "system.hostname",
    "system.hw.chassis",
    "system.hw.macaddr",
    "system.sw.os",
    "system.uname",
    "system.uptime",
    "vm.memory.size[total]",
    "vmware.vm.cpu.num",
    "vmware.vm.memory.size[",
    "vmware.vm.powerstate",
    "vmware.vm.uptime",
    "vmware.vm.uuid",
    "wmi.get[root",
];

/// An item that was heard within this time of the newest one proves that its machine runs.
const HEARD_S: i64 = 900;
const ADAPTERS_MAX: usize = 64;
const TAGS_MAX: usize = 100;

/// The last values of a host's items.
#[derive(Default)]
pub(super) struct Facts {
    /// By key without parameters, and by whole key.
    values: BTreeMap<String, String>,
    /// When something that only a running machine sends was last heard; seconds.
    heard_s: Option<i64>,
}

impl Facts {
    pub(super) fn add(&mut self, item: &Item) {
        let Some(key) = Key::parse(item.key_.or_empty()) else { return };
        if let Some(clock) = item.lastclock.0.filter(|clock| *clock > 0)
            && ["agent.ping", "system.cpu.util", "system.uptime"].contains(&key.name.as_str())
        {
            self.heard_s = self.heard_s.max(Some(clock));
        }
        let Some(value) = item.lastvalue.line() else { return };
        let name = match (key.name.as_str(), key.parameters.first()) {
            ("system.hw.chassis", Some(part)) => format!("system.hw.chassis.{part}"),
            ("wmi.get", _) if !item.key_.or_empty().contains("NumberOfLogicalProcessors") => return,
            // `system.hostname[fqdn]` says more than the plain one.
            ("system.hostname", Some(part)) => format!("system.hostname.{part}"),
            _ => key.name,
        };
        self.values.entry(name).or_insert(value);
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    fn number(&self, name: &str) -> Option<i64> {
        // Zabbix writes whole numbers of float items as `4` or `4.0000`.
        let number: f64 = self.text(name)?.parse().ok()?;
        (number.is_finite() && (0.0..9.0e15).contains(&number)).then_some(number as i64)
    }
}

/// Makes a machine. `newest_s` is the time of the newest value of all hosts: the server's own clock.
pub(super) fn machine(host: &Host, facts: &Facts, newest_s: Option<i64>) -> Option<Vm> {
    let id = host.hostid.as_str().filter(|id| id.bytes().all(|b| b.is_ascii_digit()))?;
    let technical = host.host.line();
    let name = host.name.line().or_else(|| technical.clone()).unwrap_or_else(|| id.to_owned());
    let (bios_uuid, instance_uuid) = uuids(host, facts);
    let serial = serial(host, facts);
    let config = VmConfig {
        power: power(host, facts, newest_s),
        connection: connection(host),
        bios_uuid,
        instance_uuid,
        vcpu: ["vmware.vm.cpu.num", "system.cpu.num", "wmi.get"]
            .iter()
            .find_map(|name| facts.number(name))
            .filter(|vcpu| (1..=65_536).contains(vcpu)),
        memory_bytes: ["vmware.vm.memory.size", "vm.memory.size"]
            .iter()
            .find_map(|name| facts.number(name))
            .filter(|bytes| *bytes > 0),
        guest_os_running: guest_os(host, facts),
        guest_host_name: guest_host_name(host, facts),
        ip_addresses: addresses(host),
        adapters: adapters(host, facts),
        annotation: host.description.line(),
        tags: tags(host),
        attributes: attributes(host, technical, serial),
        ..VmConfig::default()
    };
    let uptime_s = ["system.uptime", "vmware.vm.uptime"].iter().find_map(|name| facts.number(name));
    let state = VmState { health: Health::Green, uptime_s, ..VmState::default() };
    Some(Vm::unplaced(ExternalId::new(id), name, config, state))
}

/// vSphere's own word first, then an interface or an active agent that answers, then a recent value of the agent.
fn power(host: &Host, facts: &Facts, newest_s: Option<i64>) -> PowerState {
    match facts.number("vmware.vm.powerstate") {
        Some(0) => return PowerState::Off,
        Some(1) => return PowerState::On,
        Some(2) => return PowerState::Suspended,
        _ => {}
    }
    let is_heard = facts.heard_s.zip(newest_s).is_some_and(|(heard, newest)| newest - heard <= HEARD_S);
    if availability(host).any(|available| available == 1) || is_heard { PowerState::On } else { PowerState::Unknown }
}

fn connection(host: &Host) -> ConnectionState {
    let said: BTreeSet<u8> = availability(host).collect();
    match (said.contains(&1), said.contains(&2)) {
        (true, _) => ConnectionState::Connected,
        (false, true) => ConnectionState::NotResponding,
        (false, false) => ConnectionState::Unknown,
    }
}

/// 1 available, 2 not. An IPMI interface is the hardware's, and answers while the machine is off.
fn availability(host: &Host) -> impl Iterator<Item = u8> {
    let interfaces = host.interfaces.0.iter().filter(|interface| interface.kind.0 != Some(3));
    let interfaces = interfaces.filter_map(|interface| interface.available.0);
    interfaces.chain(host.active_available.0).chain(host.available.0).filter(|available| [1, 2].contains(available))
}

/// SMBIOS UUID and vCenter's own. Zabbix names a machine by the latter where it reads a vCenter, and by the former where it
/// reads an ESXi host; vSphere's own instance UUIDs begin with 50 or 52.
fn uuids(host: &Host, facts: &Facts) -> (Option<String>, Option<String>) {
    let by_firmware = facts
        .text("system.hw.chassis.uuid")
        .and_then(uuid)
        .or_else(|| serial(host, facts).as_deref().and_then(serial_uuid));
    let named = |wanted: &str| host.macros.0.iter().find(|known| known.name.as_str() == Some(wanted));
    let is_hypervisor = named("{$VMWARE.HV.UUID}").is_some();
    let told = named("{$VMWARE.VM.UUID}")
        .and_then(|known| known.value.as_str())
        .and_then(uuid)
        .or_else(|| facts.text("vmware.vm.uuid").and_then(uuid))
        .or_else(|| host.host.as_str().filter(|_| !is_hypervisor).and_then(uuid));
    match told {
        Some(told) if told.starts_with("50") || told.starts_with("52") => (by_firmware, Some(told)),
        told => (by_firmware.or(told), None),
    }
}

fn serial(host: &Host, facts: &Facts) -> Option<String> {
    let told = facts.text("system.hw.chassis.serial").map(str::to_owned);
    let inventory = || ["serialno_a", "serialno_b"].iter().filter_map(|name| host.inventory.line(name));
    // The one that tells the UUID, where there are several.
    told.iter()
        .cloned()
        .chain(inventory())
        .find(|serial| serial_uuid(serial).is_some())
        .or(told)
        .or_else(|| inventory().next())
}

fn guest_os(host: &Host, facts: &Facts) -> Option<String> {
    let inventory = ["os_full", "os", "os_short"].iter().find_map(|name| host.inventory.line(name));
    let told =
        inventory.or_else(|| facts.text("system.sw.os").or_else(|| facts.text("system.uname")).map(str::to_owned));
    told.map(|text| text.chars().take(200).collect())
}

/// The fullest name that the guest, its interface or its inventory tells; the technical name where it can be one.
fn guest_host_name(host: &Host, facts: &Facts) -> Option<String> {
    let mut interfaces: Vec<_> = host.interfaces.0.iter().filter(|interface| interface.kind.0 == Some(1)).collect();
    interfaces.sort_by_key(|interface| interface.main.0 != Some(1));
    let fact = |name: &str| facts.text(name).map(str::to_owned);
    let mut told: Vec<String> = [fact("system.hostname.fqdn"), fact("system.hostname"), fact("system.hostname.host")]
        .into_iter()
        .flatten()
        .collect();
    told.extend(interfaces.iter().filter_map(|interface| interface.dns.line()));
    told.extend(host.inventory.line("name"));
    told.extend(host.host.line());
    told.retain(|name| identity::is_host_name(name));
    let full = told.iter().find(|name| name.contains('.'));
    // A short name that the guest tells and a full one that begins otherwise are two names: the guest knows its own.
    let own =
        fact("system.hostname").or_else(|| fact("system.hostname.host")).filter(|name| identity::is_host_name(name));
    match (full, own) {
        (Some(full), Some(own)) if !full.to_ascii_lowercase().starts_with(&own.to_ascii_lowercase()) => Some(own),
        (Some(full), _) => Some(full.clone()),
        (None, _) => told.into_iter().next(),
    }
}

fn adapters(host: &Host, facts: &Facts) -> Vec<Adapter> {
    let items = facts.text("system.hw.macaddr").map(macs).unwrap_or_default();
    let inventory = ["macaddress_a", "macaddress_b"].iter().filter_map(|name| host.inventory.line(name));
    let inventory = inventory.flat_map(|text| macs(&text));
    let mut seen = BTreeSet::new();
    let all = items.into_iter().chain(inventory).filter(|(_, mac)| seen.insert(mac.clone())).take(ADAPTERS_MAX);
    all.map(|(label, mac)| Adapter {
        key: mac.clone(),
        label: label.unwrap_or_else(|| mac.clone()),
        adapter_type: None,
        mac: Some(mac),
        network: None,
        network_name: None,
        connected: None,
        vlan: None,
        ip_addresses: Vec::new(),
    })
    .collect()
}

fn tags(host: &Host) -> Vec<Tag> {
    let groups = host.groups.0.iter().filter_map(|group| group.name.line());
    let groups = groups.map(|name| Tag { category: "Host group".to_owned(), name });
    let own = host
        .tags
        .0
        .iter()
        .filter_map(|tag| Some(Tag { category: tag.tag.line()?, name: tag.value.line().unwrap_or_default() }));
    let mut tags: Vec<Tag> = groups.chain(own).take(TAGS_MAX).collect();
    tags.sort();
    tags.dedup();
    tags
}

/// What the inventory tells beside; empty fields are none.
fn attributes(host: &Host, technical: Option<String>, serial: Option<String>) -> Vec<Attribute> {
    let field = |name: &str, label: &str| (label.to_owned(), host.inventory.line(name));
    let told = [
        ("Technical name".to_owned(), technical),
        ("Serial number".to_owned(), serial),
        field("asset_tag", "Asset tag"),
        field("location", "Location"),
        field("contact", "Contact"),
        field("poc_1_name", "Responsible"),
        field("deployment_status", "Deployment status"),
        field("hardware", "Hardware"),
    ];
    let told = told
        .into_iter()
        .filter_map(|(name, value)| Some(Attribute { name, value: value?.chars().take(500).collect() }));
    told.collect()
}

#[cfg(test)]
mod tests;

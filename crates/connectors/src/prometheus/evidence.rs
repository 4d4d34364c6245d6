//! What the facts of one machine add up to. Pure; which machines are one is `roster`'s.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
};

use model::inventory::PowerState;

use super::{answer::Series, exporter::Exporter, fact::Fact, identity};

/// Adapters and addresses beyond what a machine has.
const MAX_DEVICES: usize = 256;
/// More than any machine has: a value above it is a fault of the exporter.
const MAX_CORES: f64 = 65_536.0;
const MAX_BYTES: f64 = (1_u64 << 50) as f64;
/// The year 9999.
const MAX_SECONDS: f64 = 253_402_300_800.0;

/// Everything told of one machine under one key.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Evidence {
    /// More than one: two machines stand behind one key.
    pub(super) host_names: BTreeSet<String>,
    /// With domain, where the exporter says it.
    pub(super) full_name: Option<String>,
    pub(super) operating_system: Option<String>,
    pub(super) uuids: BTreeSet<String>,
    /// Device → MAC.
    pub(super) adapters: BTreeMap<String, String>,
    /// Device → addresses.
    pub(super) addresses: BTreeMap<String, BTreeSet<IpAddr>>,
    /// `vmware_exporter`: the hosts that run it, now.
    pub(super) placed_on: BTreeSet<String>,
    pub(super) cores: Option<i64>,
    pub(super) memory_bytes: Option<i64>,
    pub(super) boot_at_ms: Option<i64>,
    pub(super) power: Option<PowerState>,
    /// Not reached for an hour: all but its name is unknown now.
    pub(super) is_gone: bool,
    /// There at all: an exporter said so. Other facts alone make no machine.
    pub(super) is_there: bool,
}

impl Evidence {
    pub(super) fn add(&mut self, exporter: Exporter, fact: Fact, series: &Series) {
        match fact {
            Fact::System => self.add_system(exporter, series),
            Fact::Gone => {
                self.add_system(exporter, series);
                self.is_gone = true;
            }
            Fact::HostName => {
                self.add_host_name(series.label("hostname"));
                self.full_name = identity::host_name(series.label("fqdn")).map(str::to_owned).or(self.full_name.take());
            }
            Fact::OperatingSystem => self.operating_system = text(series.label("pretty_name")),
            Fact::Firmware => {
                let (uuid, serial) = (series.label("product_uuid"), series.label("product_serial"));
                self.uuids.extend(identity::uuid(uuid).or_else(|| identity::uuid_of_serial(serial)));
            }
            Fact::Adapter => {
                let (device, mac) = device(series, "address", "mac");
                if let Some(mac) = identity::mac(mac)
                    && self.adapters.len() < MAX_DEVICES
                {
                    self.adapters.insert(device.to_owned(), mac);
                }
            }
            Fact::Address => {
                let (device, address) = device(series, "address", "address");
                if let Some(address) = identity::address(address)
                    && self.addresses.len() < MAX_DEVICES
                {
                    self.addresses.entry(device.to_owned()).or_default().insert(address);
                }
            }
            Fact::Cores => self.cores = whole(series, 1.0, MAX_CORES),
            Fact::MemoryBytes => self.memory_bytes = whole(series, 1.0, MAX_BYTES),
            Fact::MemoryMegabytes => {
                self.memory_bytes = whole(series, 1.0, MAX_BYTES / 1_048_576.0).map(|megabytes| megabytes << 20);
            }
            Fact::Boot => self.boot_at_ms = whole(series, 1.0, MAX_SECONDS).map(|seconds| seconds * 1_000),
            Fact::Power => {
                self.power = series.value().map(|value| if value == 0.0 { PowerState::Off } else { PowerState::On });
            }
            Fact::DomainState => self.power = series.value().and_then(domain_state),
            Fact::Up => self.power = series.value().filter(|value| *value > 0.5).map(|_| PowerState::On),
        }
    }

    fn add_system(&mut self, exporter: Exporter, series: &Series) {
        self.is_there = true;
        match exporter {
            Exporter::Node => {
                self.add_host_name(series.label("nodename"));
                if self.operating_system.is_none() {
                    self.operating_system = text(&format!("{} {}", series.label("sysname"), series.label("release")));
                }
            }
            Exporter::Windows => {
                self.operating_system = text(series.label("product")).or(self.operating_system.take());
            }
            Exporter::Vmware => {
                self.placed_on.extend(text(series.label("host_name")));
            }
            Exporter::Libvirt => self.uuids.extend(identity::uuid(series.label("uuid"))),
        }
    }

    fn add_host_name(&mut self, name: &str) {
        self.host_names.extend(identity::host_name(name).map(str::to_owned));
    }

    /// Takes over what another key tells of the same machine.
    pub(super) fn merge(&mut self, other: Self) {
        self.host_names.extend(other.host_names);
        self.full_name = self.full_name.take().or(other.full_name);
        self.operating_system = self.operating_system.take().or(other.operating_system);
        self.uuids.extend(other.uuids);
        for (device, mac) in other.adapters {
            self.adapters.entry(device).or_insert(mac);
        }
        for (device, addresses) in other.addresses {
            self.addresses.entry(device).or_default().extend(addresses);
        }
        self.placed_on.extend(other.placed_on);
        self.cores = self.cores.or(other.cores);
        self.memory_bytes = self.memory_bytes.or(other.memory_bytes);
        self.boot_at_ms = self.boot_at_ms.or(other.boot_at_ms);
        self.power = match (self.power, other.power) {
            (Some(PowerState::On), _) | (_, Some(PowerState::On)) => Some(PowerState::On),
            (one, another) => one.or(another),
        };
        self.is_gone &= other.is_gone;
        self.is_there |= other.is_there;
    }

    /// Two machines, or more, answer under one key.
    pub(super) fn is_ambiguous(&self, exporter: Exporter) -> bool {
        let lower: BTreeSet<String> = self.host_names.iter().map(|name| name.to_ascii_lowercase()).collect();
        match exporter {
            Exporter::Node | Exporter::Windows => lower.len() > 1 || self.uuids.len() > 1,
            Exporter::Vmware => self.placed_on.len() > 1,
            Exporter::Libvirt => self.uuids.len() > 1,
        }
    }
}

/// Windows calls a device `nic` and its MAC `mac`.
fn device<'a>(series: &'a Series, value: &str, windows: &str) -> (&'a str, &'a str) {
    match series.label("device") {
        "" => (series.label("nic"), series.label(windows)),
        device => (device, series.label(value)),
    }
}

fn text(label: &str) -> Option<String> {
    let label = label.trim();
    (!label.is_empty()).then(|| label.to_owned())
}

fn whole(series: &Series, least: f64, most: f64) -> Option<i64> {
    series.value().filter(|value| (least..=most).contains(value)).map(|value| value as i64)
}

/// libvirt's `virDomainState`: 1 running, 2 blocked, 3 paused, 4 shutting down, 5 off, 6 crashed, 7 suspended by its guest.
fn domain_state(value: f64) -> Option<PowerState> {
    match value as i64 {
        1 | 2 | 4 => Some(PowerState::On),
        3 | 7 => Some(PowerState::Suspended),
        5 | 6 => Some(PowerState::Off),
        _ => None,
    }
}

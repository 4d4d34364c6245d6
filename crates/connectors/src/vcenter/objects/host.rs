//! Hosts: hardware, version, adapters, and the port groups of their own switches.

use model::{
    ids::ExternalId,
    inventory::{HostConfig, HostState, PhysicalAdapter},
};

use super::{Raw, read};
use crate::vcenter::{
    object::Object,
    tree::Element,
    value::{MIB, connection, flag, health, power, time_ms},
};

pub const HOSTS: [(&str, &[&str]); 1] = [(
    "HostSystem",
    &[
        "name",
        "parent",
        "overallStatus",
        "customValue",
        "runtime.connectionState",
        "runtime.powerState",
        "runtime.inMaintenanceMode",
        "runtime.bootTime",
        "summary.hardware",
        "summary.quickStats",
        "config.product",
        "config.network.pnic",
        "config.network.portgroup",
        "datastore",
        "network",
    ],
)];

#[derive(Clone, Debug, Default)]
pub struct Host {
    pub name: String,
    pub datastores: Vec<ExternalId>,
    pub networks: Vec<ExternalId>,
    pub config: HostConfig,
    pub state: HostState,
    pub port_groups: Vec<PortGroup>,
}

/// A port group of one of the host's own switches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortGroup {
    pub name: String,
    pub vlan: i64,
    pub switch: String,
}

pub fn read_host(object: Object<'_>) -> Option<Raw<Host>> {
    read(object, |host: &mut Host| &mut host.name, read_property)
}

fn read_property(host: &mut Host, path: &str, value: Element<'_>) {
    match path {
        "overallStatus" => host.state.health = health(value.text()),
        "runtime.connectionState" => host.config.connection = connection(value.text()),
        "runtime.powerState" => host.config.power = power(value.text()),
        "runtime.inMaintenanceMode" => host.config.in_maintenance = flag(value.text()),
        "runtime.bootTime" => host.state.boot_at_ms = time_ms(value.text()),
        "summary.hardware" => read_hardware(&mut host.config, value),
        "summary.quickStats" => {
            host.state.cpu_usage_mhz = value.number("overallCpuUsage");
            host.state.memory_usage_bytes = value.number("overallMemoryUsage").map(|amount| amount.saturating_mul(MIB));
            host.state.uptime_s = value.number("uptime");
        }
        "config.product" => {
            host.config.product = value.string("name");
            host.config.version = value.string("version");
            host.config.build = value.string("build");
        }
        "config.network.pnic" => host.config.adapters = value.items().filter_map(adapter).collect(),
        "config.network.portgroup" => host.port_groups = value.items().filter_map(port_group).collect(),
        "datastore" => host.datastores = value.externals(),
        "network" => host.networks = value.externals(),
        _ => {}
    }
}

/// Vendors put the serial number under different labels.
const SERIAL_LABELS: [&str; 3] = ["SerialNumberTag", "ServiceTag", "EnclosureSerialNumberTag"];

/// `HostHardwareSummary`.
fn read_hardware(config: &mut HostConfig, hardware: Element<'_>) {
    config.vendor = hardware.string("vendor");
    config.model = hardware.string("model");
    config.uuid = hardware.string("uuid");
    config.cpu_model = hardware.get("cpuModel").map(|model| model.split_whitespace().collect::<Vec<_>>().join(" "));
    config.sockets = hardware.number("numCpuPkgs");
    config.cores = hardware.number("numCpuCores");
    config.threads = hardware.number("numCpuThreads");
    config.core_mhz = hardware.number("cpuMhz");
    config.memory_bytes = hardware.number("memorySize");
    config.serial = SERIAL_LABELS.iter().find_map(|label| {
        let identifier = hardware
            .all("otherIdentifyingInfo")
            .find(|info| info.child("identifierType").and_then(|kind| kind.get("key")) == Some(label))?;
        let value = identifier.get("identifierValue")?.trim();
        // A label that says "none" in words has none.
        let is_serial = !value.is_empty()
            && !["none", "unknown", "to be filled"].iter().any(|word| value.to_ascii_lowercase().starts_with(word));
        is_serial.then(|| value.to_owned())
    });
}

fn adapter(pnic: Element<'_>) -> Option<PhysicalAdapter> {
    Some(PhysicalAdapter {
        name: pnic.string("device")?,
        mac: pnic.get("mac").map(str::to_ascii_lowercase),
        link_mbps: pnic.child("linkSpeed").and_then(|link| link.number("speedMb")),
        driver: pnic.string("driver"),
    })
}

fn port_group(group: Element<'_>) -> Option<PortGroup> {
    let spec = group.child("spec")?;
    Some(PortGroup { name: spec.string("name")?, vlan: spec.number("vlanId")?, switch: spec.string("vswitchName")? })
}

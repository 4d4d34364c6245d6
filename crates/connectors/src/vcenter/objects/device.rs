//! Virtual hardware: disks, network adapters and devices handed through from the host.

use model::inventory::{Adapter, Disk, VmConfig};

use crate::vcenter::{tree::Element, value::decode_name};

/// What an adapter is plugged into, as the device names it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum AdapterBacking {
    #[default]
    Unknown,
    /// A network's moref.
    Network(String),
    /// A distributed port group's key.
    PortGroup(String),
    /// An NSX network's id.
    Opaque(String),
}

/// Fills in disks, adapters and passthrough devices from `VirtualHardware.device`; yields the adapters' backings.
pub(super) fn read_devices(config: &mut VmConfig, hardware: Element<'_>) -> Vec<AdapterBacking> {
    let mut backings = Vec::new();
    for device in hardware.all("device") {
        match device.value_type() {
            "VirtualDisk" => config.disks.extend(disk(device)),
            "VirtualPCIPassthrough" => config.passthrough_devices.push(label(device).to_owned()),
            class => {
                // Every adapter has a MAC, whatever new classes come.
                if let Some(adapter) = adapter_type(class, device) {
                    backings.push(backing(device));
                    config.adapters.push(adapter_of(device, adapter));
                }
            }
        }
    }
    backings
}

fn disk(device: Element<'_>) -> Option<Disk> {
    let backing = device.child("backing");
    let kilobytes = || device.number("capacityInKB").map(|amount| amount.saturating_mul(1 << 10));
    Some(Disk {
        key: device.string("key")?,
        label: label(device).to_owned(),
        capacity_bytes: device.number("capacityInBytes").or_else(kilobytes),
        thin: backing.and_then(|backing| backing.flag("thinProvisioned")),
        mode: backing.and_then(|backing| backing.string("diskMode")),
        datastore: backing.and_then(|backing| backing.child("datastore")).and_then(Element::external),
        path: backing.and_then(|backing| backing.string("fileName")),
        parent_path: None,
        controller: None,
    })
}

/// `vmxnet3` for `VirtualVmxnet3`; `None` if the device is no adapter.
fn adapter_type(class: &str, device: Element<'_>) -> Option<String> {
    let known = match class {
        "VirtualE1000" => "e1000",
        "VirtualE1000e" => "e1000e",
        "VirtualVmxnet" => "vmxnet",
        "VirtualVmxnet2" => "vmxnet2",
        "VirtualVmxnet3" => "vmxnet3",
        "VirtualVmxnet3Vrdma" => "vmxnet3 (RDMA)",
        "VirtualPCNet32" => "pcnet32",
        "VirtualSriovEthernetCard" => "SR-IOV",
        other if device.child("macAddress").is_some() => other,
        _ => return None,
    };
    Some(known.to_owned())
}

fn adapter_of(device: Element<'_>, adapter_type: String) -> Adapter {
    let connected = device.child("connectable").and_then(|connectable| connectable.flag("connected"));
    Adapter {
        key: device.get("key").unwrap_or_default().to_owned(),
        label: label(device).to_owned(),
        adapter_type: Some(adapter_type),
        mac: device.get("macAddress").map(str::to_ascii_lowercase),
        network: None,
        network_name: device.child("backing").and_then(|backing| backing.get("deviceName")).map(decode_name),
        connected,
        vlan: None,
        ip_addresses: Vec::new(),
    }
}

fn backing(device: Element<'_>) -> AdapterBacking {
    let Some(backing) = device.child("backing") else { return AdapterBacking::Unknown };
    if let Some(network) = backing.get("network") {
        return AdapterBacking::Network(network.to_owned());
    }
    if let Some(key) = backing.child("port").and_then(|port| port.get("portgroupKey")) {
        return AdapterBacking::PortGroup(key.to_owned());
    }
    if let Some(id) = backing.get("opaqueNetworkId") {
        return AdapterBacking::Opaque(id.to_owned());
    }
    AdapterBacking::Unknown
}

fn label(device: Element<'_>) -> &str {
    device.child("deviceInfo").and_then(|about| about.get("label")).unwrap_or_default()
}

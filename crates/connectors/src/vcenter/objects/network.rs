//! Networks, distributed port groups, opaque networks and distributed switches.

use model::{
    ids::ExternalId,
    inventory::{NetworkConfig, NetworkType},
};

use super::{Raw, read};
use crate::vcenter::{
    object::Object,
    tree::Element,
    value::{Moref, flag, number},
};

pub const NETWORKS: [(&str, &[&str]); 4] = [
    ("Network", &["name", "parent", "customValue", "summary"]),
    ("OpaqueNetwork", &["name", "parent", "customValue", "summary"]),
    (
        "DistributedVirtualPortgroup",
        &[
            "name",
            "parent",
            "customValue",
            "summary",
            "key",
            "tag",
            "config.distributedVirtualSwitch",
            "config.numPorts",
            "config.uplink",
            "config.defaultPortConfig",
        ],
    ),
    ("DistributedVirtualSwitch", &["name", "parent", "config.uplinkPortgroup"]),
];

/// The tag that vCenter itself puts on uplink port groups.
const UPLINK_TAG: &str = "SYSTEM/DVS.UPLINKPG";

#[derive(Clone, Debug, Default)]
pub struct Network {
    pub name: String,
    pub config: NetworkConfig,
    /// A port group's key; machines' adapters name it.
    pub key: Option<String>,
    pub switch: Option<Moref>,
    /// An NSX network's id; machines' adapters name it.
    pub opaque_id: Option<String>,
    /// Of a switch: its uplink port groups.
    pub uplinks: Vec<ExternalId>,
}

pub fn read_network(object: Object<'_>) -> Option<Raw<Network>> {
    let mut raw = read(object, |network: &mut Network| &mut network.name, read_property)?;
    raw.value.config.network_type = match raw.id.kind.as_str() {
        "DistributedVirtualPortgroup" => NetworkType::Distributed,
        "OpaqueNetwork" => NetworkType::Opaque,
        _ => NetworkType::Standard,
    };
    Some(raw)
}

fn read_property(network: &mut Network, path: &str, value: Element<'_>) {
    match path {
        "summary" => {
            network.config.accessible = value.flag("accessible");
            network.opaque_id = value.string("opaqueNetworkId");
        }
        "key" => network.key = Some(value.text().to_owned()),
        "tag" if value.items().any(|tag| tag.get("key") == Some(UPLINK_TAG)) => network.config.is_uplink = true,
        "config.distributedVirtualSwitch" => network.switch = value.moref(),
        "config.numPorts" => network.config.port_count = number(value.text()),
        "config.uplink" => network.config.is_uplink |= flag(value.text()).unwrap_or(false),
        "config.defaultPortConfig" => network.config.vlan = value.child("vlan").and_then(vlan),
        "config.uplinkPortgroup" => network.uplinks = value.externals(),
        _ => {}
    }
}

/// `VmwareDistributedVirtualSwitchVlanSpec` and its subclasses.
fn vlan(spec: Element<'_>) -> Option<String> {
    match spec.value_type() {
        "VmwareDistributedVirtualSwitchVlanIdSpec" => Some(vlan_text(spec.number("vlanId")?)),
        "VmwareDistributedVirtualSwitchPvlanSpec" => Some(format!("pvlan {}", spec.number("pvlanId")?)),
        "VmwareDistributedVirtualSwitchTrunkVlanSpec" => {
            let ranges = spec.all("vlanId").filter_map(|range| {
                let (start, end) = (range.number("start")?, range.number("end")?);
                Some(if start == end { start.to_string() } else { format!("{start}-{end}") })
            });
            Some(ranges.collect::<Vec<_>>().join(",")).filter(|text| !text.is_empty())
        }
        _ => None,
    }
}

/// 0 is untagged; 4095 on a standard switch hands all VLANs through.
pub(in crate::vcenter) fn vlan_text(id: i64) -> String {
    if id == 4095 { "0-4094".to_owned() } else { id.to_string() }
}

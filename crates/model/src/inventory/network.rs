//! Networks, port groups and virtual switches.

use serde::{Deserialize, Serialize};

use super::{Attribute, Tag};
use crate::ids::ExternalId;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Network {
    pub external_id: ExternalId,
    pub name: String,
    pub datacenter: Option<ExternalId>,
    pub folder: Option<ExternalId>,
    pub config: NetworkConfig,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct NetworkConfig {
    pub network_type: NetworkType,
    /// Carries the switch's physical links; machines cannot be attached. Not counted as a network.
    pub is_uplink: bool,
    /// The distributed or virtual switch, by name.
    pub switch_name: Option<String>,
    /// One number (`120`; `0` is untagged), ranges of a trunk (`0-4094`), or a private VLAN (`pvlan 201`).
    pub vlan: Option<String>,
    pub accessible: Option<bool>,
    pub port_count: Option<i64>,
    /// Hyper-V: physical adapters of an external switch, each with its host: `hv1: Intel(R) Ethernet`.
    pub uplinks: Vec<String>,
    /// Hyper-V: the host itself uses the switch, too.
    pub management_os: Option<bool>,
    /// Hyper-V: the switch teams its adapters itself (SET).
    pub teaming: Option<bool>,
    pub tags: Vec<Tag>,
    pub attributes: Vec<Attribute>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NetworkType {
    /// A port group of a switch of one host.
    #[default]
    Standard,
    /// A port group of a distributed switch.
    Distributed,
    /// Managed elsewhere (NSX).
    Opaque,
    /// Hyper-V switches.
    External,
    Internal,
    Private,
}

impl NetworkType {
    pub const ALL: [Self; 6] =
        [Self::Standard, Self::Distributed, Self::Opaque, Self::External, Self::Internal, Self::Private];

    pub const fn key(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Distributed => "distributed",
            Self::Opaque => "opaque",
            Self::External => "external",
            Self::Internal => "internal",
            Self::Private => "private",
        }
    }

    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.key() == key)
    }
}

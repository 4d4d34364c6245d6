//! Where objects live: datacenters, folders and resource pools.

use serde::{Deserialize, Serialize};

use super::Allocation;
use crate::ids::ExternalId;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Datacenter {
    pub external_id: ExternalId,
    pub name: String,
    /// The folder that holds it, where datacenters are grouped.
    pub folder: Option<ExternalId>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Folder {
    pub external_id: ExternalId,
    pub name: String,
    pub parent: Option<ExternalId>,
    pub datacenter: Option<ExternalId>,
    /// The way from the datacenter, decoded and joined by ` / `; the platform's hidden roots (`vm`, `host`) are left out.
    pub path: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ResourcePool {
    pub external_id: ExternalId,
    pub name: String,
    /// The parent pool; `None` for the hidden root pool of a cluster or host.
    pub parent: Option<ExternalId>,
    /// The cluster that owns it, if it is not a stand-alone host's.
    pub cluster: Option<ExternalId>,
    /// The stand-alone host that owns it.
    pub host: Option<ExternalId>,
    pub config: ResourcePoolConfig,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ResourcePoolConfig {
    pub is_vapp: bool,
    /// CPU in MHz.
    pub cpu: Allocation,
    /// Memory in bytes.
    pub memory: Allocation,
}

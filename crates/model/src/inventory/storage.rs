//! Datastores and volumes.

use serde::{Deserialize, Serialize};

use super::{Attribute, Health, Tag};
use crate::ids::ExternalId;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Datastore {
    pub external_id: ExternalId,
    pub name: String,
    pub datacenter: Option<ExternalId>,
    pub folder: Option<ExternalId>,
    pub config: DatastoreConfig,
    pub state: DatastoreState,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DatastoreConfig {
    /// As the platform names it: `VMFS`, `NFS`, `NFS41`, `vsan`, `vVOL`, `CSVFS` …
    pub file_system: Option<String>,
    /// The same datastore seen through two vCenters has the same URL. VMFS: `ds:///vmfs/volumes/49861d7d-…/`.
    pub url: Option<String>,
    pub capacity_bytes: Option<i64>,
    pub accessible: Option<bool>,
    /// `normal`, `enteringMaintenance` or `inMaintenance`.
    pub maintenance: Option<String>,
    /// More than one host mounts it.
    pub shared: Option<bool>,
    /// The datastore cluster (storage pod) that holds it, by name.
    pub datastore_cluster: Option<String>,
    pub tags: Vec<Tag>,
    pub attributes: Vec<Attribute>,
}

/// What moves by itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct DatastoreState {
    pub health: Health,
    pub free_bytes: Option<i64>,
    /// What thin disks may still grow by.
    pub uncommitted_bytes: Option<i64>,
    /// The node that coordinates a Cluster Shared Volume at the moment.
    pub owner_node: Option<String>,
}

impl DatastoreState {
    /// Provisioned space: capacity − free + uncommitted; unknown where one of them is.
    pub fn provisioned_bytes(&self, capacity_bytes: Option<i64>) -> Option<i64> {
        Some(capacity_bytes? - self.free_bytes? + self.uncommitted_bytes?)
    }
}

//! What a machine has: disks, network adapters, snapshots.

use serde::{Deserialize, Serialize};

use crate::ids::ExternalId;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disk {
    /// The platform's device key, stable while the device exists: `2000`.
    pub key: String,
    /// `Hard disk 1`.
    pub label: String,
    pub capacity_bytes: Option<i64>,
    pub thin: Option<bool>,
    /// `persistent`, `independent_persistent` …
    pub mode: Option<String>,
    pub datastore: Option<ExternalId>,
    /// `[datastore1] web/web.vmdk`.
    pub path: Option<String>,
    /// Hyper-V: the file that a differencing disk builds on.
    pub parent_path: Option<String>,
    /// Hyper-V: `SCSI 0:1`.
    pub controller: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Adapter {
    pub key: String,
    pub label: String,
    /// `vmxnet3`, `e1000` …
    pub adapter_type: Option<String>,
    pub mac: Option<String>,
    pub network: Option<ExternalId>,
    /// The network's name as the device gives it, for networks that are not in the inventory.
    pub network_name: Option<String>,
    pub connected: Option<bool>,
    /// Where the adapter, not its network, has one: `120`, `trunk 1-100`; `None` where untagged or unknown.
    pub vlan: Option<String>,
    pub ip_addresses: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Snapshot {
    pub key: String,
    /// Key of the parent snapshot.
    pub parent: Option<String>,
    pub name: String,
    pub description: Option<String>,
    pub created_at_ms: Option<i64>,
    /// Bytes of the files that belong to it alone, where the layout is known.
    pub size_bytes: Option<i64>,
    /// The machine runs from this one.
    pub is_current: bool,
    pub quiesced: Option<bool>,
}

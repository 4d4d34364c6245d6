//! Capacity as pages and the wire show it: pools and datastores by name, each with the time that it was read at.

use serde::{Deserialize, Serialize};

use super::{CapacitySettings, PoolCapacity, SizeFit, StorageCapacity};
use crate::{
    runway::{PoolRunway, ReportCard, Runway},
    table::{Reference, SourceReference},
};

/// All that there is, under the estate's settings: what runs out first comes first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EstateCapacity {
    pub settings: CapacitySettings,
    pub pools: Vec<PoolView>,
    pub stores: Vec<StoreView>,
}

/// A cluster, or a host that stands alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PoolView {
    pub object: Reference,
    pub source: SourceReference,
    /// When the source was last read successfully, UTC.
    pub read_ms: Option<i64>,
    pub capacity: PoolCapacity,
    /// What still fits of the sizes in use, the most frequent first.
    pub fits: Vec<SizeFit>,
    /// Of the resources that are measured: of allocations no history is kept.
    pub time: PoolRunway,
    pub outlooks: Vec<ResourceOutlook>,
}

/// A datastore, or a cluster of datastores that fill up together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoreView {
    /// The name of the cluster of datastores; `None` where it is one datastore.
    pub cluster: Option<String>,
    pub members: Vec<Reference>,
    /// Names of datastores repeat between datacenters; `None` where the platform has none.
    pub datacenter: Option<String>,
    pub source: SourceReference,
    pub read_ms: Option<i64>,
    pub capacity: StorageCapacity,
    pub outlook: ResourceOutlook,
}

/// What is said of one resource, and how far to trust it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ResourceOutlook {
    pub runway: Runway,
    pub report: Option<ReportCard>,
    /// Days with measurements behind it.
    pub days: u32,
}

//! The table and the page of clusters.

use serde::{Deserialize, Serialize};

use super::{Cell, Column, MeterUnit, Origin, Reference, Seen, SourceReference, TableRow, ValueType as V, origin};
use crate::{
    ids::ObjectId,
    inventory::{ClusterConfig, ClusterState, Health, ObjectKind},
    overview::AlarmView,
};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClusterRow {
    pub id: ObjectId,
    pub name: String,
    pub source: SourceReference,
    pub datacenter: Option<Reference>,
    pub health: Health,
    pub host_count: i64,
    pub vm_count: i64,
    pub ha_enabled: Option<bool>,
    pub drs_enabled: Option<bool>,
    pub evc_mode: Option<String>,
    pub cores: Option<i64>,
    pub cpu_total_mhz: Option<i64>,
    /// Sum over its hosts' quick stats.
    pub cpu_usage_mhz: Option<i64>,
    pub memory_bytes: Option<i64>,
    pub memory_usage_bytes: Option<i64>,
    /// Configured on machines that are on.
    pub vcpu_allocated: Option<i64>,
    pub memory_allocated_bytes: Option<i64>,
    pub seen: Seen,
}

const COLUMNS: &[Column] = &[
    origin::NAME,
    Column::new("hosts", "Hosts", V::Number),
    Column::new("vms", "Machines", V::Number),
    Column::new("cpu", "CPU used", V::Mhz),
    Column::new("mem", "Memory used", V::Bytes),
    Column::new("cores", "Cores", V::Number),
    Column::new("vcpu", "vCPU allocated", V::Number).help("Configured on machines that are on."),
    Column::new("memory", "Memory", V::Bytes),
    Column::new("allocated", "Memory allocated", V::Bytes).help("Configured on machines that are on."),
    Column::new("ha", "HA", V::Flag),
    Column::new("drs", "DRS", V::Flag),
    Column::new("evc", "EVC", V::Text).hidden(),
    origin::HEALTH,
    origin::DATACENTER,
    origin::SOURCE,
    origin::PLATFORM,
    origin::SEEN,
    origin::ARCHIVED,
];

impl TableRow for ClusterRow {
    const KIND: ObjectKind = ObjectKind::Cluster;
    const COLUMNS: &'static [Column] = COLUMNS;

    fn origin(&self) -> Origin<'_> {
        let Self { id, name, source, datacenter, seen, .. } = self;
        Origin { kind: Self::KIND, id: *id, name, source, datacenter: datacenter.as_ref(), seen: *seen }
    }

    fn own_cell(&self, column: &str) -> Option<Cell> {
        Some(match column {
            "hosts" => Cell::Number(self.host_count),
            "vms" => Cell::Number(self.vm_count),
            "cpu" => Cell::meter(self.cpu_usage_mhz, self.cpu_total_mhz, MeterUnit::Mhz),
            "mem" => Cell::meter(self.memory_usage_bytes, self.memory_bytes, MeterUnit::Bytes),
            "cores" => Cell::of(self.cores, Cell::Number),
            "vcpu" => Cell::of(self.vcpu_allocated, Cell::Number),
            "memory" => Cell::of(self.memory_bytes, Cell::Bytes),
            "allocated" => Cell::of(self.memory_allocated_bytes, Cell::Bytes),
            "ha" => Cell::of(self.ha_enabled, Cell::Flag),
            "drs" => Cell::of(self.drs_enabled, Cell::Flag),
            "evc" => Cell::text(self.evc_mode.as_ref()),
            "health" => Cell::Health(self.health),
            _ => return None,
        })
    }
}

/// Everything that a cluster's page shows; its hosts and machines are tables of their own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClusterDetail {
    pub row: ClusterRow,
    pub external_id: String,
    pub config: ClusterConfig,
    pub state: ClusterState,
    pub resource_pools: Vec<String>,
    pub alarms: Vec<AlarmView>,
}

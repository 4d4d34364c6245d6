//! The table and the page of hosts.

use serde::{Deserialize, Serialize};

use super::{Cell, Column, MeterUnit, Origin, Reference, Seen, SourceReference, TableRow, ValueType as V, origin};
use crate::{
    ids::ObjectId,
    inventory::{ConnectionState, Health, HostConfig, HostState, ObjectKind, PowerState},
    overview::AlarmView,
};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HostRow {
    pub id: ObjectId,
    pub name: String,
    pub source: SourceReference,
    pub cluster: Option<Reference>,
    pub datacenter: Option<Reference>,
    pub power: PowerState,
    pub connection: ConnectionState,
    pub in_maintenance: Option<bool>,
    pub health: Health,
    pub vendor: Option<String>,
    pub model: Option<String>,
    pub cpu_model: Option<String>,
    pub sockets: Option<i64>,
    pub cores: Option<i64>,
    pub threads: Option<i64>,
    pub cpu_total_mhz: Option<i64>,
    pub cpu_usage_mhz: Option<i64>,
    pub memory_bytes: Option<i64>,
    pub memory_usage_bytes: Option<i64>,
    pub version: Option<String>,
    pub build: Option<String>,
    /// Machines placed on it, templates and agents included.
    pub vm_count: i64,
    pub uptime_s: Option<i64>,
    pub seen: Seen,
}

const COLUMNS: &[Column] = &[
    origin::NAME,
    Column::new("connection", "State", V::Choice(&["connected", "disconnected", "not_responding", "unknown"])),
    Column::new("maintenance", "Maintenance", V::Flag),
    Column::new("cluster", "Cluster", V::Text),
    Column::new("vms", "Machines", V::Number),
    Column::new("cpu", "CPU used", V::Mhz),
    Column::new("mem", "Memory used", V::Bytes),
    Column::new("cores", "Cores", V::Number),
    Column::new("threads", "Threads", V::Number).hidden(),
    Column::new("sockets", "Sockets", V::Number).hidden(),
    Column::new("memory", "Memory", V::Bytes),
    Column::new("model", "Model", V::Text),
    Column::new("vendor", "Vendor", V::Text).hidden(),
    Column::new("cpu_model", "CPU model", V::Text).hidden(),
    Column::new("version", "Version", V::Text),
    Column::new("build", "Build", V::Text).hidden(),
    origin::HEALTH,
    Column::new("power", "Power", V::Choice(&["on", "off", "suspended", "unknown"])).hidden(),
    Column::new("uptime", "Uptime", V::Duration).hidden(),
    origin::SOURCE,
    origin::PLATFORM,
    origin::DATACENTER.hidden(),
    origin::SEEN,
    origin::ARCHIVED,
];

impl TableRow for HostRow {
    const KIND: ObjectKind = ObjectKind::Host;
    const COLUMNS: &'static [Column] = COLUMNS;

    fn origin(&self) -> Origin<'_> {
        let Self { id, name, source, datacenter, seen, .. } = self;
        Origin { kind: Self::KIND, id: *id, name, source, datacenter: datacenter.as_ref(), seen: *seen }
    }

    fn own_cell(&self, column: &str) -> Option<Cell> {
        Some(match column {
            "connection" => Cell::Connection(self.connection),
            "maintenance" => Cell::of(self.in_maintenance, Cell::Flag),
            "cluster" => self.cluster.clone().map_or(Cell::unknown("stand-alone host"), Cell::Object),
            "vms" => Cell::Number(self.vm_count),
            "cpu" => Cell::meter(self.cpu_usage_mhz, self.cpu_total_mhz, MeterUnit::Mhz),
            "mem" => Cell::meter(self.memory_usage_bytes, self.memory_bytes, MeterUnit::Bytes),
            "cores" => Cell::of(self.cores, Cell::Number),
            "threads" => Cell::of(self.threads, Cell::Number),
            "sockets" => Cell::of(self.sockets, Cell::Number),
            "memory" => Cell::of(self.memory_bytes, Cell::Bytes),
            "model" => Cell::text(self.model.as_ref()),
            "vendor" => Cell::text(self.vendor.as_ref()),
            "cpu_model" => Cell::text(self.cpu_model.as_ref()),
            "version" => Cell::text(self.version.as_ref()),
            "build" => Cell::text(self.build.as_ref()),
            "health" => Cell::Health(self.health),
            "power" => Cell::Power(self.power),
            "uptime" => Cell::of(self.uptime_s, Cell::Duration),
            _ => return None,
        })
    }
}

/// Everything that a host's page shows; its machines are a table of their own (`host_id:` filter).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HostDetail {
    pub row: HostRow,
    pub external_id: String,
    pub config: HostConfig,
    pub state: HostState,
    pub datastores: Vec<Reference>,
    pub networks: Vec<Reference>,
    pub alarms: Vec<AlarmView>,
}

//! The table and the page of hosts.

use serde::{Deserialize, Serialize};

use super::{Cell, Column, MeterUnit, Reference, Seen, SourceReference, TableRow, ValueType as V};
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
    Column::new("name", "Name", V::Text),
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
    Column::new("health", "Health", V::Choice(&["green", "yellow", "red", "gray"]))
        .hidden()
        .help("The platform's own verdict."),
    Column::new("power", "Power", V::Choice(&["on", "off", "suspended", "unknown"])).hidden(),
    Column::new("uptime", "Uptime", V::Duration).hidden(),
    Column::new("source", "Source", V::Text),
    Column::new("platform", "Platform", V::Choice(&["vcenter", "hyperv", "prometheus", "zabbix"])).hidden(),
    Column::new("datacenter", "Datacenter", V::Text).hidden(),
    Column::new("seen", "First seen", V::Time).hidden(),
    Column::new("archived", "Archived", V::Time).hidden(),
];

impl TableRow for HostRow {
    const KIND: ObjectKind = ObjectKind::Host;

    fn columns() -> &'static [Column] {
        COLUMNS
    }

    fn id(&self) -> ObjectId {
        self.id
    }

    fn cell(&self, column: &str) -> Option<Cell> {
        Some(match column {
            "name" => Cell::Object(Reference { kind: ObjectKind::Host, id: self.id, name: self.name.clone() }),
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
            "source" => Cell::Source(self.source.clone()),
            "platform" => Cell::Text(self.source.kind.platform().to_owned()),
            "datacenter" => Cell::object(self.datacenter.as_ref()),
            "seen" => Cell::Time(self.seen.first_ms),
            "archived" => self.seen.archived_at_ms.map_or(Cell::unknown("still there"), Cell::Time),
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

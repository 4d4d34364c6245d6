//! The table and the page of virtual machines.

use serde::{Deserialize, Serialize};

use super::{Cell, Column, Origin, Reference, Related, Seen, SourceReference, TableRow, ValueType as V, origin};
use crate::{
    ids::ObjectId,
    inventory::{ConnectionState, Health, ObjectKind, PowerState, ReplicationMode, Tag, VmConfig, VmRole, VmState},
    overview::AlarmView,
};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VmRow {
    pub id: ObjectId,
    pub name: String,
    pub source: SourceReference,
    pub power: PowerState,
    pub connection: ConnectionState,
    pub health: Health,
    pub role: VmRole,
    pub host: Option<Reference>,
    pub cluster: Option<Reference>,
    pub datacenter: Option<Reference>,
    pub folder: Option<String>,
    pub resource_pool: Option<String>,
    pub vcpu: Option<i64>,
    pub cpu_usage_mhz: Option<i64>,
    pub memory_bytes: Option<i64>,
    pub memory_active_bytes: Option<i64>,
    pub memory_consumed_bytes: Option<i64>,
    pub memory_demand_bytes: Option<i64>,
    /// Where memory is dynamic.
    pub memory_minimum_bytes: Option<i64>,
    pub memory_maximum_bytes: Option<i64>,
    /// Sum of the disks' capacity.
    pub disk_bytes: Option<i64>,
    pub storage_committed_bytes: Option<i64>,
    pub guest_os: Option<String>,
    pub guest_host_name: Option<String>,
    pub ip_addresses: Vec<String>,
    pub tools_state: Option<String>,
    pub hardware_version: Option<String>,
    pub firmware: Option<String>,
    pub generation: Option<i64>,
    /// `None` where the machine is not replicated, or the platform has no such thing.
    pub replication: Option<ReplicationMode>,
    pub replication_health: Option<Health>,
    /// The platform's word, for example `OkApplicationsHealthy`.
    pub heartbeat: Option<String>,
    /// `None` where the platform did not tell.
    pub snapshot_count: Option<i64>,
    pub bios_uuid: Option<String>,
    pub annotation: Option<String>,
    pub tags: Vec<Tag>,
    pub uptime_s: Option<i64>,
    pub created_at_ms: Option<i64>,
    pub seen: Seen,
}

const COLUMNS: &[Column] = &[
    origin::NAME,
    Column::new("power", "Power", V::Choice(&["on", "off", "suspended", "unknown"])),
    Column::new("cluster", "Cluster", V::Text),
    Column::new("host", "Host", V::Text),
    Column::new("vcpu", "vCPU", V::Number),
    Column::new("cpu", "CPU now", V::Mhz).help("CPU in use when the platform was last read."),
    Column::new("mem", "Memory", V::Bytes).help("Memory that the machine is configured with."),
    Column::new("active", "Active memory", V::Bytes).help("Memory touched recently; not what the guest has in use."),
    Column::new("consumed", "Host memory", V::Bytes)
        .hidden()
        .help("Host memory that backs the machine, overhead included; on Hyper-V what is assigned now."),
    Column::new("demand", "Memory demand", V::Bytes)
        .hidden()
        .help("Hyper-V: what the guest asks for; more than is assigned is pressure."),
    Column::new("mem_min", "Memory minimum", V::Bytes).hidden().help("Hyper-V: the least, where memory is dynamic."),
    Column::new("mem_max", "Memory maximum", V::Bytes).hidden().help("Hyper-V: the most, where memory is dynamic."),
    Column::new("disk", "Disks", V::Bytes).help("Sum of the disks' capacity."),
    Column::new("used", "Storage used", V::Bytes)
        .hidden()
        .help("Space that the machine's files take; linked clones count what they share."),
    Column::new("os", "Guest OS", V::Text),
    Column::new("ip", "IP addresses", V::Text)
        .unsortable()
        .help("The last known ones; a machine that is off keeps them."),
    Column::new("dns", "Host name", V::Text).hidden(),
    Column::new("tools", "Tools", V::Text).hidden(),
    Column::new("snapshots", "Snapshots", V::Number),
    origin::SOURCE,
    origin::PLATFORM,
    origin::DATACENTER.hidden(),
    Column::new("folder", "Folder", V::Text).hidden(),
    Column::new("pool", "Resource pool", V::Text).hidden(),
    Column::new("role", "Role", V::Choice(&["ordinary", "template", "vcls", "ft_secondary", "replica"])).hidden(),
    Column::new(
        "connection",
        "Connection",
        V::Choice(&["connected", "disconnected", "not_responding", "orphaned", "inaccessible", "invalid", "unknown"]),
    )
    .hidden(),
    origin::HEALTH,
    Column::new("hw", "Hardware version", V::Text).hidden(),
    Column::new("firmware", "Firmware", V::Text).hidden(),
    Column::new("generation", "Generation", V::Number).hidden().help("Hyper-V: 1 with a BIOS, 2 with UEFI."),
    Column::new("replication", "Replication", V::Choice(&["primary", "replica", "test_replica", "extended_replica"]))
        .hidden()
        .help("Hyper-V Replica: which side of the pair the machine is."),
    Column::new("replication_health", "Replication health", V::Choice(&["green", "yellow", "red", "gray"])).hidden(),
    Column::new("heartbeat", "Heartbeat", V::Text).hidden().help("Hyper-V: whether the guest answers its host."),
    Column::new("uuid", "BIOS UUID", V::Text).hidden(),
    Column::new("notes", "Notes", V::Text).hidden().unsortable(),
    Column::new("tag", "Tags", V::Text).hidden().unsortable(),
    Column::new("uptime", "Uptime", V::Duration).hidden(),
    Column::new("created", "Created", V::Time).hidden(),
    origin::SEEN,
    origin::ARCHIVED,
];

impl TableRow for VmRow {
    const KIND: ObjectKind = ObjectKind::Vm;
    const COLUMNS: &'static [Column] = COLUMNS;

    fn origin(&self) -> Origin<'_> {
        let Self { id, name, source, datacenter, seen, .. } = self;
        Origin { kind: Self::KIND, id: *id, name, source, datacenter: datacenter.as_ref(), seen: *seen }
    }

    fn own_cell(&self, column: &str) -> Option<Cell> {
        const NOT_RUNNING: &str = "the machine does not run";
        let when_on = |value: Option<i64>, cell: fn(i64) -> Cell| match (self.power, value) {
            (PowerState::Off | PowerState::Suspended, None) => Cell::unknown(NOT_RUNNING),
            (_, value) => Cell::of(value, cell),
        };
        Some(match column {
            "power" => Cell::Power(self.power),
            "cluster" => Cell::object(self.cluster.as_ref()),
            "host" => Cell::object(self.host.as_ref()),
            "vcpu" => Cell::of(self.vcpu, Cell::Number),
            "cpu" => when_on(self.cpu_usage_mhz, Cell::Mhz),
            "mem" => Cell::of(self.memory_bytes, Cell::Bytes),
            "active" => when_on(self.memory_active_bytes, Cell::Bytes),
            "consumed" => when_on(self.memory_consumed_bytes, Cell::Bytes),
            "demand" => when_on(self.memory_demand_bytes, Cell::Bytes),
            "mem_min" => Cell::of(self.memory_minimum_bytes, Cell::Bytes),
            "mem_max" => Cell::of(self.memory_maximum_bytes, Cell::Bytes),
            "disk" => Cell::of(self.disk_bytes, Cell::Bytes),
            "used" => Cell::of(self.storage_committed_bytes, Cell::Bytes),
            "os" => Cell::text(self.guest_os.as_ref()),
            "ip" => Cell::list(&self.ip_addresses),
            "dns" => Cell::text(self.guest_host_name.as_ref()),
            "tools" => Cell::text(self.tools_state.as_ref()),
            "snapshots" => Cell::of(self.snapshot_count, Cell::Number),
            "folder" => Cell::text(self.folder.as_ref()),
            "pool" => Cell::text(self.resource_pool.as_ref()),
            "role" => Cell::Text(self.role.key().to_owned()),
            "connection" => Cell::Connection(self.connection),
            "health" => Cell::Health(self.health),
            "hw" => Cell::text(self.hardware_version.as_ref()),
            "firmware" => Cell::text(self.firmware.as_ref()),
            "generation" => Cell::of(self.generation, Cell::Number),
            "replication" => Cell::of(self.replication, |mode| Cell::Text(mode.key().to_owned())),
            "replication_health" => Cell::of(self.replication_health, Cell::Health),
            "heartbeat" => Cell::text(self.heartbeat.as_ref()),
            "uuid" => Cell::text(self.bios_uuid.as_ref()),
            "notes" => Cell::text(self.annotation.as_ref()),
            "tag" => {
                Cell::list(&self.tags.iter().map(|tag| format!("{}:{}", tag.category, tag.name)).collect::<Vec<_>>())
            }
            "uptime" => when_on(self.uptime_s, Cell::Duration),
            "created" => Cell::of(self.created_at_ms, Cell::Time),
            _ => return None,
        })
    }
}

/// Everything that a machine's page shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VmDetail {
    pub row: VmRow,
    pub external_id: String,
    pub config: VmConfig,
    pub state: VmState,
    /// What its disks name.
    pub datastores: Vec<Related>,
    /// What its adapters name.
    pub networks: Vec<Related>,
    pub alarms: Vec<AlarmView>,
}

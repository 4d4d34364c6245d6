//! The table and the page of datastores.

use serde::{Deserialize, Serialize};

use super::{Cell, Column, MeterUnit, Reference, Seen, SourceReference, TableRow, ValueType as V};
use crate::{
    ids::ObjectId,
    inventory::{DatastoreConfig, DatastoreState, Health, ObjectKind},
    overview::AlarmView,
};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DatastoreRow {
    pub id: ObjectId,
    pub name: String,
    pub source: SourceReference,
    pub datacenter: Option<Reference>,
    pub health: Health,
    pub file_system: Option<String>,
    pub capacity_bytes: Option<i64>,
    pub free_bytes: Option<i64>,
    pub provisioned_bytes: Option<i64>,
    pub accessible: Option<bool>,
    pub maintenance: Option<String>,
    pub shared: Option<bool>,
    pub datastore_cluster: Option<String>,
    pub host_count: i64,
    pub vm_count: i64,
    pub url: Option<String>,
    pub seen: Seen,
}

impl DatastoreRow {
    pub fn used_bytes(&self) -> Option<i64> {
        Some(self.capacity_bytes? - self.free_bytes?)
    }
}

const COLUMNS: &[Column] = &[
    Column::new("name", "Name", V::Text),
    Column::new("used", "Used", V::Bytes),
    Column::new("free", "Free", V::Bytes),
    Column::new("capacity", "Capacity", V::Bytes),
    Column::new("provisioned", "Provisioned", V::Bytes).help("Capacity − free + what thin disks may still grow by."),
    Column::new("type", "Type", V::Text),
    Column::new("accessible", "Accessible", V::Flag),
    Column::new("maintenance", "Maintenance", V::Text).hidden(),
    Column::new("shared", "Shared", V::Flag).hidden(),
    Column::new("hosts", "Hosts", V::Number),
    Column::new("vms", "Machines", V::Number),
    Column::new("pod", "Datastore cluster", V::Text).hidden(),
    Column::new("health", "Health", V::Choice(&["green", "yellow", "red", "gray"]))
        .hidden()
        .help("The platform's own verdict."),
    Column::new("datacenter", "Datacenter", V::Text),
    Column::new("source", "Source", V::Text),
    Column::new("platform", "Platform", V::Choice(&["vcenter", "hyperv", "prometheus", "zabbix"])).hidden(),
    Column::new("url", "URL", V::Text).hidden(),
    Column::new("seen", "First seen", V::Time).hidden(),
    Column::new("archived", "Archived", V::Time).hidden(),
];

impl TableRow for DatastoreRow {
    const KIND: ObjectKind = ObjectKind::Datastore;

    fn columns() -> &'static [Column] {
        COLUMNS
    }

    fn id(&self) -> ObjectId {
        self.id
    }

    fn cell(&self, column: &str) -> Option<Cell> {
        Some(match column {
            "name" => Cell::Object(Reference { kind: ObjectKind::Datastore, id: self.id, name: self.name.clone() }),
            "used" => Cell::meter(self.used_bytes(), self.capacity_bytes, MeterUnit::Bytes),
            "free" => Cell::of(self.free_bytes, Cell::Bytes),
            "capacity" => Cell::of(self.capacity_bytes, Cell::Bytes),
            "provisioned" => Cell::of(self.provisioned_bytes, Cell::Bytes),
            "type" => Cell::text(self.file_system.as_ref()),
            "accessible" => Cell::of(self.accessible, Cell::Flag),
            "maintenance" => Cell::text(self.maintenance.as_ref()),
            "shared" => Cell::of(self.shared, Cell::Flag),
            "hosts" => Cell::Number(self.host_count),
            "vms" => Cell::Number(self.vm_count),
            "pod" => Cell::text(self.datastore_cluster.as_ref()),
            "health" => Cell::Health(self.health),
            "datacenter" => Cell::object(self.datacenter.as_ref()),
            "source" => Cell::Source(self.source.clone()),
            "platform" => Cell::Text(self.source.kind.platform().to_owned()),
            "url" => Cell::text(self.url.as_ref()),
            "seen" => Cell::Time(self.seen.first_ms),
            "archived" => self.seen.archived_at_ms.map_or(Cell::unknown("still there"), Cell::Time),
            _ => return None,
        })
    }
}

/// Everything that a datastore's page shows; its machines are a table of their own (`datastore_id:` filter).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DatastoreDetail {
    pub row: DatastoreRow,
    pub external_id: String,
    pub config: DatastoreConfig,
    pub state: DatastoreState,
    pub hosts: Vec<Reference>,
    pub alarms: Vec<AlarmView>,
}

//! The table and the page of datastores.

use serde::{Deserialize, Serialize};

use super::{Cell, Column, MeterUnit, Origin, Reference, Seen, SourceReference, TableRow, ValueType as V, origin};
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
    origin::NAME,
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
    origin::HEALTH,
    origin::DATACENTER,
    origin::SOURCE,
    origin::PLATFORM,
    Column::new("url", "URL", V::Text).hidden(),
    origin::SEEN,
    origin::ARCHIVED,
];

impl TableRow for DatastoreRow {
    const KIND: ObjectKind = ObjectKind::Datastore;
    const COLUMNS: &'static [Column] = COLUMNS;

    fn origin(&self) -> Origin<'_> {
        let Self { id, name, source, datacenter, seen, .. } = self;
        Origin { kind: Self::KIND, id: *id, name, source, datacenter: datacenter.as_ref(), seen: *seen }
    }

    fn own_cell(&self, column: &str) -> Option<Cell> {
        Some(match column {
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
            "url" => Cell::text(self.url.as_ref()),
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

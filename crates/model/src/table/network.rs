//! The table and the page of networks.

use serde::{Deserialize, Serialize};

use super::{Cell, Column, Reference, Seen, SourceReference, TableRow, ValueType as V};
use crate::{
    ids::ObjectId,
    inventory::{NetworkConfig, NetworkType, ObjectKind},
};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NetworkRow {
    pub id: ObjectId,
    pub name: String,
    pub source: SourceReference,
    pub datacenter: Option<Reference>,
    pub network_type: NetworkType,
    pub is_uplink: bool,
    pub switch_name: Option<String>,
    pub vlan: Option<String>,
    pub accessible: Option<bool>,
    pub host_count: i64,
    pub vm_count: i64,
    pub seen: Seen,
}

const COLUMNS: &[Column] = &[
    Column::new("name", "Name", V::Text),
    Column::new("type", "Type", V::Choice(&["standard", "distributed", "opaque", "external", "internal", "private"])),
    Column::new("switch", "Switch", V::Text),
    Column::new("vlan", "VLAN", V::Text),
    Column::new("vms", "Machines", V::Number),
    Column::new("hosts", "Hosts", V::Number),
    Column::new("uplink", "Uplink", V::Flag)
        .hidden()
        .help("Carries a switch's physical links; no machine can be attached."),
    Column::new("accessible", "Accessible", V::Flag).hidden(),
    Column::new("datacenter", "Datacenter", V::Text),
    Column::new("source", "Source", V::Text),
    Column::new("platform", "Platform", V::Choice(&["vcenter", "hyperv", "prometheus", "zabbix"])).hidden(),
    Column::new("seen", "First seen", V::Time).hidden(),
    Column::new("archived", "Archived", V::Time).hidden(),
];

impl TableRow for NetworkRow {
    const KIND: ObjectKind = ObjectKind::Network;

    fn columns() -> &'static [Column] {
        COLUMNS
    }

    fn id(&self) -> ObjectId {
        self.id
    }

    fn cell(&self, column: &str) -> Option<Cell> {
        Some(match column {
            "name" => Cell::Object(Reference { kind: ObjectKind::Network, id: self.id, name: self.name.clone() }),
            "type" => Cell::Text(self.network_type.key().to_owned()),
            "switch" => Cell::text(self.switch_name.as_ref()),
            "vlan" => Cell::text(self.vlan.as_ref()),
            "vms" => Cell::Number(self.vm_count),
            "hosts" => Cell::Number(self.host_count),
            "uplink" => Cell::Flag(self.is_uplink),
            "accessible" => Cell::of(self.accessible, Cell::Flag),
            "datacenter" => Cell::object(self.datacenter.as_ref()),
            "source" => Cell::Source(self.source.clone()),
            "platform" => Cell::Text(self.source.kind.platform().to_owned()),
            "seen" => Cell::Time(self.seen.first_ms),
            "archived" => self.seen.archived_at_ms.map_or(Cell::unknown("still there"), Cell::Time),
            _ => return None,
        })
    }
}

/// Everything that a network's page shows; its machines are a table of their own (`network_id:` filter).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NetworkDetail {
    pub row: NetworkRow,
    pub external_id: String,
    pub config: NetworkConfig,
    pub hosts: Vec<Reference>,
}

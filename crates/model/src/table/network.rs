//! The table and the page of networks.

use serde::{Deserialize, Serialize};

use super::{Cell, Column, Origin, Reference, Seen, SourceReference, TableRow, ValueType as V, origin};
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
    origin::NAME,
    Column::new("type", "Type", V::Choice(&["standard", "distributed", "opaque", "external", "internal", "private"])),
    Column::new("switch", "Switch", V::Text),
    Column::new("vlan", "VLAN", V::Text),
    Column::new("vms", "Machines", V::Number),
    Column::new("hosts", "Hosts", V::Number),
    Column::new("uplink", "Uplink", V::Flag)
        .hidden()
        .help("Carries a switch's physical links; no machine can be attached."),
    Column::new("accessible", "Accessible", V::Flag).hidden(),
    origin::DATACENTER,
    origin::SOURCE,
    origin::PLATFORM,
    origin::SEEN,
    origin::ARCHIVED,
];

impl TableRow for NetworkRow {
    const KIND: ObjectKind = ObjectKind::Network;
    const COLUMNS: &'static [Column] = COLUMNS;

    fn origin(&self) -> Origin<'_> {
        let Self { id, name, source, datacenter, seen, .. } = self;
        Origin { kind: Self::KIND, id: *id, name, source, datacenter: datacenter.as_ref(), seen: *seen }
    }

    fn own_cell(&self, column: &str) -> Option<Cell> {
        Some(match column {
            "type" => Cell::Text(self.network_type.key().to_owned()),
            "switch" => Cell::text(self.switch_name.as_ref()),
            "vlan" => Cell::text(self.vlan.as_ref()),
            "vms" => Cell::Number(self.vm_count),
            "hosts" => Cell::Number(self.host_count),
            "uplink" => Cell::Flag(self.is_uplink),
            "accessible" => Cell::of(self.accessible, Cell::Flag),
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

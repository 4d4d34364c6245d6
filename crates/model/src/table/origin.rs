//! What the rows of all tables have alike: the object, where it comes from and since when it is seen.

use super::{Cell, Column, Reference, Seen, SourceReference, ValueType as V};
use crate::{ids::ObjectId, inventory::ObjectKind};

/// The part of a row that every kind has.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    pub kind: ObjectKind,
    pub id: ObjectId,
    pub name: &'a str,
    pub source: &'a SourceReference,
    pub datacenter: Option<&'a Reference>,
    pub seen: Seen,
}

pub(super) const NAME: Column = Column::new("name", "Name", V::Text);
pub(super) const DATACENTER: Column = Column::new("datacenter", "Datacenter", V::Text);
pub(super) const SOURCE: Column = Column::new("source", "Source", V::Text);
pub(super) const PLATFORM: Column =
    Column::new("platform", "Platform", V::Choice(&["vcenter", "hyperv", "prometheus", "zabbix"])).hidden();
pub(super) const SEEN: Column = Column::new("seen", "First seen", V::Time).hidden();
pub(super) const ARCHIVED: Column = Column::new("archived", "Archived", V::Time).hidden();
/// Of kinds that have a verdict; its cell is the kind's own.
pub(super) const HEALTH: Column = Column::new("health", "Health", V::Choice(&["green", "yellow", "red", "gray"]))
    .hidden()
    .help("The platform's own verdict.");

impl Origin<'_> {
    /// The cell of one of the columns above.
    pub(super) fn cell(self, column: &str) -> Option<Cell> {
        Some(match column {
            "name" => Cell::Object(Reference { kind: self.kind, id: self.id, name: self.name.to_owned() }),
            "datacenter" => Cell::object(self.datacenter),
            "source" => Cell::Source(self.source.clone()),
            "platform" => Cell::Text(self.source.kind.platform().to_owned()),
            "seen" => Cell::Time(self.seen.first_ms),
            "archived" => self.seen.archived_at_ms.map_or(Cell::unknown("still there"), Cell::Time),
            _ => return None,
        })
    }
}

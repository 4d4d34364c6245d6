//! Tables of the inventory: their columns, rows and cells, and how a page of one is asked for.
//!
//! Columns are defined once, for the page, the text filter, sorting in the store and CSV alike.

mod cell;
mod cluster;
mod column;
mod datastore;
mod host;
mod network;
mod origin;
mod vm;

pub use cell::{Cell, MeterUnit};
pub use cluster::{ClusterDetail, ClusterRow};
pub use column::{Column, ValueType};
pub use datastore::{DatastoreDetail, DatastoreRow};
pub use host::{HostDetail, HostRow};
pub use network::{NetworkDetail, NetworkRow};
pub use origin::Origin;
pub use vm::{VmDetail, VmRow};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::{
    filter::Filter,
    ids::{ExternalId, ObjectId, SourceId},
    inventory::ObjectKind,
    source::SourceKind,
};

/// A row of an inventory table.
pub trait TableRow: Clone + Serialize + DeserializeOwned + Send + Sync + 'static {
    const KIND: ObjectKind;
    /// All columns, in their default order; the first one is the name.
    const COLUMNS: &'static [Column];

    /// What every kind has.
    fn origin(&self) -> Origin<'_>;

    /// The cell of a column that only this kind has.
    fn own_cell(&self, column: &str) -> Option<Cell>;

    /// The cell of a column; `None` where there is no column of that key.
    fn cell(&self, column: &str) -> Option<Cell> {
        self.own_cell(column).or_else(|| self.origin().cell(column))
    }
}

/// The most rows that one page of a table may ask for.
pub const PAGE_SIZE_MAX: u64 = 500;
pub const PAGE_SIZE_DEFAULT: u64 = 50;

/// Which rows, in which order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct TableQuery {
    pub filter: Filter,
    pub sort: Option<Sort>,
    /// 1-based; 0 is taken as 1.
    pub page: u64,
    /// 0 is taken as [`PAGE_SIZE_DEFAULT`].
    pub page_size: u64,
    /// Also rows that syncs no longer see.
    pub archived: bool,
}

impl TableQuery {
    pub fn page(&self) -> u64 {
        self.page.max(1)
    }

    pub fn page_size(&self) -> u64 {
        match self.page_size {
            0 => PAGE_SIZE_DEFAULT,
            size => size.min(PAGE_SIZE_MAX),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sort {
    /// A column's key.
    pub column: String,
    pub descending: bool,
}

/// One page of a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Page<T> {
    pub rows: Vec<T>,
    /// Rows that the filter matches.
    pub total: u64,
    /// 1-based.
    pub page: u64,
    pub page_size: u64,
}

impl<T> Page<T> {
    pub fn page_count(&self) -> u64 {
        self.total.div_ceil(self.page_size.max(1)).max(1)
    }
}

/// Another object, by name, ready to be linked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    pub kind: ObjectKind,
    pub id: ObjectId,
    pub name: String,
}

/// An object that another one's configuration names by the platform's id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Related {
    pub external_id: ExternalId,
    pub object: Reference,
}

/// The source that an object came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceReference {
    pub id: SourceId,
    pub name: String,
    pub kind: SourceKind,
}

/// When an object was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    pub first_ms: i64,
    pub last_ms: i64,
    /// Set when syncs no longer see it.
    pub archived_at_ms: Option<i64>,
}

/// One hit of the global search.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SearchHit {
    pub object: Reference,
    pub source: SourceReference,
    /// What matched, where it is not the name: `IP 10.0.3.17`.
    pub matched: Option<String>,
    /// For example `cluster prod-a · host esx-03`.
    pub place: Option<String>,
}

//! One page of any table, as it crosses the wire: the shown columns' cells and nothing else.
//!
//! One type for five tables keeps the browser's share small: the rows' own types stay on the server.

use leptos::prelude::*;
use model::{
    ids::ObjectId,
    inventory::ObjectKind,
    table::{Cell, ClusterRow, Column, DatastoreRow, HostRow, NetworkRow, TableRow, VmRow},
};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Grid {
    pub kind: ObjectKind,
    /// Keys of the shown columns, in order; the name comes first.
    pub columns: Vec<String>,
    pub rows: Vec<GridRow>,
    /// Rows that the filter matches.
    pub total: u64,
    pub page: u64,
    pub page_size: u64,
    /// The person has stored columns of the own for this table.
    pub has_stored_columns: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GridRow {
    pub id: ObjectId,
    pub name: String,
    pub archived: bool,
    /// One per shown column.
    pub cells: Vec<Cell>,
}

impl Grid {
    pub(crate) fn page_count(&self) -> u64 {
        self.total.div_ceil(self.page_size.max(1)).max(1)
    }

    /// The shown columns. A key that this build does not know was dropped by the server already.
    pub(crate) fn shown(&self) -> Vec<&'static Column> {
        let all = columns(self.kind);
        self.columns.iter().filter_map(|key| all.iter().find(|column| column.key == key)).collect()
    }
}

impl GridRow {
    #[cfg(feature = "ssr")]
    pub(crate) fn of<R: TableRow>(row: &R, columns: &[&'static Column]) -> Self {
        let name = match row.cell("name") {
            Some(Cell::Object(reference)) => reference.name,
            _ => String::new(),
        };
        Self {
            id: row.origin().id,
            name,
            archived: matches!(row.cell("archived"), Some(Cell::Time(_))),
            cells: columns.iter().filter_map(|column| row.cell(column.key)).collect(),
        }
    }
}

/// All columns of a kind's table; none for kinds that have no table.
pub(crate) fn columns(kind: ObjectKind) -> &'static [Column] {
    match kind {
        ObjectKind::Vm => VmRow::COLUMNS,
        ObjectKind::Host => HostRow::COLUMNS,
        ObjectKind::Cluster => ClusterRow::COLUMNS,
        ObjectKind::Datastore => DatastoreRow::COLUMNS,
        ObjectKind::Network => NetworkRow::COLUMNS,
        ObjectKind::Datacenter | ObjectKind::Folder | ObjectKind::ResourcePool => &[],
    }
}

/// The columns to show: what the URL says, else what the person stored, else the default. The name is always first.
pub(crate) fn choose_columns(
    all: &'static [Column],
    wanted: Option<&[String]>,
    stored: Option<&[String]>,
) -> Vec<&'static Column> {
    let known = |keys: &[String]| -> Vec<&'static Column> {
        let mut found: Vec<&'static Column> = Vec::new();
        for key in keys {
            if let Some(column) = all.iter().find(|column| column.key == key)
                && !found.iter().any(|earlier| earlier.key == column.key)
            {
                found.push(column);
            }
        }
        found
    };
    let mut columns = [wanted, stored]
        .into_iter()
        .flatten()
        .map(known)
        .find(|columns| !columns.is_empty())
        .unwrap_or_else(|| all.iter().filter(|column| column.shown_by_default).collect());
    columns.retain(|column| column.key != "name");
    columns.splice(0..0, all.iter().filter(|column| column.key == "name"));
    columns
}

/// The address of an object's page; `None` for kinds that have none.
pub(crate) fn path_of(kind: ObjectKind, id: ObjectId) -> Option<String> {
    Some(format!("{}/{id}", list_path(kind)?))
}

/// The address of a kind's table.
pub(crate) fn list_path(kind: ObjectKind) -> Option<&'static str> {
    match kind {
        ObjectKind::Vm => Some("/vms"),
        ObjectKind::Host => Some("/hosts"),
        ObjectKind::Cluster => Some("/clusters"),
        ObjectKind::Datastore => Some("/storage"),
        ObjectKind::Network => Some("/networks"),
        ObjectKind::Datacenter | ObjectKind::Folder | ObjectKind::ResourcePool => None,
    }
}

/// A link to an object's page, or its name alone where there is none.
#[component]
pub(crate) fn ObjectLink(kind: ObjectKind, id: ObjectId, name: String) -> AnyView {
    match path_of(kind, id) {
        Some(href) => view! { <a href=href>{name}</a> }.into_any(),
        None => view! { <span>{name}</span> }.into_any(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(columns: &[&Column]) -> Vec<&'static str> {
        columns.iter().map(|column| column.key).collect()
    }

    #[test]
    fn the_url_wins_over_the_stored_choice() {
        let (url, stored) = (vec!["os".to_owned(), "nonsense".to_owned(), "os".to_owned()], vec!["mem".to_owned()]);
        assert_eq!(keys(&choose_columns(VmRow::COLUMNS, Some(&url), Some(&stored))), ["name", "os"]);
        assert_eq!(keys(&choose_columns(VmRow::COLUMNS, None, Some(&stored))), ["name", "mem"]);
    }

    #[test]
    fn nothing_known_means_the_default() {
        let nonsense = vec!["nonsense".to_owned()];
        let shown = choose_columns(VmRow::COLUMNS, Some(&nonsense), None);
        assert!(shown.len() > 5 && shown.iter().all(|column| column.shown_by_default));
        assert_eq!(shown[0].key, "name");
        let name_alone = vec!["name".to_owned()];
        assert_eq!(keys(&choose_columns(VmRow::COLUMNS, Some(&name_alone), None)), ["name"]);
    }
}

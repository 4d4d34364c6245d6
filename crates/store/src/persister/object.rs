//! An object of any kind in the form that is stored, and what its kind's tables look like.

use model::{ids::ExternalId, inventory::ObjectKind};
use sea_orm::sea_query::Value;
use sha2::{Digest, Sha256};

/// Part of every hash: raised when derived columns are computed in another way, so that the next sync writes them anew.
const DERIVATION: &[u8] = b"2";

/// The tables of a kind.
pub(super) struct Shape {
    pub(super) kind: ObjectKind,
    pub(super) links: &'static [Link],
    /// Columns that are listed, sorted and filtered, besides those that all kinds have.
    pub(super) columns: &'static [&'static str],
    /// The name under which other tables point to this one: `vm_id`.
    pub(super) id_column: &'static str,
    /// The table of documents.
    pub(super) config_table: Option<&'static str>,
    /// The table of volatile state and its columns.
    pub(super) state: Option<(&'static str, &'static [&'static str])>,
    pub(super) relations: &'static [Relation],
}

/// A column that points to one object of another kind.
pub(super) struct Link {
    pub(super) column: &'static str,
    pub(super) kind: ObjectKind,
    /// What changes call it: `host`.
    pub(super) field: &'static str,
}

impl Link {
    pub(super) const fn new(column: &'static str, kind: ObjectKind, field: &'static str) -> Self {
        Self { column, kind, field }
    }
}

/// A table of pairs with another kind.
pub(super) struct Relation {
    pub(super) table: &'static str,
    pub(super) other_column: &'static str,
    pub(super) other_kind: ObjectKind,
    pub(super) field: &'static str,
}

/// One object, ready to be compared and written; lists are in the order of the shape's.
pub(super) struct Record<'a> {
    pub(super) external_id: &'a ExternalId,
    pub(super) name: &'a str,
    pub(super) links: Vec<Option<&'a ExternalId>>,
    pub(super) columns: Vec<Value>,
    pub(super) search: String,
    /// The configuration as JSON: compared for every kind, kept for those that have a table for it.
    pub(super) document: String,
    pub(super) state: Vec<Value>,
    pub(super) relations: Vec<&'a [ExternalId]>,
}

/// The keys of what an object points to. Those of a relation are in rising order.
pub(super) struct Resolved {
    pub(super) links: Vec<Option<i64>>,
    pub(super) relations: Vec<Vec<i64>>,
}

impl Record<'_> {
    /// A digest of everything but the state. Parts are told apart by their lengths. Pointers count as the keys that are
    /// written: one that leads nowhere today and to an object tomorrow is a difference.
    pub(super) fn hash(&self, resolved: &Resolved) -> Vec<u8> {
        let mut digest = Sha256::new();
        let mut part = |bytes: &[u8]| {
            digest.update((bytes.len() as u64).to_le_bytes());
            digest.update(bytes);
        };
        part(DERIVATION);
        part(self.name.as_bytes());
        for link in &resolved.links {
            part(link.map(i64::to_le_bytes).as_ref().map_or(&[], <[u8; 8]>::as_slice));
        }
        for relation in &resolved.relations {
            part(&(relation.len() as u64).to_le_bytes());
            for id in relation {
                part(&id.to_le_bytes());
            }
        }
        // What is unknown in a column may be an empty list in the document.
        let nulls: Vec<u8> = self.columns.iter().map(|value| u8::from(*value == value.as_null())).collect();
        part(&nulls);
        part(self.document.as_bytes());
        digest.finalize().to_vec()
    }
}

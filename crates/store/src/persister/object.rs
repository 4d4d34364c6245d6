//! An object of any kind in the form that is stored, and what its kind's tables look like.

use model::{ids::ExternalId, inventory::ObjectKind};
use sea_orm::sea_query::Value;
use sha2::{Digest, Sha256};

/// Part of every hash: raised when derived columns are computed in another way, so that the next sync writes them anew.
const DERIVATION: &[u8] = b"1";

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

impl Record<'_> {
    /// A digest of everything but the state. Parts are told apart by their lengths.
    pub(super) fn hash(&self) -> Vec<u8> {
        let mut digest = Sha256::new();
        let mut part = |bytes: &[u8]| {
            digest.update((bytes.len() as u64).to_le_bytes());
            digest.update(bytes);
        };
        part(DERIVATION);
        part(self.name.as_bytes());
        for link in &self.links {
            part(link.map_or(b"", |id| id.as_str().as_bytes()));
        }
        for relation in &self.relations {
            let mut ids: Vec<&str> = relation.iter().map(ExternalId::as_str).collect();
            ids.sort_unstable();
            ids.dedup();
            part(&(ids.len() as u64).to_le_bytes());
            for id in ids {
                part(id.as_bytes());
            }
        }
        part(self.document.as_bytes());
        digest.finalize().to_vec()
    }
}

//! Comparing collected objects of one kind with the stored ones, and writing those that differ.

use std::collections::HashMap;

use model::{change::ChangeAction, ids::SourceId, run::Outcome};
use sea_orm::{DatabaseTransaction, sea_query::Value};

use super::{
    changes::Changes,
    diff,
    index::Index,
    natural_key,
    object::{Record, Resolved, Shape},
    relations::{Moved, Pairs},
    statements,
    unread::Unread,
};
use crate::{Database, StoreError};

/// Columns of every object table.
const COMMON: [&str; 9] =
    ["id", "source_id", "external_id", "name", "name_key", "search", "content_hash", "first_seen_ms", "archived_at_ms"];

/// A save under way.
pub(super) struct Save<'a> {
    pub(super) db: &'a Database,
    pub(super) transaction: &'a DatabaseTransaction,
    pub(super) source: SourceId,
    pub(super) now_ms: i64,
    pub(super) unread: Unread<'a>,
    pub(super) index: Index,
    pub(super) changes: Changes,
    pub(super) outcome: Outcome,
}

/// A record that is written, with its key and new hash.
struct Written<'r, 'a> {
    record: &'r Record<'a>,
    resolved: Resolved,
    id: i64,
    hash: Vec<u8>,
    fresh: bool,
    returned: bool,
    old_name: String,
}

impl Save<'_> {
    /// Saves some objects of a kind, at most a few hundred: what differs is written, the state of all is. No external id
    /// may come twice. Yields the objects whose relations are no longer the stored ones.
    pub(super) async fn save_records(
        &mut self,
        shape: &Shape,
        records: &[Record<'_>],
        stored_pairs: &[Pairs],
    ) -> Result<Vec<Moved>, StoreError> {
        let (mut written, mut moved) = (Vec::new(), Vec::new());
        let mut states = Vec::new();
        let kept = self.kept_links(shape, records).await?;
        for record in records {
            let Some(entry) = self.index.of(shape.kind).get(record.external_id.as_str()) else { continue };
            let resolved = self.resolve(shape, record, entry.id, &kept, stored_pairs);
            let hash = record.hash(&resolved);
            if resolved.relations.iter().zip(stored_pairs).any(|(ids, stored)| stored.of(entry.id) != ids) {
                moved.push((entry.id, resolved.relations.clone()));
            }
            let (id, fresh, returned) = (entry.id, entry.hash.is_none(), entry.archived);
            if entry.hash.as_ref() == Some(&hash) && !returned {
                self.outcome.unchanged += 1;
            } else {
                let old_name = entry.name.clone();
                written.push(Written { record, resolved, id, hash, fresh, returned, old_name });
            }
            if shape.state.is_some() {
                let mut row: Vec<Value> = vec![id.into(), self.now_ms.into()];
                row.extend(record.state.iter().cloned());
                states.push(row);
            }
            self.index.mark_seen(shape.kind, record.external_id.as_str());
        }
        self.record_changes(shape, &written, stored_pairs).await?;
        self.write_rows(shape, &written).await?;
        if let Some((table, columns)) = shape.state {
            let columns: Vec<&str> =
                [shape.id_column, "last_seen_ms"].into_iter().chain(columns.iter().copied()).collect();
            statements::upsert(self.transaction, table, shape.id_column, &columns, &[], states).await?;
        }
        Ok(moved)
    }

    /// The stored pointers of these objects, where this read may have missed what they point to.
    async fn kept_links(
        &self,
        shape: &Shape,
        records: &[Record<'_>],
    ) -> Result<HashMap<i64, Vec<Option<i64>>>, StoreError> {
        if !self.unread.concerns_links(shape) {
            return Ok(HashMap::new());
        }
        let entries = self.index.of(shape.kind);
        let known = records.iter().filter_map(|record| entries.get(record.external_id.as_str()));
        let ids: Vec<i64> = known.filter(|entry| entry.hash.is_some()).map(|entry| entry.id).collect();
        self.old_links(shape, &ids).await
    }

    /// What the object points to by key. A pointer that leads nowhere because its target was not read stays as stored.
    fn resolve(
        &self,
        shape: &Shape,
        record: &Record<'_>,
        id: i64,
        kept: &HashMap<i64, Vec<Option<i64>>>,
        stored_pairs: &[Pairs],
    ) -> Resolved {
        let withheld = self.unread.fields(shape.kind, record.external_id);
        let kept = kept.get(&id);
        let links = shape.links.iter().zip(&record.links).enumerate().map(|(at, (link, target))| {
            let found = target.and_then(|target| self.index.id(link.kind, target));
            let stored = || kept.and_then(|links| links.get(at).copied().flatten());
            found.or_else(|| if self.unread.link(link, withheld) { stored() } else { None })
        });
        let relations =
            shape.relations.iter().zip(&record.relations).zip(stored_pairs).map(|((relation, others), stored)| {
                if withheld.iter().any(|field| field == relation.field) {
                    return stored.of(id).to_vec();
                }
                let mut ids: Vec<i64> =
                    others.iter().filter_map(|other| self.index.id(relation.other_kind, other)).collect();
                ids.sort_unstable();
                ids.dedup();
                ids
            });
        Resolved { links: links.collect(), relations: relations.collect() }
    }

    async fn write_rows(&mut self, shape: &Shape, written: &[Written<'_, '_>]) -> Result<(), StoreError> {
        let links = shape.links.iter().map(|link| link.column);
        let columns: Vec<&str> = COMMON.into_iter().chain(links).chain(shape.columns.iter().copied()).collect();
        let rows: Vec<Vec<Value>> = written.iter().map(|written| self.row(written)).collect();
        self.outcome.configuration_rows_written += rows.len() as u64;
        let kept = ["source_id", "external_id", "first_seen_ms"];
        statements::upsert(self.transaction, shape.kind.key(), "id", &columns, &kept, rows).await?;
        let Some(table) = shape.config_table else { return Ok(()) };
        let documents: Vec<Vec<Value>> =
            written.iter().map(|written| vec![written.id.into(), written.record.document.as_str().into()]).collect();
        self.outcome.configuration_rows_written += documents.len() as u64;
        let columns = [shape.id_column, "document"];
        statements::upsert(self.transaction, table, shape.id_column, &columns, &[], documents).await
    }

    fn row(&self, written: &Written<'_, '_>) -> Vec<Value> {
        let record = written.record;
        let mut row: Vec<Value> = vec![
            written.id.into(),
            self.source.0.into(),
            record.external_id.as_str().into(),
            record.name.into(),
            natural_key(record.name).into(),
            record.search.as_str().into(),
            written.hash.clone().into(),
            self.now_ms.into(),
            Option::<i64>::None.into(),
        ];
        row.extend(written.resolved.links.iter().copied().map(Value::from));
        row.extend(record.columns.iter().cloned());
        row
    }

    /// Counts what happened to each object, and remembers field by field what changed.
    async fn record_changes(
        &mut self,
        shape: &Shape,
        written: &[Written<'_, '_>],
        stored_pairs: &[Pairs],
    ) -> Result<(), StoreError> {
        let known: Vec<i64> = written.iter().filter(|written| !written.fresh).map(|written| written.id).collect();
        let mut old_links = self.old_links(shape, &known).await?;
        let mut old_documents = documents(self.transaction, shape, &known).await?;
        for written in written {
            let (id, name) = (written.id, written.record.name);
            if written.fresh {
                self.outcome.added += 1;
                self.changes.event(shape.kind, id, name, ChangeAction::Added);
                continue;
            }
            if written.returned {
                self.outcome.returned += 1;
                self.changes.event(shape.kind, id, name, ChangeAction::Returned);
            } else {
                self.outcome.changed += 1;
            }
            let links = old_links.remove(&id).unwrap_or_default();
            let mut fields = self.placement_changes(shape, written, &links, stored_pairs);
            if let Some(document) = old_documents.remove(&id) {
                fields.extend(diff::documents(&document, &written.record.document));
            }
            for field in fields {
                self.changes.push(shape.kind, id, name, ChangeAction::Changed, Some(field));
            }
        }
        Ok(())
    }

    /// Name, place and relations, told by names.
    fn placement_changes(
        &self,
        shape: &Shape,
        written: &Written<'_, '_>,
        old_links: &[Option<i64>],
        stored_pairs: &[Pairs],
    ) -> Vec<diff::FieldChange> {
        let record = written.record;
        let mut fields = Vec::new();
        let mut compare = |field: &str, changed: bool, old: Option<String>, new: Option<String>| {
            if changed && old != new {
                let bounded = |text: Option<String>| text.map(|text| diff::bounded(&text));
                fields.push(diff::FieldChange { field: field.to_owned(), old: bounded(old), new: bounded(new) });
            }
        };
        compare("name", true, Some(written.old_name.clone()), Some(record.name.to_owned()));
        for ((link, new), old) in shape.links.iter().zip(&written.resolved.links).zip(old_links) {
            // A folder that was renamed did not move its machines: keys are compared, names are told.
            let old_name = old.and_then(|id| self.index.old_name(link.kind, id)).map(str::to_owned);
            let new_name = new.and_then(|id| self.index.new_name(link.kind, id)).map(str::to_owned);
            compare(link.field, old != new, old_name, new_name);
        }
        for ((relation, new), pairs) in shape.relations.iter().zip(&written.resolved.relations).zip(stored_pairs) {
            let names = |ids: &[i64], name: &dyn Fn(i64) -> Option<String>| -> Option<String> {
                let mut names: Vec<String> = ids.iter().filter_map(|id| name(*id)).collect();
                names.sort_by_key(|name| natural_key(name));
                (!names.is_empty()).then(|| names.join(", "))
            };
            let old = pairs.of(written.id);
            let old_names = names(old, &|id| self.index.old_name(relation.other_kind, id).map(str::to_owned));
            let new_names = names(new, &|id| self.index.new_name(relation.other_kind, id).map(str::to_owned));
            compare(relation.field, old != new.as_slice(), old_names, new_names);
        }
        fields
    }

    async fn old_links(&self, shape: &Shape, ids: &[i64]) -> Result<HashMap<i64, Vec<Option<i64>>>, StoreError> {
        let columns: Vec<&str> = std::iter::once("id").chain(shape.links.iter().map(|link| link.column)).collect();
        let rows = statements::rows_of(self.transaction, shape.kind.key(), "id", &columns, ids).await?;
        rows.iter()
            .map(|row| {
                let links = (1..columns.len()).map(|at| row.try_get_by_index(at)).collect::<Result<_, _>>()?;
                Ok((row.try_get_by_index(0)?, links))
            })
            .collect()
    }
}

/// The stored documents of these objects.
pub(super) async fn documents(
    transaction: &DatabaseTransaction,
    shape: &Shape,
    ids: &[i64],
) -> Result<HashMap<i64, String>, StoreError> {
    let Some(table) = shape.config_table else { return Ok(HashMap::new()) };
    let rows = statements::rows_of(transaction, table, shape.id_column, &[shape.id_column, "document"], ids).await?;
    rows.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))).collect()
}

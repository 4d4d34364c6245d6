//! Pairs of objects: loaded once, compared, and written by difference.

use std::collections::HashMap;

use model::ids::SourceId;
use sea_orm::{ConnectionTrait, DatabaseTransaction, Statement};

use super::{object::Shape, records::Save, statements};
use crate::{Database, StoreError};

/// The stored pairs of one relation of a source's objects.
#[derive(Debug, Default)]
pub(super) struct Pairs {
    by_owner: HashMap<i64, Vec<i64>>,
}

impl Pairs {
    /// What the object is paired with, in rising order.
    pub(super) fn of(&self, owner: i64) -> &[i64] {
        self.by_owner.get(&owner).map_or(&[], Vec::as_slice)
    }
}

/// Loads all relations of a kind, in the order of its shape.
pub(super) async fn load(
    db: &Database,
    transaction: &DatabaseTransaction,
    source: SourceId,
    shape: &Shape,
) -> Result<Vec<Pairs>, StoreError> {
    let mut all = Vec::with_capacity(shape.relations.len());
    for relation in shape.relations {
        let (table, owner, id, other) = (relation.table, shape.kind.key(), shape.id_column, relation.other_column);
        let sql = format!(
            "SELECT pair.{id}, pair.{other} FROM {table} pair JOIN {owner} owner ON owner.id = pair.{id} \
             WHERE owner.source_id = {source} ORDER BY pair.{other}"
        );
        let mut pairs = Pairs::default();
        for row in transaction.query_all_raw(Statement::from_string(db.sql_backend(), sql)).await? {
            pairs.by_owner.entry(row.try_get_by_index(0)?).or_default().push(row.try_get_by_index(1)?);
        }
        all.push(pairs);
    }
    Ok(all)
}

/// What an object of this key should be paired with, for each relation of its shape.
pub(super) type Moved = (i64, Vec<Vec<i64>>);

/// Adds and removes pairs so that these objects have those that they were collected with; others keep theirs.
pub(super) async fn save(
    save: &mut Save<'_>,
    shape: &Shape,
    stored: &[Pairs],
    moved: Vec<Moved>,
) -> Result<(), StoreError> {
    for (at, (relation, stored)) in shape.relations.iter().zip(stored).enumerate() {
        let (mut added, mut removed) = (Vec::new(), Vec::new());
        for (owner, relations) in &moved {
            let (wanted, known) = (relations[at].as_slice(), stored.of(*owner));
            added.extend(wanted.iter().filter(|id| known.binary_search(id).is_err()).map(|id| (*owner, *id)));
            removed.extend(known.iter().filter(|id| wanted.binary_search(id).is_err()).map(|id| (*owner, *id)));
        }
        save.outcome.configuration_rows_written += (added.len() + removed.len()) as u64;
        remove(save, relation.table, shape.id_column, relation.other_column, &removed).await?;
        let rows = added.into_iter().map(|(owner, other)| vec![owner.into(), other.into()]).collect();
        let columns = [shape.id_column, relation.other_column];
        statements::insert(save.transaction, relation.table, &columns, rows).await?;
    }
    Ok(())
}

async fn remove(
    save: &Save<'_>,
    table: &str,
    id_column: &str,
    other_column: &str,
    pairs: &[(i64, i64)],
) -> Result<(), StoreError> {
    for some in pairs.chunks(statements::ROWS) {
        let list: Vec<String> = some.iter().map(|(owner, other)| format!("({owner}, {other})")).collect();
        let sql = format!("DELETE FROM {table} WHERE ({id_column}, {other_column}) IN (VALUES {})", list.join(", "));
        save.transaction.execute_raw(Statement::from_string(save.db.sql_backend(), sql)).await?;
    }
    Ok(())
}

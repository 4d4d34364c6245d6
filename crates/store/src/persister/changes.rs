//! The history's rows of one save: gathered while objects are compared, written at its end.

use model::{
    change::ChangeAction,
    ids::{RunId, SourceId},
    inventory::ObjectKind,
};
use sea_orm::{DatabaseTransaction, sea_query::Value};

use super::{diff, statements};
use crate::StoreError;

/// The rows of the history that this save will add.
pub(super) struct Changes {
    /// `None` while the source's first inventory is read.
    rows: Option<Vec<Vec<Value>>>,
}

impl Changes {
    pub(super) fn recorded() -> Self {
        Self { rows: Some(Vec::new()) }
    }

    pub(super) fn ignored() -> Self {
        Self { rows: None }
    }

    pub(super) fn event(&mut self, kind: ObjectKind, id: i64, name: &str, action: ChangeAction) {
        self.push(kind, id, name, action, None);
    }

    pub(super) fn push(
        &mut self,
        kind: ObjectKind,
        id: i64,
        name: &str,
        action: ChangeAction,
        field: Option<diff::FieldChange>,
    ) {
        let Some(rows) = &mut self.rows else { return };
        let (field, old, new) = field.map_or((None, None, None), |change| (Some(change.field), change.old, change.new));
        rows.push(vec![
            kind.key().into(),
            id.into(),
            name.into(),
            action.key().into(),
            field.into(),
            old.into(),
            new.into(),
        ]);
    }

    pub(super) async fn write(
        self,
        transaction: &DatabaseTransaction,
        source: SourceId,
        run: RunId,
        now_ms: i64,
    ) -> Result<(), StoreError> {
        const COLUMNS: [&str; 10] = [
            "at_ms",
            "run_id",
            "source_id",
            "kind",
            "object_id",
            "object_name",
            "action",
            "field",
            "old_value",
            "new_value",
        ];
        let rows = self.rows.unwrap_or_default().into_iter().map(|row| {
            let mut values: Vec<Value> = vec![now_ms.into(), run.0.into(), source.0.into()];
            values.extend(row);
            values
        });
        statements::insert(transaction, "change", &COLUMNS, rows.collect()).await
    }
}

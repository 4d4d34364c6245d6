//! Reading columns of a result by name into what the model wants.

use model::{
    ids::{ObjectId, SourceId},
    inventory::{ConnectionState, Health, ObjectKind, PowerState},
    source::SourceKind,
    table::{Reference, Seen, SourceReference},
};
use sea_orm::{QueryResult, TryGetable};

use crate::{StoreError, error::word};

/// Columns that every row of a list has: see `list::COMMON`.
pub(super) struct Columns<'a>(pub(super) &'a QueryResult);

impl Columns<'_> {
    pub(super) fn get<T: TryGetable>(&self, name: &str) -> Result<T, StoreError> {
        Ok(self.0.try_get("", name)?)
    }

    pub(super) fn id(&self) -> Result<ObjectId, StoreError> {
        Ok(ObjectId(self.get("id")?))
    }

    /// An enum kept as a word.
    pub(super) fn word<T>(&self, name: &'static str, read: impl FnOnce(&str) -> Option<T>) -> Result<T, StoreError> {
        word(name, &self.get::<String>(name)?, read)
    }

    /// The same where the column may be empty.
    pub(super) fn word_or_none<T>(
        &self,
        name: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, StoreError> {
        let value: Option<String> = self.get(name)?;
        value.map(|value| word(name, &value, read)).transpose()
    }

    pub(super) fn power(&self) -> Result<PowerState, StoreError> {
        self.word("power", PowerState::from_key)
    }

    pub(super) fn connection(&self) -> Result<ConnectionState, StoreError> {
        self.word("connection", ConnectionState::from_key)
    }

    /// Gray where no state was kept.
    pub(super) fn health(&self) -> Result<Health, StoreError> {
        let health: Option<String> = self.get("health")?;
        health.map_or(Ok(Health::default()), |health| word("health", &health, Health::from_key))
    }

    /// Another object from the columns `KIND_id` and `KIND_name`.
    pub(super) fn reference(&self, kind: ObjectKind) -> Result<Option<Reference>, StoreError> {
        let id: Option<i64> = self.get(&format!("{}_id", kind.key()))?;
        let name: Option<String> = self.get(&format!("{}_name", kind.key()))?;
        Ok(id.zip(name).map(|(id, name)| Reference { kind, id: ObjectId(id), name }))
    }

    pub(super) fn source(&self) -> Result<SourceReference, StoreError> {
        Ok(SourceReference {
            id: SourceId(self.get("source_id")?),
            name: self.get("source_name")?,
            kind: self.word("source_kind", SourceKind::from_key)?,
        })
    }

    pub(super) fn seen(&self) -> Result<Seen, StoreError> {
        let first_ms: i64 = self.get("first_seen_ms")?;
        let last: Option<i64> = self.get("last_seen_ms")?;
        Ok(Seen { first_ms, last_ms: last.unwrap_or(first_ms), archived_at_ms: self.get("archived_at_ms")? })
    }

    /// A text of lines as a list.
    pub(super) fn lines(&self, name: &str) -> Result<Vec<String>, StoreError> {
        let text: Option<String> = self.get(name)?;
        Ok(text.map_or_else(Vec::new, |text| text.lines().map(str::to_owned).collect()))
    }
}

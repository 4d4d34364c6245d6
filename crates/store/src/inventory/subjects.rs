//! What can be measured of a source: its machines, hosts and datastores by the identity that it gives them.

use model::{
    ids::{ExternalId, SourceId},
    inventory::ObjectKind,
    sample::Subject,
};
use sea_orm::{ConnectionTrait, Statement};

use crate::{Database, StoreError};

const MEASURED: [ObjectKind; 3] = [ObjectKind::Vm, ObjectKind::Host, ObjectKind::Datastore];

/// Those that are not archived.
pub async fn subjects(db: &Database, source: SourceId) -> Result<Vec<Subject>, StoreError> {
    let mut all = Vec::new();
    for kind in MEASURED {
        let sql = format!(
            "SELECT external_id FROM {} WHERE source_id = {source} AND archived_at_ms IS NULL ORDER BY id",
            kind.key()
        );
        for row in db.read().query_all_raw(Statement::from_string(db.sql_backend(), sql)).await? {
            all.push(Subject { kind, external_id: ExternalId::new(row.try_get_by_index::<String>(0)?) });
        }
    }
    Ok(all)
}

//! Links as pages show them: both records with their sources, the evidence, and who decided.

use model::{
    identity::{LinkState, LinkView, Rung},
    ids::{ObjectId, SourceId},
    inventory::ObjectKind,
    source::SourceKind,
    table::{Reference, SourceReference},
};
use sea_orm::{ConnectionTrait, QueryResult, Statement};

use crate::{Database, StoreError, error::word};

/// Whatever is said of one machine, whichever side it stands on.
pub async fn of_machine(db: &Database, id: ObjectId) -> Result<Vec<LinkView>, StoreError> {
    views(db, &format!("(l.monitored_id = {id} OR l.platform_id = {id})"), 50).await
}

/// What waits for somebody's word.
pub async fn suggestions(db: &Database, limit: u64) -> Result<Vec<LinkView>, StoreError> {
    views(db, "l.state = 'suggested'", limit).await
}

/// What people have said.
pub async fn decided(db: &Database, limit: u64) -> Result<Vec<LinkView>, StoreError> {
    views(db, "l.decided_by IS NOT NULL", limit).await
}

/// The monitored records that are this machine.
pub async fn linked_to(db: &Database, platform: ObjectId) -> Result<Vec<(ObjectId, SourceReference)>, StoreError> {
    let links = views(db, &format!("l.platform_id = {platform} AND l.state = 'linked'"), 50).await?;
    Ok(links.into_iter().map(|link| (link.monitored.id, link.monitored_source)).collect())
}

async fn views(db: &Database, which: &str, limit: u64) -> Result<Vec<LinkView>, StoreError> {
    let sql = format!(
        "SELECT l.state, l.rung, l.evidence, l.since_ms, l.decided_by, \
         m.id AS m_id, m.name AS m_name, ms.id AS ms_id, ms.name AS ms_name, ms.kind AS ms_kind, \
         p.id AS p_id, p.name AS p_name, ps.id AS ps_id, ps.name AS ps_name, ps.kind AS ps_kind \
         FROM machine_link l JOIN vm m ON m.id = l.monitored_id JOIN source ms ON ms.id = m.source_id \
         JOIN vm p ON p.id = l.platform_id JOIN source ps ON ps.id = p.source_id \
         WHERE {which} AND m.archived_at_ms IS NULL AND p.archived_at_ms IS NULL \
         ORDER BY l.state, p.name_key, m.name_key, m.id LIMIT {limit}"
    );
    let rows = db.read().query_all_raw(Statement::from_string(db.sql_backend(), sql)).await?;
    rows.iter().map(view).collect()
}

fn view(row: &QueryResult) -> Result<LinkView, StoreError> {
    let vm = |side: &str| -> Result<Reference, StoreError> {
        let id = ObjectId(row.try_get("", &format!("{side}_id"))?);
        Ok(Reference { kind: ObjectKind::Vm, id, name: row.try_get("", &format!("{side}_name"))? })
    };
    let source = |side: &str| -> Result<SourceReference, StoreError> {
        let kind: String = row.try_get("", &format!("{side}s_kind"))?;
        Ok(SourceReference {
            id: SourceId(row.try_get("", &format!("{side}s_id"))?),
            name: row.try_get("", &format!("{side}s_name"))?,
            kind: word("source kind", &kind, SourceKind::from_key)?,
        })
    };
    Ok(LinkView {
        monitored: vm("m")?,
        monitored_source: source("m")?,
        platform: vm("p")?,
        platform_source: source("p")?,
        state: word("state of a link", &row.try_get::<String>("", "state")?, LinkState::from_key)?,
        rung: word("rung", &row.try_get::<String>("", "rung")?, Rung::from_key)?,
        evidence: row.try_get("", "evidence")?,
        since_ms: row.try_get("", "since_ms")?,
        decided_by: row.try_get("", "decided_by")?,
    })
}

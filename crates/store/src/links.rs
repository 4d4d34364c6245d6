//! Links between machines of monitoring systems and machines of platforms. Which ones are right is judged elsewhere, by
//! `analysis` and by people; here it is kept, and linked records are shown once.

mod candidates;
mod people;
mod views;

use std::collections::{BTreeMap, BTreeSet};

use model::{
    identity::{Identity, LinkState, Match, Rung},
    ids::{ObjectId, SourceId},
    inventory::Adapter,
    source::SourceKind,
};
use sea_orm::{ConnectionTrait, QueryResult, Statement, sea_query::Value};

use crate::{
    Database, StoreError,
    database::Backend,
    error::{from_json, word},
};

pub use candidates::{candidates, known};
pub use people::{decide, forget};
pub use views::{decided, linked_to, of_machine, suggestions};

/// Machines that are shown as those of their platform, as long as that has them.
pub(crate) const HIDDEN: &str = " AND t.id NOT IN (SELECT l.monitored_id FROM machine_link l \
     JOIN vm p ON p.id = l.platform_id WHERE l.state = 'linked' AND p.archived_at_ms IS NULL)";

/// Rows of one bulk statement.
const ROWS: usize = 400;

/// What is known of a machine's identity, and from whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    pub source: SourceId,
    pub kind: SourceKind,
    pub identity: Identity,
}

/// All machines that are not archived.
pub async fn identities(db: &Database) -> Result<Vec<Known>, StoreError> {
    let (adapters, instance) = match db.backend() {
        Backend::Sqlite => ("json_extract(c.document, '$.adapters')", "json_extract(c.document, '$.instance_uuid')"),
        Backend::Postgres => {
            ("CAST(CAST(c.document AS json) -> 'adapters' AS text)", "CAST(c.document AS json) ->> 'instance_uuid'")
        }
    };
    let sql = format!(
        "SELECT t.id, t.name, t.bios_uuid, t.guest_host_name, t.ip_addresses, {adapters} AS adapters, {instance} AS instance_uuid, t.source_id, \
         src.kind FROM vm t JOIN source src ON src.id = t.source_id LEFT JOIN vm_config c ON c.vm_id = t.id \
         WHERE t.archived_at_ms IS NULL AND src.deleted_at_ms IS NULL ORDER BY t.id"
    );
    let rows = db.read().query_all_raw(Statement::from_string(db.sql_backend(), sql)).await?;
    rows.iter().map(known_of).collect()
}

fn known_of(row: &QueryResult) -> Result<Known, StoreError> {
    let adapters = match row.try_get::<Option<String>>("", "adapters")? {
        Some(text) => from_json::<Vec<Adapter>>("adapters", &text)?,
        None => Vec::new(),
    };
    let addresses: Option<String> = row.try_get("", "ip_addresses")?;
    Ok(Known {
        source: SourceId(row.try_get("", "source_id")?),
        kind: word("source kind", &row.try_get::<String>("", "kind")?, SourceKind::from_key)?,
        identity: Identity {
            id: ObjectId(row.try_get("", "id")?),
            name: row.try_get("", "name")?,
            bios_uuid: row.try_get("", "bios_uuid")?,
            instance_uuid: row.try_get("", "instance_uuid")?,
            host_name: row.try_get("", "guest_host_name")?,
            macs: adapters.into_iter().filter_map(|adapter| adapter.mac).collect(),
            addresses: addresses.unwrap_or_default().lines().map(str::to_owned).collect(),
        },
    })
}

/// What people have said: pairs (monitored, platform).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decisions {
    pub linked: BTreeMap<ObjectId, ObjectId>,
    pub refused: BTreeSet<(ObjectId, ObjectId)>,
}

pub async fn decisions(db: &Database) -> Result<Decisions, StoreError> {
    let sql = "SELECT monitored_id, platform_id, state FROM machine_link WHERE decided_by IS NOT NULL";
    let mut decisions = Decisions::default();
    for row in db.read().query_all_raw(Statement::from_string(db.sql_backend(), sql)).await? {
        let (monitored, platform) = (ObjectId(row.try_get_by_index(0)?), ObjectId(row.try_get_by_index(1)?));
        match word("state of a link", &row.try_get_by_index::<String>(2)?, LinkState::from_key)? {
            LinkState::Linked => drop(decisions.linked.insert(monitored, platform)),
            LinkState::Refused => drop(decisions.refused.insert((monitored, platform))),
            LinkState::Suggested => {}
        }
    }
    Ok(decisions)
}

/// The links that evidence has made.
pub async fn found_before(db: &Database) -> Result<Vec<Match>, StoreError> {
    let sql = "SELECT monitored_id, platform_id, rung, evidence FROM machine_link \
               WHERE state = 'linked' AND decided_by IS NULL ORDER BY monitored_id";
    let rows = db.read().query_all_raw(Statement::from_string(db.sql_backend(), sql)).await?;
    let found = rows.iter().map(|row| {
        Ok(Match {
            monitored: ObjectId(row.try_get_by_index(0)?),
            platform: ObjectId(row.try_get_by_index(1)?),
            rung: word("rung", &row.try_get_by_index::<String>(2)?, Rung::from_key)?,
            evidence: row.try_get_by_index(3)?,
        })
    });
    found.collect()
}

/// Replaces what evidence says of one monitoring source's machines. What people have said stays, and so does the time
/// since when a link has held.
pub async fn replace(
    db: &Database,
    source: SourceId,
    links: &[Match],
    suggestions: &[Match],
    now_ms: i64,
) -> Result<(), StoreError> {
    let rows: Vec<(&Match, LinkState)> = links
        .iter()
        .map(|link| (link, LinkState::Linked))
        .chain(suggestions.iter().map(|guess| (guess, LinkState::Suggested)))
        .collect();
    let transaction = db.begin().await?;
    let stale = format!(
        "UPDATE machine_link SET state = 'stale' WHERE decided_by IS NULL \
         AND monitored_id IN (SELECT id FROM vm WHERE source_id = {source})"
    );
    transaction.execute_raw(Statement::from_string(db.sql_backend(), stale)).await?;
    for some in rows.chunks(ROWS) {
        let (mut values, mut places) = (Vec::<Value>::new(), Vec::new());
        for (found, state) in some {
            let row: [Value; 6] = [
                found.monitored.0.into(),
                found.platform.0.into(),
                state.key().into(),
                found.rung.key().into(),
                found.evidence.clone().into(),
                now_ms.into(),
            ];
            let marks = (1..=row.len()).map(|at| match db.backend() {
                Backend::Postgres => format!("${}", values.len() + at),
                Backend::Sqlite => "?".to_owned(),
            });
            places.push(format!("({})", marks.collect::<Vec<_>>().join(", ")));
            values.extend(row);
        }
        let sql = format!(
            "INSERT INTO machine_link (monitored_id, platform_id, state, rung, evidence, since_ms) VALUES {} \
             ON CONFLICT (monitored_id, platform_id) DO UPDATE SET state = excluded.state, rung = excluded.rung, \
             evidence = excluded.evidence WHERE machine_link.decided_by IS NULL",
            places.join(", ")
        );
        transaction.execute_raw(Statement::from_sql_and_values(db.sql_backend(), sql, values)).await?;
    }
    transaction
        .execute_raw(Statement::from_string(db.sql_backend(), "DELETE FROM machine_link WHERE state = 'stale'"))
        .await?;
    Ok(transaction.commit().await?)
}

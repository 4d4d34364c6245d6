//! The global search: the best hits over all kinds, names before everything else.

use model::{
    ids::ObjectId,
    inventory::ObjectKind,
    table::{Reference, SearchHit},
};
use sea_orm::{ConnectionTrait, QueryResult};

use super::{
    read::Columns,
    sql::{Sql, escape_like},
};
use crate::{Database, StoreError, links::HIDDEN};

/// The longest text that is looked for, in bytes, and the most hits.
const TEXT_MAX: usize = 200;
const HITS_MAX: u64 = 50;

/// The kinds that have pages, in the order of the hits, with what tells their place.
const KINDS: [(ObjectKind, &str); 5] = [
    (ObjectKind::Vm, "cluster.name AS cluster_name, host.name AS host_name"),
    (ObjectKind::Host, "cluster.name AS cluster_name, NULL AS host_name"),
    (ObjectKind::Cluster, "NULL AS cluster_name, NULL AS host_name"),
    (ObjectKind::Datastore, "NULL AS cluster_name, NULL AS host_name"),
    (ObjectKind::Network, "NULL AS cluster_name, NULL AS host_name"),
];

/// Objects whose name, addresses, UUIDs or the like contain the text, kind by kind, those whose name begins with it first,
/// then those whose name contains it. At most `limit` of all kinds together: the best ones of each, so that many machines
/// do not push out the one host.
pub async fn search(db: &Database, text: &str, limit: u64) -> Result<Vec<SearchHit>, StoreError> {
    let needle = text.trim().to_lowercase();
    if needle.is_empty() || needle.len() > TEXT_MAX {
        return Ok(Vec::new());
    }
    let limit = limit.min(HITS_MAX);
    // With how well it fits, its rank in its kind, and its place in the answer.
    let mut hits: Vec<(i32, usize, usize, SearchHit)> = Vec::new();
    for (kind, place) in KINDS {
        let rows = db.read().query_all_raw(statement(db, kind, place, &needle, limit)).await?;
        for (rank, row) in rows.iter().enumerate() {
            hits.push((Columns(row).get("grade")?, rank, hits.len(), hit(kind, row, &needle)?));
        }
    }
    hits.sort_by_key(|(grade, rank, at, _)| (*grade, *rank, *at));
    hits.truncate(limit as usize);
    hits.sort_by_key(|(_, _, at, _)| *at);
    Ok(hits.into_iter().map(|(_, _, _, hit)| hit).collect())
}

fn statement(db: &Database, kind: ObjectKind, place: &str, needle: &str, limit: u64) -> sea_orm::Statement {
    let table = kind.key();
    let mut sql = Sql::new(
        db,
        format!(
            "SELECT hit.grade, t.id, t.name, t.search, t.source_id, src.name AS source_name, src.kind AS source_kind, \
                 datacenter.name AS datacenter_name, {place} FROM (SELECT id, CASE WHEN "
        ),
    );
    // The first line of the search text is the name in lower case.
    let pattern = escape_like(needle);
    sql.push("search LIKE ").bind(format!("{pattern}%")).push(" ESCAPE '\\' THEN 0 WHEN ");
    sql.position("search", needle).push(" < coalesce(nullif(").position("search", "\n");
    sql.push(", 0), 1000000) THEN 1 ELSE 2 END AS grade FROM ").push(table).push(" t");
    sql.push(" WHERE archived_at_ms IS NULL AND ").contains("search", needle);
    if kind == ObjectKind::Vm {
        sql.push(HIDDEN);
    }
    sql.push(" ORDER BY grade, name_key, id LIMIT ").bind(limit as i64).push(") hit JOIN ").push(table);
    sql.push(" t ON t.id = hit.id JOIN source src ON src.id = t.source_id LEFT JOIN datacenter ON datacenter.id = t.datacenter_id");
    match kind {
        ObjectKind::Vm => {
            sql.push(" LEFT JOIN cluster ON cluster.id = t.cluster_id LEFT JOIN host ON host.id = t.host_id");
        }
        ObjectKind::Host => {
            sql.push(" LEFT JOIN cluster ON cluster.id = t.cluster_id");
        }
        _ => {}
    }
    sql.push(" ORDER BY hit.grade, t.name_key, t.id");
    sql.statement()
}

fn hit(kind: ObjectKind, row: &QueryResult, needle: &str) -> Result<SearchHit, StoreError> {
    let columns = Columns(row);
    let name: String = columns.get("name")?;
    let search: String = columns.get("search")?;
    let matched = if name.to_lowercase().contains(needle) { None } else { matched(&search, needle) };
    let part = |kind: ObjectKind, column: &str| -> Result<Option<String>, StoreError> {
        let name: Option<String> = columns.get(column)?;
        Ok(name.map(|name| format!("{} {name}", kind.singular())))
    };
    let places = [
        part(ObjectKind::Datacenter, "datacenter_name")?,
        part(ObjectKind::Cluster, "cluster_name")?,
        part(ObjectKind::Host, "host_name")?,
    ];
    let places: Vec<String> = places.into_iter().flatten().collect();
    Ok(SearchHit {
        object: Reference { kind, id: ObjectId(columns.get("id")?), name },
        source: columns.source()?,
        matched,
        place: (!places.is_empty()).then(|| places.join(" · ")),
    })
}

/// The line of the search text that matched, named after what it looks like.
fn matched(search: &str, needle: &str) -> Option<String> {
    let line = search.lines().skip(1).find(|line| line.contains(needle))?;
    let label = if line.parse::<std::net::IpAddr>().is_ok() {
        "IP "
    } else if is_hex_in_groups(line, ':', &[2; 6]) {
        "MAC "
    } else if is_hex_in_groups(line, '-', &[8, 4, 4, 4, 12]) {
        "UUID "
    } else {
        ""
    };
    Some(format!("{label}{}", line.chars().take(120).collect::<String>()))
}

fn is_hex_in_groups(text: &str, separator: char, lengths: &[usize]) -> bool {
    let groups: Vec<&str> = text.split(separator).collect();
    groups.len() == lengths.len()
        && groups
            .iter()
            .zip(lengths)
            .all(|(group, length)| group.len() == *length && group.chars().all(|c| c.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::matched;

    #[test]
    fn a_match_is_named_after_what_it_looks_like() {
        let search = "web-1\n00:50:56:aa:bb:cc\n10.0.3.17\n4c4c4544-0042-3510-8052-b4c04f4d4b32\nubuntu linux";
        assert_eq!(matched(search, "0.3.1").as_deref(), Some("IP 10.0.3.17"));
        assert_eq!(matched(search, "56:aa").as_deref(), Some("MAC 00:50:56:aa:bb:cc"));
        assert_eq!(matched(search, "3510-80").as_deref(), Some("UUID 4c4c4544-0042-3510-8052-b4c04f4d4b32"));
        assert_eq!(matched(search, "ubuntu").as_deref(), Some("ubuntu linux"));
    }
}

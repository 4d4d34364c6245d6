//! The figures of the first page. Archived objects are left out; templates and agents are not workload.

mod capacity;

use model::{
    change::ChangeQuery,
    overview::{HostCounts, Overview, PlatformCounts, StorageTotals, VmCounts},
    source::SourceKind,
};
use sea_orm::{ConnectionTrait, QueryResult, Statement};

use super::{changes, detail, read::Columns};
use crate::{Database, StoreError};

/// How many changes the overview shows.
const CHANGES: u64 = 10;

/// Everything but the sources, which the engine knows with their live state.
pub async fn overview(db: &Database) -> Result<Overview, StoreError> {
    Ok(Overview {
        vms: vm_counts(db).await?,
        by_platform: platforms(db).await?,
        clusters: count(db, "SELECT count(*) FROM cluster WHERE archived_at_ms IS NULL").await?,
        hosts: host_counts(db).await?,
        storage: storage_totals(db).await?,
        networks: count(db, "SELECT count(*) FROM network WHERE archived_at_ms IS NULL AND NOT is_uplink").await?,
        capacity: capacity::bars(db).await?,
        datastores: capacity::datastores(db).await?,
        sources: Vec::new(),
        changes: changes::rows(db, &ChangeQuery::default(), CHANGES, 0).await?,
        alarms: detail::alarms(db, "").await?,
    })
}

pub(super) async fn rows(db: &Database, sql: &str) -> Result<Vec<QueryResult>, StoreError> {
    Ok(db.read().query_all_raw(Statement::from_string(db.sql_backend(), sql)).await?)
}

async fn count(db: &Database, sql: &str) -> Result<u64, StoreError> {
    let row = rows(db, sql).await?.pop();
    Ok(row.map_or(Ok(0_i64), |row| row.try_get_by_index(0))? as u64)
}

async fn vm_counts(db: &Database) -> Result<VmCounts, StoreError> {
    let sql = "SELECT role, power, count(*) AS vms, CAST(coalesce(sum(vcpu), 0) AS bigint) AS vcpu, \
               CAST(coalesce(sum(memory_bytes), 0) AS bigint) AS memory FROM vm WHERE archived_at_ms IS NULL \
               GROUP BY role, power";
    let mut counts = VmCounts::default();
    for row in rows(db, sql).await? {
        let row = Columns(&row);
        let vms = row.get::<i64>("vms")? as u64;
        match row.get::<String>("role")?.as_str() {
            "ordinary" => {}
            "template" => {
                counts.templates += vms;
                continue;
            }
            _ => continue,
        }
        counts.total += vms;
        match row.get::<String>("power")?.as_str() {
            "on" => {
                counts.on += vms;
                counts.vcpu_on += row.get::<i64>("vcpu")? as u64;
                counts.memory_on_bytes += row.get::<i64>("memory")? as u64;
            }
            "off" => counts.off += vms,
            "suspended" => counts.suspended += vms,
            _ => counts.unknown += vms,
        }
    }
    Ok(counts)
}

async fn host_counts(db: &Database) -> Result<HostCounts, StoreError> {
    let sql = "SELECT count(*) AS total, \
               coalesce(sum(CASE WHEN connection = 'connected' THEN 1 ELSE 0 END), 0) AS connected, \
               coalesce(sum(CASE WHEN in_maintenance THEN 1 ELSE 0 END), 0) AS in_maintenance, \
               CAST(coalesce(sum(cores), 0) AS bigint) AS cores, \
               CAST(coalesce(sum(memory_bytes), 0) AS bigint) AS memory FROM host WHERE archived_at_ms IS NULL";
    let Some(row) = rows(db, sql).await?.pop() else { return Ok(HostCounts::default()) };
    let row = Columns(&row);
    let number = |name: &str| row.get::<i64>(name).map(|value| value as u64);
    let (total, connected) = (number("total")?, number("connected")?);
    Ok(HostCounts {
        total,
        connected,
        in_maintenance: number("in_maintenance")?,
        not_connected: total - connected,
        cores: number("cores")?,
        memory_bytes: number("memory")?,
    })
}

async fn platforms(db: &Database) -> Result<Vec<PlatformCounts>, StoreError> {
    let of = |table: &str, which: &str| {
        format!(
            "SELECT src.kind AS platform, '{table}' AS objects, count(*) AS number FROM {table} t \
             JOIN source src ON src.id = t.source_id WHERE t.archived_at_ms IS NULL{which} GROUP BY src.kind"
        )
    };
    let sql = [of("vm", " AND t.role = 'ordinary'"), of("host", ""), of("cluster", ""), of("datastore", "")];
    let mut all: Vec<PlatformCounts> = Vec::new();
    for row in rows(db, &sql.join(" UNION ALL ")).await? {
        let row = Columns(&row);
        let platform: String = row.get("platform")?;
        let number = row.get::<i64>("number")? as u64;
        let at = all.iter().position(|counts| counts.platform == platform).unwrap_or_else(|| {
            all.push(PlatformCounts { platform, ..PlatformCounts::default() });
            all.len() - 1
        });
        match row.get::<String>("objects")?.as_str() {
            "vm" => all[at].vms = number,
            "host" => all[at].hosts = number,
            "cluster" => all[at].clusters = number,
            _ => all[at].datastores = number,
        }
    }
    all.sort_by_key(|counts| SourceKind::ALL.iter().position(|kind| kind.key() == counts.platform));
    Ok(all)
}

/// A datastore that is seen through two sources has the same URL in both and counts once.
async fn storage_totals(db: &Database) -> Result<StorageTotals, StoreError> {
    let mut totals = StorageTotals::default();
    for bar in capacity::distinct_datastores(db).await? {
        totals.datastores += 1;
        totals.capacity_bytes += bar.capacity_bytes.unwrap_or(0).max(0) as u64;
        totals.free_bytes += bar.free_bytes.unwrap_or(0).max(0) as u64;
        totals.provisioned_bytes += bar.provisioned_bytes.unwrap_or(0).max(0) as u64;
    }
    Ok(totals)
}

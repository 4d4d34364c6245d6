//! The figures of the first page. Archived objects are left out; templates and agents are not workload.

mod capacity;

use model::{
    change::ChangeQuery,
    inventory::{PowerState, VmRole},
    overview::{HostCounts, Overview, PlatformCounts, StorageTotals, VmCounts},
    source::SourceKind,
};
use sea_orm::{ConnectionTrait, QueryResult, Statement};

use super::{alarms, changes, read::Columns};
use crate::{Database, StoreError, links::HIDDEN};

/// How many changes the overview shows.
const CHANGES: u64 = 10;

/// Everything but the sources, which the engine knows with their live state.
pub async fn overview(db: &Database) -> Result<Overview, StoreError> {
    let (vms, by_platform) = counts(db).await?;
    Ok(Overview {
        vms,
        by_platform,
        clusters: count(db, "SELECT count(*) FROM cluster WHERE archived_at_ms IS NULL").await?,
        hosts: host_counts(db).await?,
        storage: storage_totals(db).await?,
        networks: count(db, "SELECT count(*) FROM network WHERE archived_at_ms IS NULL AND NOT is_uplink").await?,
        capacity: capacity::bars(db).await?,
        datastores: capacity::datastores(db).await?,
        sources: Vec::new(),
        changes: changes::rows(db, &ChangeQuery::default(), CHANGES, 0).await?,
        alarms: alarms::of_estate(db).await?,
    })
}

pub(super) async fn rows(db: &Database, sql: &str) -> Result<Vec<QueryResult>, StoreError> {
    Ok(db.read().query_all_raw(Statement::from_string(db.sql_backend(), sql)).await?)
}

async fn count(db: &Database, sql: &str) -> Result<u64, StoreError> {
    let row = rows(db, sql).await?.pop();
    Ok(row.map_or(Ok(0_i64), |row| row.try_get_by_index(0))? as u64)
}

/// Machines by role and power, and every kind by platform. Machines are counted in one pass over an index.
async fn counts(db: &Database) -> Result<(VmCounts, Vec<PlatformCounts>), StoreError> {
    let of = |table: &str| {
        format!(
            "SELECT source_id, '{table}' AS objects, '' AS role, '' AS power, count(*) AS number, CAST(0 AS bigint) AS vcpu, \
             CAST(0 AS bigint) AS memory, CAST(0 AS bigint) AS unknown FROM {table} WHERE archived_at_ms IS NULL GROUP BY source_id"
        )
    };
    let vms = "SELECT source_id, 'vm' AS objects, role, power, count(*) AS number, \
               CAST(coalesce(sum(vcpu), 0) AS bigint) AS vcpu, CAST(coalesce(sum(memory_bytes), 0) AS bigint) AS memory, \
               CAST(sum(CASE WHEN vcpu IS NULL OR memory_bytes IS NULL THEN 1 ELSE 0 END) AS bigint) AS unknown FROM vm t WHERE archived_at_ms IS NULL";
    let parts = [format!("{vms}{HIDDEN} GROUP BY source_id, role, power"), of("host"), of("cluster"), of("datastore")]
        .join(" UNION ALL ");
    let sql = format!("SELECT c.*, src.kind AS platform FROM ({parts}) c JOIN source src ON src.id = c.source_id");
    let (mut total, mut all) = (VmCounts::default(), Vec::<PlatformCounts>::new());
    for row in rows(db, &sql).await? {
        let row = Columns(&row);
        let platform: String = row.get("platform")?;
        let number = row.get::<i64>("number")? as u64;
        let at = all.iter().position(|counts| counts.platform == platform).unwrap_or_else(|| {
            all.push(PlatformCounts { platform, ..PlatformCounts::default() });
            all.len() - 1
        });
        match row.get::<String>("objects")?.as_str() {
            "host" => all[at].hosts += number,
            "cluster" => all[at].clusters += number,
            "datastore" => all[at].datastores += number,
            _ => {
                let is_watched = SourceKind::from_key(&all[at].platform).is_some_and(SourceKind::is_monitoring);
                all[at].vms += count_vms(&mut total, &row, number, is_watched)?;
            }
        }
    }
    all.sort_by_key(|counts| SourceKind::ALL.iter().position(|kind| kind.key() == counts.platform));
    Ok((total, all))
}

/// Adds machines of one role and power state; returns how many of them are workload. What a monitoring system alone knows
/// runs on none of the hosts that allocations are compared with.
fn count_vms(total: &mut VmCounts, row: &Columns<'_>, number: u64, is_watched: bool) -> Result<u64, StoreError> {
    match row.word("role", VmRole::from_key)? {
        VmRole::Ordinary => {}
        VmRole::Template => {
            total.templates += number;
            return Ok(0);
        }
        VmRole::Vcls | VmRole::FaultToleranceSecondary | VmRole::Replica => return Ok(0),
    }
    total.total += number;
    match row.power()? {
        PowerState::On => {
            total.on += number;
            if is_watched {
                return Ok(number);
            }
            total.vcpu_on += row.get::<i64>("vcpu")? as u64;
            total.memory_on_bytes += row.get::<i64>("memory")? as u64;
            total.size_unknown += row.get::<i64>("unknown")? as u64;
        }
        PowerState::Off => total.off += number,
        PowerState::Suspended => total.suspended += number,
        PowerState::Unknown => total.unknown += number,
    }
    Ok(number)
}

async fn host_counts(db: &Database) -> Result<HostCounts, StoreError> {
    let sql = "SELECT count(*) AS total, \
               coalesce(sum(CASE WHEN connection = 'connected' THEN 1 ELSE 0 END), 0) AS connected, \
               coalesce(sum(CASE WHEN in_maintenance THEN 1 ELSE 0 END), 0) AS in_maintenance, \
               coalesce(sum(CASE WHEN cores IS NULL OR memory_bytes IS NULL THEN 1 ELSE 0 END), 0) AS unknown, \
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
        size_unknown: number("unknown")?,
    })
}

/// A datastore that is seen through two sources has the same URL in both and counts once.
async fn storage_totals(db: &Database) -> Result<StorageTotals, StoreError> {
    let mut totals = StorageTotals::default();
    for bar in capacity::distinct_datastores(db).await? {
        totals.datastores += 1;
        // Either all figures of a datastore count or none: sums of different datastores cannot be compared.
        let (Some(capacity), Some(free)) = (bar.capacity_bytes, bar.free_bytes) else {
            totals.size_unknown += 1;
            continue;
        };
        totals.capacity_bytes += capacity.max(0) as u64;
        totals.free_bytes += free.max(0) as u64;
    }
    Ok(totals)
}

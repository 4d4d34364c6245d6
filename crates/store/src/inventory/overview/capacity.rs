//! Bars of the overview: how full clusters, stand-alone hosts and datastores are.

use std::collections::HashSet;

use model::{
    ids::ObjectId,
    overview::{CapacityBar, StorageBar},
};

use super::{Columns, rows};
use crate::{Database, StoreError};

/// How many bars of each sort are shown.
const BARS: usize = 12;

/// Clusters and stand-alone hosts, fullest by memory first; those that do not tell come last.
pub(super) async fn bars(db: &Database) -> Result<Vec<CapacityBar>, StoreError> {
    let mut bars = Vec::new();
    for (sql, is_host) in [(CLUSTERS, false), (LONE_HOSTS, true)] {
        for row in rows(db, sql).await? {
            let row = Columns(&row);
            bars.push(CapacityBar {
                object: row.id()?,
                is_host,
                name: row.get("name")?,
                source_name: row.get("source_name")?,
                hosts: row.get::<i64>("hosts")? as u64,
                hosts_silent: row.get::<i64>("hosts_silent")? as u64,
                vms_on: row.get::<Option<i64>>("vms_on")?.unwrap_or(0) as u64,
                vms_size_unknown: row.get::<Option<i64>>("vms_unknown")?.unwrap_or(0) as u64,
                cpu_capacity_mhz: row.get("cpu_capacity")?,
                cpu_used_mhz: row.get("cpu_used")?,
                vcpu_allocated: row.get("vcpu_on")?,
                cores: row.get("cores")?,
                memory_capacity_bytes: row.get("memory_capacity")?,
                memory_used_bytes: row.get("memory_used")?,
                memory_allocated_bytes: row.get("memory_on")?,
            });
        }
    }
    let fullness = |bar: &CapacityBar| share(bar.memory_used_bytes, bar.memory_capacity_bytes);
    bars.sort_by(|a, b| fullness(b).total_cmp(&fullness(a)).then_with(|| a.name.cmp(&b.name)));
    bars.truncate(BARS);
    Ok(bars)
}

fn share(used: Option<i64>, capacity: Option<i64>) -> f64 {
    match (used, capacity) {
        (Some(used), Some(capacity)) if capacity > 0 => used as f64 / capacity as f64,
        _ => -1.0,
    }
}

// The sums over machines of one cluster come from the index `ix_vm_cluster` alone. Only workload counts.
const CLUSTERS: &str = "
    SELECT t.id, t.name, src.name AS source_name, coalesce(h.hosts, 0) AS hosts,
           coalesce(h.silent, 0) AS hosts_silent,
           (SELECT count(*) FROM vm WHERE vm.cluster_id = t.id AND vm.archived_at_ms IS NULL
            AND vm.role = 'ordinary' AND vm.power = 'on') AS vms_on,
           (SELECT count(*) FROM vm WHERE vm.cluster_id = t.id AND vm.archived_at_ms IS NULL
            AND vm.role = 'ordinary' AND vm.power = 'on' AND (vcpu IS NULL OR memory_bytes IS NULL)) AS vms_unknown,
           (SELECT CAST(sum(vcpu) AS bigint) FROM vm WHERE vm.cluster_id = t.id AND vm.archived_at_ms IS NULL
            AND vm.role = 'ordinary' AND vm.power = 'on') AS vcpu_on,
           (SELECT CAST(sum(memory_bytes) AS bigint) FROM vm WHERE vm.cluster_id = t.id AND vm.archived_at_ms IS NULL
            AND vm.role = 'ordinary' AND vm.power = 'on') AS memory_on,
           t.total_cores AS cores, t.total_cpu_mhz AS cpu_capacity, t.total_memory_bytes AS memory_capacity,
           h.cpu_used, h.memory_used
    FROM cluster t JOIN source src ON src.id = t.source_id
    LEFT JOIN (SELECT host.cluster_id, count(*) AS hosts,
                      sum(CASE WHEN s.cpu_usage_mhz IS NULL OR s.memory_usage_bytes IS NULL THEN 1 ELSE 0 END) AS silent,
                      CAST(sum(s.cpu_usage_mhz) AS bigint) AS cpu_used,
                      CAST(sum(s.memory_usage_bytes) AS bigint) AS memory_used
               FROM host LEFT JOIN host_state s ON s.host_id = host.id
               WHERE host.archived_at_ms IS NULL GROUP BY host.cluster_id) h ON h.cluster_id = t.id
    WHERE t.archived_at_ms IS NULL";

const LONE_HOSTS: &str = "
    SELECT t.id, t.name, src.name AS source_name, CAST(1 AS bigint) AS hosts,
           CAST(0 AS bigint) AS hosts_silent, v.vms_on, v.vms_unknown, v.vcpu_on, v.memory_on, t.cores,
           t.cpu_total_mhz AS cpu_capacity, t.memory_bytes AS memory_capacity, s.cpu_usage_mhz AS cpu_used,
           s.memory_usage_bytes AS memory_used
    FROM host t JOIN source src ON src.id = t.source_id LEFT JOIN host_state s ON s.host_id = t.id
    LEFT JOIN (SELECT host_id, count(*) AS vms_on, CAST(sum(vcpu) AS bigint) AS vcpu_on,
                      sum(CASE WHEN vcpu IS NULL OR memory_bytes IS NULL THEN 1 ELSE 0 END) AS vms_unknown,
                      CAST(sum(memory_bytes) AS bigint) AS memory_on
               FROM vm WHERE archived_at_ms IS NULL AND power = 'on' AND role = 'ordinary' AND cluster_id IS NULL
               GROUP BY host_id) v ON v.host_id = t.id
    WHERE t.archived_at_ms IS NULL AND t.cluster_id IS NULL";

pub(super) struct StoredDatastore {
    pub(super) id: ObjectId,
    pub(super) name: String,
    pub(super) datacenter: Option<String>,
    pub(super) capacity_bytes: Option<i64>,
    pub(super) free_bytes: Option<i64>,
    pub(super) provisioned_bytes: Option<i64>,
}

/// All datastores, each URL once: the one that was added first.
pub(super) async fn distinct_datastores(db: &Database) -> Result<Vec<StoredDatastore>, StoreError> {
    let sql = "SELECT t.id, t.name, d.name AS datacenter, t.url, t.capacity_bytes, s.free_bytes, \
               t.capacity_bytes - s.free_bytes + s.uncommitted_bytes AS provisioned_bytes \
               FROM datastore t LEFT JOIN datastore_state s ON s.datastore_id = t.id \
               LEFT JOIN datacenter d ON d.id = t.datacenter_id \
               WHERE t.archived_at_ms IS NULL ORDER BY t.id";
    let mut urls = HashSet::new();
    let mut datastores = Vec::new();
    for row in rows(db, sql).await? {
        let row = Columns(&row);
        let url: Option<String> = row.get("url")?;
        if url.is_some_and(|url| !url.is_empty() && !urls.insert(url)) {
            continue;
        }
        datastores.push(StoredDatastore {
            id: row.id()?,
            name: row.get("name")?,
            datacenter: row.get("datacenter")?,
            capacity_bytes: row.get("capacity_bytes")?,
            free_bytes: row.get("free_bytes")?,
            provisioned_bytes: row.get("provisioned_bytes")?,
        });
    }
    Ok(datastores)
}

/// The fullest datastores whose size is known.
pub(super) async fn datastores(db: &Database) -> Result<Vec<StorageBar>, StoreError> {
    let mut bars: Vec<StorageBar> = distinct_datastores(db)
        .await?
        .into_iter()
        .filter_map(|datastore| {
            Some(StorageBar {
                object: datastore.id,
                name: datastore.name,
                datacenter: datastore.datacenter,
                capacity_bytes: datastore.capacity_bytes.filter(|bytes| *bytes > 0)?,
                free_bytes: datastore.free_bytes?,
                provisioned_bytes: datastore.provisioned_bytes,
            })
        })
        .collect();
    let fullness = |bar: &StorageBar| share(Some(bar.capacity_bytes - bar.free_bytes), Some(bar.capacity_bytes));
    bars.sort_by(|a, b| fullness(b).total_cmp(&fullness(a)).then_with(|| a.name.cmp(&b.name)));
    bars.truncate(BARS);
    Ok(bars)
}

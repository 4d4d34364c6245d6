//! What objects are doing, as it is kept beside their configuration.

use model::inventory::{ClusterState, DatastoreState, Health, HostState, VmState};

use super::read::Columns;
use crate::StoreError;

pub(super) fn vm_state(s: &Columns<'_>) -> Result<VmState, StoreError> {
    Ok(VmState {
        health: s.health()?,
        cpu_usage_mhz: s.get("cpu_usage_mhz")?,
        memory_active_bytes: s.get("memory_active_bytes")?,
        memory_consumed_bytes: s.get("memory_consumed_bytes")?,
        memory_ballooned_bytes: s.get("memory_ballooned_bytes")?,
        memory_swapped_bytes: s.get("memory_swapped_bytes")?,
        uptime_s: s.get("uptime_s")?,
        boot_at_ms: s.get("boot_at_ms")?,
        storage_committed_bytes: s.get("storage_committed_bytes")?,
        storage_uncommitted_bytes: s.get("storage_uncommitted_bytes")?,
        storage_unshared_bytes: s.get("storage_unshared_bytes")?,
        memory_demand_bytes: s.get("memory_demand_bytes")?,
        heartbeat: s.get("heartbeat")?,
        replication_state: s.get("replication_state")?,
        replication_health: s.word_or_none("replication_health", Health::from_key)?,
        last_replication_at_ms: s.get("last_replication_at_ms")?,
    })
}

pub(super) fn host_state(s: &Columns<'_>) -> Result<HostState, StoreError> {
    Ok(HostState {
        health: s.health()?,
        cpu_usage_mhz: s.get("cpu_usage_mhz")?,
        memory_usage_bytes: s.get("memory_usage_bytes")?,
        uptime_s: s.get("uptime_s")?,
        boot_at_ms: s.get("boot_at_ms")?,
    })
}

pub(super) fn cluster_state(s: &Columns<'_>) -> Result<ClusterState, StoreError> {
    Ok(ClusterState {
        health: s.health()?,
        effective_cpu_mhz: s.get("effective_cpu_mhz")?,
        effective_memory_bytes: s.get("effective_memory_bytes")?,
        effective_hosts: s.get("effective_hosts")?,
    })
}

pub(super) fn datastore_state(s: &Columns<'_>) -> Result<DatastoreState, StoreError> {
    Ok(DatastoreState {
        health: s.health()?,
        free_bytes: s.get("free_bytes")?,
        uncommitted_bytes: s.get("uncommitted_bytes")?,
        owner_node: s.get("owner_node")?,
    })
}

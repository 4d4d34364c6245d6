//! Virtual machines and their relations.

use sea_orm_migration::{prelude::*, schema::text, sea_orm::DbBackend};

use super::{
    create_document, create_objects, create_relation, create_state, numbers, object_table, pointers, run, texts,
};

pub(super) async fn create(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut vm = object_table("vm");
    pointers(
        &mut vm,
        "vm",
        &[
            ("host_id", "host"),
            // The cluster of its host, so that lists need not go through the host.
            ("cluster_id", "cluster"),
            ("datacenter_id", "datacenter"),
            ("folder_id", "folder"),
            ("resource_pool_id", "resource_pool"),
        ],
    );
    vm.col(text("power")).col(text("connection")).col(text("role"));
    numbers(&mut vm, &["snapshot_count", "vcpu", "memory_bytes", "disk_bytes", "created_at_ms"]);
    texts(
        &mut vm,
        &[
            "guest_os",
            "guest_host_name",
            // One a line, as are tags (`category:name`).
            "ip_addresses",
            "tools_state",
            "hardware_version",
            "firmware",
            "bios_uuid",
            "annotation",
            "tags",
        ],
    );
    create_objects(manager, vm, "vm").await?;
    create_document(manager, "vm_config", "vm", "vm_id").await?;
    let figures = [
        "cpu_usage_mhz",
        "memory_active_bytes",
        "memory_consumed_bytes",
        "memory_ballooned_bytes",
        "memory_swapped_bytes",
        "uptime_s",
        "boot_at_ms",
        "storage_committed_bytes",
        "storage_uncommitted_bytes",
        "storage_unshared_bytes",
    ];
    create_state(manager, "vm_state", "vm", "vm_id", &figures).await?;
    create_relation(manager, "vm_datastore", ("vm_id", "vm"), ("datastore_id", "datastore")).await?;
    create_relation(manager, "vm_network", ("vm_id", "vm"), ("network_id", "network")).await?;

    // SQLite answers a bare word from the index alone, in the order of names; PostgreSQL's indices hold short rows only.
    let name_index = match manager.get_database_backend() {
        DbBackend::Sqlite => {
            "CREATE INDEX ix_vm_name ON vm (name_key, id, archived_at_ms, host_id, cluster_id, search) \
             WHERE archived_at_ms IS NULL"
        }
        _ => "CREATE INDEX ix_vm_name ON vm (name_key, id) WHERE archived_at_ms IS NULL",
    };
    run(
        manager,
        &[
            "CREATE UNIQUE INDEX ux_vm ON vm (source_id, external_id)",
            // Counts and sums by host and by cluster read these alone.
            "CREATE INDEX ix_vm_host ON vm (host_id, archived_at_ms)",
            "CREATE INDEX ix_vm_cluster ON vm (cluster_id, archived_at_ms, role, power, vcpu, memory_bytes)",
            "CREATE INDEX ix_vm_datacenter ON vm (datacenter_id)",
            "CREATE INDEX ix_vm_folder ON vm (folder_id)",
            "CREATE INDEX ix_vm_resource_pool ON vm (resource_pool_id)",
            // Sorted pages and counts of machines that are there read these alone.
            name_index,
            "CREATE INDEX ix_vm_memory ON vm (memory_bytes, id) WHERE archived_at_ms IS NULL",
            "CREATE INDEX ix_vm_vcpu ON vm (vcpu, id) WHERE archived_at_ms IS NULL",
            "CREATE INDEX ix_vm_disk ON vm (disk_bytes, id) WHERE archived_at_ms IS NULL",
            "CREATE INDEX ix_vm_counts ON vm (source_id, role, power, archived_at_ms, vcpu, memory_bytes) \
             WHERE archived_at_ms IS NULL",
            "CREATE INDEX ix_vm_power ON vm (power, id) WHERE archived_at_ms IS NULL",
        ],
    )
    .await
}

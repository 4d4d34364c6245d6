//! Datacenters, folders, clusters, hosts and resource pools.

use sea_orm_migration::{
    prelude::*,
    schema::{big_integer_null, boolean, text},
};

use super::{create_document, create_objects, create_state, flags, numbers, object_table, pointers, run, texts};

pub(super) async fn create(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut datacenter = object_table("datacenter");
    // Folders and datacenters hold each other; the way back has no constraint, so that rows can be inserted in any order.
    datacenter.col(big_integer_null("folder_id"));
    create_objects(manager, datacenter, "datacenter").await?;

    let mut folder = object_table("folder");
    folder.col(big_integer_null("parent_id")).col(text("path"));
    pointers(&mut folder, "folder", &[("datacenter_id", "datacenter")]);
    create_objects(manager, folder, "folder").await?;

    let mut cluster = object_table("cluster");
    pointers(&mut cluster, "cluster", &[("datacenter_id", "datacenter"), ("folder_id", "folder")]);
    flags(&mut cluster, &["ha_enabled", "drs_enabled"]);
    texts(&mut cluster, &["evc_mode"]);
    numbers(&mut cluster, &["total_cores", "total_cpu_mhz", "total_memory_bytes"]);
    create_objects(manager, cluster, "cluster").await?;
    create_document(manager, "cluster_config", "cluster", "cluster_id").await?;
    let figures = ["effective_cpu_mhz", "effective_memory_bytes", "effective_hosts"];
    create_state(manager, "cluster_state", "cluster", "cluster_id", &figures).await?;

    let mut host = object_table("host");
    pointers(&mut host, "host", &[("cluster_id", "cluster"), ("datacenter_id", "datacenter"), ("folder_id", "folder")]);
    host.col(text("power")).col(text("connection"));
    flags(&mut host, &["in_maintenance"]);
    texts(&mut host, &["vendor", "model", "cpu_model", "version", "build"]);
    numbers(&mut host, &["sockets", "cores", "threads", "cpu_total_mhz", "memory_bytes"]);
    create_objects(manager, host, "host").await?;
    create_document(manager, "host_config", "host", "host_id").await?;
    let figures = ["cpu_usage_mhz", "memory_usage_bytes", "uptime_s", "boot_at_ms"];
    create_state(manager, "host_state", "host", "host_id", &figures).await?;

    let mut pool = object_table("resource_pool");
    pool.col(big_integer_null("parent_id")).col(boolean("is_vapp"));
    pointers(&mut pool, "resource_pool", &[("cluster_id", "cluster"), ("host_id", "host")]);
    create_objects(manager, pool, "resource_pool").await?;
    create_document(manager, "resource_pool_config", "resource_pool", "resource_pool_id").await?;

    run(
        manager,
        &[
            "CREATE UNIQUE INDEX ux_datacenter ON datacenter (source_id, external_id)",
            "CREATE UNIQUE INDEX ux_folder ON folder (source_id, external_id)",
            "CREATE UNIQUE INDEX ux_cluster ON cluster (source_id, external_id)",
            "CREATE UNIQUE INDEX ux_host ON host (source_id, external_id)",
            "CREATE UNIQUE INDEX ux_resource_pool ON resource_pool (source_id, external_id)",
            "CREATE INDEX ix_folder_datacenter ON folder (datacenter_id)",
            "CREATE INDEX ix_cluster_datacenter ON cluster (datacenter_id)",
            "CREATE INDEX ix_cluster_folder ON cluster (folder_id)",
            "CREATE INDEX ix_cluster_name ON cluster (name_key, id) WHERE archived_at_ms IS NULL",
            "CREATE INDEX ix_host_cluster ON host (cluster_id)",
            "CREATE INDEX ix_host_datacenter ON host (datacenter_id)",
            "CREATE INDEX ix_host_folder ON host (folder_id)",
            "CREATE INDEX ix_host_name ON host (name_key, id) WHERE archived_at_ms IS NULL",
            "CREATE INDEX ix_resource_pool_cluster ON resource_pool (cluster_id)",
            "CREATE INDEX ix_resource_pool_host ON resource_pool (host_id)",
        ],
    )
    .await
}

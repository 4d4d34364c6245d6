//! Datastores and networks, and which hosts reach them.

use sea_orm_migration::{
    prelude::*,
    schema::{boolean, text},
};

use super::{
    create_document, create_objects, create_relation, create_state, flags, numbers, object_table, pointers, run, texts,
};

pub(super) async fn create(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let mut datastore = object_table("datastore");
    pointers(&mut datastore, "datastore", &[("datacenter_id", "datacenter"), ("folder_id", "folder")]);
    texts(&mut datastore, &["file_system", "url", "maintenance", "datastore_cluster"]);
    flags(&mut datastore, &["accessible", "shared"]);
    numbers(&mut datastore, &["capacity_bytes"]);
    create_objects(manager, datastore, "datastore").await?;
    create_document(manager, "datastore_config", "datastore", "datastore_id").await?;
    let figures = ["free_bytes", "uncommitted_bytes"];
    create_state(manager, "datastore_state", "datastore", "datastore_id", &figures).await?;

    let mut network = object_table("network");
    pointers(&mut network, "network", &[("datacenter_id", "datacenter"), ("folder_id", "folder")]);
    network.col(text("network_type")).col(boolean("is_uplink"));
    texts(&mut network, &["switch_name", "vlan"]);
    flags(&mut network, &["accessible"]);
    create_objects(manager, network, "network").await?;
    create_document(manager, "network_config", "network", "network_id").await?;
    create_state(manager, "network_state", "network", "network_id", &[]).await?;

    create_relation(manager, "host_datastore", ("host_id", "host"), ("datastore_id", "datastore")).await?;
    create_relation(manager, "host_network", ("host_id", "host"), ("network_id", "network")).await?;

    run(
        manager,
        &[
            "CREATE UNIQUE INDEX ux_datastore ON datastore (source_id, external_id)",
            "CREATE UNIQUE INDEX ux_network ON network (source_id, external_id)",
            "CREATE INDEX ix_datastore_datacenter ON datastore (datacenter_id)",
            "CREATE INDEX ix_datastore_folder ON datastore (folder_id)",
            "CREATE INDEX ix_datastore_name ON datastore (name_key, id) WHERE archived_at_ms IS NULL",
            "CREATE INDEX ix_network_datacenter ON network (datacenter_id)",
            "CREATE INDEX ix_network_folder ON network (folder_id)",
            "CREATE INDEX ix_network_name ON network (name_key, id) WHERE archived_at_ms IS NULL",
        ],
    )
    .await
}

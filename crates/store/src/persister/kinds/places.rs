//! Datacenters, folders, clusters, hosts and resource pools as rows.

use model::inventory::{Cluster, Datacenter, Folder, Host, ObjectKind, ResourcePool};

use super::{document, words};
use crate::{
    StoreError,
    persister::{
        object::{Link, Record, Relation, Shape},
        search_text,
    },
};

pub(super) const DATACENTER: Shape = Shape {
    kind: ObjectKind::Datacenter,
    links: &[Link::new("folder_id", ObjectKind::Folder, "folder")],
    columns: &[],
    id_column: "datacenter_id",
    config_table: None,
    state: None,
    relations: &[],
};

#[expect(clippy::unnecessary_wraps, reason = "the same shape as the kinds whose configuration becomes JSON")]
pub(super) fn datacenter(datacenter: &Datacenter) -> Result<Record<'_>, StoreError> {
    Ok(Record {
        external_id: &datacenter.external_id,
        name: &datacenter.name,
        links: vec![datacenter.folder.as_ref()],
        columns: Vec::new(),
        search: search_text::of(&datacenter.name, &[]),
        document: String::new(),
        state: Vec::new(),
        relations: Vec::new(),
    })
}

pub(super) const FOLDER: Shape = Shape {
    kind: ObjectKind::Folder,
    links: &[
        Link::new("parent_id", ObjectKind::Folder, "parent"),
        Link::new("datacenter_id", ObjectKind::Datacenter, "datacenter"),
    ],
    columns: &["path"],
    id_column: "folder_id",
    config_table: None,
    state: None,
    relations: &[],
};

#[expect(clippy::unnecessary_wraps, reason = "the same shape as the kinds whose configuration becomes JSON")]
pub(super) fn folder(folder: &Folder) -> Result<Record<'_>, StoreError> {
    Ok(Record {
        external_id: &folder.external_id,
        name: &folder.name,
        links: vec![folder.parent.as_ref(), folder.datacenter.as_ref()],
        columns: vec![folder.path.as_str().into()],
        search: search_text::of(&folder.name, &[]),
        // The path is not of the configuration, but rows that hold it must follow it.
        document: folder.path.clone(),
        state: Vec::new(),
        relations: Vec::new(),
    })
}

pub(super) const CLUSTER: Shape = Shape {
    kind: ObjectKind::Cluster,
    links: &[
        Link::new("datacenter_id", ObjectKind::Datacenter, "datacenter"),
        Link::new("folder_id", ObjectKind::Folder, "folder"),
    ],
    columns: &["ha_enabled", "drs_enabled", "evc_mode", "total_cores", "total_cpu_mhz", "total_memory_bytes"],
    id_column: "cluster_id",
    config_table: Some("cluster_config"),
    state: Some(("cluster_state", &["health", "effective_cpu_mhz", "effective_memory_bytes", "effective_hosts"])),
    relations: &[],
};

pub(super) fn cluster(cluster: &Cluster) -> Result<Record<'_>, StoreError> {
    let (config, state) = (&cluster.config, &cluster.state);
    Ok(Record {
        external_id: &cluster.external_id,
        name: &cluster.name,
        links: vec![cluster.datacenter.as_ref(), cluster.folder.as_ref()],
        columns: vec![
            config.ha_enabled.into(),
            config.drs_enabled.into(),
            config.evc_mode.clone().into(),
            config.total_cores.into(),
            config.total_cpu_mhz.into(),
            config.total_memory_bytes.into(),
        ],
        search: search_text::of(&cluster.name, &words(&config.tags, &config.attributes)),
        document: document(config)?,
        state: vec![
            state.health.key().into(),
            state.effective_cpu_mhz.into(),
            state.effective_memory_bytes.into(),
            state.effective_hosts.into(),
        ],
        relations: Vec::new(),
    })
}

pub(super) const HOST: Shape = Shape {
    kind: ObjectKind::Host,
    links: &[
        Link::new("cluster_id", ObjectKind::Cluster, "cluster"),
        Link::new("datacenter_id", ObjectKind::Datacenter, "datacenter"),
        Link::new("folder_id", ObjectKind::Folder, "folder"),
    ],
    columns: &[
        "power",
        "connection",
        "in_maintenance",
        "vendor",
        "model",
        "cpu_model",
        "version",
        "build",
        "sockets",
        "cores",
        "threads",
        "cpu_total_mhz",
        "memory_bytes",
    ],
    id_column: "host_id",
    config_table: Some("host_config"),
    state: Some(("host_state", &["health", "cpu_usage_mhz", "memory_usage_bytes", "uptime_s", "boot_at_ms"])),
    relations: &[
        Relation {
            table: "host_datastore",
            other_column: "datastore_id",
            other_kind: ObjectKind::Datastore,
            field: "datastores",
        },
        Relation {
            table: "host_network",
            other_column: "network_id",
            other_kind: ObjectKind::Network,
            field: "networks",
        },
    ],
};

pub(super) fn host(host: &Host) -> Result<Record<'_>, StoreError> {
    let (config, state) = (&host.config, &host.state);
    let mut parts = vec![
        config.uuid.as_deref(),
        config.vendor.as_deref(),
        config.model.as_deref(),
        config.serial.as_deref(),
        config.version.as_deref(),
    ];
    parts.extend(config.adapters.iter().map(|adapter| adapter.mac.as_deref()));
    parts.extend(words(&config.tags, &config.attributes));
    Ok(Record {
        external_id: &host.external_id,
        name: &host.name,
        links: vec![host.cluster.as_ref(), host.datacenter.as_ref(), host.folder.as_ref()],
        columns: vec![
            config.power.key().into(),
            config.connection.key().into(),
            config.in_maintenance.into(),
            config.vendor.clone().into(),
            config.model.clone().into(),
            config.cpu_model.clone().into(),
            config.version.clone().into(),
            config.build.clone().into(),
            config.sockets.into(),
            config.cores.into(),
            config.threads.into(),
            config.total_cpu_mhz().into(),
            config.memory_bytes.into(),
        ],
        search: search_text::of(&host.name, &parts),
        document: document(config)?,
        state: vec![
            state.health.key().into(),
            state.cpu_usage_mhz.into(),
            state.memory_usage_bytes.into(),
            state.uptime_s.into(),
            state.boot_at_ms.into(),
        ],
        relations: vec![&host.datastores, &host.networks],
    })
}

pub(super) const RESOURCE_POOL: Shape = Shape {
    kind: ObjectKind::ResourcePool,
    links: &[
        Link::new("parent_id", ObjectKind::ResourcePool, "parent"),
        Link::new("cluster_id", ObjectKind::Cluster, "cluster"),
        Link::new("host_id", ObjectKind::Host, "host"),
    ],
    columns: &["is_vapp"],
    id_column: "resource_pool_id",
    config_table: Some("resource_pool_config"),
    state: None,
    relations: &[],
};

pub(super) fn resource_pool(pool: &ResourcePool) -> Result<Record<'_>, StoreError> {
    Ok(Record {
        external_id: &pool.external_id,
        name: &pool.name,
        links: vec![pool.parent.as_ref(), pool.cluster.as_ref(), pool.host.as_ref()],
        columns: vec![pool.config.is_vapp.into()],
        search: search_text::of(&pool.name, &[]),
        document: document(&pool.config)?,
        state: Vec::new(),
        relations: Vec::new(),
    })
}

//! Datastores and networks as rows.

use model::inventory::{Datastore, Network, ObjectKind};

use super::{document, words};
use crate::{
    StoreError,
    persister::{
        object::{Link, Record, Shape},
        search_text,
    },
};

const PLACE: &[Link] = &[
    Link::new("datacenter_id", ObjectKind::Datacenter, "datacenter"),
    Link::new("folder_id", ObjectKind::Folder, "folder"),
];

pub(super) const DATASTORE: Shape = Shape {
    kind: ObjectKind::Datastore,
    links: PLACE,
    columns: &["file_system", "url", "maintenance", "datastore_cluster", "accessible", "shared", "capacity_bytes"],
    id_column: "datastore_id",
    config_table: Some("datastore_config"),
    state: Some(("datastore_state", &["health", "free_bytes", "uncommitted_bytes", "owner_node"])),
    relations: &[],
};

pub(super) fn datastore(datastore: &Datastore) -> Result<Record<'_>, StoreError> {
    let (config, state) = (&datastore.config, &datastore.state);
    let mut parts = vec![config.url.as_deref(), config.datastore_cluster.as_deref()];
    parts.extend(words(&config.tags, &config.attributes));
    Ok(Record {
        external_id: &datastore.external_id,
        name: &datastore.name,
        links: vec![datastore.datacenter.as_ref(), datastore.folder.as_ref()],
        columns: vec![
            config.file_system.clone().into(),
            config.url.clone().into(),
            config.maintenance.clone().into(),
            config.datastore_cluster.clone().into(),
            config.accessible.into(),
            config.shared.into(),
            config.capacity_bytes.into(),
        ],
        search: search_text::of(&datastore.name, &parts),
        document: document(config)?,
        state: vec![
            state.health.key().into(),
            state.free_bytes.into(),
            state.uncommitted_bytes.into(),
            state.owner_node.clone().into(),
        ],
        relations: Vec::new(),
    })
}

pub(super) const NETWORK: Shape = Shape {
    kind: ObjectKind::Network,
    links: PLACE,
    columns: &["network_type", "is_uplink", "switch_name", "vlan", "accessible"],
    id_column: "network_id",
    config_table: Some("network_config"),
    state: Some(("network_state", &[])),
    relations: &[],
};

pub(super) fn network(network: &Network) -> Result<Record<'_>, StoreError> {
    let config = &network.config;
    let mut parts = vec![config.switch_name.as_deref(), config.vlan.as_deref()];
    parts.extend(words(&config.tags, &config.attributes));
    Ok(Record {
        external_id: &network.external_id,
        name: &network.name,
        links: vec![network.datacenter.as_ref(), network.folder.as_ref()],
        columns: vec![
            config.network_type.key().into(),
            config.is_uplink.into(),
            config.switch_name.clone().into(),
            config.vlan.clone().into(),
            config.accessible.into(),
        ],
        search: search_text::of(&network.name, &parts),
        document: document(config)?,
        state: Vec::new(),
        relations: Vec::new(),
    })
}

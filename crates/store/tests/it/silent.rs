//! Saving what hosts and datastores that cannot be reached leave out without a word, and where history starts.

use model::{
    change::ChangeQuery,
    inventory::{ConnectionState, NetworkType, ObjectKind, PhysicalAdapter, Withheld},
    table::TableQuery,
};
use store::{inventory, sources};

use crate::{
    estate::estate,
    stores::{Store, on_both},
    unread::{changes, host, saved_thrice},
};

on_both!(
    history_starts_with_what_is_stored_first,
    a_host_that_cannot_be_reached_keeps_what_it_told,
    a_datastore_that_cannot_be_reached_keeps_its_size,
    a_standard_network_keeps_what_a_silent_host_told,
);

async fn history_starts_with_what_is_stored_first(store: Store) {
    let source = store.add_source("vc1").await;
    let whole = estate(30);
    let mut part = whole.clone();
    part.inventory.vms.truncate(20);
    part.complete.remove(&ObjectKind::Vm);
    store.sync(source, &part, 1_000).await.unwrap();
    assert_eq!(changes(&store).await, 0, "the first inventory");
    assert_eq!(sources::find(&store.db, source).await.unwrap().unwrap().last_success_ms, None);
    let mut moved = part.clone();
    "renamed".clone_into(&mut moved.inventory.vms[0].name);
    moved.inventory.hosts[0].config.version = Some("9.0".into());
    moved.inventory.datastores.remove(1);
    store.sync(source, &moved, 2_000).await.unwrap();
    let told = changes(&store).await;
    assert!(told >= 3, "a name, a version and a datastore that is gone, not {told}");
    store.sync(source, &whole, 3_000).await.unwrap();
    assert!(changes(&store).await >= told + 10, "machines that were not seen before are told as new");
}

async fn a_host_that_cannot_be_reached_keeps_what_it_told(store: Store) {
    let mut whole = estate(30);
    for host in &mut whole.inventory.hosts {
        host.config.adapters =
            vec![PhysicalAdapter { name: "vmnic0".into(), mac: None, link_mbps: None, driver: None }];
    }
    let source = store.add_source("vc1").await;
    store.sync(source, &whole, 1_000).await.unwrap();
    let mut away = whole.clone();
    let silent = &mut away.inventory.hosts[0].config;
    silent.connection = ConnectionState::Disconnected;
    (silent.product, silent.version, silent.build) = (None, None, None);
    silent.adapters.clear();
    for (at, collection) in [(2_000, &away), (3_000, &whole)] {
        assert_eq!(store.sync(source, collection, at).await.unwrap().changed, 1);
        assert_eq!(host(&store, "esx-0.lab").await.version.as_deref(), Some("8.0.2"), "at {at}");
    }
    let told = inventory::changes(&store.db, &ChangeQuery::default()).await.unwrap();
    let fields: Vec<_> = told.rows.iter().map(|change| change.field.as_deref()).collect();
    assert_eq!(fields, [Some("connection"); 2]);
    // A host that is there and tells less has less.
    away.inventory.hosts[0].config.connection = ConnectionState::Connected;
    store.sync(source, &away, 4_000).await.unwrap();
    assert_eq!(host(&store, "esx-0.lab").await.version, None);
}

async fn a_datastore_that_cannot_be_reached_keeps_its_size(store: Store) {
    let whole = estate(30);
    let source = store.add_source("vc1").await;
    store.sync(source, &whole, 1_000).await.unwrap();
    let mut away = whole.clone();
    let datastore = &mut away.inventory.datastores[0];
    (datastore.config.accessible, datastore.config.capacity_bytes) = (Some(false), None);
    datastore.state.free_bytes = None;
    for (at, collection) in [(2_000, &away), (3_000, &whole)] {
        assert_eq!(store.sync(source, collection, at).await.unwrap().changed, 1);
        let row = inventory::list_datastores(&store.db, &TableQuery::default()).await.unwrap().rows.remove(0);
        assert_eq!(row.capacity_bytes, whole.inventory.datastores[0].config.capacity_bytes, "at {at}");
    }
    let told = inventory::changes(&store.db, &ChangeQuery::default()).await.unwrap();
    let fields: Vec<_> = told.rows.iter().map(|change| change.field.as_deref()).collect();
    assert_eq!(fields, [Some("accessible"); 2]);
}

async fn a_standard_network_keeps_what_a_silent_host_told(store: Store) {
    let mut whole = estate(30);
    let network = &mut whole.inventory.networks[0].config;
    network.network_type = NetworkType::Standard;
    (network.vlan, network.switch_name) = (Some("10,20".into()), Some("vSwitch0".into()));
    let mut rest = whole.clone();
    let network = &mut rest.inventory.networks[0];
    (network.config.vlan, network.config.switch_name) = (Some("20".into()), None);
    let (object, fields) = (network.external_id.clone(), vec!["switch_name".into(), "vlan".into()]);
    rest.withheld.push(Withheld { kind: ObjectKind::Network, object, fields });
    saved_thrice(&store, &whole, &rest).await;

    // What the other hosts tell anew is believed.
    rest.inventory.networks[0].config.vlan = Some("30".into());
    let source = sources::list(&store.db).await.unwrap()[0].id;
    assert_eq!(store.sync(source, &rest, 4_000).await.unwrap().changed, 1);
    let row = inventory::list_networks(&store.db, &TableQuery::default()).await.unwrap().rows.remove(0);
    assert_eq!((row.vlan.as_deref(), row.switch_name.as_deref()), (Some("30"), Some("vSwitch0")));
}

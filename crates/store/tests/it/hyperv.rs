//! What only Hyper-V tells: kept, listed, filtered, and unknown for every other platform.

use model::{
    filter::Filter,
    inventory::{DynamicMemory, GuestService, Health, Replication, ReplicationMode, VmRole},
    table::{TableQuery, VmRow},
};
use store::inventory;

use crate::{
    estate::estate,
    stores::{Store, on_both},
};

on_both!(hyper_v_facts_are_listed_and_shown);

const GIB: i64 = 1 << 30;

async fn vms(store: &Store, filter: &str) -> Vec<VmRow> {
    let query = TableQuery { filter: Filter::parse(filter).unwrap(), page_size: 500, ..TableQuery::default() };
    inventory::list_vms(&store.db, &query).await.unwrap().rows
}

async fn hyper_v_facts_are_listed_and_shown(store: Store) {
    let source = store.add_source("hv1").await;
    let mut collection = estate(12);
    let vm = &mut collection.inventory.vms[3];
    let name = vm.name.clone();
    vm.config.role = VmRole::Replica;
    vm.config.generation = Some(2);
    vm.config.dynamic_memory =
        Some(DynamicMemory { enabled: true, minimum_bytes: Some(GIB), maximum_bytes: Some(1_024 * GIB) });
    vm.config.replication = Some(Replication {
        mode: ReplicationMode::Replica,
        primary_server: Some("hv9.lab".into()),
        replica_server: Some("hv1.lab".into()),
        frequency_s: Some(300),
    });
    vm.config.guest_services = vec![GuestService { key: "heartbeat".into(), name: "Takt".into(), enabled: Some(true) }];
    vm.state.memory_demand_bytes = Some(3 * GIB);
    vm.state.heartbeat = Some("OkApplicationsHealthy".into());
    vm.state.replication_state = Some("Replicating".into());
    vm.state.replication_health = Some(Health::Yellow);
    vm.state.last_replication_at_ms = Some(1_700_000_000_000);
    collection.inventory.datastores[0].state.owner_node = Some("hv2".into());
    let (config, state) = (vm.config.clone(), vm.state.clone());
    store.sync(source, &collection, 1_700_000_000_000).await.unwrap();

    let rows = vms(&store, "replication:replica generation:2 mem_max>500g demand>=3g replication_health:yellow").await;
    assert_eq!(rows.len(), 1);
    let row = &rows[0];
    assert_eq!(row.name, name);
    assert_eq!((row.memory_minimum_bytes, row.memory_demand_bytes), (Some(GIB), Some(3 * GIB)));
    assert_eq!(row.heartbeat.as_deref(), Some("OkApplicationsHealthy"));
    let detail = inventory::vm(&store.db, row.id).await.unwrap().unwrap();
    assert_eq!((detail.config, detail.state), (config, state));

    let others = vms(&store, "-replication:replica").await;
    assert!(others.iter().all(|row| row.name != name));
    assert!(others.iter().all(|row| row.generation.is_none() && row.memory_maximum_bytes.is_none()));
    let overview = inventory::overview(&store.db).await.unwrap();
    let workload = collection.inventory.vms.iter().filter(|vm| vm.config.role == VmRole::Ordinary).count();
    assert_eq!(overview.vms.total, workload as u64, "a replica is no workload");

    let mut owners = Vec::new();
    for row in inventory::list_datastores(&store.db, &TableQuery::default()).await.unwrap().rows {
        owners.extend(inventory::datastore(&store.db, row.id).await.unwrap().unwrap().state.owner_node);
    }
    assert_eq!(owners, ["hv2"]);

    let again = store.sync(source, &collection, 1_700_000_100_000).await.unwrap();
    assert_eq!((again.changed, again.configuration_rows_written), (0, 0));
}

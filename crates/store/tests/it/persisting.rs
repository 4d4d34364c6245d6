//! Saving collections: what is written, what is kept, what history tells.

use std::task::Poll;

use model::{
    change::{ChangeAction, ChangeQuery, ChangeView},
    filter::Filter,
    ids::{ExternalId, ObjectId},
    inventory::{ObjectKind, PowerState},
    table::{TableQuery, VmRow},
};
use store::{StoreError, inventory, persister, runs};

use crate::{
    estate::{estate, move_state},
    stores::{Store, on_both, saving},
};

on_both!(
    an_unchanged_estate_writes_no_configuration_row,
    rename_and_move_keep_identity_and_are_told,
    what_is_gone_is_archived_and_returns_under_its_key,
    a_kind_that_was_not_read_to_its_end_archives_nothing,
    a_save_that_is_dropped_leaves_the_previous_inventory,
    a_run_that_was_taken_away_cannot_save,
    a_machine_that_is_off_keeps_its_addresses,
    another_instance_is_refused,
    repeated_and_dangling_external_ids_do_no_harm,
    a_deleted_source_keeps_or_removes_its_inventory,
);

async fn vms(store: &Store, filter: &str) -> Vec<VmRow> {
    let query = TableQuery { filter: Filter::parse(filter).unwrap(), page_size: 500, ..TableQuery::default() };
    inventory::list_vms(&store.db, &query).await.unwrap().rows
}

async fn one_vm(store: &Store, name: &str) -> VmRow {
    let mut rows = vms(store, &format!("name=\"{name}\"")).await;
    assert_eq!(rows.len(), 1, "{name}");
    rows.remove(0)
}

async fn changes_of(store: &Store, id: ObjectId) -> Vec<ChangeView> {
    let query = ChangeQuery { kind: Some(ObjectKind::Vm), object: Some(id), ..ChangeQuery::default() };
    inventory::changes(&store.db, &query).await.unwrap().rows
}

async fn an_unchanged_estate_writes_no_configuration_row(store: Store) {
    let source = store.add_source("vc1").await;
    let mut collection = estate(120);
    let first = store.sync(source, &collection, 1_000).await.unwrap();
    assert!(first.added > 120 && first.changed == 0 && first.configuration_rows_written > 240);
    let before = one_vm(&store, "web-1").await;

    move_state(&mut collection);
    let second = store.sync(source, &collection, 2_000).await.unwrap();
    assert_eq!(second.configuration_rows_written, 0);
    assert_eq!((second.added, second.changed, second.archived), (0, 0, 0));
    assert_eq!(second.unchanged, first.added);

    let after = one_vm(&store, "web-1").await;
    assert_eq!(after.cpu_usage_mhz, before.cpu_usage_mhz.map(|mhz| mhz + 17));
    assert_eq!((after.seen.first_ms, after.seen.last_ms), (1_000, 2_000));
    let all = inventory::changes(&store.db, &ChangeQuery::default()).await.unwrap();
    assert_eq!(all.total, 0, "the first inventory is where history starts");
}

async fn rename_and_move_keep_identity_and_are_told(store: Store) {
    let source = store.add_source("vc1").await;
    let mut collection = estate(900);
    store.sync(source, &collection, 1_000).await.unwrap();
    let before = one_vm(&store, "web-0").await;

    let vm = &mut collection.inventory.vms[0];
    vm.name = "web-zero".into();
    vm.host = Some(ExternalId::new("host-20"));
    vm.config.memory_bytes = Some(64 << 30);
    vm.config.disks[0].capacity_bytes = Some(1 << 40);
    vm.datastores.push(ExternalId::new("datastore-3"));
    let outcome = store.sync(source, &collection, 2_000).await.unwrap();
    assert_eq!((outcome.changed, outcome.added, outcome.archived), (1, 0, 0));

    let after = one_vm(&store, "web-zero").await;
    assert_eq!(after.id, before.id);
    assert_eq!(after.host.as_ref().map(|host| host.name.as_str()), Some("esx-20.lab"));
    let mut told: Vec<(String, Option<String>, Option<String>)> = changes_of(&store, before.id)
        .await
        .into_iter()
        .map(|change| (change.field.unwrap(), change.old, change.new))
        .collect();
    told.sort();
    let change = |field: &str, old: &str, new: &str| (field.to_owned(), Some(old.to_owned()), Some(new.to_owned()));
    assert_eq!(
        told,
        [
            change("cluster", "prod-0", "prod-1"),
            change("datastores", "vmfs-0", "vmfs-0, vmfs-3"),
            change("disks.2000.capacity_bytes", &(40_i64 << 30).to_string(), &(1_i64 << 40).to_string()),
            change("host", "esx-0.lab", "esx-20.lab"),
            change("memory_bytes", &(2_i64 << 30).to_string(), &(64_i64 << 30).to_string()),
            change("name", "web-0", "web-zero"),
        ]
    );
}

async fn what_is_gone_is_archived_and_returns_under_its_key(store: Store) {
    let source = store.add_source("vc1").await;
    let collection = estate(50);
    store.sync(source, &collection, 1_000).await.unwrap();
    let before = one_vm(&store, "web-1").await;

    let mut without = collection.clone();
    without.inventory.vms.retain(|vm| vm.name != "web-1");
    let outcome = store.sync(source, &without, 2_000).await.unwrap();
    assert_eq!(outcome.archived, 1);
    assert!(vms(&store, "name=web-1").await.is_empty());
    let query = TableQuery { filter: Filter::parse("name=web-1").unwrap(), archived: true, ..TableQuery::default() };
    let archived = inventory::list_vms(&store.db, &query).await.unwrap().rows.remove(0);
    assert_eq!((archived.id, archived.seen.archived_at_ms), (before.id, Some(2_000)));
    assert_eq!(store.sync(source, &without, 2_500).await.unwrap().archived, 0, "archived once");

    let outcome = store.sync(source, &collection, 3_000).await.unwrap();
    assert_eq!((outcome.returned, outcome.added), (1, 0));
    assert_eq!(one_vm(&store, "web-1").await.id, before.id);
    let actions: Vec<ChangeAction> = changes_of(&store, before.id).await.into_iter().map(|c| c.action).collect();
    assert_eq!(actions, [ChangeAction::Returned, ChangeAction::Archived]);
}

async fn a_kind_that_was_not_read_to_its_end_archives_nothing(store: Store) {
    let source = store.add_source("vc1").await;
    let mut collection = estate(50);
    store.sync(source, &collection, 1_000).await.unwrap();
    collection.inventory.vms.truncate(10);
    collection.inventory.hosts.clear();
    collection.complete.remove(&ObjectKind::Vm);
    collection.complete.remove(&ObjectKind::Host);
    let outcome = store.sync(source, &collection, 2_000).await.unwrap();
    assert_eq!((outcome.archived, outcome.configuration_rows_written), (0, 0));
    assert_eq!(vms(&store, "").await.len(), 50);
    assert!(one_vm(&store, "web-0").await.host.is_some(), "hosts are known from before");
}

async fn a_save_that_is_dropped_leaves_the_previous_inventory(store: Store) {
    let source = store.add_source("vc1").await;
    let collection = estate(600);
    store.sync(source, &collection, 1_000).await.unwrap();
    let before = vms(&store, "").await;

    let mut changed = collection.clone();
    for vm in &mut changed.inventory.vms {
        vm.name.push_str("-changed");
    }
    changed.inventory.vms.truncate(300);
    // Dropped at several points, as when the process ends there.
    for polls in [1, 5, 15] {
        let run = store.start_run(source, 2_000).await;
        let save = persister::persist(&store.db, saving(source, run), &changed, 2_000);
        assert!(polled(save, polls).await.is_none(), "the save was to be cut off");
        assert_eq!(vms(&store, "").await, before);
        assert_eq!(runs::expire_leases(&store.db, &[], 100_000).await.unwrap(), [run]);
    }
    let outcome = store.sync(source, &changed, 200_000).await.unwrap();
    assert_eq!((outcome.changed, outcome.archived), (300, 300));
}

/// Lets a future go on so many times and drops it; its output if that was enough.
async fn polled<F: Future>(future: F, times: usize) -> Option<F::Output> {
    let mut future = Box::pin(future);
    let mut left = times;
    std::future::poll_fn(move |context| match future.as_mut().poll(context) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending if left == 0 => Poll::Ready(None),
        Poll::Pending => {
            left -= 1;
            Poll::Pending
        }
    })
    .await
}

async fn a_run_that_was_taken_away_cannot_save(store: Store) {
    let source = store.add_source("vc1").await;
    let run = store.start_run(source, 1_000).await;
    runs::expire_leases(&store.db, &[], 100_000).await.unwrap();
    let error = persister::persist(&store.db, saving(source, run), &estate(5), 2_000).await.unwrap_err();
    assert!(matches!(error, StoreError::RunNotHeld(lost) if lost == run));
    assert!(vms(&store, "").await.is_empty());
}

async fn a_machine_that_is_off_keeps_its_addresses(store: Store) {
    let source = store.add_source("vc1").await;
    let mut collection = estate(20);
    store.sync(source, &collection, 1_000).await.unwrap();
    let vm = &mut collection.inventory.vms[0];
    vm.config.power = PowerState::Off;
    vm.config.ip_addresses.clear();
    vm.config.guest_host_name = None;
    vm.config.guest_os_running = None;
    vm.config.adapters[0].ip_addresses.clear();
    vm.state.uptime_s = None;
    store.sync(source, &collection, 2_000).await.unwrap();
    let row = one_vm(&store, "web-0").await;
    assert_eq!((row.power, row.ip_addresses), (PowerState::Off, vec!["10.0.0.0".to_owned(), "fe80::0".to_owned()]));
    let fields: Vec<_> = changes_of(&store, row.id).await.into_iter().filter_map(|change| change.field).collect();
    assert_eq!(fields, ["power"]);
    assert_eq!(store.sync(source, &collection, 3_000).await.unwrap().configuration_rows_written, 0);
}

async fn another_instance_is_refused(store: Store) {
    let source = store.add_source("vc1").await;
    let mut collection = estate(5);
    store.sync(source, &collection, 1_000).await.unwrap();
    collection.identity.instance_uuid = Some("another".into());
    collection.inventory.vms.clear();
    let error = store.sync(source, &collection, 2_000).await.unwrap_err();
    assert!(matches!(error, StoreError::OtherInstance { .. }));
    assert_eq!(vms(&store, "").await.len(), 5);
}

async fn repeated_and_dangling_external_ids_do_no_harm(store: Store) {
    let source = store.add_source("vc1").await;
    let mut collection = estate(5);
    let mut twin = collection.inventory.vms[0].clone();
    twin.name = "the last one".into();
    twin.host = Some(ExternalId::new("host-nowhere"));
    twin.datastores = vec![ExternalId::new("datastore-0"), ExternalId::new("datastore-0"), ExternalId::new("gone")];
    collection.inventory.vms.push(twin);
    store.sync(source, &collection, 1_000).await.unwrap();
    assert_eq!(vms(&store, "").await.len(), 5);
    let row = one_vm(&store, "the last one").await;
    assert_eq!(row.host, None);
    let detail = inventory::vm(&store.db, row.id).await.unwrap().unwrap();
    assert_eq!(detail.datastores.len(), 1);
    assert_eq!(store.sync(source, &collection, 2_000).await.unwrap().configuration_rows_written, 0);
}

async fn a_deleted_source_keeps_or_removes_its_inventory(store: Store) {
    use model::source::InventoryFate;

    let (kept, removed) = (store.add_source("kept").await, store.add_source("removed").await);
    let mut second = estate(30);
    second.identity.instance_uuid = Some("second".into());
    store.sync(kept, &estate(20), 1_000).await.unwrap();
    store.sync(removed, &second, 1_000).await.unwrap();
    store::sources::delete(&store.db, kept, InventoryFate::Keep, 5_000).await.unwrap();
    store::sources::delete(&store.db, removed, InventoryFate::Remove, 5_000).await.unwrap();
    assert!(store::sources::list(&store.db).await.unwrap().is_empty());
    assert!(vms(&store, "").await.is_empty());
    let archived = TableQuery { archived: true, ..TableQuery::default() };
    let page = inventory::list_vms(&store.db, &archived).await.unwrap();
    assert_eq!(page.total, 20);
    assert!(page.rows.iter().all(|row| row.source.name == "kept" && row.seen.archived_at_ms == Some(5_000)));
    assert_eq!(store.add_source("kept").await.0, removed.0 + 1, "the name is free again");
}

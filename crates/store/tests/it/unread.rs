//! Saving collections that lack something: what was not read replaces nothing, and no change is told of it.

use model::{
    change::ChangeQuery,
    filter::Filter,
    ids::ExternalId,
    inventory::{Aspect, Attribute, Collection, ObjectKind, Tag, VmConfig, VmRole, Withheld},
    run::Outcome,
    table::{HostRow, TableQuery, VmRow},
};
use store::{StoreError, inventory, sources};

use crate::{
    estate::estate,
    stores::{Store, on_both},
};

on_both!(
    labels_that_were_not_read_stay,
    sizes_and_roles_that_were_not_read_stay,
    places_that_were_not_read_stay,
    networks_that_were_not_read_stay_with_adapters,
    alarms_that_were_not_read_stay,
    a_link_that_leads_nowhere_is_written_when_it_does,
    what_is_withheld_of_one_machine_stays,
    snapshots_that_were_never_told_are_unknown,
    a_server_that_tells_no_identity_is_another_one,
    only_a_whole_save_is_current,
);

async fn vm(store: &Store, name: &str) -> VmRow {
    let filter = Filter::parse(&format!("name=\"{name}\"")).unwrap();
    let query = TableQuery { filter, ..TableQuery::default() };
    inventory::list_vms(&store.db, &query).await.unwrap().rows.remove(0)
}

async fn config(store: &Store, name: &str) -> VmConfig {
    let id = vm(store, name).await.id;
    inventory::vm(&store.db, id).await.unwrap().unwrap().config
}

pub(crate) async fn host(store: &Store, name: &str) -> HostRow {
    let filter = Filter::parse(&format!("name=\"{name}\"")).unwrap();
    let query = TableQuery { filter, ..TableQuery::default() };
    inventory::list_hosts(&store.db, &query).await.unwrap().rows.remove(0)
}

pub(crate) async fn changes(store: &Store) -> u64 {
    inventory::changes(&store.db, &ChangeQuery::default()).await.unwrap().total
}

/// Saves the whole, then the rest of it, then the whole again: nothing was written and nothing told.
pub(crate) async fn saved_thrice(store: &Store, whole: &Collection, rest: &Collection) {
    let source = store.add_source("vc1").await;
    store.sync(source, whole, 1_000).await.unwrap();
    for (at, collection) in [(2_000, rest), (3_000, whole)] {
        let Outcome { configuration_rows_written, changed, archived, .. } =
            store.sync(source, collection, at).await.unwrap();
        assert_eq!((configuration_rows_written, changed, archived), (0, 0, 0), "at {at}");
    }
    assert_eq!(changes(store).await, 0);
}

fn labelled() -> Collection {
    let mut whole = estate(30);
    let tags = vec![Tag { category: "env".into(), name: "prod".into() }];
    let attributes = vec![Attribute { name: "owner".into(), value: "anna".into() }];
    macro_rules! label {
        ($($kind:ident),*) => {
            $(for object in &mut whole.inventory.$kind {
                object.config.tags.clone_from(&tags);
                object.config.attributes.clone_from(&attributes);
            })*
        };
    }
    label!(clusters, hosts, vms, datastores, networks);
    whole
}

async fn labels_that_were_not_read_stay(store: Store) {
    let whole = labelled();
    let mut rest = whole.clone();
    macro_rules! bare {
        ($($kind:ident),*) => {
            $(for object in &mut rest.inventory.$kind {
                object.config.tags.clear();
                object.config.attributes.clear();
            })*
        };
    }
    bare!(clusters, hosts, vms, datastores, networks);
    rest.aspects.remove(&Aspect::Tags);
    rest.aspects.remove(&Aspect::Attributes);
    saved_thrice(&store, &whole, &rest).await;

    // Read, and gone: that is believed.
    rest.aspects = whole.aspects.clone();
    let source = sources::list(&store.db).await.unwrap()[0].id;
    assert!(store.sync(source, &rest, 4_000).await.unwrap().changed > 30);
    assert!(vm(&store, "web-0").await.tags.is_empty());
}

async fn sizes_and_roles_that_were_not_read_stay(store: Store) {
    let mut whole = estate(30);
    whole.inventory.vms[1].config.role = VmRole::Vcls;
    let mut rest = whole.clone();
    rest.inventory.vms[1].config.role = VmRole::Ordinary;
    for snapshot in rest.inventory.vms.iter_mut().flat_map(|vm| &mut vm.config.snapshots) {
        snapshot.size_bytes = None;
    }
    rest.aspects.remove(&Aspect::SnapshotSizes);
    rest.aspects.remove(&Aspect::Roles);
    saved_thrice(&store, &whole, &rest).await;
}

async fn places_that_were_not_read_stay(store: Store) {
    let mut whole = estate(30);
    for vm in &mut whole.inventory.vms {
        vm.folder = Some(ExternalId::new("group-v-1"));
    }
    let mut rest = whole.clone();
    let lost = [ObjectKind::Datacenter, ObjectKind::Folder, ObjectKind::Cluster, ObjectKind::Host];
    for kind in lost {
        rest.complete.remove(&kind);
    }
    rest.inventory.datacenters.clear();
    rest.inventory.clusters.clear();
    rest.inventory.folders.truncate(1);
    "Team 1".clone_into(&mut rest.inventory.folders[0].path);
    rest.inventory.folders[0].datacenter = None;
    macro_rules! nowhere {
        ($($kind:ident),*) => {
            $(for object in &mut rest.inventory.$kind {
                object.datacenter = None;
                object.folder = None;
            })*
        };
    }
    nowhere!(hosts, vms, datastores, networks);
    for pool in &mut rest.inventory.resource_pools {
        pool.host = None;
    }
    saved_thrice(&store, &whole, &rest).await;
    assert!(vm(&store, "web-0").await.folder.is_some());
}

async fn networks_that_were_not_read_stay_with_adapters(store: Store) {
    let mut whole = estate(30);
    for vm in &mut whole.inventory.vms {
        vm.config.adapters[0].network_name = Some("prod".into());
    }
    let mut rest = whole.clone();
    rest.inventory.networks.clear();
    rest.complete.remove(&ObjectKind::Network);
    for vm in &mut rest.inventory.vms {
        vm.config.adapters[0].network = None;
        vm.config.adapters[0].network_name = None;
    }
    saved_thrice(&store, &whole, &rest).await;
}

async fn alarms_that_were_not_read_stay(store: Store) {
    let source = store.add_source("vc1").await;
    let mut collection = estate(10);
    store.sync(source, &collection, 1_000).await.unwrap();
    let alarms = async || inventory::overview(&store.db).await.unwrap().alarms.len();
    assert_eq!(alarms().await, 1);
    collection.inventory.alarms.clear();
    collection.aspects.remove(&Aspect::Alarms);
    store.sync(source, &collection, 2_000).await.unwrap();
    assert_eq!(alarms().await, 1, "unknown is not none");
    collection.aspects.insert(Aspect::Alarms);
    store.sync(source, &collection, 3_000).await.unwrap();
    assert_eq!(alarms().await, 0);
}

async fn a_link_that_leads_nowhere_is_written_when_it_does(store: Store) {
    let source = store.add_source("vc1").await;
    let whole = estate(30);
    // Created after the clusters were listed and before the hosts were: every kind is complete, one link leads nowhere.
    let mut early = whole.clone();
    early.inventory.clusters.clear();
    store.sync(source, &early, 1_000).await.unwrap();
    assert_eq!(host(&store, "esx-0.lab").await.cluster, None);
    store.sync(source, &whole, 2_000).await.unwrap();
    assert!(host(&store, "esx-0.lab").await.cluster.is_some(), "nothing else of the host changed");
    assert!(vm(&store, "web-0").await.cluster.is_some());
    assert_eq!(store.sync(source, &whole, 3_000).await.unwrap().configuration_rows_written, 0);
}

async fn what_is_withheld_of_one_machine_stays(store: Store) {
    let whole = estate(30);
    let mut rest = whole.clone();
    let machine = &mut rest.inventory.vms[0];
    machine.name = "vm-0".into();
    machine.host = None;
    machine.datastores.clear();
    machine.config.vcpu = None;
    machine.config.memory_bytes = None;
    machine.config.disks.clear();
    machine.config.snapshots.clear();
    let fields = ["name", "host", "cluster", "datastores", "vcpu", "memory_bytes", "disks", "snapshots"];
    rest.withheld.push(Withheld {
        kind: ObjectKind::Vm,
        object: machine.external_id.clone(),
        fields: fields.map(str::to_owned).to_vec(),
    });
    saved_thrice(&store, &whole, &rest).await;
    assert_eq!(config(&store, "web-0").await, whole.inventory.vms[0].config);
}

async fn snapshots_that_were_never_told_are_unknown(store: Store) {
    let source = store.add_source("vc1").await;
    let mut collection = estate(5);
    collection.inventory.vms[0].config.snapshots.clear();
    let object = collection.inventory.vms[0].external_id.clone();
    collection.withheld.push(Withheld { kind: ObjectKind::Vm, object, fields: vec!["snapshots".into()] });
    store.sync(source, &collection, 1_000).await.unwrap();
    assert_eq!(vm(&store, "web-0").await.snapshot_count, None);
    collection.withheld.clear();
    store.sync(source, &collection, 2_000).await.unwrap();
    assert_eq!(vm(&store, "web-0").await.snapshot_count, Some(0), "told, and none");
}

async fn a_server_that_tells_no_identity_is_another_one(store: Store) {
    let (vcenter, host) = (store.add_source("vc1").await, store.add_source("esx1").await);
    let whole = estate(5);
    let mut agent = estate(2);
    agent.identity.product = Some("VMware ESXi".into());
    agent.identity.instance_uuid = None;
    store.sync(vcenter, &whole, 1_000).await.unwrap();
    store.sync(host, &agent, 1_000).await.unwrap();
    for (source, collection) in [(vcenter, &agent), (host, &whole)] {
        let refused = store.sync(source, collection, 2_000).await.unwrap_err();
        assert!(matches!(refused, StoreError::OtherInstance { .. }), "{refused}");
    }
    // The same host that tells its identity for the first time is the same host; later it is held to it.
    agent.identity.instance_uuid = Some("esxi:1".into());
    store.sync(host, &agent, 3_000).await.unwrap();
    agent.identity.instance_uuid = Some("esxi:2".into());
    assert!(matches!(store.sync(host, &agent, 4_000).await, Err(StoreError::OtherInstance { .. })));
}

async fn only_a_whole_save_is_current(store: Store) {
    let source = store.add_source("vc1").await;
    let mut collection = estate(5);
    store.sync(source, &collection, 1_000).await.unwrap();
    let last = async || sources::find(&store.db, source).await.unwrap().unwrap().last_success_ms;
    collection.complete.remove(&ObjectKind::Network);
    store.sync(source, &collection, 2_000).await.unwrap();
    assert_eq!(last().await, Some(2_000), "hosts and machines were read");
    collection.complete.remove(&ObjectKind::Vm);
    store.sync(source, &collection, 3_000).await.unwrap();
    assert_eq!(last().await, Some(2_000));
}

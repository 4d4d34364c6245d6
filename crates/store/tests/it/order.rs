//! What stands first where not everything is told.

use model::inventory::{Alarm, ObjectKind};
use store::inventory;

use crate::{
    estate::estate,
    stores::{Store, on_both},
};

on_both!(search_gives_the_best_of_all_kinds, alarms_of_unknown_age_come_last);

async fn search_gives_the_best_of_all_kinds(store: Store) {
    let source = store.add_source("vc1").await;
    let mut collection = estate(500);
    for vm in &mut collection.inventory.vms {
        vm.name = format!("lab-{}", vm.name);
    }
    "lab-host".clone_into(&mut collection.inventory.hosts[3].name);
    "old-lab".clone_into(&mut collection.inventory.datastores[0].name);
    store.sync(source, &collection, 1_000).await.unwrap();
    let hits = inventory::search(&store.db, "lab", 50).await.unwrap();
    assert_eq!(hits.len(), 50, "of all kinds together");
    let kinds: Vec<ObjectKind> = hits.iter().map(|hit| hit.object.kind).collect();
    assert_eq!(kinds.iter().filter(|kind| **kind == ObjectKind::Host).count(), 1, "as good a hit as the machines");
    assert!(kinds.is_sorted_by_key(|kind| *kind != ObjectKind::Vm), "kind by kind");
    assert_eq!(inventory::search(&store.db, "lab", u64::MAX).await.unwrap().len(), 50);
    let best = inventory::search(&store.db, "lab", 2).await.unwrap();
    assert_eq!(best.iter().map(|hit| hit.object.kind).collect::<Vec<_>>(), [ObjectKind::Vm, ObjectKind::Host]);
}

async fn alarms_of_unknown_age_come_last(store: Store) {
    let source = store.add_source("vc1").await;
    let mut collection = estate(5);
    let alarm = collection.inventory.alarms[0].clone();
    collection.inventory.alarms = [None, Some(5), None, Some(9)]
        .into_iter()
        .enumerate()
        .map(|(at, since_ms)| Alarm { key: format!("alarm-{at}"), since_ms, ..alarm.clone() })
        .collect();
    store.sync(source, &collection, 1_000).await.unwrap();
    let alarms = inventory::overview(&store.db).await.unwrap().alarms;
    let ages: Vec<Option<i64>> = alarms.into_iter().map(|alarm| alarm.since_ms).collect();
    assert_eq!(ages, [Some(9), Some(5), None, None]);
}

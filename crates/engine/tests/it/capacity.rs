//! Capacity of an estate that was synced from vcsim: judged from what is kept, shared, and changed by settings.

use std::sync::Arc;

use engine::Error;
use model::{
    account::Role,
    capacity::{CapacitySettings, Gap, Resource},
    inventory::ObjectKind,
    runway::Outlook,
};

use crate::{
    lab::Lab,
    support::{Place, on_both},
};

async fn what_was_synced_is_judged_once_for_all_who_ask(place: Place) {
    let Some(lab) = Lab::start(place).await else { return };
    let (engine, admin) = (&lab.place.engine, &lab.place.admin);
    assert!(engine.capacity(admin).await.unwrap().pools.is_empty(), "nothing was read yet");
    lab.sync().await;
    let viewer = lab.place.add("viewer", Role::Viewer).await;
    let estate = engine.capacity(&viewer).await.unwrap();
    assert!(Arc::ptr_eq(&estate, &engine.capacity(admin).await.unwrap()), "nothing has changed since");

    let clusters = estate.pools.iter().filter(|pool| pool.object.kind == ObjectKind::Cluster).count();
    assert!(clusters > 0 && clusters < estate.pools.len(), "clusters, and hosts that stand alone");
    for pool in &estate.pools {
        let demand = pool.capacity.measure(Resource::MemoryDemand).unwrap();
        assert!(demand.capacity.is_some() && demand.taken.is_some_and(|bytes| bytes > 0.0), "{pool:?}");
        // The simulator's clusters do not tell their admission control.
        let is_told = !pool.capacity.gaps.contains(&Gap::AdmissionUnknown);
        assert_eq!((demand.usable.is_some(), demand.headroom.is_some()), (is_told, is_told), "{pool:?}");
        assert!(pool.capacity.on.machines == 0 || !pool.fits.is_empty(), "{pool:?}");
        assert_eq!(pool.time.outlook, Outlook::Collecting { days: 0 }, "there is no day of history yet");
        assert!(pool.read_ms.is_some());
    }
    let stores = engine.list_datastores(admin, &model::table::TableQuery::default()).await.unwrap();
    let members: usize = estate.stores.iter().map(|store| store.members.len()).sum();
    assert_eq!(members as u64, stores.total);

    let wanted = CapacitySettings { cpu_overcommit: 8.0, planned_failures: Some(1), ..CapacitySettings::default() };
    assert!(matches!(engine.set_capacity_settings(&viewer, wanted).await, Err(Error::Forbidden)));
    engine.set_capacity_settings(admin, wanted).await.unwrap();
    let doubled = engine.capacity(admin).await.unwrap();
    assert_eq!(doubled.settings, wanted);
    for pool in &estate.pools {
        let now = doubled.pools.iter().find(|now| now.object == pool.object).unwrap();
        let vcpu = |pool: &model::capacity::PoolView| pool.capacity.measure(Resource::CpuAllocation).unwrap().capacity;
        assert_eq!(vcpu(now), vcpu(pool).map(|vcpu| vcpu * 2.0));
        let memory = now.capacity.measure(Resource::MemoryDemand).unwrap();
        let reserve = if now.object.kind == ObjectKind::Cluster { memory.reserve.unwrap() } else { 0.0 };
        assert_eq!(memory.usable, memory.capacity.map(|capacity| (capacity - reserve) * 0.9));
        assert!(now.object.kind == ObjectKind::Host || reserve > 0.0, "a host may fail: {memory:?}");
    }
    lab.end().await;
}

on_both!(what_was_synced_is_judged_once_for_all_who_ask);

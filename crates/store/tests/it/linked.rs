//! Two records of one machine: linked and refused by people, and what evidence finds meanwhile.

use std::collections::BTreeSet;

use model::{
    identity::{LinkState, LinkView, Match, Rung},
    ids::{ExternalId, ObjectId, SourceId},
    inventory::{Collection, Inventory, ObjectKind, Vm, VmConfig, VmState},
    source::{SourceKind, SourceSettings},
};
use store::{StoreError, links, sources};

use crate::{
    measured::{estate_of, machine},
    stores::{Store, on_both, settings},
};

on_both!(
    a_person_has_the_last_word_and_can_take_it_back,
    a_system_sees_a_machine_once,
    machines_are_found_by_name_on_the_side_that_is_asked_for,
);

/// A Zabbix that knows two machines, beside the platform's thirty.
async fn zabbix(store: &Store) -> SourceId {
    let wanted = SourceSettings { kind: SourceKind::Zabbix, ..settings("zbx") };
    let source = sources::insert(&store.db, &store.vault, &wanted, None, 1).await.unwrap();
    let names = ["web-0 by agent", "spare by agent"].into_iter().enumerate();
    let vms = names.map(|(at, name)| {
        Vm::unplaced(ExternalId::new(format!("host-{at}")), name.into(), VmConfig::default(), VmState::default())
    });
    let seen = Collection {
        inventory: Inventory { vms: vms.collect(), ..Inventory::default() },
        complete: BTreeSet::from([ObjectKind::Vm]),
        ..Collection::default()
    };
    store.sync(source, &seen, 2_000).await.unwrap();
    source
}

async fn pair(store: &Store) -> (SourceId, ObjectId, ObjectId) {
    estate_of(store).await;
    let source = zabbix(store).await;
    (source, machine(store, "web-0 by agent").await, machine(store, "web-0").await)
}

async fn of(store: &Store, id: ObjectId) -> Vec<LinkView> {
    links::of_machine(&store.db, id).await.unwrap()
}

async fn a_person_has_the_last_word_and_can_take_it_back(store: Store) {
    let (source, monitored, platform) = pair(&store).await;
    let found = [Match { monitored, platform, rung: Rung::Name, evidence: "web-0".into() }];
    links::replace(&store.db, source, &[], &found, 10).await.unwrap();
    links::decide(&store.db, (monitored, platform), LinkState::Linked, "grace", 15).await.unwrap();
    let accepted = of(&store, platform).await.pop().unwrap();
    assert_eq!((accepted.state, accepted.rung), (LinkState::Linked, Rung::Name), "what she accepted stays known");
    links::decide(&store.db, (monitored, platform), LinkState::Refused, "ada", 20).await.unwrap();

    let refused = of(&store, platform).await.pop().unwrap();
    assert_eq!((refused.state, refused.decided_by.as_deref(), refused.since_ms), (LinkState::Refused, Some("ada"), 20));
    assert_eq!((refused.rung, refused.evidence.as_str()), (Rung::Name, "web-0"), "what was refused stays known");
    links::replace(&store.db, source, &found, &[], 30).await.unwrap();
    assert_eq!(of(&store, platform).await[0].state, LinkState::Refused, "evidence does not overrule her");
    assert_eq!(links::decided(&store.db, 10).await.unwrap().len(), 1);

    links::forget(&store.db, (monitored, platform)).await.unwrap();
    assert_eq!(of(&store, platform).await, []);
    let again = links::forget(&store.db, (monitored, platform)).await;
    assert!(matches!(again, Err(StoreError::NotFound(_))), "{again:?}");
    links::replace(&store.db, source, &found, &[], 40).await.unwrap();
    let by_evidence = of(&store, monitored).await.pop().unwrap();
    assert_eq!((by_evidence.state, by_evidence.decided_by), (LinkState::Linked, None));
    assert!(links::forget(&store.db, (monitored, platform)).await.is_err(), "nobody has said anything");
}

async fn a_system_sees_a_machine_once(store: Store) {
    let (_, first, platform) = pair(&store).await;
    let second = machine(&store, "spare by agent").await;
    links::decide(&store.db, (first, platform), LinkState::Linked, "ada", 10).await.unwrap();
    links::decide(&store.db, (second, platform), LinkState::Linked, "grace", 20).await.unwrap();
    let linked = of(&store, platform).await;
    assert_eq!(linked.len(), 1, "{linked:?}");
    assert_eq!((linked[0].monitored.id, linked[0].decided_by.as_deref()), (second, Some("grace")));
    assert_eq!(linked[0].rung, Rung::Manual);
}

async fn machines_are_found_by_name_on_the_side_that_is_asked_for(store: Store) {
    let (_, monitored, platform) = pair(&store).await;
    let ids = async |text: &str, side: Option<bool>| {
        let found = links::candidates(&store.db, text, side, 50).await.unwrap();
        found.into_iter().map(|found| found.machine.id).collect::<Vec<_>>()
    };
    assert_eq!(ids("WEB-0", None).await, [platform, monitored], "the shorter name fits better");
    assert_eq!(ids("web-0", Some(true)).await, [monitored]);
    assert_eq!(ids("web-0", Some(false)).await, [platform]);
    assert_eq!(ids("%", None).await, []);
    assert_eq!(ids(" ", None).await, []);
    let known = links::known(&store.db, &[monitored, platform, ObjectId(99_999)]).await.unwrap();
    assert_eq!((known.len(), known[&monitored].is_monitored(), known[&platform].is_monitored()), (2, true, false));
}

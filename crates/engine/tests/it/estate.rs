//! Syncs of one estate after another, from the wire to the rows that pages show: nothing new, changes, loss and return.

use std::time::Duration;

use model::{
    change::ChangeAction,
    inventory::{ObjectKind, PowerState},
    run::{Outcome, RunState},
    table::VmRow,
};
use tokio::time::sleep;

use crate::{
    lab::{Lab, id_in},
    support::{Place, end_of, on_both},
};

on_both!(
    an_unchanged_estate_writes_no_configuration_and_its_figures_move,
    what_changed_between_syncs_is_kept_with_its_history,
    a_peer_that_dies_in_a_sync_costs_nothing_that_is_stored,
);

async fn an_unchanged_estate_writes_no_configuration_and_its_figures_move(place: Place) {
    let Some(lab) = Lab::start(place).await else { return };
    let there = lab.read().await.inventory;
    let first = lab.sync().await;
    assert_eq!(first.state, RunState::Completed);
    let stored = lab.place.engine.source(&lab.place.admin, lab.source).await.unwrap().stored;
    for kind in ObjectKind::ALL {
        let stored = stored.iter().find(|stored| stored.kind == kind).map_or(0, |stored| stored.count);
        // Uplinks are kept and not counted as networks.
        let uplinks = there.networks.iter().filter(|network| network.config.is_uplink).count();
        let expected = there.count(kind) - if kind == ObjectKind::Network { uplinks } else { 0 };
        assert!(stored > 0 && stored == expected as u64, "{stored} {kind:?}");
        let counted = first.kinds.iter().find(|counted| counted.kind == kind).map(|counted| counted.found);
        assert_eq!(counted, Some(there.count(kind) as u64), "{kind:?}");
    }
    let added = ObjectKind::ALL.iter().map(|&kind| there.count(kind) as u64).sum();
    let outcome = first.outcome.unwrap();
    assert_eq!((outcome.added, outcome.changed, outcome.archived, outcome.unchanged), (added, 0, 0, 0));
    let (vms, hosts) = (lab.vms("").await, lab.hosts().await);
    assert!(vms.iter().all(|vm| vm.host.is_some() && vm.datacenter.is_some()), "relations are stored");

    lab.relay.move_figures();
    let second = lab.sync().await;
    assert_eq!(second.state, RunState::Completed);
    assert_eq!(second.outcome, Some(Outcome { unchanged: added, ..Outcome::default() }), "no row of configuration");
    assert_eq!(lab.change_count().await, 0, "the first inventory is where history starts");
    for (before, after) in vms.iter().zip(lab.vms("").await) {
        let moved = VmRow {
            cpu_usage_mhz: before.cpu_usage_mhz.map(|mhz| mhz + 17),
            memory_active_bytes: before.memory_active_bytes.map(|bytes| bytes + (17 << 20)),
            uptime_s: before.uptime_s.map(|s| s + 17),
            seen: after.seen,
            ..before.clone()
        };
        assert!(moved.cpu_usage_mhz.is_some() && moved.memory_active_bytes.is_some() && moved.uptime_s.is_some());
        assert_eq!(after, moved);
        assert!(after.seen.last_ms > before.seen.last_ms && after.seen.first_ms == before.seen.first_ms);
    }
    for (before, after) in hosts.iter().zip(lab.hosts().await) {
        assert_eq!(after.cpu_usage_mhz, before.cpu_usage_mhz.map(|mhz| mhz + 17));
        assert!(after.cpu_usage_mhz.is_some());
    }
    lab.end().await;
}

async fn what_changed_between_syncs_is_kept_with_its_history(place: Place) {
    const RENAMED: &str = "Büro/Nord + 50% ☃";
    let Some(mut lab) = Lab::start(place).await else { return };
    assert_eq!(lab.sync().await.state, RunState::Completed);
    let before = lab.vms("").await;
    let names: Vec<&str> = before.iter().map(|vm| vm.name.as_str()).collect();
    let [to_rename, to_stop, to_remove] = [0, 1, 2].map(|at| before[at].clone());
    let there = lab.read().await;

    let mut driver = lab.driver().await;
    driver.rename("VirtualMachine", id_in(&there, names[0]).as_str(), "Büro%2fNord + 50%25 ☃").await;
    driver.power_off(id_in(&there, names[1]).as_str()).await;
    let gone = id_in(&there, names[2]);
    driver.power_off(gone.as_str()).await;
    driver.call("UnregisterVM", "VirtualMachine", gone.as_str(), "").await;
    // The simulator works on its tasks after it has answered.
    sleep(Duration::from_millis(300)).await;
    let second = lab.sync().await;
    assert_eq!(second.state, RunState::Completed);
    let outcome = second.outcome.unwrap();
    assert_eq!((outcome.added, outcome.changed, outcome.archived, outcome.returned), (0, 2, 1, 0));
    assert_eq!(outcome.configuration_rows_written, 5, "two machines, each a row and a document, and one archived row");

    let (renamed, stopped) = (lab.vm(RENAMED).await, lab.vm(names[1]).await);
    assert_eq!((renamed.id, renamed.host, renamed.power), (to_rename.id, to_rename.host, PowerState::On));
    assert_eq!((stopped.id, stopped.power), (to_stop.id, PowerState::Off));
    assert!(lab.vms(&format!("name=\"{}\"", names[2])).await.is_empty());
    assert_eq!((lab.vms("").await.len(), lab.vms_ever().await), (before.len() - 1, before.len() as u64));
    let changed = |field: &str, old: &str, new: &str, run| {
        (ChangeAction::Changed, Some(field.to_owned()), Some(old.to_owned()), Some(new.to_owned()), run)
    };
    assert_eq!(lab.changes_of(to_rename.id).await, [changed("name", names[0], RENAMED, second.id)]);
    assert_eq!(lab.changes_of(to_stop.id).await, [changed("power", "on", "off", second.id)]);
    assert_eq!(lab.changes_of(to_remove.id).await, [(ChangeAction::Archived, None, None, None, second.id)]);
    assert_eq!(lab.change_count().await, 3);

    // What was archived is gone once, and the same object comes back to its row: a restored vCenter has the same ids.
    assert_eq!(lab.sync().await.outcome.map(|outcome| outcome.configuration_rows_written), Some(0));
    lab.restore();
    let third = lab.sync().await;
    assert_eq!(third.state, RunState::Completed);
    let outcome = third.outcome.unwrap();
    assert_eq!((outcome.added, outcome.changed, outcome.archived, outcome.returned), (0, 2, 0, 1));
    let after = lab.vms("").await;
    let identities = |rows: &[VmRow]| rows.iter().map(|vm| (vm.id, vm.name.clone(), vm.power)).collect::<Vec<_>>();
    assert_eq!(identities(&after), identities(&before));
    assert!(after.iter().all(|vm| vm.seen.archived_at_ms.is_none()));
    let told = lab.changes_of(to_remove.id).await;
    assert_eq!(told[1..], [(ChangeAction::Returned, None, None, None, third.id)]);
    assert_eq!(lab.changes_of(to_rename.id).await[1..], [changed("name", RENAMED, names[0], third.id)]);
    assert_eq!(lab.changes_of(to_stop.id).await[1..], [changed("power", "off", "on", third.id)]);
    lab.end().await;
}

async fn a_peer_that_dies_in_a_sync_costs_nothing_that_is_stored(place: Place) {
    let Some(mut lab) = Lab::start(place).await else { return };
    assert_eq!(lab.sync().await.state, RunState::Completed);
    let before = lab.vms("").await;
    let stored = lab.place.engine.source(&lab.place.admin, lab.source).await.unwrap().stored;

    // Of machines alone this is asked: hosts have been read by then, machines and what follows have not.
    lab.relay.hold("config.hardware");
    let (run, mut feed) = lab.start_sync().await;
    lab.relay.until_held(1).await;
    lab.vcsim.kill();
    lab.relay.let_go();
    let end = end_of(&mut feed, run).await;
    let (view, issues) = lab.run(run).await;
    assert_eq!((end.state, view.state), (RunState::CompletedWithIssues, RunState::CompletedWithIssues));
    for kind in [ObjectKind::Vm, ObjectKind::Datastore, ObjectKind::Network] {
        assert!(issues.iter().any(|issue| issue.kind == Some(kind)), "{kind:?}: {issues:?}");
    }
    let outcome = view.outcome.unwrap();
    assert_eq!((outcome.archived, outcome.changed, outcome.configuration_rows_written), (0, 0, 0));
    assert_eq!(lab.vms("").await, before);
    let source = lab.place.engine.source(&lab.place.admin, lab.source).await.unwrap();
    assert_eq!(source.stored, stored);
    assert_eq!(lab.change_count().await, 0);

    // Nobody answers at all.
    let dead = lab.sync().await;
    assert_eq!((dead.state, dead.outcome), (RunState::Failed, None));
    assert_eq!(lab.vms("").await, before);

    lab.restore();
    let back = lab.sync().await;
    assert_eq!(
        (back.state, back.outcome.map(|outcome| outcome.configuration_rows_written)),
        (RunState::Completed, Some(0))
    );
    assert_eq!(lab.vms("").await.len(), before.len());
    lab.end().await;
}

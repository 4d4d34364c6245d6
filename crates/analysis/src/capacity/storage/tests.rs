//! Small estates of datastores computed by hand, in TiB. Usable is 80 % of what is there.

use model::{
    ids::ExternalId,
    inventory::{DatastoreConfig, DatastoreState},
};

use super::*;

const TIB: i64 = 1 << 40;

fn datastore(id: &str, url: &str, capacity: i64, free: i64, uncommitted: Option<i64>) -> Datastore {
    Datastore {
        external_id: ExternalId::new(id),
        name: id.to_owned(),
        datacenter: None,
        folder: None,
        config: DatastoreConfig {
            file_system: Some("VMFS".to_owned()),
            url: Some(url.to_owned()),
            capacity_bytes: Some(capacity * TIB),
            accessible: Some(true),
            ..DatastoreConfig::default()
        },
        state: DatastoreState {
            free_bytes: Some(free * TIB),
            uncommitted_bytes: uncommitted.map(|bytes| bytes * TIB),
            ..DatastoreState::default()
        },
    }
}

/// Capacity, kept back, usable, used, headroom, provisioned, headroom of what is provisioned.
#[track_caller]
fn assert_by_hand(name: &str, sources: &[&[Datastore]], settings: &CapacitySettings, by_hand: [f64; 7], again: u32) {
    let pools = pools(sources);
    assert_eq!(pools.len(), 1, "{name}");
    let found = judge(&pools[0], settings);
    let (used, provisioned) = (found.measures[0], found.measures[1]);
    let figures =
        [used.capacity, used.reserve, used.usable, used.taken, used.headroom, provisioned.taken, provisioned.headroom];
    for (figure, expected) in figures.into_iter().zip(by_hand) {
        let figure = figure.unwrap() / TIB as f64;
        assert!((figure - expected).abs() < 1e-9, "{name}: {figure}, by hand {expected}");
    }
    assert_eq!(found.seen_again, again, "{name}");
}

#[test]
#[rustfmt::skip]
fn datastores_come_out_as_computed_by_hand() {
    let usual = CapacitySettings::default();

    // Mirrors: two raw bytes a usable one; a quarter kept to rebuild: (50 − 12.5) × 0.8 = 30.
    let vsan = DatastoreConfig { file_system: Some("vsan".to_owned()), ..datastore("a", "", 0, 0, None).config };
    let vsan = Datastore { config: DatastoreConfig { capacity_bytes: Some(100 * TIB), ..vsan }, ..datastore("a", "ds:///vsan", 100, 60, Some(20)) };
    let mirrors = CapacitySettings { raw_per_usable: Some(2.0), rebuild_reserve_percent: 25.0, ..usual };
    assert_by_hand("vSAN", &[&[vsan]], &mirrors, [50.0, 12.5, 30.0, 20.0, 10.0, 30.0, 0.0], 0);

    // Each node of the cluster shows the volume: it is one.
    let csv = || datastore("csv", "csv://lab/Volume1", 10, 4, Some(1));
    assert_by_hand("shared CSV", &[&[csv()], &[csv()]], &usual, [10.0, 0.0, 8.0, 6.0, 2.0, 7.0, 1.0], 1);

    // 3 used and 9 that thin disks and clones may still grow by: 12 promised of 8.
    let thin = datastore("thin", "ds:///vmfs/volumes/1/", 10, 7, Some(9));
    assert_by_hand("thin and linked clones", &[&[thin]], &usual, [10.0, 0.0, 8.0, 3.0, 5.0, 12.0, -4.0], 0);

    // The second vCenter's record cannot be reached and has no slash at the end: the first one counts.
    let here = datastore("datastore-7", "ds:///vmfs/volumes/2/", 20, 5, Some(0));
    let mut there = datastore("datastore-93", "ds:///vmfs/volumes/2", 20, 5, None);
    there.config.accessible = Some(false);
    assert_by_hand("one LUN under two vCenters", &[&[there], &[here]], &usual, [20.0, 0.0, 16.0, 15.0, 1.0, 15.0, 1.0], 1);
}

#[test]
fn a_datastore_cluster_fills_as_a_whole_and_a_disk_does_not_span_it() {
    let member = |id: &str, free| {
        let mut one = datastore(id, &format!("ds:///{id}"), 10, free, Some(0));
        one.config.datastore_cluster = Some("pod".to_owned());
        one
    };
    let members = [member("a", 1), member("b", 6)];
    let pools = pools(&[&members]);
    let found = judge(&pools[0], &CapacitySettings::default());
    assert_eq!((pools.len(), pools[0].cluster, found.datastores), (1, Some("pod"), 2));
    assert_eq!(found.measures[0].headroom, Some(3.0 * TIB as f64), "20 × 0.8 − 13");
    assert_eq!(found.largest_headroom_bytes, Some(4.0 * TIB as f64), "10 × 0.8 − 4");
}

#[test]
fn unknown_sizes_leave_unknown_figures() {
    let lost = datastore("a", "", 10, 11, None);
    let found = judge(&pools(&[&[lost]])[0], &CapacitySettings::default());
    assert_eq!(found.measures.iter().map(|measure| measure.usable).collect::<Vec<_>>(), [None, None]);
    assert!(matches!(found.gaps[..], [Gap::StorageSizes { datastores: 1 }]));
    let thick = datastore("b", "", 10, 5, None);
    let found = judge(&pools(&[&[thick]])[0], &CapacitySettings::default());
    assert_eq!((found.measures[0].headroom.is_some(), found.measures[1].taken), (true, None));
}

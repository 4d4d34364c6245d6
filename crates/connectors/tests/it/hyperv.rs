//! Inventories put together from what Hyper-V hosts print.

use connectors::hyperv::assemble::{HostRead, Unread, assemble};
use model::{
    ids::ExternalId,
    inventory::{
        Collection, ConnectionState, Health, Host, NetworkType, ObjectKind, PowerState, ReplicationMode, Vm, VmRole,
    },
    run::Severity,
};
use serde_json::json;

use crate::hyperv_answers::{Answer, CLUSTER, GIB, NOW_MS, choice, guid, silent};

pub(crate) const CSV: &str = r"C:\ClusterStorage\Volume1";

pub(crate) fn put(reads: &[&Answer], unread: &[Unread]) -> Collection {
    let reads: Vec<HostRead> = reads.iter().map(|answer| answer.read()).collect();
    assemble(&reads, unread).unwrap()
}

pub(crate) fn vm<'c>(collection: &'c Collection, name: &str) -> &'c Vm {
    collection.inventory.vms.iter().find(|vm| vm.name == name).unwrap()
}

pub(crate) fn host<'c>(collection: &'c Collection, name: &str) -> &'c Host {
    collection.inventory.hosts.iter().find(|host| host.name == name).unwrap()
}

pub(crate) fn withheld(collection: &Collection, object: &ExternalId) -> Vec<String> {
    let gaps = collection.withheld.iter().filter(|gap| gap.object == *object);
    gaps.flat_map(|gap| gap.fields.clone()).collect()
}

pub(crate) fn is_whole(collection: &Collection) -> bool {
    ObjectKind::ALL.iter().all(|kind| collection.complete.contains(kind)) && collection.issues.is_empty()
}

/// Two nodes with a machine each, and the second one's second machine.
pub(crate) fn nodes() -> [Answer; 2] {
    let all = [("hv1", 0), ("hv2", 0)];
    let mut first = Answer::node("hv1", &all);
    first.machine(&guid(1), "web1", &format!(r"{CSV}\web1"), json!({"clustered": true}));
    let mut second = Answer::node("hv2", &all);
    second.machine(&guid(2), "db1", &format!(r"{CSV}\db1"), json!({"clustered": true}));
    second.machine(&guid(3), "local1", r"C:\Hyper-V\local1", json!({"state": choice(3, "Off")}));
    [first, second]
}

#[test]
fn a_machine_is_joined_with_everything_that_was_fetched_beside_it() {
    let mut alone = Answer::alone("hv9");
    alone.machine(&guid(1), "web1", r"C:\Hyper-V\web1", json!({}));
    let collection = put(&[&alone], &[]);
    assert!(is_whole(&collection), "{:?}", collection.issues);
    assert!(collection.inventory.clusters.is_empty() && host(&collection, "hv9.lab.example").cluster.is_none());
    insta::assert_json_snapshot!(collection.inventory);
}

#[test]
fn a_cluster_has_each_shared_volume_and_network_once() {
    let [first, second] = nodes();
    let collection = put(&[&first, &second], &[]);
    assert!(is_whole(&collection), "{:?}", collection.issues);
    let inventory = &collection.inventory;
    let names: Vec<&str> = inventory.datastores.iter().map(|datastore| datastore.name.as_str()).collect();
    assert_eq!(names, ["Volume1 (Cluster Disk 1)", "hv1: C:\\ (System)", "hv2: C:\\ (System)"]);
    assert_eq!(inventory.networks.len(), 1);
    assert_eq!(inventory.networks[0].config.network_type, NetworkType::External);
    assert_eq!(inventory.networks[0].config.uplinks, ["hv1: Intel(R) X710", "hv2: Intel(R) X710"]);
    let shared = &inventory.datastores[0];
    assert_eq!(vm(&collection, "web1").datastores, std::slice::from_ref(&shared.external_id));
    assert_eq!(vm(&collection, "local1").datastores.len(), 1);
    // Two disks of 100 GiB that take 40 each; the third lies on the node itself.
    assert_eq!(shared.state.uncommitted_bytes, Some(120 * GIB));
    assert!(inventory.hosts.iter().all(|host| host.cluster == Some(ExternalId::new(CLUSTER))));
    assert!(inventory.hosts.iter().all(|host| host.datastores.contains(&shared.external_id)));
    let cluster = &inventory.clusters[0];
    assert_eq!((cluster.name.as_str(), cluster.config.host_count), ("hvc1", Some(2)));
    assert_eq!(cluster.config.total_memory_bytes, Some(512 * GIB));
    assert_eq!(cluster.config.total_cpu_mhz, Some(64_000));
    assert_eq!(cluster.state.health, Health::Green);
    assert_eq!(cluster.config.groups[0].name, "Cluster Group");
}

#[test]
fn a_machine_that_migrates_keeps_its_identity_disks_and_networks() {
    let [first, second] = nodes();
    let before = put(&[&first, &second], &[]);
    let all = [("hv1", 0), ("hv2", 0)];
    let empty = Answer::node("hv1", &all);
    let mut full = second.clone();
    full.machine(&guid(1), "web1", &format!(r"{CSV}\web1"), json!({"clustered": true}));
    let after = put(&[&empty, &full], &[]);
    let (old, new) = (vm(&before, "web1"), vm(&after, "web1"));
    assert_eq!(
        (old.host.clone(), new.host.clone()),
        (Some(ExternalId::new("hv1.lab.example")), Some(ExternalId::new("hv2.lab.example")))
    );
    assert_eq!(Vm { host: None, ..old.clone() }, Vm { host: None, ..new.clone() });

    // In the middle both tell of it: it is where it runs.
    let mut leaving = empty.clone();
    leaving.machine(&guid(1), "web1", &format!(r"{CSV}\web1"), json!({"state": choice(3, "Off")}));
    for pair in [[&leaving, &full], [&full, &leaving]] {
        let moving = put(&pair, &[]);
        assert_eq!(moving.inventory.vms.len(), 3);
        assert_eq!(vm(&moving, "web1"), new);
    }
}

fn replica(id: &str) -> Answer {
    let mut other = Answer::alone("hv9");
    let facts = json!({"state": choice(3, "Off"), "replication_mode": choice(2, "Replica")});
    other.machine(id, "web1", r"C:\Replica\web1", facts);
    other.set(
        "replication",
        json!([{"machine": id, "mode": choice(2, "Replica"), "state": choice(4, "Replicating"), "health": choice(2, "Warning"),
                "primary_server": "hv1.lab.example", "replica_server": "hv9.lab.example", "frequency_s": 300,
                "last_ms": 1_700_000_000_000_i64}]),
    );
    other
}

#[test]
fn a_replica_and_its_primary_stay_two_in_one_source_and_in_two() {
    let [mut first, second] = nodes();
    first.part_mut("machines")[0]["replication_mode"] = choice(1, "Primary");
    let other = replica(&guid(1));
    let together = put(&[&first, &second, &other], &[]);
    let both: Vec<&Vm> = together.inventory.vms.iter().filter(|vm| vm.name == "web1").collect();
    assert_eq!(both.len(), 2);
    assert_ne!(both[0].external_id, both[1].external_id);
    assert_eq!(both[0].config.instance_uuid, both[1].config.instance_uuid);
    let copy = both.iter().find(|vm| vm.config.role == VmRole::Replica).unwrap();
    let replication = copy.config.replication.as_ref().unwrap();
    assert_eq!((replication.mode, replication.frequency_s), (ReplicationMode::Replica, Some(300)));
    assert_eq!(copy.state.replication_state.as_deref(), Some("Replicating"));
    assert_eq!(copy.state.replication_health, Some(Health::Yellow));
    let primary = both.iter().find(|vm| vm.config.role == VmRole::Ordinary).unwrap();
    assert_eq!(primary.config.replication.as_ref().unwrap().mode, ReplicationMode::Primary);

    // Two sources see the same two.
    let (here, there) = (put(&[&first, &second], &[]), put(&[&other], &[]));
    assert_eq!(vm(&here, "web1").external_id, primary.external_id);
    assert_eq!(vm(&there, "web1").external_id, copy.external_id);
}

#[test]
fn switching_replication_on_does_not_change_a_machine_into_another() {
    let [first, second] = nodes();
    let mut replicated = first.clone();
    replicated.part_mut("machines")[0]["replication_mode"] = choice(1, "Primary");
    let (before, after) = (put(&[&first, &second], &[]), put(&[&replicated, &second], &[]));
    assert_eq!(vm(&before, "web1").external_id, vm(&after, "web1").external_id);
}

#[test]
fn a_node_that_does_not_answer_is_an_issue_and_archives_nothing() {
    let [first, _] = nodes();
    let whole = put(&[&nodes()[0], &nodes()[1]], &[]);
    let collection = put(&[&first], &[silent("hv2")]);
    for kind in [ObjectKind::Vm, ObjectKind::Datastore, ObjectKind::Network] {
        assert!(!collection.complete.contains(&kind), "{kind:?}");
    }
    // The cluster tells of all its nodes: none of them can be missed.
    assert!(collection.complete.contains(&ObjectKind::Host) && collection.complete.contains(&ObjectKind::Cluster));
    let lost = host(&collection, "hv2.lab.example");
    assert_eq!((lost.config.connection, lost.config.power), (ConnectionState::NotResponding, PowerState::Unknown));
    assert_eq!(lost.external_id, host(&whole, "hv2.lab.example").external_id);
    let kept = withheld(&collection, &lost.external_id);
    for field in ["memory_bytes", "cores", "product", "adapters", "datastores", "networks"] {
        assert!(kept.iter().any(|kept| kept == field), "{field}");
    }
    let cluster = &collection.inventory.clusters[0];
    assert!(withheld(&collection, &cluster.external_id).contains(&"total_memory_bytes".to_owned()));
    assert_eq!(cluster.state.effective_memory_bytes, None);
    let network = &collection.inventory.networks[0];
    assert_eq!(withheld(&collection, &network.external_id), ["uplinks"]);
    assert_eq!(collection.issues.len(), 1);
    let issue = &collection.issues[0];
    assert_eq!((issue.severity, issue.object.as_ref()), (Severity::Error, Some(&lost.external_id)));
    assert!(issue.message.starts_with("hv2.lab.example was not read: nothing answers"), "{}", issue.message);
    // The machine that stayed is the one that it was.
    assert_eq!(vm(&collection, "web1"), vm(&whole, "web1"));
}

#[test]
fn a_name_behind_which_nobody_knows_what_stands_archives_no_hosts_either() {
    let [first, second] = nodes();
    let unread = Unread { host: None, ..silent("hvc9") };
    let collection = put(&[&first, &second], &[unread]);
    for kind in [ObjectKind::Host, ObjectKind::Cluster, ObjectKind::Vm, ObjectKind::Datastore, ObjectKind::Network] {
        assert!(!collection.complete.contains(&kind), "{kind:?}");
    }
    assert_eq!(collection.inventory.vms.len(), 3);
}

#[test]
fn states_of_nodes_are_told_truly() {
    let all = [("hv1", 2), ("hv2", 1)];
    let collection = put(&[&Answer::node("hv1", &all)], &[silent("hv2")]);
    let (paused, down) = (host(&collection, "hv1.lab.example"), host(&collection, "hv2.lab.example"));
    assert_eq!((paused.config.in_maintenance, paused.state.health), (Some(true), Health::Yellow));
    assert_eq!((down.config.in_maintenance, down.state.health), (None, Health::Red));
    let cluster = &collection.inventory.clusters[0];
    assert_eq!((cluster.state.effective_hosts, cluster.state.health), (Some(0), Health::Red));
}

#[test]
fn a_machine_in_a_critical_state_costs_itself() {
    let mut alone = Answer::alone("hv9");
    let lost = json!({"state": choice(32_782, "OffCritical"), "processors": 0, "memory_startup_bytes": 0, "operational": [choice(6, "Error")]});
    alone.machine(&guid(1), "lost", r"C:\Hyper-V\lost", lost);
    alone.machine(&guid(2), "fine", r"C:\Hyper-V\fine", json!({}));
    let silent =
        json!({"id": guid(3), "name": "silent", "state": choice(2, "Running"), "error": "The object was not found"});
    alone.part_mut("machines").as_array_mut().unwrap().push(silent);
    let collection = put(&[&alone], &[]);
    let lost = vm(&collection, "lost");
    assert_eq!((lost.config.connection, lost.config.vcpu), (ConnectionState::Inaccessible, None));
    assert_eq!((lost.config.power, lost.state.health), (PowerState::Off, Health::Red));
    assert_eq!(vm(&collection, "silent").config.connection, ConnectionState::Inaccessible);
    assert_eq!(vm(&collection, "fine").config.connection, ConnectionState::Connected);
    assert_eq!(collection.issues.iter().filter(|issue| issue.object.is_some()).count(), 2);
    assert!(collection.complete.contains(&ObjectKind::Vm));
}

#[test]
fn duplicate_names_stay_apart_and_do_not_share_a_load() {
    let mut alone = Answer::alone("hv9");
    alone.machine(&guid(1), "web1", r"C:\Hyper-V\a", json!({"cpu_percent": 10}));
    alone.machine(&guid(2), "Web1", r"C:\Hyper-V\b", json!({"cpu_percent": 20}));
    alone.machine(&guid(3), "web3", r"C:\Hyper-V\c", json!({}));
    let collection = put(&[&alone], &[]);
    let loads: Vec<Option<i64>> = collection.inventory.vms.iter().map(|vm| vm.state.cpu_usage_mhz).collect();
    // 10 and 20 percent of 32,000 MHz; one busy processor of 32.
    assert_eq!(loads, [Some(3_200), Some(6_400), Some(1_000)]);
}

#[test]
fn disks_with_parents_and_shares_are_counted_once() {
    let mut alone = Answer::alone("hv9");
    for number in 1..=2 {
        let name = format!("desk{number}");
        alone.machine(&guid(number), &name, &format!(r"\\Filer\VMs\{name}"), json!({}));
    }
    for image in alone.part_mut("images").as_array_mut().unwrap() {
        image["kind"] = choice(4, "Differencing");
        image["parent"] = json!(r"\\filer\vms\golden.vhdx");
    }
    let golden = json!({"path": r"\\FILER\vms\golden.vhdx", "kind": choice(2, "Fixed"), "size_bytes": 100 * GIB, "file_bytes": 90 * GIB});
    alone.part_mut("images").as_array_mut().unwrap().push(golden);
    let collection = put(&[&alone], &[]);
    let desk = vm(&collection, "desk1");
    assert_eq!(
        (desk.state.storage_committed_bytes, desk.state.storage_unshared_bytes),
        (Some(130 * GIB), Some(40 * GIB))
    );
    assert_eq!(desk.config.disks[0].mode.as_deref(), Some("differencing"));
    assert_eq!(desk.datastores, [ExternalId::new(r"\\filer\vms")]);
    let share = collection.inventory.datastores.iter().find(|datastore| datastore.name == r"\\filer\vms").unwrap();
    assert_eq!((share.config.capacity_bytes, share.config.file_system.as_deref()), (None, Some("SMB")));

    // Without delegation the files cannot be looked at: what was known of the disks stays.
    alone.set("images", json!([])).lack("images", r"Access to \\filer\vms\desk1.vhdx is denied");
    let collection = put(&[&alone], &[]);
    assert_eq!(withheld(&collection, &vm(&collection, "desk1").external_id), ["disks"]);
    assert!(collection.issues[0].advice.as_ref().unwrap().contains("delegation"));
    assert_eq!(vm(&collection, "desk1").state.storage_committed_bytes, None);
}

#[test]
fn three_thousand_machines_on_one_host_and_forty_megabytes() {
    let mut alone = Answer::alone("hv9");
    let notes = "n".repeat(4_000);
    for number in 0..3_000 {
        let name = format!("vm{number}");
        alone.machine(&guid(number), &name, &format!(r"C:\Hyper-V\{name}"), json!({"notes": notes}));
    }
    let filler = json!([{"name": "Ethernet", "driver": "d".repeat(7_000)}]);
    alone.set("nics", filler);
    let mut text = alone.text();
    let padding =
        format!("{{\"section\":\"tomorrow\",\"ok\":true,\"data\":\"{}\",\"error\":null}}\n", "x".repeat(24_000_000));
    text = text.replacen("1>>>\r\n", &format!("1>>>\r\n{padding}"), 1);
    text = text.replacen("-END 20", "-END 21", 1);
    assert!(text.len() > 40_000_000, "{}", text.len());
    let report = connectors::hyperv::answer::read(text.as_bytes(), b"", 0).unwrap();
    assert!(report.is_whole);
    let collection = assemble(&[HostRead { asked: "hv9".to_owned(), answered_ms: NOW_MS, report }], &[]).unwrap();
    assert_eq!(collection.inventory.vms.len(), 3_000);
    assert!(is_whole(&collection), "{:?}", collection.issues);
}

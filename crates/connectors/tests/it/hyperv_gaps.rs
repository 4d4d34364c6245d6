//! What Hyper-V hosts do not say, or say brokenly: it costs what it is, and archives nothing.

use connectors::hyperv::{
    answer,
    assemble::{HostRead, assemble},
};
use model::{failure::FailureKind, inventory::ObjectKind};
use serde_json::json;

use crate::{
    hyperv::{CSV, is_whole, nodes, put, vm, withheld},
    hyperv_answers::{Answer, CLUSTER, NOW_MS, choice, guid},
};

#[test]
fn an_empty_list_without_rights_archives_nothing() {
    let mut alone = Answer::alone("hv9");
    let trusted = put(&[&alone], &[]);
    assert!(is_whole(&trusted), "an administrator's empty list is an empty host");
    alone.part_mut("access")["hyperv_administrator"] = json!(false);
    let collection = put(&[&alone], &[]);
    assert!(!collection.complete.contains(&ObjectKind::Vm) && !collection.complete.contains(&ObjectKind::Datastore));
    assert!(collection.issues[0].advice.as_ref().unwrap().contains("Hyper-V Administrators"));

    // Nor is one believed that the cluster contradicts, or that does not say who asked.
    let mut node = Answer::node("hv1", &[("hv1", 0)]);
    let group = json!({"id": "g1", "name": "web1", "kind": choice(111, "VirtualMachine"), "state": choice(0, "Online"), "owner": "HV1"});
    node.part_mut("cluster")["groups"].as_array_mut().unwrap().push(group);
    assert!(!put(&[&node], &[]).complete.contains(&ObjectKind::Vm));
    alone.fail("access", "?");
    assert!(!put(&[&alone], &[]).complete.contains(&ObjectKind::Vm));
}

#[test]
fn a_section_that_failed_costs_what_it_tells_and_no_more() {
    let whole = {
        let [first, second] = nodes();
        put(&[&first, &second], &[])
    };
    let fields: [(&str, &[&str], &[ObjectKind]); 9] = [
        ("disks", &["disks", "datastores"], &[ObjectKind::Datastore]),
        ("images", &["disks"], &[]),
        ("adapters", &["adapters", "networks", "ip_addresses"], &[]),
        ("checkpoints", &["snapshots"], &[]),
        ("services", &["guest_services"], &[]),
        ("guests", &["guest_os_running", "guest_host_name"], &[]),
        ("settings", &["bios_uuid", "secure_boot"], &[]),
        ("switches", &["networks"], &[ObjectKind::Network]),
        ("volumes", &["datastores"], &[ObjectKind::Datastore]),
    ];
    for (section, expected, incomplete) in fields {
        let [mut first, second] = nodes();
        first.fail(section, "Zugriff verweigert");
        let collection = put(&[&first, &second], &[]);
        assert_eq!(collection.inventory.vms.len(), 3, "{section}");
        let gaps = withheld(&collection, &vm(&collection, "web1").external_id);
        assert!(expected.iter().all(|field| gaps.iter().any(|gap| gap == field)), "{section}: {gaps:?}");
        assert!(withheld(&collection, &vm(&collection, "db1").external_id).is_empty(), "{section}");
        assert_eq!(vm(&collection, "db1").config, vm(&whole, "db1").config, "{section}");
        for kind in ObjectKind::ALL {
            assert_eq!(collection.complete.contains(&kind), !incomplete.contains(&kind), "{section}: {kind:?}");
        }
        assert!(collection.issues.iter().any(|issue| issue.message.contains("Zugriff verweigert")), "{section}");
    }
    // What a host has none of without an error, it does not show.
    let [mut first, second] = nodes();
    first.set("volumes", json!([])).set("settings", json!([]));
    let collection = put(&[&first, &second], &[]);
    assert!(!collection.complete.contains(&ObjectKind::Datastore));
    let gaps = withheld(&collection, &vm(&collection, "web1").external_id);
    assert_eq!(gaps, ["bios_uuid", "datastores", "secure_boot"]);

    let [mut first, second] = nodes();
    first.fail("machines", "Zugriff verweigert");
    let collection = put(&[&first, &second], &[]);
    assert!(!collection.complete.contains(&ObjectKind::Vm));
    assert_eq!(collection.inventory.vms.len(), 2);
}

#[test]
fn what_a_bulk_read_lacks_is_withheld_of_the_machines_without_rows() {
    let [mut first, second] = nodes();
    first.machine(&guid(4), "web2", &format!(r"{CSV}\web2"), json!({}));
    let disks = first.part_mut("disks").as_array_mut().unwrap();
    disks.retain(|disk| disk["machine"] != guid(4));
    first.lack("disks", "web2: the machine is being deleted");
    let collection = put(&[&first, &second], &[]);
    assert!(withheld(&collection, &vm(&collection, "web2").external_id).contains(&"disks".to_owned()));
    assert!(withheld(&collection, &vm(&collection, "web1").external_id).is_empty());
    assert!(collection.complete.contains(&ObjectKind::Vm));
}

#[test]
fn a_cluster_that_cannot_be_read_is_told_and_invents_no_stand_alone_host() {
    let mut node = Answer::node("hv1", &[("hv1", 0)]);
    node.machine(&guid(1), "web1", CSV, json!({}));
    node.fail("cluster", "Access is denied");
    let failure = assemble(&[node.read()], &[]).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Forbidden);
    assert!(failure.advice().contains("Grant-ClusterAccess"));

    // Where another node tells of it, its machines keep their place.
    let all = [("hv1", 0), ("hv2", 0)];
    let collection = put(&[&node, &Answer::node("hv2", &all)], &[]);
    assert!(vm(&collection, "web1").external_id.as_str().ends_with(CLUSTER));
    assert!(collection.issues.iter().any(|issue| issue.message.contains("Access is denied")));
}

#[test]
fn a_damaged_answer_never_panics_and_never_counts_as_whole() {
    let [first, _] = nodes();
    let whole = first.text();
    let bytes = whole.as_bytes();
    // A deterministic walk over cuts, flips and repeats.
    let mut state = 88_172_645_463_325_252_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % below as u64) as usize
    };
    for _ in 0..1_500 {
        let mut damaged = bytes.to_vec();
        match random(4) {
            0 => damaged.truncate(random(bytes.len())),
            1 => {
                let at = random(bytes.len());
                damaged[at] = random(256) as u8;
            }
            2 => {
                let (from, to) = (random(bytes.len()), random(bytes.len()));
                damaged.drain(from.min(to)..from.max(to));
            }
            _ => {
                let from = random(bytes.len() - 40);
                let piece = damaged[from..from + 40].to_vec();
                let at = random(bytes.len());
                damaged.splice(at..at, piece);
            }
        }
        if let Ok(report) = answer::read(&damaged, b"", 0) {
            let is_short = damaged.len() + 3 < bytes.len() && !damaged.ends_with(b">>>\r\n");
            assert!(!(is_short && report.is_whole));
            let _ = assemble(&[HostRead { asked: "hv1".to_owned(), answered_ms: NOW_MS, report }], &[]);
        }
    }
    // A host that restarts in the middle: what arrived is shown, nothing is archived.
    let cut = &whole[..whole.find("\"section\":\"replication\"").unwrap()];
    let report = answer::read(cut.as_bytes(), b"", 0).unwrap();
    let collection = assemble(&[HostRead { asked: "hv1".to_owned(), answered_ms: NOW_MS, report }], &[]);
    if let Ok(collection) = collection {
        assert!(!collection.complete.contains(&ObjectKind::Vm));
    }
}

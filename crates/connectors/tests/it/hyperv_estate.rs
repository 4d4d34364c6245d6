//! The connector reads an estate of seven Hyper-V hosts over real WinRM peers: sealed NTLM on seven connections, answers by
//! `end2end/peers/hyperv_estate.py`, which makes them up as the script would print them.

use std::{collections::BTreeSet, path::PathBuf, process::Command};

use connectors::{CollectProgress, Endpoint, Observer, check, collect, hyperv::script};
use model::{
    check::CheckOutcome,
    failure::{Failure, FailureKind},
    ids::ExternalId,
    inventory::{Collection, ConnectionState, ObjectKind, VmRole},
    source::{SourceKind, TlsMode},
};
use tempfile::TempDir;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::{
    endpoint::PASSWORD,
    vcsim::{required, workspace},
    winrm_peer::WinRmPeer,
};

const HOSTS: [(&str, &str); 7] = [
    ("hva1", "127.0.0.11"),
    ("hva2", "127.0.0.12"),
    ("hva3", "127.0.0.13"),
    ("hvb1", "127.0.0.21"),
    ("hvb2", "127.0.0.22"),
    ("hvb3", "127.0.0.23"),
    ("hvc1", "127.0.0.31"),
];

pub(crate) struct Estate {
    pub(crate) peers: Vec<(&'static str, WinRmPeer)>,
    folder: TempDir,
}

fn module() -> PathBuf {
    workspace().join("end2end/peers/hyperv_estate.py")
}

/// The identifier of a machine.
pub(crate) fn guid(machine: &str) -> String {
    let output = Command::new("python3").arg(module()).args(["identify", machine]).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

impl Estate {
    pub(crate) fn start() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("state").display().to_string();
        let addresses = HOSTS.map(|(host, address)| format!("{host}={address}")).join(" ");
        let mut peers: Vec<(&'static str, WinRmPeer)> = Vec::new();
        for (host, address) in HOSTS {
            // All on the port of the first, as all hosts of a cluster are reached in one way.
            let port = peers.first().map_or(0, |(_, first)| first.port);
            let environment = [("HYPERV_HOST", host), ("HYPERV_STATE", &state), ("HYPERV_ADDRESSES", &addresses)];
            let peer = WinRmPeer::playing((address, port), "hyperv_estate.py", &["--chunk", "100000"], &environment)?;
            peers.push((host, peer));
        }
        Some(Self { peers, folder })
    }

    pub(crate) fn peer(&self, host: &str) -> &WinRmPeer {
        &self.peers.iter().find(|(name, _)| *name == host).unwrap().1
    }

    /// Sources name a node of each cluster, and the stand-alone host.
    pub(crate) fn endpoint(&self, named: &[&str]) -> Endpoint {
        let addresses: Vec<String> = named.iter().map(|host| self.peer(host).address()).collect();
        Endpoint {
            kind: SourceKind::Hyperv,
            address: addresses.join(", "),
            username: "LAB\\tester".to_owned(),
            password: PASSWORD.into(),
            tls: TlsMode::System,
        }
    }

    async fn read(&self, named: &[&str]) -> Result<Collection, Failure> {
        collect(&self.endpoint(named), &Observer::unwatched()).await
    }

    async fn read_all(&self) -> Collection {
        self.read(&["hva1", "hvb2", "hvc1"]).await.unwrap()
    }

    pub(crate) fn change(&self, arguments: &[&str]) {
        let mut command = Command::new("python3");
        command.arg(module()).args(arguments).env("HYPERV_STATE", self.folder.path().join("state"));
        assert!(command.status().unwrap().success(), "{arguments:?}");
    }

    pub(crate) fn end(&mut self, host: &str) {
        self.peers.retain(|(name, _)| *name != host);
    }
}

fn ids(collection: &Collection, kind: ObjectKind) -> BTreeSet<ExternalId> {
    let inventory = &collection.inventory;
    match kind {
        ObjectKind::Vm => inventory.vms.iter().map(|vm| vm.external_id.clone()).collect(),
        ObjectKind::Host => inventory.hosts.iter().map(|host| host.external_id.clone()).collect(),
        ObjectKind::Datastore => inventory.datastores.iter().map(|datastore| datastore.external_id.clone()).collect(),
        _ => inventory.networks.iter().map(|network| network.external_id.clone()).collect(),
    }
}

fn host_of<'c>(collection: &'c Collection, name: &str) -> Option<&'c str> {
    let vm = collection.inventory.vms.iter().find(|vm| vm.name == name && vm.config.role == VmRole::Ordinary)?;
    vm.host.as_ref().map(ExternalId::as_str)
}

#[tokio::test]
async fn seven_hosts_are_read_with_one_shell_and_one_command_each() {
    let Some(estate) = Estate::start() else { return };
    let (sender, progress) = watch::channel(CollectProgress::default());
    let observer = Observer::new(sender, CancellationToken::new());
    let collection = collect(&estate.endpoint(&["hva1", "hvb2", "hvc1"]), &observer).await.unwrap();
    let inventory = &collection.inventory;
    assert_eq!(collection.issues, [], "nothing is wrong");
    assert_eq!(collection.complete.len(), ObjectKind::ALL.len());
    assert_eq!((inventory.vms.len(), inventory.hosts.len(), inventory.clusters.len()), (700, 7, 2));
    // Two local volumes of each host; seven shared ones, which three nodes each tell of.
    assert_eq!(inventory.datastores.len(), 2 * 7 + 4 + 3);
    // Two switches of each cluster and of the stand-alone host.
    assert_eq!(inventory.networks.len(), 6);
    let replicas = inventory.vms.iter().filter(|vm| vm.config.role == VmRole::Replica);
    assert_eq!(replicas.count(), 20);
    assert_eq!(inventory.vms.iter().filter(|vm| !vm.config.snapshots.is_empty()).count(), 30 + 30 + 8 + 2);
    assert_eq!(inventory.vms.iter().filter(|vm| vm.config.dynamic_memory.as_ref().unwrap().enabled).count(), 350);
    assert!(inventory.vms.iter().any(|vm| vm.name == "büro-hva-3"));
    let alone = inventory.hosts.iter().find(|host| host.name == "hvc1.lab.invalid").unwrap();
    assert!(alone.cluster.is_none());
    let shown = progress.borrow().kinds.iter().find(|kind| kind.kind == ObjectKind::Vm).copied().unwrap();
    assert_eq!((shown.found, shown.total), (700, Some(700)));
    for (host, peer) in &estate.peers {
        let counts = ["connected", "Create", "Command", "Delete"].map(|event| peer.count(event));
        assert_eq!(counts, [1, 1, 1, 1], "{host}: {:?}", peer.journal());
        assert!(peer.journal().len() < 25, "{host} took {} events", peer.journal().len());
    }
}

#[tokio::test]
async fn a_test_asks_every_host_that_is_named() {
    let Some(estate) = Estate::start() else { return };
    let CheckOutcome::Passed(report) = check(&estate.endpoint(&["hva1", "hvc1"])).await else { panic!("no report") };
    assert_eq!(report.vms_visible, Some(200));
    assert_eq!(report.endpoint.matches("/wsman").count(), 2);
    assert!(report.missing_privileges.is_empty(), "{report:?}");
    estate.change(&["forbid", "hvc1"]);
    let CheckOutcome::Passed(report) = check(&estate.endpoint(&["hva1", "hvc1"])).await else { panic!("no report") };
    assert_eq!((report.vms_visible, report.missing_privileges.len()), (Some(100), 1));
}

#[tokio::test]
async fn a_machine_migrates_between_nodes_and_stays_the_same() {
    let Some(estate) = Estate::start() else { return };
    let before = estate.read_all().await;
    let name = "web-hva-8";
    assert_eq!(host_of(&before, name), Some("hva3.lab.invalid"));
    estate.change(&["migrate", name, "hva1"]);
    // Named by another node this time: what is read does not depend on who is asked first.
    let after = estate.read(&["hvc1", "hva2", "hvb1"]).await.unwrap();
    assert_eq!(host_of(&after, name), Some("hva1.lab.invalid"));
    for kind in [ObjectKind::Vm, ObjectKind::Host, ObjectKind::Datastore, ObjectKind::Network] {
        assert_eq!(ids(&before, kind), ids(&after, kind), "{kind:?}");
    }
    let mut moved = 0;
    for (old, new) in before.inventory.vms.iter().zip(&after.inventory.vms) {
        moved += usize::from(old.host != new.host);
        assert_eq!((&old.config, &old.datastores, &old.networks), (&new.config, &new.datastores, &new.networks));
    }
    assert_eq!(moved, 1);
    assert_eq!(before.inventory.datastores, after.inventory.datastores);
    assert_eq!(before.inventory.networks, after.inventory.networks);
}

#[tokio::test]
async fn a_node_that_falls_silent_costs_its_machines_nothing() {
    let Some(mut estate) = Estate::start() else { return };
    let before = estate.read_all().await;
    estate.end("hva3");
    let silent = estate.read_all().await;
    assert_eq!(silent.inventory.vms.len(), 600);
    assert!(!silent.complete.contains(&ObjectKind::Vm) && silent.complete.contains(&ObjectKind::Host));
    assert_eq!(ids(&silent, ObjectKind::Host), ids(&before, ObjectKind::Host));
    let lost = silent.inventory.hosts.iter().find(|host| host.name == "hva3.lab.invalid").unwrap();
    assert_eq!(lost.config.connection, ConnectionState::NotResponding);
    assert_eq!(silent.issues.len(), 1, "{:?}", silent.issues);
    assert_eq!(silent.issues[0].object.as_ref(), Some(&lost.external_id));
    assert!(ids(&silent, ObjectKind::Vm).is_subset(&ids(&before, ObjectKind::Vm)));

    // The cluster gives the node up and starts its machines elsewhere: nobody waits for it, and all are back.
    estate.change(&["lose", "hva3"]);
    let given_up = estate.read_all().await;
    assert_eq!(ids(&given_up, ObjectKind::Vm), ids(&before, ObjectKind::Vm));
    assert!(given_up.issues[0].message.contains("its cluster says that the node is down"), "{:?}", given_up.issues);
    assert!(!given_up.complete.contains(&ObjectKind::Vm));
    assert!(given_up.inventory.vms.iter().all(|vm| vm.host.as_ref() != Some(&lost.external_id)));
}

#[tokio::test]
async fn an_account_without_rights_on_one_host_archives_nothing() {
    let Some(estate) = Estate::start() else { return };
    estate.change(&["forbid", "hvc1"]);
    let collection = estate.read_all().await;
    assert_eq!(collection.inventory.vms.len(), 600);
    assert!(!collection.complete.contains(&ObjectKind::Vm));
    let advice = collection.issues[0].advice.as_deref().unwrap();
    assert!(advice.contains("Hyper-V Administrators"), "{:?}", collection.issues);
}

#[tokio::test]
async fn what_was_named_and_does_not_answer_is_told() {
    let Some(mut estate) = Estate::start() else { return };
    let endpoint = estate.endpoint(&["hvc1", "hva1", "hvb1"]);
    estate.end("hvc1");
    let collection = collect(&endpoint, &Observer::unwatched()).await.unwrap();
    assert_eq!(collection.inventory.vms.len(), 600);
    assert!(!collection.complete.contains(&ObjectKind::Host));
    let nobody = Endpoint { password: "wrong".into(), ..endpoint };
    let failure = collect(&nobody, &Observer::unwatched()).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Unauthorized);
    let refused: usize = estate.peers.iter().map(|(_, peer)| peer.count("connected")).sum();
    assert!(refused > 0);
    // Two refusals are enough: more of them lock an account.
    assert_eq!(estate.peer("hva2").journal().iter().filter(|line| line.contains("refused")).count(), 0);
}

/// The names of rows: `            name = …` within a section of a script.
fn names_in_script(script: &str, section: &str) -> BTreeSet<String> {
    let start = script.find(&format!("Section '{section}'")).unwrap();
    let body = &script[start..];
    let body = &body[..body.find("\n}\n").unwrap()];
    let names = body.lines().filter_map(|line| line.trim_start().split_once(" = "));
    names
        .filter(|(name, _)| name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'))
        .map(|(name, _)| name.to_owned())
        .collect()
}

fn names_in_value(value: &serde_json::Value, names: &mut BTreeSet<String>) {
    match value {
        serde_json::Value::Array(items) => items.iter().for_each(|item| names_in_value(item, names)),
        serde_json::Value::Object(fields) => {
            for (name, value) in fields.iter().filter(|(name, _)| !["n", "t"].contains(&name.as_str())) {
                names.insert(name.clone());
                names_in_value(value, names);
            }
        }
        _ => {}
    }
}

/// Names that stand elsewhere in the script than in lines of their own in the section.
fn names_elsewhere(section: &str) -> &'static [&'static str] {
    match section {
        // Names of the guest's own, which the script asks for in a list.
        "guests" => &["OSName", "OSVersion", "FullyQualifiedDomainName", "IntegrationServicesVersion", "machine"],
        // `machines = @(foreach …{ @{ name = …; percent = … } })` stands in one line.
        "counters" => &["name", "percent"],
        "network_devices" | "storage_devices" => &["ticks", "frequency", "rows"],
        _ => &[],
    }
}

#[test]
fn the_estate_prints_what_the_scripts_print() {
    for (command, script) in [("print", script::INVENTORY), ("count", script::COUNTERS)] {
        let output = Command::new("python3").arg(module()).args([command, "hva1"]).output();
        let Ok(output) = output else { return required("python3") };
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        let mut sections = BTreeSet::new();
        for line in text.lines().filter(|line| line.starts_with('{')) {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            let section = line["section"].as_str().unwrap();
            let mut names = BTreeSet::new();
            names_in_value(&line["data"], &mut names);
            let mut expected = names_in_script(script, section);
            assert!(names_elsewhere(section).iter().all(|name| script.contains(name)));
            expected.extend(names_elsewhere(section).iter().map(|name| (*name).to_owned()));
            // Roles are asked for an inventory alone.
            if !(command == "count" && section == "cluster") {
                assert_eq!(names, expected, "{section}");
            }
            sections.insert(section.to_owned());
        }
        let asked = script.lines().filter_map(|line| line.strip_prefix("Section '")?.split('\'').next());
        assert_eq!(sections, asked.map(str::to_owned).collect());
    }
}

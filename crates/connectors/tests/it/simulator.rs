//! vcsim: a whole estate, and what changes between two reads of it.

use std::time::Duration;

use connectors::{CollectProgress, Observer, check, collect};
use model::{
    check::CheckOutcome,
    failure::FailureKind,
    inventory::{Inventory, NetworkType, ObjectKind, PowerState, Vm},
    run::Stage,
};
use tokio::{sync::watch, time::sleep};
use tokio_util::sync::CancellationToken;

use crate::{
    endpoint::{PASSWORD, plain, read},
    soap_driver::SoapDriver,
    vcsim::Vcsim,
};

const ESTATE: [&str; 21] = [
    "-tls=false",
    "-dc",
    "2",
    "-cluster",
    "2",
    "-host",
    "4",
    "-standalone-host",
    "1",
    "-vm",
    "84",
    "-pool",
    "1",
    "-app",
    "0",
    "-pod",
    "1",
    "-folder",
    "1",
    "-nsx",
    "1",
];

fn vm<'a>(inventory: &'a Inventory, id: &str) -> Option<&'a Vm> {
    inventory.vms.iter().find(|vm| vm.external_id.as_str() == id)
}

#[tokio::test]
async fn a_whole_estate_is_read_with_its_relations() {
    let Some(vcsim) = Vcsim::start(&ESTATE) else { return };
    let endpoint = plain(vcsim.plain_address());
    let progress = watch::Sender::new(CollectProgress::default());
    let seen = progress.subscribe();
    let collection = collect(&endpoint, &Observer::new(progress, CancellationToken::new())).await.unwrap();
    let inventory = &collection.inventory;

    assert_eq!(collection.complete.len(), ObjectKind::ALL.len(), "{:?}", collection.issues);
    assert!(collection.issues.is_empty(), "{:?}", collection.issues);
    assert!(collection.identity.instance_uuid.is_some());
    assert_eq!((inventory.datacenters.len(), inventory.clusters.len(), inventory.hosts.len()), (2, 4, 18));
    assert!(inventory.vms.len() >= 500, "{}", inventory.vms.len());

    let progress = seen.borrow();
    assert_eq!(progress.stage, Stage::Networks);
    for kind in &progress.kinds {
        assert_eq!(kind.found, inventory.count(kind.kind) as u64, "{:?}", kind.kind);
        if kind.kind != ObjectKind::Datacenter && kind.kind != ObjectKind::Folder {
            assert_eq!(kind.total, Some(kind.found), "{:?}", kind.kind);
        }
    }

    let alone: Vec<_> = inventory.hosts.iter().filter(|host| host.cluster.is_none()).collect();
    assert_eq!(alone.len(), 2);
    assert!(alone.iter().all(|host| host.datacenter.is_some()));
    let host = &inventory.hosts[0];
    assert_eq!(host.config.vendor.as_deref(), Some("VMware, Inc."));
    assert_eq!((host.config.sockets, host.config.cores), (Some(2), Some(2)));
    assert!(host.config.memory_bytes > Some(4 << 30 >> 1) && host.config.serial.is_some());
    assert_eq!(host.config.version.as_deref(), Some("6.5.0"));
    assert!(!host.config.adapters.is_empty() && !host.datastores.is_empty() && !host.networks.is_empty());

    for vm in &inventory.vms {
        assert!(vm.host.is_some() && vm.resource_pool.is_some() && vm.datacenter.is_some(), "{vm:?}");
        assert_eq!((vm.config.vcpu, vm.config.memory_bytes), (Some(1), Some(32 << 20)));
        assert_eq!((vm.config.disks.len(), vm.config.adapters.len()), (1, 1));
        let network = vm.config.adapters[0].network.as_ref().unwrap();
        assert!(inventory.networks.iter().any(|known| known.external_id == *network));
        assert!(
            inventory.datastores.iter().any(|known| Some(&known.external_id) == vm.config.disks[0].datastore.as_ref())
        );
    }
    assert!(inventory.clusters.iter().all(|cluster| cluster.config.host_count == Some(4)));
    assert!(inventory.datastores.iter().all(|datastore| datastore.state.free_bytes.is_some()));
    let pods: Vec<_> =
        inventory.datastores.iter().filter_map(|known| known.config.datastore_cluster.as_ref()).collect();
    assert!(!pods.is_empty() || inventory.folders.iter().all(|folder| !folder.name.contains("POD")));
    assert!(
        inventory.folders.iter().all(|folder| !["vm", "host", "datastore", "network"].contains(&folder.name.as_str()))
    );
    assert!(inventory.folders.iter().any(|folder| !folder.path.is_empty()));
    let kinds = |kind| inventory.networks.iter().filter(|network| network.config.network_type == kind).count();
    assert!(kinds(NetworkType::Standard) > 0 && kinds(NetworkType::Distributed) > 0 && kinds(NetworkType::Opaque) > 0);
    let uplinks: Vec<_> = inventory.networks.iter().filter(|network| network.config.is_uplink).collect();
    assert_eq!(uplinks.len(), 2, "one a switch: {uplinks:?}");
    assert!(uplinks.iter().all(|uplink| uplink.config.switch_name.is_some()));
    let owned = |pool: &&model::inventory::ResourcePool| pool.cluster.is_some() != pool.host.is_some();
    assert!(inventory.resource_pools.iter().all(|pool| owned(&pool)));
}

#[tokio::test]
async fn identity_survives_rename_and_power_and_what_is_gone_is_gone() {
    let Some(vcsim) = Vcsim::start(&["-tls=false", "-dc", "1", "-vm", "3", "-app", "1", "-pool", "1"]) else { return };
    let endpoint = plain(vcsim.plain_address());
    let mut driver = SoapDriver::sign_in(&vcsim).await;
    let before = read(&endpoint).await.unwrap().inventory;
    let [renamed, stopped, removed] = [0, 1, 2].map(|at| before.vms[at].clone());
    assert!(before.resource_pools.iter().any(|pool| pool.config.is_vapp));

    driver.rename("VirtualMachine", renamed.external_id.as_str(), "Büro%2fNord + 50%25 ☃").await;
    driver.rename("Datacenter", before.datacenters[0].external_id.as_str(), "東京").await;
    driver.power_off(stopped.external_id.as_str()).await;
    driver.power_off(removed.external_id.as_str()).await;
    driver.call("UnregisterVM", "VirtualMachine", removed.external_id.as_str(), "").await;
    sleep(Duration::from_millis(300)).await;
    let after = read(&endpoint).await.unwrap();
    assert_eq!(after.complete.len(), ObjectKind::ALL.len());
    let after = after.inventory;
    assert_eq!(after.datacenters[0].name, "東京");
    assert_eq!(vm(&after, renamed.external_id.as_str()).unwrap().name, "Büro/Nord + 50% ☃");
    assert_eq!(vm(&after, stopped.external_id.as_str()).unwrap().config.power, PowerState::Off);
    assert_eq!(vm(&after, stopped.external_id.as_str()).unwrap().config.instance_uuid, stopped.config.instance_uuid);
    assert!(vm(&after, removed.external_id.as_str()).is_none());
    assert_eq!(after.vms.len(), before.vms.len() - 1);

    // The machine returns from its files: another object, the same UUIDs where vcsim keeps them.
    let path = removed.config.config_path.clone().unwrap();
    let (pool, host) = (removed.resource_pool.clone().unwrap(), removed.host.clone().unwrap());
    let vm_folder = driver.folder_of_machines(before.datacenters[0].external_id.as_str()).await;
    let arguments = format!(
        r#"<path>{path}</path><name>{}</name><asTemplate>false</asTemplate><pool type="ResourcePool">{pool}</pool><host type="HostSystem">{host}</host>"#,
        removed.name
    );
    driver.call("RegisterVM_Task", "Folder", &vm_folder, &arguments).await;
    sleep(Duration::from_millis(300)).await;
    let again = read(&endpoint).await.unwrap().inventory;
    assert_eq!(again.vms.len(), before.vms.len());
    assert!(again.vms.iter().any(|vm| vm.name == removed.name));
}

#[tokio::test]
async fn snapshots_attributes_and_tags_are_read() {
    let Some(vcsim) = Vcsim::start(&["-tls=false", "-dc", "1", "-vm", "1"]) else { return };
    let endpoint = plain(vcsim.plain_address());
    let mut driver = SoapDriver::sign_in(&vcsim).await;
    let id = read(&endpoint).await.unwrap().inventory.vms[0].external_id.clone();
    for (name, memory) in [("first %2f", "false"), ("second", "false")] {
        let arguments = format!(
            "<name>{name}</name><description>before</description><memory>{memory}</memory><quiesce>false</quiesce>"
        );
        driver.call("CreateSnapshot_Task", "VirtualMachine", id.as_str(), &arguments).await;
        sleep(Duration::from_millis(100)).await;
    }
    let field = driver
        .call(
            "AddCustomFieldDef",
            "CustomFieldsManager",
            "CustomFieldsManager",
            "<name>Owner</name><moType>VirtualMachine</moType>",
        )
        .await;
    let key = field.split("<key>").nth(1).unwrap().split('<').next().unwrap().to_owned();
    let value = format!(r#"<entity type="VirtualMachine">{id}</entity><key>{key}</key><value>Ana &amp; Bo</value>"#);
    driver.call("SetField", "CustomFieldsManager", "CustomFieldsManager", &value).await;
    driver.tag("VirtualMachine", id.as_str(), "Stage", "production").await;

    let collection = read(&endpoint).await.unwrap();
    assert!(collection.issues.is_empty(), "{:?}", collection.issues);
    let vm = vm(&collection.inventory, id.as_str()).unwrap();
    let snapshots = &vm.config.snapshots;
    assert_eq!(snapshots.iter().map(|snapshot| snapshot.name.as_str()).collect::<Vec<_>>(), ["first /", "second"]);
    assert_eq!(snapshots[1].parent.as_ref(), Some(&snapshots[0].key));
    assert_eq!(snapshots.iter().map(|snapshot| snapshot.is_current).collect::<Vec<_>>(), [false, true]);
    assert!(snapshots.iter().all(|snapshot| snapshot.created_at_ms.is_some()));
    let attribute = &vm.config.attributes[0];
    assert_eq!((attribute.name.as_str(), attribute.value.as_str()), ("Owner", "Ana & Bo"));
    let tag = &vm.config.tags[0];
    assert_eq!((tag.category.as_str(), tag.name.as_str()), ("Stage", "production"));
}

#[tokio::test]
async fn the_test_of_a_connection_tells_what_it_found() {
    let Some(vcsim) = Vcsim::start(&["-tls=false", "-dc", "1", "-vm", "4"]) else { return };
    let CheckOutcome::Passed(report) = check(&plain(vcsim.plain_address())).await else { panic!("it works") };
    assert_eq!(report.endpoint, format!("http://127.0.0.1:{}/sdk", vcsim.port));
    assert_eq!(report.vms_visible, Some(8));
    assert!(report.identity.product.is_some() && report.identity.instance_uuid.is_some());
    assert!(report.missing_privileges.is_empty(), "{:?}", report.missing_privileges);
    assert!(report.notes.iter().any(|note| note.contains("in the clear")));
}

#[tokio::test]
async fn a_password_counts_with_its_spaces() {
    let Some(vcsim) = Vcsim::start(&["-tls=false", "-dc", "1", "-vm", "1"]) else { return };
    let mut endpoint = plain(vcsim.plain_address());
    for wrong in [PASSWORD.trim(), "wrong", ""] {
        endpoint.password = wrong.into();
        let failure = read(&endpoint).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Unauthorized, "{failure:?}");
        assert!(!failure.detail.contains(wrong) || wrong.is_empty());
        let CheckOutcome::Failed { failure, certificate: None } = check(&endpoint).await else { panic!("it is wrong") };
        assert_eq!(failure.kind, FailureKind::Unauthorized);
    }
    endpoint.password = "bell\u{7}".into();
    assert_eq!(read(&endpoint).await.unwrap_err().kind, FailureKind::Unauthorized);
    endpoint.password = PASSWORD.into();
    assert!(read(&endpoint).await.is_ok());
}

#[tokio::test]
async fn a_peer_that_dies_in_the_middle_costs_what_was_not_read() {
    let Some(mut vcsim) = Vcsim::start(&["-tls=false", "-dc", "1", "-cluster", "2", "-vm", "400"]) else { return };
    let endpoint = plain(vcsim.plain_address());
    let progress = watch::Sender::new(CollectProgress::default());
    let mut seen = progress.subscribe();
    let observer = Observer::new(progress, CancellationToken::new());
    let reading = tokio::spawn(async move { collect(&endpoint, &observer).await });
    let hosts_read = |progress: &CollectProgress| progress.stage >= Stage::Vms;
    seen.wait_for(hosts_read).await.unwrap();
    vcsim.kill();
    let collection = reading.await.unwrap().unwrap();
    assert!(collection.complete.contains(&ObjectKind::Host));
    assert!(!collection.complete.contains(&ObjectKind::Network), "{:?}", collection.complete);
    assert!(collection.issues.iter().any(|issue| issue.kind == Some(ObjectKind::Network)), "{:?}", collection.issues);
}

//! Pages, and what can go wrong between them, against `paging_server`.

use std::time::Duration;

use axum::http::StatusCode;
use connectors::{CollectProgress, Observer, collect};
use model::{
    failure::FailureKind,
    ids::ExternalId,
    inventory::{Aspect, Collection, ObjectKind},
    run::Severity,
};
use tokio::{sync::watch, time::timeout};
use tokio_util::sync::CancellationToken;

use crate::{
    endpoint::{plain, read},
    paging_server::{PagingServer, Script},
};

async fn read_from(script: Script) -> (PagingServer, Collection) {
    let server = PagingServer::start(script).await;
    let collection = read(&plain(server.url())).await.unwrap();
    (server, collection)
}

#[tokio::test]
async fn all_pages_are_read_and_zero_is_a_token() {
    let (server, collection) = read_from(Script { vms: 23, page: 5, ..Script::default() }).await;
    assert_eq!(collection.inventory.vms.len(), 23);
    assert_eq!(server.calls("ContinueRetrievePropertiesEx"), 4);
    assert!(collection.issues.is_empty(), "{:?}", collection.issues);
    assert_eq!((server.calls("Login"), server.calls("Logout")), (1, 1));
    assert_eq!(server.calls("CreateContainerView"), server.calls("DestroyView"));
}

#[tokio::test]
async fn the_next_page_is_asked_for_while_this_one_arrives() {
    let (_, collection) = read_from(Script { vms: 20, page: 5, hold_until_next: true, ..Script::default() }).await;
    assert_eq!(collection.inventory.vms.len(), 20, "{:?}", collection.issues);
    assert!(collection.complete.contains(&ObjectKind::Vm));
}

#[tokio::test]
async fn a_session_that_ends_is_renewed_once() {
    let (server, collection) =
        read_from(Script { vms: 23, page: 5, expire_at_page: Some(2), ..Script::default() }).await;
    assert_eq!(collection.inventory.vms.len(), 23);
    assert!(collection.issues.is_empty() && collection.complete.contains(&ObjectKind::Vm), "{:?}", collection.issues);
    assert_eq!(server.calls("Login"), 2);

    let script = Script { vms: 23, page: 5, expire_at_page: Some(2), expire_again: true, ..Script::default() };
    let (server, collection) = read_from(script).await;
    assert_eq!(server.calls("Login"), 2);
    assert!(!collection.complete.contains(&ObjectKind::Vm));
    assert!(collection.issues.iter().any(|issue| issue.severity == Severity::Error), "{:?}", collection.issues);
}

#[tokio::test]
async fn a_page_that_breaks_off_costs_itself() {
    let (_, collection) = read_from(Script { vms: 23, page: 5, drop_pages: vec![1], ..Script::default() }).await;
    assert_eq!(collection.inventory.vms.len(), 18, "{:?}", collection.issues);
    assert!(!collection.complete.contains(&ObjectKind::Vm) && collection.complete.contains(&ObjectKind::Host));
    let issue = &collection.issues[0];
    assert_eq!((issue.severity, issue.kind), (Severity::Error, Some(ObjectKind::Vm)));
    assert!(issue.message.contains("virtual machines were not read completely"), "{}", issue.message);
}

#[tokio::test]
async fn a_fault_of_one_class_costs_that_class() {
    let (_, collection) =
        read_from(Script { vms: 3, page: 5, faulty_class: Some("HostSystem"), ..Script::default() }).await;
    assert_eq!(collection.inventory.vms.len(), 3);
    assert!(collection.complete.contains(&ObjectKind::Vm) && !collection.complete.contains(&ObjectKind::Host));
    assert!(collection.issues.iter().any(|issue| issue.kind == Some(ObjectKind::Host)), "{:?}", collection.issues);
}

#[tokio::test]
async fn what_is_withheld_of_one_machine_is_unknown_and_named() {
    let (_, collection) = read_from(Script { vms: 12, page: 5, withheld_vm: Some(7), ..Script::default() }).await;
    assert!(collection.complete.contains(&ObjectKind::Vm));
    let machine = |at: usize| collection.inventory.vms.iter().find(|vm| vm.name == format!("machine {at}")).unwrap();
    assert_eq!((machine(7).config.vcpu, machine(6).config.vcpu), (None, Some(2)));
    let [withheld] = collection.withheld.as_slice() else { panic!("{:?}", collection.withheld) };
    assert_eq!(withheld.object.as_str(), "vm-7");
    assert!(withheld.fields.iter().any(|field| field == "vcpu"), "{:?}", withheld.fields);
    let issue = &collection.issues[0];
    assert_eq!(issue.object.as_ref().map(ExternalId::as_str), Some("vm-7"));
    assert!(
        issue.message.contains("config.hardware of machine 7") && issue.message.contains("System.Read"),
        "{}",
        issue.message
    );
}

#[tokio::test]
async fn a_property_that_the_server_does_not_know_is_left_out() {
    let script = Script { vms: 3, page: 5, unknown_property: Some("config.createDate"), ..Script::default() };
    let (_, collection) = read_from(script).await;
    assert_eq!(collection.inventory.vms.len(), 3);
    assert!(collection.complete.contains(&ObjectKind::Vm), "{:?}", collection.issues);
}

#[tokio::test]
async fn an_empty_answer_is_asked_again_with_a_fresh_login() {
    let (server, collection) =
        read_from(Script { vms: 3, page: 5, blind_first_session: true, ..Script::default() }).await;
    assert_eq!(collection.inventory.vms.len(), 3);
    assert_eq!((server.calls("Login"), server.calls("Logout")), (2, 2));

    let (server, collection) = read_from(Script { page: 5, faulty_class: None, ..Script::default() }).await;
    assert!(collection.inventory.vms.is_empty() && collection.complete.contains(&ObjectKind::Vm));
    assert_eq!(server.calls("Login"), 1, "a host was seen: that is no empty answer");
}

#[tokio::test]
async fn a_cancelled_read_gives_its_pages_up_and_signs_out() {
    let script = Script { vms: 500, page: 5, delay: Duration::from_millis(30), ..Script::default() };
    let server = PagingServer::start(script).await;
    let endpoint = plain(server.url());
    let progress = watch::Sender::new(CollectProgress::default());
    let mut seen = progress.subscribe();
    let cancel = CancellationToken::new();
    let observer = Observer::new(progress, cancel.clone());
    let reading = tokio::spawn(async move { collect(&endpoint, &observer).await });
    let some_vms =
        |progress: &CollectProgress| progress.kinds.iter().any(|kind| kind.kind == ObjectKind::Vm && kind.found >= 10);
    seen.wait_for(some_vms).await.unwrap();
    cancel.cancel();
    let ended = timeout(Duration::from_secs(5), reading).await.expect("cancelling is quick").unwrap();
    assert_eq!(ended.unwrap_err().kind, FailureKind::Cancelled);
    assert_eq!((server.calls("CancelRetrievePropertiesEx"), server.calls("Logout")), (1, 1));
    assert!(server.calls("ContinueRetrievePropertiesEx") < 20);
}

#[tokio::test]
async fn a_read_that_is_dropped_signs_out_all_the_same() {
    let script = Script { vms: 500, page: 5, delay: Duration::from_millis(30), ..Script::default() };
    let server = PagingServer::start(script).await;
    let endpoint = plain(server.url());
    let _ = timeout(Duration::from_millis(500), read(&endpoint)).await;
    for _ in 0..100 {
        if server.calls("Logout") == 1 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("nobody signed out");
}

#[tokio::test]
async fn side_reads_that_fail_are_issues_and_not_taken_for_none() {
    let vcenter = Script { vms: 3, page: 5, is_vcenter: true, ..Script::default() };
    let script = Script { tags: Some(StatusCode::UNAUTHORIZED), withhold_side_reads: true, ..vcenter.clone() };
    let (_, collection) = read_from(script).await;
    for aspect in [Aspect::Tags, Aspect::Attributes, Aspect::Alarms] {
        assert!(!collection.aspects.contains(&aspect), "{aspect:?}");
    }
    assert_eq!(collection.complete.len(), ObjectKind::ALL.len());
    for what in ["tags were not read", "alarms were not read", "names of custom attributes were not read"] {
        let issue = collection.issues.iter().find(|issue| issue.message.starts_with(what));
        assert_eq!(issue.map(|issue| issue.severity), Some(Severity::Warning), "{what}: {:?}", collection.issues);
    }

    // A server without the interface says nothing of tags; nobody has to mend that.
    let (_, collection) = read_from(vcenter).await;
    assert!(!collection.aspects.contains(&Aspect::Tags));
    assert_eq!(collection.aspects.len(), Aspect::ALL.len() - 1, "{:?}", collection.issues);
    assert!(collection.issues.iter().all(|issue| issue.severity == Severity::Note), "{:?}", collection.issues);
}

#[tokio::test]
async fn a_machine_that_is_gone_costs_no_other_machine_its_details() {
    let script = Script { vms: 450, page: 500, gone_vms: Some(vec![7, 8, 301]), ..Script::default() };
    let (server, collection) = read_from(script).await;
    let sizes = collection.inventory.vms.iter().map(|vm| vm.config.snapshots[0].size_bytes);
    let unknown: Vec<usize> = sizes.enumerate().filter(|(_, size)| size.is_none()).map(|(at, _)| at).collect();
    assert_eq!(unknown, [7, 8, 301]);
    assert_eq!(collection.inventory.vms[449].config.snapshots[0].size_bytes, Some(449));
    assert!(!collection.aspects.contains(&Aspect::SnapshotSizes), "what was known of the three stays");
    let [issue] = collection.issues.as_slice() else { panic!("{:?}", collection.issues) };
    assert!(issue.message.contains("of 3 virtual machines"), "{}", issue.message);
    assert!(server.calls("RetrievePropertiesEx") < 60, "{}", server.calls("RetrievePropertiesEx"));

    // A server that says so of all of them is not asked for ever.
    let script = Script { vms: 450, page: 500, gone_vms: Some((0..450).collect()), ..Script::default() };
    let (server, collection) = read_from(script).await;
    assert_eq!((collection.inventory.vms.len(), collection.issues.len()), (450, 1), "{:?}", collection.issues);
    assert!(server.calls("RetrievePropertiesEx") < 600, "{}", server.calls("RetrievePropertiesEx"));
}

#[tokio::test]
async fn a_session_that_ends_before_a_side_read_is_renewed() {
    let (server, collection) = read_from(Script { vms: 3, page: 5, expire_at_alarms: true, ..Script::default() }).await;
    assert_eq!(collection.aspects.len(), Aspect::ALL.len(), "{:?}", collection.issues);
    assert!(collection.issues.is_empty(), "{:?}", collection.issues);
    assert_eq!(server.calls("Login"), 2);
}

#[tokio::test]
async fn a_host_is_known_by_its_hardware() {
    let (_, collection) = read_from(Script { vms: 1, page: 5, ..Script::default() }).await;
    assert_eq!(collection.identity.instance_uuid.as_deref(), Some("esxi:4c4c4544-0042"));
}

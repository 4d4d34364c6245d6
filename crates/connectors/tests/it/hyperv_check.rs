//! The connection test of a Hyper-V host, against the peer with answers as the script prints them.

use connectors::check;
use model::{
    check::{CheckOutcome, CheckReport},
    failure::{Failure, FailureKind},
    source::TlsMode,
};

use crate::winrm_peer::WinRmPeer;

const HOST: &str = r#""powershell":"5.1.20348.2849","computer":"HV1","product":"Windows Server 2022 Datacenter","build":"20348.2849","version":"10.0.20348.0""#;

/// A peer that gives this answer to the check's script and to nothing else.
fn peer_saying(is_tls: bool, json: &str) -> Option<WinRmPeer> {
    let responder = format!(
        "    assert 'S-1-5-32-578' in script and 'Get-VM ' in script, script\n    return 'Grüße\\r\\nIROA<{}>IROA'.encode(), b'', 0",
        json.replace('\'', "\\'")
    );
    WinRmPeer::answering(is_tls, &responder, &[])
}

async fn report(peer: &WinRmPeer) -> CheckReport {
    match check(&peer.endpoint()).await {
        CheckOutcome::Passed(report) => report,
        CheckOutcome::Failed { failure, .. } => panic!("{failure:?}"),
    }
}

async fn failure(peer: &WinRmPeer) -> Failure {
    match check(&peer.endpoint()).await {
        CheckOutcome::Passed(report) => panic!("{report:?}"),
        CheckOutcome::Failed { failure, .. } => failure,
    }
}

#[tokio::test]
async fn a_host_says_what_it_is_and_how_many_machines_the_account_sees() {
    let json =
        format!(r#"{{{HOST},"administrator":false,"hyperv_administrator":true,"module":["2.0.0.0"],"machines":42}}"#);
    let Some(peer) = peer_saying(true, &json) else { return };
    let report = report(&peer).await;
    assert_eq!(report.identity.product.as_deref(), Some("Microsoft Hyper-V on Windows Server 2022 Datacenter"));
    assert_eq!(report.identity.version.as_deref(), Some("10.0.20348.0"));
    assert_eq!(report.identity.build.as_deref(), Some("20348.2849"));
    assert_eq!(report.vms_visible, Some(42));
    assert_eq!(report.endpoint, format!("https://127.0.0.1:{}/wsman", peer.port));
    assert!(report.missing_privileges.is_empty() && report.certificate.is_some(), "{report:?}");
    assert_eq!(report.notes, ["PowerShell 5.1.20348.2849, Hyper-V module 2.0.0.0."]);
    assert_eq!((peer.count("Create"), peer.count("Delete")), (1, 1));
}

#[tokio::test]
async fn an_account_outside_the_group_learns_what_it_misses() {
    let json =
        format!(r#"{{{HOST},"administrator":false,"hyperv_administrator":false,"module":["2.0.0.0"],"machines":0}}"#);
    let Some(peer) = peer_saying(false, &json) else { return };
    let report = report(&peer).await;
    assert_eq!(report.vms_visible, Some(0));
    assert!(report.missing_privileges[0].privilege.starts_with("Hyper-V Administrators"), "{report:?}");
    let notes = report.notes.join("\n");
    assert!(notes.contains("sees no virtual machine") && notes.contains("says http"), "{notes}");
}

#[tokio::test]
async fn machines_that_cannot_be_counted_stay_unknown() {
    let json = format!(r#"{{{HOST},"module":["2.0.0.0"],"machines_error":"Zugriff verweigert.\\u0007"}}"#);
    let Some(peer) = peer_saying(false, &json) else { return };
    let report = report(&peer).await;
    assert_eq!((report.vms_visible, report.missing_privileges.len()), (None, 0));
    assert!(report.notes.iter().any(|note| note == "Machines could not be counted: Zugriff verweigert."), "{report:?}");
}

#[tokio::test]
async fn a_host_without_hyper_v_is_another_product() {
    for module in [r#""module":[]"#, r#""module":null"#, r#""other":1"#] {
        let Some(peer) = peer_saying(false, &format!("{{{HOST},{module}}}")) else { return };
        let failure = failure(&peer).await;
        assert_eq!(failure.kind, FailureKind::NotThisProduct);
        assert!(failure.detail.contains("Windows Server 2022 Datacenter"), "{failure:?}");
        assert!(failure.advice().contains("Hyper-V-PowerShell"), "{failure:?}");
    }
}

#[tokio::test]
async fn an_answer_that_is_none_is_a_failure() {
    for stdout in ["b''", "b'IROA<{'", "b'IROA<[1]>IROA'", "b'\\xff\\xfe'"] {
        let Some(peer) = WinRmPeer::answering(false, &format!("    return {stdout}, b'', 1"), &[]) else { return };
        let failure = failure(&peer).await;
        assert_eq!(failure.kind, FailureKind::Protocol);
        assert!(failure.detail.contains("ended with code 1"), "{failure:?}");
    }
}

#[tokio::test]
async fn a_self_signed_certificate_is_refused_shown_and_pinned() {
    let json = format!(r#"{{{HOST},"module":["2.0.0.0"],"machines":1}}"#);
    let Some(peer) = peer_saying(true, &json) else { return };
    let mut endpoint = peer.endpoint();
    endpoint.tls = TlsMode::System;
    let CheckOutcome::Failed { failure, certificate } = check(&endpoint).await else { panic!("it is self-signed") };
    assert_eq!(failure.kind, FailureKind::Certificate);
    endpoint.tls = TlsMode::Pinned { fingerprint: certificate.unwrap().fingerprint };
    assert!(matches!(check(&endpoint).await, CheckOutcome::Passed(_)));
    assert_eq!(peer.count("authenticated"), 1, "nobody signs in where the certificate is refused");
}

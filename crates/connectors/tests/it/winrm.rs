//! WinRM against the peer, whose authentication is pyspnego's; where it can, pywinrm does the same in the same test.

use base64::{Engine, prelude::BASE64_STANDARD};
use connectors::hyperv::winrm::{Auth, Output, Target, WinRm};
use model::{
    failure::{Failure, FailureKind},
    source::TlsMode,
};
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;

use crate::{
    endpoint::PASSWORD,
    winrm_peer::{LIMITS, LOCAL, WinRmPeer},
};

pub(crate) async fn run(target: &Target, command: &str, stdin: &[u8]) -> Result<Output, Failure> {
    let mut winrm = WinRm::connect(target, &CancellationToken::new()).await?;
    winrm.run(command, stdin, &LIMITS).await
}

/// What the peer's own responder says to a command line that is no script.
fn echo(command: &str) -> String {
    format!("ran: {command}\r\n")
}

/// `powershell.exe` with a script; the peer waits for standard input where the script speaks of it.
pub(crate) fn powershell(script: &str) -> String {
    let bytes: Vec<u8> = script.encode_utf16().flat_map(u16::to_le_bytes).collect();
    format!("powershell.exe -NonInteractive -EncodedCommand {}", BASE64_STANDARD.encode(bytes))
}

async fn runs(peer: &WinRmPeer, target: &Target) {
    let output = run(target, "hostname & ver", b"").await.unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), echo("hostname & ver"), "{:?}", target.auth);
    assert_eq!((output.stderr.as_slice(), output.exit_code), (&b""[..], 0));
    assert_eq!(peer.count("connected"), 1, "one session is one connection: {:?}", peer.journal());
    for event in ["Create", "Command", "Receive", "Signal", "Delete"] {
        assert_eq!(peer.count(event), 1, "{event}: {:?}", peer.journal());
    }
}

#[tokio::test]
async fn negotiate_seals_every_message_over_http() {
    for auth in [Auth::Negotiate, Auth::Offered] {
        let Some(peer) = WinRmPeer::http(&[]) else { return };
        runs(&peer, &peer.target(auth)).await;
        let journal = peer.journal();
        assert!(journal.iter().any(|line| line.ends_with("Negotiate spnego ntlm")), "{journal:?}");
        assert!(journal.iter().filter(|line| line.contains(" Create ")).all(|line| line.contains(" sealed ")));
        assert_eq!((peer.count("plaintext"), peer.count("refused")), (0, 0), "{journal:?}");
    }
}

#[tokio::test]
async fn ntlm_seals_every_message_over_http_as_pywinrm_does() {
    for auth in [Auth::Ntlm, Auth::Offered] {
        let Some(peer) = WinRmPeer::http(&["--offer", "NTLM"]) else { return };
        runs(&peer, &peer.target(auth)).await;
        assert_eq!(peer.count("plaintext"), 0);
        let reference = peer.reference("ntlm", ("LAB\\tester", PASSWORD), &["hostname & ver"]).unwrap();
        assert_eq!((reference.code, reference.stdout), (0, echo("hostname & ver")));
    }
}

#[tokio::test]
async fn sign_ins_over_https_are_bound_to_the_certificate_as_pywinrms_are() {
    for (auth, offer) in [(Auth::Ntlm, "NTLM"), (Auth::Negotiate, "Negotiate"), (Auth::Offered, "Negotiate,NTLM,Basic")]
    {
        let Some(peer) = WinRmPeer::https(&["--cbt", "require", "--offer", offer]) else { return };
        runs(&peer, &peer.target(auth)).await;
        let reference = peer.reference("ntlm", ("LAB\\tester", PASSWORD), &["hostname & ver"]).unwrap();
        assert_eq!((reference.code, reference.stdout), (0, echo("hostname & ver")));
    }
}

#[tokio::test]
async fn a_host_that_sees_another_certificate_refuses_both_clients() {
    let Some(peer) = WinRmPeer::https(&["--cbt", "wrong"]) else { return };
    for auth in [Auth::Ntlm, Auth::Negotiate] {
        let failure = run(&peer.target(auth), "ver", b"").await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Unauthorized, "{failure:?}");
        assert!(failure.advice().contains("CbtHardeningLevel"), "{failure:?}");
    }
    let complaint = peer.reference("ntlm", ("LAB\\tester", PASSWORD), &["ver"]).unwrap_err();
    assert!(complaint.contains("rejected by the server"), "{complaint}");
    assert_eq!(peer.count("authenticated"), 0);
}

#[tokio::test]
async fn basic_works_over_https_as_pywinrms_does() {
    let Some(peer) = WinRmPeer::https(&["--offer", "Basic"]) else { return };
    for auth in [Auth::Basic, Auth::Offered] {
        for (user, password) in [LOCAL, (".\\local", LOCAL.1), ("tester", PASSWORD)] {
            let output = run(&peer.target_of(user, password, auth), "ver", b"").await.unwrap();
            assert_eq!(String::from_utf8(output.stdout).unwrap(), echo("ver"));
        }
        let failure = run(&peer.target_of("local", "wrong", auth), "ver", b"").await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Unauthorized, "{failure:?}");
    }
    assert_eq!(peer.reference("basic", LOCAL, &["ver"]).unwrap().stdout, echo("ver"));
}

#[tokio::test]
async fn a_host_with_any_certificate_does_not_get_the_password_by_offering_basic() {
    let Some(peer) = WinRmPeer::https(&["--offer", "Basic"]) else { return };
    let target = Target { tls: TlsMode::Unverified, ..peer.target_of(LOCAL.0, LOCAL.1, Auth::Offered) };
    let failure = run(&target, "ver", b"").await.unwrap_err();
    assert_eq!((failure.kind, peer.count("authenticated")), (FailureKind::Tls, 0), "{failure:?}");
    assert!(failure.advice().contains("pin it"), "{failure:?}");
}

/// The host would take it; we never send it.
#[tokio::test]
async fn basic_over_http_is_refused_by_us() {
    let Some(peer) = WinRmPeer::http(&["--offer", "Basic", "--allow-unencrypted"]) else { return };
    for auth in [Auth::Basic, Auth::Offered] {
        let failure = run(&peer.target_of(LOCAL.0, LOCAL.1, auth), "ver", b"").await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Tls, "{failure:?}");
        assert!(failure.advice().contains("5986") && failure.advice().contains("Negotiate"), "{failure:?}");
    }
    assert_eq!((peer.count("authenticated"), peer.count("refused"), peer.count("plaintext")), (0, 0, 0));
    // The other client is not so careful: the peer does take Basic.
    assert_eq!(peer.reference("basic", LOCAL, &["ver"]).unwrap().stdout, echo("ver"));
}

#[tokio::test]
async fn accounts_are_written_in_any_usual_way() {
    let Some(peer) = WinRmPeer::http(&[]) else { return };
    for (user, password) in [
        ("LAB\\tester", PASSWORD),
        ("lab\\TESTER", PASSWORD),
        ("tester@lab.example", PASSWORD),
        LOCAL,
        (".\\local", LOCAL.1),
    ] {
        for auth in [Auth::Negotiate, Auth::Ntlm] {
            let output = run(&peer.target_of(user, password, auth), "ver", b"").await;
            assert!(output.is_ok(), "{user}: {output:?}");
        }
    }
    for (user, password) in [
        ("LAB\\tester", "wrong"),
        ("OTHER\\tester", PASSWORD),
        ("nobody", PASSWORD),
        ("", PASSWORD),
        ("A\\B\\c", PASSWORD),
    ] {
        for auth in [Auth::Negotiate, Auth::Ntlm, Auth::Offered] {
            let failure = run(&peer.target_of(user, password, auth), "ver", b"").await.unwrap_err();
            assert_eq!(failure.kind, FailureKind::Unauthorized, "{user}: {failure:?}");
            assert!(failure.advice().contains("DOMAIN\\user"), "{failure:?}");
        }
    }
    let complaint = peer.reference("ntlm", ("LAB\\tester", "wrong"), &["ver"]).unwrap_err();
    assert!(complaint.contains("rejected by the server"), "{complaint}");
}

#[tokio::test]
async fn a_host_without_a_usable_sign_in_says_what_it_has() {
    let Some(peer) = WinRmPeer::https(&["--offer", "Kerberos,CredSSP"]) else { return };
    let failure = run(&peer.target(Auth::Offered), "ver", b"").await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Forbidden);
    assert!(failure.detail.contains("Kerberos, CredSSP") && failure.advice().contains("Negotiate"), "{failure:?}");
}

#[tokio::test]
async fn a_quiet_command_is_asked_again_until_it_has_something_to_say() {
    let Some(peer) = WinRmPeer::http(&["--timeouts", "4"]) else { return };
    let output = run(&peer.target(Auth::Offered), "ver", b"").await.unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), echo("ver"));
    // Two to sign in, then Create, Command, five times Receive, Signal, Delete.
    assert_eq!((peer.count("Receive"), output.round_trips), (5, 11), "{:?}", peer.journal());
    assert_eq!(peer.reference("ntlm", ("LAB\\tester", PASSWORD), &["ver"]).unwrap().stdout, echo("ver"));
}

#[tokio::test]
async fn output_in_many_pieces_is_put_together_and_both_streams_are_told_apart() {
    let responder = "    return 'äöü€'.encode() * 20_000, b'oh dear\\r\\n', 3221225786";
    for is_tls in [false, true] {
        let Some(peer) = WinRmPeer::answering(is_tls, responder, &["--chunk", "9999"]) else { return };
        let output = run(&peer.target(Auth::Offered), "ver", b"").await.unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), "äöü€".repeat(20_000));
        assert_eq!((output.stderr.as_slice(), output.exit_code as u32), (&b"oh dear\r\n"[..], 0xC000_013A));
        assert_eq!(peer.count("connected"), 1);
    }
}

#[tokio::test]
async fn a_large_input_arrives_whole_in_pieces_that_fit() {
    let Some(peer) = WinRmPeer::http(&["--envelope", "153600"]) else { return };
    let script = powershell("read all of stdin");
    for bytes in [1, 41_000, 100_000, 350_001] {
        let stdin = vec![b'x'; bytes];
        let output = run(&peer.target(Auth::Offered), &script, &stdin).await.unwrap();
        let expected = format!(
            "script[17]:read all of stdin stdin={bytes} {}\r\n",
            BASE64_STANDARD.encode(Sha256::digest(&stdin))
        );
        assert_eq!(String::from_utf8(output.stdout).unwrap(), expected);
        let bytes = bytes.to_string();
        let reference = peer.reference("ntlm", ("LAB\\tester", PASSWORD), &[&script, &bytes]).unwrap();
        assert_eq!(reference.stdout, expected);
    }
    assert!(peer.count("Send") >= 2 * (1 + 1 + 1 + 4), "{:?}", peer.journal());
}

/// A host before Windows Server 2012 refuses to be asked for 500 kB.
#[tokio::test]
async fn a_host_with_small_envelopes_is_asked_for_small_ones() {
    let responder = "    return b'x' * 1_000_000, b'', 0";
    for (limit, receives) in [("153600", 9), ("512000", 3)] {
        let Some(peer) = WinRmPeer::answering(false, responder, &["--envelope", limit, "--chunk", "1000000"]) else {
            return;
        };
        let output = run(&peer.target(Auth::Offered), "ver", b"").await.unwrap();
        assert_eq!((output.stdout.len(), peer.count("Receive")), (1_000_000, receives));
    }
}

#[tokio::test]
async fn a_session_runs_one_command_after_the_other() {
    let Some(peer) = WinRmPeer::http(&[]) else { return };
    let mut winrm = WinRm::connect(&peer.target(Auth::Offered), &CancellationToken::new()).await.unwrap();
    let mut trips = Vec::new();
    for command in ["one", "two", "three"] {
        let output = winrm.run(command, b"", &LIMITS).await.unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), echo(command));
        trips.push(output.round_trips);
    }
    assert_eq!((peer.count("connected"), peer.count("Delete")), (1, 3));
    assert_eq!(trips, [7, 5, 5]);
}

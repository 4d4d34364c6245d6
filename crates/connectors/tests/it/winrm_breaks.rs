//! What goes wrong between IROA and a host in the middle of a command, and that no shell is left behind.

use std::time::{Duration, Instant};

use connectors::hyperv::winrm::{Auth, Limits, WinRm};
use model::failure::{Failure, FailureKind};
use tokio_util::sync::CancellationToken;

use crate::{
    winrm::run,
    winrm_peer::{LIMITS, WinRmPeer},
};

/// The shell that was created has been deleted; waits for it, because a dropped run deletes in the background.
async fn is_deleted(peer: &WinRmPeer) -> bool {
    let shell_of = |line: &String, event: &str| {
        let mut words = line.split(' ').skip(1);
        words.next().filter(|word| *word == event)?;
        words.next().map(str::to_owned)
    };
    for _ in 0..200 {
        let journal = peer.journal();
        let used = journal.iter().find_map(|line| shell_of(line, "Command"));
        let deleted = journal.iter().find_map(|line| shell_of(line, "Delete"));
        if deleted.is_some() && (used.is_none() || used == deleted) {
            return true;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    false
}

async fn failure_when(misbehaviour: &str) -> Option<(Failure, WinRmPeer)> {
    let peer = WinRmPeer::http(&["--misbehave", misbehaviour])?;
    let failure = run(&peer.target(Auth::Offered), "ver", b"").await.unwrap_err();
    Some((failure, peer))
}

#[tokio::test]
async fn a_session_that_is_dropped_is_an_unreachable_host_and_its_shell_is_deleted_over_a_new_connection() {
    for action in ["Command", "Receive"] {
        let Some((failure, peer)) = failure_when(&format!("{action}=drop")).await else { return };
        assert_eq!(failure.kind, FailureKind::Unreachable, "{failure:?}");
        assert!(is_deleted(&peer).await, "{:?}", peer.journal());
        assert_eq!(peer.count("connected"), 2);
    }
}

#[tokio::test]
async fn a_session_that_the_host_forgets_is_told_from_a_wrong_password() {
    let Some((failure, peer)) = failure_when("Receive=deny").await else { return };
    assert_eq!(failure.kind, FailureKind::Unreachable, "{failure:?}");
    assert!(failure.detail.contains("ended the session"), "{failure:?}");
    assert!(is_deleted(&peer).await, "{:?}", peer.journal());
}

#[tokio::test]
async fn an_answer_that_was_changed_on_the_way_is_not_believed() {
    for (misbehaviour, detail) in [
        ("Receive=tamper", "its seal does not hold"),
        ("Create=plain", "answered without encryption"),
        ("Receive=plain", "answered without encryption"),
        ("Receive=empty", "does not accept encrypted messages"),
    ] {
        let Some((failure, peer)) = failure_when(misbehaviour).await else { return };
        assert_eq!(failure.kind, FailureKind::Protocol, "{failure:?}");
        assert!(failure.detail.contains(detail), "{misbehaviour}: {failure:?}");
        assert!(failure.advice().contains("https"), "{failure:?}");
        assert!(misbehaviour.starts_with("Create") || is_deleted(&peer).await, "{:?}", peer.journal());
    }
}

/// The host's last token proves that it knows the password as well, and that nobody changed what both sides offered.
#[tokio::test]
async fn a_sign_in_that_was_changed_on_the_way_is_not_believed() {
    for is_tls in [false, true] {
        let arguments = ["--misbehave", "SignIn"];
        let peer = if is_tls { WinRmPeer::https(&arguments) } else { WinRmPeer::http(&arguments) };
        let Some(peer) = peer else { return };
        let failure = run(&peer.target(Auth::Negotiate), "ver", b"").await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::Protocol, "{failure:?}");
        assert!(failure.detail.contains("sign-in") && peer.count("authenticated") == 1, "{failure:?}");
        assert_eq!(peer.count("Create"), 0);
    }
}

#[tokio::test]
async fn two_hundred_megabytes_of_garbage_are_not_swallowed() {
    let started = Instant::now();
    let Some((failure, peer)) = failure_when("Receive=garbage").await else { return };
    assert_eq!(failure.kind, FailureKind::Protocol, "{failure:?}");
    assert!(failure.detail.contains("exceeds 2 MiB"), "{failure:?}");
    assert!(is_deleted(&peer).await && started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
}

#[tokio::test]
async fn faults_of_the_host_become_failures_with_advice() {
    for (misbehaviour, kind, advice) in [
        ("Create=fault:5", FailureKind::Forbidden, "Remote Management Users"),
        ("Create=fault:2150859173", FailureKind::Throttled, "MaxShellsPerUser"),
        ("Command=fault:2150859174", FailureKind::Throttled, "MaxConcurrentOperationsPerUser"),
        ("Create=fault:2150859179", FailureKind::Throttled, "MaxConcurrentUsers"),
        ("Receive=fault:2150858843", FailureKind::Unreachable, "restarted"),
        ("Command=fault:2147942606", FailureKind::Protocol, "Sync again"),
    ] {
        let Some((failure, peer)) = failure_when(misbehaviour).await else { return };
        assert_eq!(failure.kind, kind, "{misbehaviour}: {failure:?}");
        assert!(failure.advice().contains(advice), "{misbehaviour}: {failure:?}");
        assert!(misbehaviour.starts_with("Create") || is_deleted(&peer).await, "{:?}", peer.journal());
        assert_eq!(peer.count("connected"), 1, "a fault is an answer like any other");
    }
}

/// The command has ended before it read all of its input: what it printed is what counts.
#[tokio::test]
async fn a_command_that_does_not_read_its_input_to_the_end_still_answers() {
    let Some(peer) = WinRmPeer::http(&["--misbehave", "Send#2=fault:2147942509"]) else { return };
    let output = run(&peer.target(Auth::Offered), "ver", &vec![0; 250_000]).await.unwrap();
    assert_eq!(output.stdout, b"ran: ver\r\n");
    assert_eq!(peer.count("Send"), 2);
}

#[tokio::test]
async fn a_host_that_falls_silent_costs_no_more_than_the_limit() {
    for action in ["Command", "Receive"] {
        let Some(peer) = WinRmPeer::http(&["--misbehave", &format!("{action}=stall")]) else { return };
        let mut winrm = WinRm::connect(&peer.target(Auth::Offered), &CancellationToken::new()).await.unwrap();
        let started = Instant::now();
        let limits = Limits { time: Duration::from_secs(1), ..LIMITS };
        let failure = winrm.run("ver", b"", &limits).await.unwrap_err();
        assert_eq!(failure.kind, FailureKind::TimedOut);
        assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
        assert!(is_deleted(&peer).await, "{:?}", peer.journal());
        // The session is as good as new.
        assert_eq!(winrm.run("ver", b"", &LIMITS).await.unwrap().stdout, b"ran: ver\r\n");
    }
}

#[tokio::test]
async fn a_command_that_prints_without_end_is_stopped() {
    let Some(peer) = WinRmPeer::answering(false, "    return b'x' * 1_000_000, b'', 0", &[]) else { return };
    let mut winrm = WinRm::connect(&peer.target(Auth::Offered), &CancellationToken::new()).await.unwrap();
    let failure = winrm.run("ver", b"", &Limits { output_bytes: 100_000, ..LIMITS }).await.unwrap_err();
    assert_eq!(failure.kind, FailureKind::Protocol);
    assert!(failure.detail.contains("more than 100000 bytes"), "{failure:?}");
    assert!(is_deleted(&peer).await && peer.count("Receive") < 30, "{:?}", peer.journal());
}

#[tokio::test]
async fn a_cancelled_run_ends_at_once_and_leaves_no_shell() {
    for action in ["Command", "Receive"] {
        let Some(peer) = WinRmPeer::http(&["--misbehave", &format!("{action}=stall")]) else { return };
        let cancel = CancellationToken::new();
        let mut winrm = WinRm::connect(&peer.target(Auth::Offered), &cancel).await.unwrap();
        let later = cancel.clone();
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(300)).await;
            later.cancel();
        });
        let started = Instant::now();
        assert_eq!(winrm.run("ver", b"", &LIMITS).await.unwrap_err().kind, FailureKind::Cancelled);
        assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
        assert!(is_deleted(&peer).await, "{:?}", peer.journal());
    }
}

#[tokio::test]
async fn a_run_that_nobody_waits_for_any_more_leaves_no_shell() {
    let Some(peer) = WinRmPeer::http(&["--misbehave", "Receive=stall"]) else { return };
    let mut winrm = WinRm::connect(&peer.target(Auth::Offered), &CancellationToken::new()).await.unwrap();
    let dropped = tokio::time::timeout(Duration::from_millis(500), winrm.run("ver", b"", &LIMITS)).await;
    assert!(dropped.is_err());
    assert!(is_deleted(&peer).await, "{:?}", peer.journal());
}

/// Many times what the largest hosts print.
#[tokio::test]
async fn forty_megabytes_of_output_arrive() {
    let responder = "    return (b'0123456789abcdef' * 64 + b'\\n') * 40_000, b'', 0";
    let Some(peer) = WinRmPeer::answering(false, responder, &["--chunk", "1000000"]) else { return };
    let started = Instant::now();
    let output = run(&peer.target(Auth::Offered), "ver", b"").await.unwrap();
    eprintln!("{} bytes in {} round trips, {:?}", output.stdout.len(), output.round_trips, started.elapsed());
    assert_eq!(output.stdout.len(), 41_000_000);
    assert!(output.stdout.chunks(1025).all(|line| line.starts_with(b"0123") && line.ends_with(b"f\n")));
}

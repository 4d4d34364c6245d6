//! The process: users without the web, https, and an orderly end.

use std::{
    process::Stdio,
    time::{Duration, Instant},
};

use nix::{
    sys::signal::{Signal, kill},
    unistd::Pid,
};
use reqwest::StatusCode;

use crate::support::{PASSWORD, Server, command};

#[tokio::test]
async fn a_signal_ends_it_in_order_and_what_was_kept_is_there_again() {
    let (mut server, root) = Server::set_up().await;
    assert_eq!(root.get("/readyz").await.status(), StatusCode::OK);
    kill(Pid::from_raw(server.child.id().cast_signed()), Signal::SIGTERM).unwrap();
    let started = Instant::now();
    let status = loop {
        if let Some(status) = server.child.try_wait().unwrap() {
            break status;
        }
        assert!(started.elapsed() < Duration::from_secs(20), "the server does not end");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    assert!(status.success(), "{status}");

    let folder = std::mem::replace(&mut server.folder, tempfile::tempdir().unwrap());
    let again = Server::start_in(folder, &[]);
    assert_eq!(again.token, None, "there is a user");
    let answer = again.browser().submit("sign_in", &[("name", "root"), ("password", PASSWORD)]).await;
    assert!(answer.status().is_redirection());
}

#[tokio::test]
async fn users_are_added_and_reset_at_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let done = command(&folder).args(arguments).stderr(Stdio::inherit()).output().unwrap();
        assert!(done.status.success(), "{arguments:?}");
        String::from_utf8(done.stdout).unwrap()
    };
    run(&["migrate"]);
    let added = run(&["user", "add", "Anna", "--role", "admin"]);
    let password = run(&["user", "reset", "anna"]).rsplit(": ").next().unwrap().trim().to_owned();
    assert!(!added.contains(&password));
    let server = Server::start_in(folder, &[]);
    assert_eq!(server.token, None);
    let answer = server.browser().submit("sign_in", &[("name", "anna"), ("password", &password)]).await;
    assert!(answer.status().is_redirection());
}

#[tokio::test]
async fn certificate_files_make_it_speak_https() {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    std::fs::write(folder.path().join("cert.pem"), made.cert.pem()).unwrap();
    std::fs::write(folder.path().join("key.pem"), made.signing_key.serialize_pem()).unwrap();
    let server = Server::start_in(folder, &["--tls-certificate", "cert.pem", "--tls-key", "key.pem"]);
    assert!(server.base.starts_with("https://127.0.0.1:"), "{}", server.base);
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().tls_danger_accept_invalid_certs(true).no_proxy().build().unwrap();
    let answer = client.get(format!("{}/healthz", server.base)).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(answer.headers().contains_key("strict-transport-security"));
}

#[tokio::test]
async fn the_key_is_replaced_at_the_command_line() {
    let (server, root) = Server::set_up().await;
    let source = [
        ("form[kind]", "vcenter"),
        ("form[name]", "lab"),
        ("form[endpoint]", "127.0.0.1:9"),
        ("form[username]", "reader"),
        ("form[password]", "secret"),
        ("form[tls]", "unverified"),
        ("form[interval]", "0"),
        ("form[enabled]", "on"),
    ];
    assert!(root.submit("save_source", &source).await.status().is_redirection());
    let file = server.folder.path().join("data/secret.key");
    let before = std::fs::read_to_string(&file).unwrap();
    let done = command(&server.folder).arg("rotate-key").stderr(Stdio::inherit()).output().unwrap();
    assert!(done.status.success());
    assert!(String::from_utf8(done.stdout).unwrap().trim_end().ends_with("new key: 1"));
    let after = std::fs::read_to_string(&file).unwrap();
    assert_ne!(before, after);

    // From the environment: the old one as it was, the new one beside it.
    std::fs::remove_file(&file).unwrap();
    let mut given = command(&server.folder);
    given.arg("rotate-key").env("IROA_SECRET_KEY", after.trim());
    let refused = given.output().unwrap();
    assert!(!refused.status.success());
    assert!(String::from_utf8(refused.stderr).unwrap().contains("IROA_NEW_SECRET_KEY"));
    let done = given.env("IROA_NEW_SECRET_KEY", before.trim()).output().unwrap();
    assert!(done.status.success());
    assert!(!file.exists());
}

#[tokio::test]
async fn a_second_server_on_the_same_file_is_refused() {
    let (server, _root) = Server::set_up().await;
    let second = command(&server.folder).args(["serve", "--bind", "127.0.0.1:0"]).output().unwrap();
    assert!(!second.status.success());
    let said = String::from_utf8_lossy(&second.stderr).into_owned() + &String::from_utf8_lossy(&second.stdout);
    assert!(said.contains("another IROA serves"), "{said}");
}

#[tokio::test]
async fn what_cannot_be_served_is_said_before_anything_is_touched() {
    let folder = tempfile::tempdir().unwrap();
    let refused = |arguments: &[&str]| {
        let done = command(&folder).args(arguments).output().unwrap();
        assert!(!done.status.success(), "{arguments:?}");
        String::from_utf8_lossy(&done.stderr).into_owned() + &String::from_utf8_lossy(&done.stdout)
    };
    let missing = ["--tls-certificate", "no.pem", "--tls-key", "no.pem"];
    for command in ["check-config", "serve"] {
        assert!(refused(&[&[command], missing.as_slice()].concat()).contains("tls_certificate"));
    }
    assert!(refused(&["check-config", "--assets-dir", "nowhere"]).contains("assets_dir"));
    assert!(refused(&["user", "reset", "anna"]).contains("there is no database"));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing was made");
}

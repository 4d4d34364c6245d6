//! A command against the recorded answers of a Windows Server 2016 (`tests/fixtures/winrm`), in the order in which it gave them.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use axum::{Router, body::Bytes, http::StatusCode, http::header, response::IntoResponse};
use connectors::{
    address::Address,
    hyperv::winrm::{Account, Auth, Target},
};
use model::source::TlsMode;

use crate::{tls::serve_tls, winrm::run};

const RECORDED: [(&str, StatusCode, &str); 7] = [
    ("Create", StatusCode::OK, include_str!("../fixtures/winrm/create.xml")),
    ("Command", StatusCode::OK, include_str!("../fixtures/winrm/command.xml")),
    ("Receive", StatusCode::INTERNAL_SERVER_ERROR, include_str!("../fixtures/winrm/operation_timeout.xml")),
    ("Receive", StatusCode::INTERNAL_SERVER_ERROR, include_str!("../fixtures/winrm/operation_timeout.xml")),
    ("Receive", StatusCode::OK, include_str!("../fixtures/winrm/receive.xml")),
    ("Signal", StatusCode::OK, include_str!("../fixtures/winrm/signal.xml")),
    ("Delete", StatusCode::OK, include_str!("../fixtures/winrm/delete.xml")),
];

#[tokio::test]
async fn a_command_is_run_as_windows_recorded_it() {
    let left = Arc::new(Mutex::new(VecDeque::from(RECORDED)));
    let answers = left.clone();
    let app = Router::new().fallback(move |body: Bytes| {
        let answers = answers.clone();
        async move {
            if body.is_empty() {
                return StatusCode::OK.into_response();
            }
            let request = String::from_utf8(body.to_vec()).unwrap();
            let (action, status, answer) = answers.lock().unwrap().pop_front().unwrap();
            let shell = "<w:Selector Name=\"ShellId\">849551A1-CEC2-4ABD-8B62-652AD1053E9B</w:Selector>";
            let command = "CommandId=\"D644AE56-61E5-4C1A-A135-E599B76B3035\"";
            let is_expected = request.contains(&format!("/{action}</a:Action>"))
                && (action == "Create" || request.contains(shell))
                && (!["Receive", "Signal"].contains(&action) || request.contains(command));
            if !is_expected {
                return (StatusCode::BAD_REQUEST, request).into_response();
            }
            (status, [(header::CONTENT_TYPE, "application/soap+xml;charset=UTF-8")], answer).into_response()
        }
    });
    let target = Target {
        address: Address::winrm(&format!("https://{}", serve_tls(app).await)).unwrap(),
        account: Account::parse("vagrant"),
        password: "vagrant".into(),
        tls: TlsMode::Unverified,
        auth: Auth::Basic,
    };
    let output = run(&target, "whatever", b"").await.unwrap();
    assert_eq!((output.stdout.as_slice(), output.exit_code), (&b"hi again\n"[..], 0));
    assert_eq!((left.lock().unwrap().len(), output.round_trips), (0, 8), "one more to sign in");
}

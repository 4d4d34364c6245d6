//! Every server function there is, called signed out and as each role. One that this table does not know fails the test:
//! whoever adds a server function says here who may call it.

use std::collections::BTreeSet;

use model::account::Role;
use reqwest::header;
use serde_json::Value;

use crate::support::{Browser, PASSWORD, Server};

#[derive(Clone, Copy, PartialEq, Eq)]
enum Least {
    Anyone,
    Of(Role),
}

const ANYONE: Least = Least::Anyone;
const VIEWER: Least = Least::Of(Role::Viewer);
const MANAGER: Least = Least::Of(Role::Manager);
const ADMIN: Least = Least::Of(Role::Admin);

const SOURCE: &str = "form[kind]=vcenter&form[name]=x&form[endpoint]=127.0.0.1:9&form[username]=x&form[password]=x\
                      &form[tls]=system&form[interval]=0";

/// Name, who may, and arguments that can be read: what cannot be read is refused before anybody asks who sent it.
const FUNCTIONS: &[(&str, Least, &str)] = &[
    ("read_visitor", ANYONE, "{}"),
    ("create_first_admin", ANYONE, "token=x&name=x&password=x&repeated=x"),
    ("sign_in", ANYONE, "name=nobody&password=x"),
    ("change_own_password", VIEWER, "current=x&new=x&repeated=x"),
    ("own_sessions", VIEWER, "{}"),
    ("revoke_session", VIEWER, "handle=x"),
    ("set_appearance", VIEWER, "theme=dark"),
    ("save_columns", VIEWER, "kind=vm&columns=name"),
    ("list_users", ADMIN, "{}"),
    ("read_installation", ADMIN, "{}"),
    ("add_user", ADMIN, "name=another&role=viewer&password=correct+horse+battery"),
    ("set_user_role", ADMIN, "id=99&role=viewer"),
    ("set_user_disabled", ADMIN, "id=99&disabled=true"),
    ("reset_user_password", ADMIN, "id=99"),
    ("take_one_time_password", ADMIN, r#"{"ticket":"x"}"#),
    ("list_sources", VIEWER, "{}"),
    ("read_source", VIEWER, r#"{"id":99}"#),
    ("save_source", MANAGER, SOURCE),
    ("check_source", MANAGER, SOURCE),
    ("delete_source", MANAGER, "id=99&fate=keep"),
    ("take_source_draft", MANAGER, r#"{"ticket":"x"}"#),
    ("start_sync", MANAGER, "source=99"),
    ("start_all_syncs", MANAGER, ""),
    ("cancel_run", MANAGER, "run=99"),
    ("list_runs", VIEWER, r#"{"source":null,"page":1}"#),
    ("read_run", VIEWER, r#"{"id":99}"#),
    ("list_changes", VIEWER, r#"{"query":{}}"#),
    ("list_rows", VIEWER, r#"{"kind":"vm","query":{},"columns":null}"#),
    ("read_vm", VIEWER, r#"{"id":99}"#),
    ("read_host", VIEWER, r#"{"id":99}"#),
    ("read_cluster", VIEWER, r#"{"id":99}"#),
    ("read_datastore", VIEWER, r#"{"id":99}"#),
    ("read_network", VIEWER, r#"{"id":99}"#),
    ("decide_link", MANAGER, "monitored=98&platform=99&is_one=true"),
    ("forget_link", MANAGER, "monitored=98&platform=99"),
    ("add_mapping", MANAGER, "source=99&metric=cpu_usage_percent&selector=up&factor=1"),
    ("try_mapping", MANAGER, "source=99&metric=cpu_usage_percent&selector=up&factor=1"),
    ("remove_mapping", MANAGER, "source=99&mapping=1"),
    (
        "set_capacity_settings",
        MANAGER,
        "cpu_overcommit=4&memory_overcommit=1&cpu_buffer=10&memory_buffer=10&storage_buffer=20&failures=",
    ),
    ("set_retention", ADMIN, "base=35&hourly=400&daily=1825"),
    ("set_metric_preference", ADMIN, "metric=cpu_usage_percent&preferred="),
    ("read_overview", VIEWER, "{}"),
    ("draw_measurements", VIEWER, r#"{"part":{"object":"vm"},"id":99,"search":"","utc_offset_ms":0}"#),
    ("search_inventory", VIEWER, r#"{"q":"web"}"#),
    // Last: it ends the session that the others are called with.
    ("sign_out", ANYONE, ""),
];

/// The error's name in the answer, empty where there is none.
async fn call(browser: &Browser, name: &str, arguments: &str) -> String {
    let url = format!("{}/api/fn/{name}", browser.base);
    let request = browser.client.post(url).header(header::ORIGIN, &browser.base);
    let content = if arguments.starts_with('{') { "application/json" } else { "application/x-www-form-urlencoded" };
    let answer = request.header(header::CONTENT_TYPE, content).body(arguments.to_owned()).send().await.unwrap();
    let status = answer.status();
    let body = answer.text().await.unwrap();
    let json: Value = serde_json::from_str(&body).unwrap_or_default();
    // `"signed_out"`, or `{"invalid":{…}}` where there is more to say.
    let error = match &json {
        _ if status.is_success() => String::new(),
        Value::String(error) => error.clone(),
        Value::Object(fields) => fields.keys().next().cloned().unwrap_or_default(),
        _ => format!("no error of ours: {status}"),
    };
    let expected = match error.as_str() {
        "signed_out" => status == 401,
        "forbidden" => status == 403,
        // An argument that cannot be read would hide the guard.
        _ => !body.contains("has a value that is not offered"),
    };
    assert!(expected, "{name}: {status} {body}");
    error
}

#[test]
fn the_table_knows_every_server_function() {
    // Links the application into this test, so that its functions are registered.
    let _ = server::router::build;
    let registered: BTreeSet<&str> = leptos::server_fn::axum::server_fn_paths().map(|(path, _)| path).collect();
    let known: Vec<String> = FUNCTIONS.iter().map(|(name, _, _)| format!("/api/fn/{name}")).collect();
    let known: BTreeSet<&str> = known.iter().map(String::as_str).collect();
    assert!(!registered.is_empty());
    assert_eq!(registered, known);
}

#[tokio::test]
async fn each_role_calls_what_it_may_and_nothing_else() {
    let (server, root) = Server::set_up().await;
    let visitors = [
        (None, server.browser()),
        (Some(Role::Viewer), server.signed_in(&root, Role::Viewer).await),
        (Some(Role::Manager), server.signed_in(&root, Role::Manager).await),
        (Some(Role::Admin), root),
    ];
    for (role, browser) in &visitors {
        for (name, least, arguments) in FUNCTIONS {
            let error = call(browser, name, arguments).await;
            let expected = match (least, role) {
                (Least::Anyone, _) => None,
                (Least::Of(_), None) => Some("signed_out"),
                (Least::Of(least), Some(role)) => (role < least).then_some("forbidden"),
            };
            match expected {
                Some(refusal) => assert_eq!(error, refusal, "{name} as {role:?}"),
                None => assert!(
                    !matches!(error.as_str(), "signed_out" | "forbidden" | "internal"),
                    "{name} as {role:?}: {error}"
                ),
            }
        }
    }
}

#[tokio::test]
async fn a_one_time_password_opens_the_own_account_and_nothing_else() {
    const OWN_ACCOUNT: [&str; 4] = ["change_own_password", "own_sessions", "revoke_session", "set_appearance"];
    const CHOSEN: &str = "a password of the own choice";
    let (server, root) = Server::set_up().await;
    let newcomer = [("name", "newcomer"), ("role", "admin"), ("password", PASSWORD)];
    assert!(root.submit("add_user", &newcomer).await.status().is_redirection());
    let browser = server.browser();
    let signed_in = browser.submit("sign_in", &[("name", "newcomer"), ("password", PASSWORD)]).await;
    assert!(signed_in.status().is_redirection());
    let mut held = 0;
    for (name, least, arguments) in FUNCTIONS.iter().filter(|(_, least, _)| matches!(least, Least::Of(_))) {
        let error = call(&browser, name, arguments).await;
        let is_own = OWN_ACCOUNT.contains(name);
        // "Conflict" is how the guard answers, and nothing else in this table does.
        assert_eq!(
            error == "conflict",
            !is_own,
            "{name} for {}: {error:?}",
            if *least == ADMIN { "admins" } else { "all" }
        );
        held += usize::from(!is_own);
    }
    assert!(held > 20);
    let export = browser.get("/export/vms.csv").await;
    assert!(export.status().is_redirection(), "{}", export.status());

    let own = [("current", PASSWORD), ("new", CHOSEN), ("repeated", CHOSEN)];
    assert!(browser.submit("change_own_password", &own).await.status().is_redirection());
    assert_eq!(call(&browser, "list_users", "{}").await, "");
    assert_eq!(browser.get("/export/vms.csv").await.status(), reqwest::StatusCode::OK);
}

#[tokio::test]
async fn a_changed_role_holds_at_once() {
    let (server, root) = Server::set_up().await;
    let manager = server.signed_in(&root, Role::Manager).await;
    assert_eq!(call(&manager, "start_sync", "source=99").await, "not_found");
    // `root` is the first user, the manager the second.
    let changed = root.submit("set_user_role", &[("id", "2"), ("role", "viewer")]).await;
    assert!(changed.status().is_redirection());
    assert_eq!(call(&manager, "start_sync", "source=99").await, "signed_out");
    let again = manager.submit("sign_in", &[("name", "manager"), ("password", PASSWORD)]).await;
    assert!(again.status().is_redirection());
    assert_eq!(call(&manager, "start_sync", "source=99").await, "forbidden");
}

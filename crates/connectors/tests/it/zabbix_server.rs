//! A small Zabbix-like API of these tests, for what a real 6.0 cannot do: other versions, chunks that are too large, sessions that
//! end at a certain call, bodies without an end. It is not a simulator: it knows the few calls of the connector.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use connectors::Endpoint;
use futures::stream;
use model::source::{SourceKind, TlsMode};
use serde_json::{Value, json};

use crate::hostile::serve;

/// What the server does on purpose.
#[derive(Clone)]
pub(crate) struct Script {
    pub(crate) version: &'static str,
    pub(crate) path: &'static str,
    pub(crate) hosts: usize,
    /// More items in one `history.get` or `trend.get` are status 500, as with PHP that runs out of memory.
    pub(crate) most_items: usize,
    /// More than this span in seconds is, too.
    pub(crate) longest_s: i64,
    /// The session ends at these calls, counted over the run and without logins.
    pub(crate) ends_at: Vec<usize>,
    /// These methods answer with this text in place of all else.
    pub(crate) instead: Vec<(&'static str, String)>,
    /// `history.get` answers without an end.
    pub(crate) is_endless: bool,
    /// What `Date` says.
    pub(crate) date: Option<String>,
    pub(crate) delay: Duration,
}

impl Default for Script {
    fn default() -> Self {
        Self {
            version: "6.0.14",
            path: "/api_jsonrpc.php",
            hosts: 1,
            most_items: usize::MAX,
            longest_s: i64::MAX,
            ends_at: Vec::new(),
            instead: Vec::new(),
            is_endless: false,
            date: None,
            delay: Duration::ZERO,
        }
    }
}

/// A request as it came: the body, and the header `Authorization`.
pub(crate) struct Asked {
    pub(crate) method: String,
    pub(crate) body: Value,
    pub(crate) bearer: Option<String>,
}

#[derive(Default)]
struct Memory {
    asked: Vec<Asked>,
    calls: usize,
    sessions: usize,
}

struct Shared {
    script: Script,
    memory: Mutex<Memory>,
}

pub(crate) struct ZabbixServer {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
}

impl ZabbixServer {
    pub(crate) async fn start(script: Script) -> Self {
        let shared = Arc::new(Shared { script, memory: Mutex::default() });
        let address = serve(Router::new().fallback(answer).with_state(shared.clone())).await;
        Self { address, shared }
    }

    pub(crate) fn endpoint(&self) -> Endpoint {
        Endpoint {
            kind: SourceKind::Zabbix,
            address: format!("http://{}", self.address),
            username: "reader".to_owned(),
            password: "secret".into(),
            tls: TlsMode::System,
        }
    }

    pub(crate) fn count(&self, method: &str) -> usize {
        self.shared.memory.lock().unwrap().asked.iter().filter(|asked| asked.method == method).count()
    }

    /// Looks at every request.
    pub(crate) fn each(&self, look: impl FnMut(&Asked)) {
        self.shared.memory.lock().unwrap().asked.iter().for_each(look);
    }
}

fn failed(data: &str) -> String {
    json!({"jsonrpc": "2.0", "error": {"code": -32602, "message": "Invalid params.", "data": data}, "id": 1})
        .to_string()
}

async fn answer(State(shared): State<Arc<Shared>>, uri: Uri, headers: HeaderMap, body: String) -> Response {
    let script = &shared.script;
    tokio::time::sleep(script.delay).await;
    if uri.path() != script.path {
        return (StatusCode::NOT_FOUND, "<html>no</html>").into_response();
    }
    let request: Value = serde_json::from_str(&body).unwrap();
    let method = request["method"].as_str().unwrap().to_owned();
    let bearer = headers.get(header::AUTHORIZATION).map(|value| value.to_str().unwrap().to_owned());
    let params = request["params"].clone();
    let key = bearer.as_deref().map(|bearer| bearer.trim_start_matches("Bearer ").to_owned());
    let key = key.or_else(|| request["auth"].as_str().map(str::to_owned));
    let in_body = request.get("auth").is_some();
    let said = {
        let mut memory = shared.memory.lock().unwrap();
        memory.asked.push(Asked { method: method.clone(), body: request, bearer });
        say(script, &mut memory, &method, &params, key.as_deref(), in_body)
    };
    let mut response = match said {
        Ok(text) => ([(header::CONTENT_TYPE, "application/json")], text).into_response(),
        Err(status) => (status, "").into_response(),
    };
    if script.is_endless && method == "history.get" {
        let row = br#"{"itemid":"1","clock":"1","value":"1"},"#.repeat(20_000);
        let pieces = stream::iter((0..).map(move |_| Ok::<_, std::io::Error>(row.clone())));
        response = Body::from_stream(pieces).into_response();
    }
    if let Some(date) = &script.date {
        response.headers_mut().insert(header::DATE, date.parse().unwrap());
    }
    response
}

fn say(
    script: &Script,
    memory: &mut Memory,
    method: &str,
    params: &Value,
    key: Option<&str>,
    in_body: bool,
) -> Result<String, StatusCode> {
    if let Some((_, text)) = script.instead.iter().find(|(instead, _)| *instead == method) {
        return Ok(text.clone());
    }
    let version: Vec<u32> = script.version.split('.').map(|part| part.parse().unwrap()).collect();
    let result = match method {
        "apiinfo.version" => json!(script.version),
        "user.login" => {
            let field = if version[..] < [5, 4][..] { "user" } else { "username" };
            if params.get(field).is_none() || params.as_object().unwrap().len() != 3 {
                return Ok(failed("Invalid parameter \"/\": unexpected parameter."));
            }
            memory.sessions += 1;
            json!({"sessionid": format!("session-{}", memory.sessions), field: "reader", "type": 1})
        }
        _ if in_body && version[..] >= [7, 2][..] => {
            return Ok(failed("Invalid parameter \"/\": unexpected parameter \"auth\"."));
        }
        _ if key != Some(&format!("session-{}", memory.sessions)) => {
            return Ok(failed("Session terminated, re-login, please."));
        }
        "user.logout" => json!(true),
        _ => {
            memory.calls += 1;
            if script.ends_at.contains(&memory.calls) {
                return Ok(failed("Session terminated, re-login, please."));
            }
            result(script, &version, method, params)?
        }
    };
    Ok(json!({"jsonrpc": "2.0", "result": result, "id": 1}).to_string())
}

fn list(params: &Value, name: &str) -> Vec<i64> {
    let values = params[name].as_array().cloned().unwrap_or_default();
    values.iter().map(|value| value.as_i64().unwrap_or_else(|| value.as_str().unwrap().parse().unwrap())).collect()
}

/// Host n has the items 10 n + 1 (CPU) and 10 n + 2, 3 (network), with a value of n % 50 + 1 each minute.
fn result(script: &Script, version: &[u32], method: &str, params: &Value) -> Result<Value, StatusCode> {
    let count = i64::try_from(script.hosts).unwrap();
    let hosts = || if params["hostids"].is_null() { (1..=count).collect() } else { list(params, "hostids") };
    Ok(match method {
        "host.get" if params["countOutput"] == json!(true) => json!("0"),
        "host.get" => {
            let groups = if version < [6, 2].as_slice() {
                ("selectGroups", "groups")
            } else {
                ("selectHostGroups", "hostgroups")
            };
            hosts().into_iter().map(|id| {
                let mut host = json!({"hostid": id.to_string(), "host": format!("h{id}"), "name": format!("Host {id}"),
                    "interfaces": [], "inventory": [], "macros": [], "tags": []});
                if !params[groups.0].is_null() {
                    host[groups.1] = json!([{"name": "All"}]);
                }
                host
            }).collect()
        }
        "item.get" if params["countOutput"] == json!(true) => json!((3 * count).to_string()),
        "item.get" if !params["hostids"].is_null() && params["selectPreprocessing"].is_array() => {
            let item = |id: i64, host: i64, key: &str, value_type: &str, units: &str| {
                json!({"itemid": id.to_string(), "hostid": host.to_string(), "key_": key, "value_type": value_type,
                    "units": units, "delay": "1m", "history": "7d", "preprocessing": []})
            };
            hosts()
                .into_iter()
                .flat_map(|host| {
                    [
                        item(10 * host + 1, host, "system.cpu.util", "0", "%"),
                        item(10 * host + 2, host, "net.if.in[a]", "3", "Bps"),
                        item(10 * host + 3, host, "net.if.in[b]", "3", "Bps"),
                    ]
                })
                .collect()
        }
        "history.get" | "trend.get" => {
            let (ids, from, till) =
                (list(params, "itemids"), params["time_from"].as_i64(), params["time_till"].as_i64());
            let (from, till) = (from.unwrap_or(0), till.unwrap_or(0));
            if ids.len() > script.most_items || till - from > script.longest_s {
                return Err(StatusCode::INTERNAL_SERVER_ERROR);
            }
            let wanted = |id: &&i64| params["history"].as_i64().is_none_or(|kind| (kind == 0) == (**id % 10 == 1));
            let step = if method == "trend.get" { 3_600 } else { 60 };
            let first = (from + step - 1) / step * step;
            let rows = ids.iter().filter(wanted).flat_map(|id| {
                (first..=till).step_by(step as usize).map(move |clock| {
                    let value = (id / 10 % 50 + 1).to_string();
                    let (id, clock) = (id.to_string(), clock.to_string());
                    json!({"itemid": id, "clock": clock, "value": value})
                })
            });
            rows.collect()
        }
        _ => json!([]),
    })
}

//! A small server of these tests that speaks Prometheus' API, for what a healthy one does not do: faults, odd values, slow and
//! endless answers, many machines. It evaluates nothing: a few words in a query decide what it answers.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::{Query, State},
    http::{StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use futures::stream;
use serde::Deserialize;

use crate::{hostile::serve, prometheus_peer::now_ms};

/// What the server does on purpose.
#[derive(Clone, Default)]
pub(crate) struct Script {
    pub(crate) machines: usize,
    /// The server's clock against ours.
    pub(crate) ahead_s: i64,
    /// It speaks the query API alone.
    pub(crate) has_no_status: bool,
    /// Targets that have not been scraped.
    pub(crate) unscraped: usize,
    /// A range of more intervals is too much.
    pub(crate) most_points: Option<i64>,
    /// Queries with this text are answered so.
    pub(crate) fault: Option<(&'static str, StatusCode, String)>,
    /// Queries with this text are answered after so long.
    pub(crate) slow: Option<(&'static str, Duration)>,
    /// Queries with this text get an answer without an end.
    pub(crate) endless: Option<&'static str>,
    /// Stands beside the data of range queries.
    pub(crate) warnings: &'static str,
    /// Stands among the series of every range.
    pub(crate) odd_series: &'static str,
    /// Values of every interval; 0.25 where there are none.
    pub(crate) value: Option<&'static str>,
}

pub(crate) struct ScriptedPrometheus {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    script: Script,
    queries: Mutex<Vec<String>>,
    /// Requests that were dropped by the client before their answer.
    abandoned: AtomicUsize,
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    query: String,
    start: Option<i64>,
    end: Option<i64>,
}

impl ScriptedPrometheus {
    pub(crate) async fn start(script: Script) -> Self {
        let shared = Arc::new(Shared { script, queries: Mutex::default(), abandoned: AtomicUsize::new(0) });
        let app = Router::new().fallback(answer).with_state(shared.clone());
        Self { address: serve(app).await, shared }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn queries_with(&self, text: &str) -> usize {
        self.shared.queries.lock().unwrap().iter().filter(|query| query.contains(text)).count()
    }

    pub(crate) fn abandoned(&self) -> usize {
        self.shared.abandoned.load(Ordering::SeqCst)
    }
}

/// Counts itself if it is dropped before it is let go.
struct Waiting<'a>(Option<&'a AtomicUsize>);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        if let Some(abandoned) = self.0 {
            abandoned.fetch_add(1, Ordering::SeqCst);
        }
    }
}

async fn answer(State(shared): State<Arc<Shared>>, uri: Uri, Query(asked): Query<Asked>) -> Response {
    let script = &shared.script;
    shared.queries.lock().unwrap().push(format!("{} {}", uri.path(), asked.query));
    if let Some((text, time)) = script.slow
        && asked.query.contains(text)
    {
        let mut waiting = Waiting(Some(&shared.abandoned));
        tokio::time::sleep(time).await;
        waiting.0 = None;
    }
    if let Some((text, status, body)) = &script.fault
        && (asked.query.contains(text) || uri.path().contains(text))
    {
        return (*status, [(header::CONTENT_TYPE, "application/json")], body.clone()).into_response();
    }
    if script.endless.is_some_and(|text| asked.query.contains(text)) {
        let head = stream::iter([Ok::<_, std::io::Error>(br#"{"status":"success","data":{"result":["#.to_vec())]);
        let rest = stream::repeat_with(|| Ok(br#"{"metric":{},"value":[0,"1"]},"#.repeat(30_000)));
        return Body::from_stream(futures::StreamExt::chain(head, rest)).into_response();
    }
    match uri.path() {
        "/api/v1/query" => success(&vector(script, &asked.query), ""),
        "/api/v1/query_range" => range(script, &asked),
        _ if script.has_no_status => (StatusCode::NOT_FOUND, "404 page not found").into_response(),
        "/api/v1/status/buildinfo" => success(r#"{"version":"2.99.0","revision":"abc"}"#, ""),
        "/api/v1/status/runtimeinfo" => success(r#"{"storageRetention":"30d"}"#, ""),
        "/api/v1/targets" => {
            let unscraped = vec![r#"{"health":"unknown"}"#; script.unscraped];
            let up = vec![r#"{"health":"up","lastError":""}"#; script.machines];
            success(&format!(r#"{{"activeTargets":[{}],"droppedTargets":[]}}"#, [up, unscraped].concat().join(",")), "")
        }
        _ => (StatusCode::NOT_FOUND, "404 page not found").into_response(),
    }
}

fn success(data: &str, beside: &str) -> Response {
    let body = format!(r#"{{"status":"success","data":{data}{beside}}}"#);
    ([(header::CONTENT_TYPE, "application/json")], body).into_response()
}

fn vector(script: &Script, query: &str) -> String {
    let now = now_ms() / 1_000 + script.ahead_s;
    let series: Vec<String> = if query.contains("time()") {
        vec![format!(r#"{{"metric":{{}},"value":[{now},"{now}"]}}"#)]
    } else if query.contains("node_uname_info") && !query.contains("up)") {
        let one = |machine| {
            let labels =
                format!(r#""job":"node","instance":"vm{machine}:9100","nodename":"vm{machine}","sysname":"Linux""#);
            format!(r#"{{"metric":{{{labels}}},"value":[{now},"1"]}}"#)
        };
        (0..script.machines).map(one).collect()
    } else if query.contains("node_memory_MemTotal_bytes") {
        let one = |machine| {
            // Machine 1 tells nonsense.
            let value = if machine == 1 { "NaN" } else { "8589934592" };
            format!(r#"{{"metric":{{"job":"node","instance":"vm{machine}:9100"}},"value":[{now},"{value}"]}}"#)
        };
        (0..script.machines).map(one).collect()
    } else {
        Vec::new()
    };
    format!(r#"{{"resultType":"vector","result":[{}]}}"#, series.join(","))
}

fn range(script: &Script, asked: &Asked) -> Response {
    let (start, end) = (asked.start.unwrap(), asked.end.unwrap());
    let points = (end - start) / 300 + 1;
    if script.most_points.is_some_and(|most| points > most) {
        let error = r#"{"status":"error","errorType":"execution","error":"query processing would load too many samples into memory in query execution"}"#;
        return (StatusCode::UNPROCESSABLE_ENTITY, error).into_response();
    }
    let value = script.value.unwrap_or(r#""0.25""#);
    let values: Vec<String> = (0..points).map(|point| format!("[{},{value}]", start + point * 300)).collect();
    let values = values.join(",");
    let mut series: Vec<String> = (0..script.machines)
        .map(|machine| format!(r#"{{"metric":{{"job":"node","instance":"vm{machine}:9100"}},"values":[{values}]}}"#))
        .collect();
    series.extend((!script.odd_series.is_empty()).then(|| script.odd_series.to_owned()));
    success(&format!(r#"{{"resultType":"matrix","result":[{}]}}"#, series.join(",")), script.warnings)
}

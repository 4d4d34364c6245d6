//! A proxy of these tests before vcsim, for what the simulator lacks: history, limits, objects that refuse, a wrong clock.
//! Everything else, and every value, is the simulator's own answer.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};

use crate::vcsim::Vcsim;

/// What the proxy does on purpose.
#[derive(Clone, Default)]
pub(crate) struct Script {
    /// More objects than this in one request for measurements are a fault.
    pub(crate) most_objects: Option<usize>,
    /// This object is gone when it is measured.
    pub(crate) gone: Option<&'static str>,
    /// The session ends once, at the first request for measurements.
    pub(crate) expire: bool,
    /// The server's `CurrentTime`.
    pub(crate) clock: Option<&'static str>,
}

struct Shared {
    script: Script,
    vcsim: String,
    http: reqwest::Client,
    /// Bodies of the requests for measurements.
    asked: Mutex<Vec<String>>,
}

pub(crate) struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl Proxy {
    pub(crate) async fn start(vcsim: &Vcsim, script: Script) -> Self {
        // The connector brings its own TLS; this client speaks none, and yet wants to know who would.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let vcsim = format!("{}/sdk", vcsim.plain_address());
        let shared = Arc::new(Shared { script, vcsim, http, asked: Mutex::default() });
        let app = Router::new().route("/sdk", post(pass_on)).with_state(shared.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { address, shared }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Objects of each request for measurements at this interval.
    pub(crate) fn objects_asked(&self, interval_s: u32) -> Vec<usize> {
        let marker = format!("<intervalId>{interval_s}</intervalId>");
        let asked = self.shared.asked.lock().unwrap();
        asked.iter().map(|body| body.matches(&marker).count()).filter(|objects| *objects > 0).collect()
    }
}

async fn pass_on(State(shared): State<Arc<Shared>>, headers: HeaderMap, request: String) -> Response {
    let script = &shared.script;
    if request.contains("<QueryPerf ") {
        let first = {
            let mut asked = shared.asked.lock().unwrap();
            asked.push(request.clone());
            asked.len() == 1
        };
        if script.expire && first {
            return fault("NotAuthenticated", "The session is not authenticated.");
        }
        let objects = request.matches("<querySpec>").count();
        if script.most_objects.is_some_and(|most| objects > most) {
            return fault("InvalidArgument", "A specified parameter was not correct: querySpec.size");
        }
        if script.gone.is_some_and(|gone| request.contains(&format!(">{gone}</entity>"))) {
            return fault(
                "ManagedObjectNotFound",
                "The object has already been deleted or has not been completely created",
            );
        }
    }
    if request.contains("<pathSet>historicalInterval</pathSet>") {
        return soap(StatusCode::OK, INTERVALS);
    }
    if let Some(clock) = script.clock
        && request.contains("<CurrentTime ")
    {
        let answer =
            format!("<CurrentTimeResponse xmlns=\"urn:vim25\"><returnval>{clock}</returnval></CurrentTimeResponse>");
        return soap(StatusCode::OK, &answer);
    }
    let mut forwarded = shared.http.post(&shared.vcsim).body(request);
    for name in [header::CONTENT_TYPE, header::COOKIE, header::HeaderName::from_static("soapaction")] {
        if let Some(value) = headers.get(&name) {
            forwarded = forwarded.header(name, value);
        }
    }
    let answer = forwarded.send().await.unwrap();
    let (status, headers) = (answer.status(), answer.headers().clone());
    let mut response = Response::new(Body::from(answer.bytes().await.unwrap()));
    *response.status_mut() = status;
    for name in [header::CONTENT_TYPE, header::SET_COOKIE] {
        if let Some(value) = headers.get(&name) {
            response.headers_mut().insert(name, value.clone());
        }
    }
    response
}

/// A vCenter's own defaults: five minutes for a day, half an hour for a week, two hours for a month, a day for a year.
const INTERVALS: &str = r#"<RetrievePropertiesExResponse xmlns="urn:vim25"><returnval><objects>
<obj type="PerformanceManager">PerfMgr</obj><propSet><name>historicalInterval</name><val xsi:type="ArrayOfPerfInterval">
<PerfInterval><key>1</key><samplingPeriod>300</samplingPeriod><name>Past day</name><length>86400</length><level>1</level><enabled>true</enabled></PerfInterval>
<PerfInterval><key>2</key><samplingPeriod>1800</samplingPeriod><name>Past week</name><length>604800</length><level>1</level><enabled>true</enabled></PerfInterval>
<PerfInterval><key>3</key><samplingPeriod>7200</samplingPeriod><name>Past month</name><length>2592000</length><level>1</level><enabled>true</enabled></PerfInterval>
<PerfInterval><key>4</key><samplingPeriod>86400</samplingPeriod><name>Past year</name><length>31536000</length><level>1</level><enabled>false</enabled></PerfInterval>
</val></propSet></objects></returnval></RetrievePropertiesExResponse>"#;

fn fault(class: &str, text: &str) -> Response {
    let body = format!(
        "<soapenv:Fault><faultcode>ServerFaultCode</faultcode><faultstring>{text}</faultstring>\
         <detail><{class}Fault xmlns=\"urn:vim25\" xsi:type=\"{class}\"/></detail></soapenv:Fault>"
    );
    soap(StatusCode::INTERNAL_SERVER_ERROR, &body)
}

fn soap(status: StatusCode, body: &str) -> Response {
    let envelope = format!(
        "<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" \
         xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"><soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>"
    );
    (status, [(header::CONTENT_TYPE, "text/xml")], envelope).into_response()
}

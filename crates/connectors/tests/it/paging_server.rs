//! A small vSphere-like server of these tests, for what vcsim cannot do: pages with tokens, sessions that end, withheld
//! properties, faults of one class, pages that break off. It is not a simulator: it knows the few calls of the connector.

use std::{
    collections::HashMap,
    io,
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::post,
};
use futures::{StreamExt, stream};
use tokio::sync::Notify;

/// What the server does on purpose.
#[derive(Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is one fault to play; tests combine them freely")]
pub(crate) struct Script {
    pub(crate) vms: usize,
    pub(crate) page: usize,
    /// The session ends at this page request (counted over the run), once.
    pub(crate) expire_at_page: Option<usize>,
    /// It ends again after each new login.
    pub(crate) expire_again: bool,
    /// Page requests (counted over the run) whose answer breaks off after the token.
    pub(crate) drop_pages: Vec<usize>,
    /// Retrieving this class is a fault.
    pub(crate) faulty_class: Option<&'static str>,
    /// This machine's configuration is withheld.
    pub(crate) withheld_vm: Option<usize>,
    /// This property is unknown to the server: the whole call is a fault.
    pub(crate) unknown_property: Option<&'static str>,
    /// The first session sees nothing.
    pub(crate) blind_first_session: bool,
    /// A page's objects are held back until the next page is asked for.
    pub(crate) hold_until_next: bool,
    /// Before each page.
    pub(crate) delay: Duration,
    /// The server is a vCenter, with custom attributes, and without the interface for tags if `tags` is unset.
    pub(crate) is_vcenter: bool,
    /// What the interface for tags answers to a login.
    pub(crate) tags: Option<StatusCode>,
    /// The top object's alarms and the custom attributes' names are withheld.
    pub(crate) withhold_side_reads: bool,
    /// The session ends once, when alarms are asked for.
    pub(crate) expire_at_alarms: bool,
    /// Every machine has a snapshot, and these are gone when they are asked for its size.
    pub(crate) gone_vms: Option<Vec<usize>>,
}

#[derive(Default)]
struct Memory {
    calls: Vec<String>,
    sessions: usize,
    live_session: Option<String>,
    views: HashMap<String, String>,
    /// Class and first object of the page that each token stands for.
    tokens: HashMap<String, (String, usize)>,
    pages: usize,
    expired: bool,
}

pub(crate) struct PagingServer {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    script: Script,
    memory: Mutex<Memory>,
    asked_next: Notify,
}

impl PagingServer {
    pub(crate) async fn start(script: Script) -> Self {
        let shared = Arc::new(Shared { script, memory: Mutex::default(), asked_next: Notify::new() });
        let app = Router::new()
            .route("/sdk", post(answer))
            .route("/rest/com/vmware/cis/session", post(log_in_for_tags))
            .with_state(shared.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, app).await });
        Self { address, shared }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub(crate) fn calls(&self, method: &str) -> usize {
        self.shared.memory.lock().unwrap().calls.iter().filter(|call| *call == method).count()
    }
}

fn between<'a>(text: &'a str, open: &str, close: &str) -> Option<&'a str> {
    text.split_once(open)?.1.split_once(close).map(|(inside, _)| inside)
}

async fn log_in_for_tags(State(shared): State<Arc<Shared>>) -> StatusCode {
    shared.script.tags.unwrap_or(StatusCode::NOT_FOUND)
}

async fn answer(State(shared): State<Arc<Shared>>, headers: HeaderMap, request: String) -> Response {
    let method = between(&request, "<soapenv:Body><", " ").unwrap_or_default().to_owned();
    let cookie = headers.get(header::COOKIE).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    shared.memory.lock().unwrap().calls.push(method.clone());
    match method.as_str() {
        "RetrieveServiceContent" if shared.script.is_vcenter => {
            let manager = "<customFieldsManager type=\"CustomFieldsManager\">CustomFieldsManager</customFieldsManager>";
            let about = "<apiType>VirtualCenter</apiType><instanceUuid>vc-1</instanceUuid>";
            let content = SERVICE_CONTENT.replace("<apiType>HostAgent</apiType>", about);
            whole(&method, &content.replace("</rootFolder>", &format!("</rootFolder>{manager}")))
        }
        "RetrieveServiceContent" => whole(&method, SERVICE_CONTENT),
        "Login" => log_in(&shared),
        _ if shared.memory.lock().unwrap().live_session.as_deref() != Some(cookie.as_str()) => not_authenticated(),
        "Logout" => {
            shared.memory.lock().unwrap().live_session = None;
            whole(&method, "")
        }
        "CreateContainerView" => {
            let class = between(&request, "<type>", "</type>").unwrap_or_default().to_owned();
            let mut memory = shared.memory.lock().unwrap();
            let id = format!("session[1]view-{}", memory.views.len());
            memory.views.insert(id.clone(), class);
            whole(&method, &format!(r#"<returnval type="ContainerView">{id}</returnval>"#))
        }
        "RetrievePropertiesEx" => retrieve(&shared, &request).await,
        "ContinueRetrievePropertiesEx" => {
            shared.asked_next.notify_one();
            let token = between(&request, "<token>", "</token>").unwrap_or_default();
            let next = shared.memory.lock().unwrap().tokens.remove(token);
            match next {
                Some((class, from)) => page(&shared, &class, from).await,
                None => fault("InvalidArgument", "unknown token"),
            }
        }
        _ => whole(&method, ""),
    }
}

fn log_in(shared: &Shared) -> Response {
    let mut memory = shared.memory.lock().unwrap();
    memory.sessions += 1;
    let cookie = format!("vmware_soap_session=\"session-{}\"", memory.sessions);
    memory.live_session = Some(cookie.clone());
    let mut response = whole("Login", "<returnval><key>k</key><userName>u</userName></returnval>");
    response.headers_mut().insert(header::SET_COOKIE, format!("{cookie}; Path=/; HttpOnly").parse().unwrap());
    response
}

async fn retrieve(shared: &Arc<Shared>, request: &str) -> Response {
    let script = &shared.script;
    let class = between(request, "<propSet><type>", "</type>").unwrap_or_default().to_owned();
    if class == "ContainerView" {
        return whole("RetrievePropertiesEx", "<returnval></returnval>");
    }
    if let Some(property) = ["triggeredAlarmState", "field"]
        .into_iter()
        .find(|property| request.contains(&format!("<pathSet>{property}</pathSet>")))
    {
        if script.expire_at_alarms && property == "triggeredAlarmState" {
            let mut memory = shared.memory.lock().unwrap();
            if !std::mem::replace(&mut memory.expired, true) {
                memory.live_session = None;
                return not_authenticated();
            }
        }
        return whole("RetrievePropertiesEx", &side_read(&class, property, script.withhold_side_reads));
    }
    if request.contains("<pathSet>layoutEx</pathSet>") {
        return layouts(script, request);
    }
    if script.faulty_class == Some(class.as_str()) {
        return fault("SystemError", "A general system error occurred: database temporarily unavailable");
    }
    if let Some(property) = script.unknown_property
        && request.contains(&format!("<pathSet>{property}</pathSet>"))
    {
        return fault_with("InvalidProperty", "", &format!("<name>{property}</name>"));
    }
    page(shared, &class, 0).await
}

/// Sizes of the snapshots of the machines that are named; a fault if one of these is gone, as vCenter does.
fn layouts(script: &Script, request: &str) -> Response {
    let named = request.split(r#"<obj type="VirtualMachine">vm-"#).skip(1);
    let named: Vec<usize> = named.map(|rest| rest.split('<').next().unwrap().parse().unwrap()).collect();
    let gone = script.gone_vms.iter().flatten();
    if let Some(gone) = gone.into_iter().find(|gone| named.contains(gone)) {
        return fault_with("ManagedObjectNotFound", "", &format!(r#"<obj type="VirtualMachine">vm-{gone}</obj>"#));
    }
    let layout = |at: &usize| {
        format!(
            r#"<objects><obj type="VirtualMachine">vm-{at}</obj><propSet><name>layoutEx</name><val xsi:type="VirtualMachineFileLayoutEx"><file><key>1</key><size>{at}</size></file><snapshot><key>snapshot-{at}</key><dataKey>1</dataKey></snapshot></val></propSet></objects>"#
        )
    };
    whole("RetrievePropertiesEx", &format!("<returnval>{}</returnval>", named.iter().map(layout).collect::<String>()))
}

fn side_read(class: &str, property: &str, is_withheld: bool) -> String {
    let missing = if is_withheld {
        format!(
            r#"<missingSet><path>{property}</path><fault><fault xsi:type="NoPermission"><object type="{class}">x</object><privilegeId>System.Read</privilegeId></fault><localizedMessage/></fault></missingSet>"#
        )
    } else {
        String::new()
    };
    let value = if property == "field" && !is_withheld {
        r#"<propSet><name>field</name><val xsi:type="ArrayOfCustomFieldDef"></val></propSet>"#
    } else {
        ""
    };
    format!(r#"<returnval><objects><obj type="{class}">x</obj>{value}{missing}</objects></returnval>"#)
}

/// A page of machines; of other classes there is one object or none.
async fn page(shared: &Arc<Shared>, class: &str, from: usize) -> Response {
    let script = &shared.script;
    tokio::time::sleep(script.delay).await;
    let (objects, token, number) = {
        let mut memory = shared.memory.lock().unwrap();
        let number = memory.pages;
        memory.pages += usize::from(class == "VirtualMachine");
        let may_expire = script.expire_again || !memory.expired;
        if class == "VirtualMachine" && may_expire && script.expire_at_page.is_some_and(|at| number >= at) {
            memory.expired = true;
            memory.live_session = None;
            return not_authenticated();
        }
        let is_blind = script.blind_first_session && memory.sessions == 1;
        match class {
            "VirtualMachine" if !is_blind => {
                let to = (from + script.page).min(script.vms);
                let objects: String = (from..to).map(|at| machine(at, script)).collect();
                // The first token is "0", as vCenter's is.
                let token = (to < script.vms).then(|| (to / script.page - 1).to_string());
                if let Some(token) = &token {
                    memory.tokens.insert(token.clone(), (class.to_owned(), to));
                }
                (objects, token, Some(number))
            }
            "HostSystem" if !is_blind => (HOST.to_owned(), None, None),
            _ => (String::new(), None, None),
        }
    };
    let head = token.as_ref().map(|token| format!("<token>{token}</token>")).unwrap_or_default();
    if number.is_some_and(|number| script.drop_pages.contains(&number)) {
        let start =
            format!("{OPENING}<RetrievePropertiesExResponse xmlns=\"urn:vim25\"><returnval>{head}<objects><obj");
        let breaking = stream::once(async {
            // Without a pause the start would be dropped with the connection.
            tokio::time::sleep(Duration::from_millis(100)).await;
            Err(io::Error::other("dropped on purpose"))
        });
        let broken = stream::iter([Ok(start)]).chain(breaking);
        return streamed(Body::from_stream(broken));
    }
    if script.hold_until_next && token.is_some() {
        let start = format!("{OPENING}<RetrievePropertiesExResponse xmlns=\"urn:vim25\"><returnval>{head}");
        let remaining = format!("{objects}</returnval></RetrievePropertiesExResponse>{CLOSING}");
        let shared = shared.clone();
        let rest = stream::once(async move {
            let asked = tokio::time::timeout(Duration::from_secs(5), shared.asked_next.notified()).await;
            asked.map(|()| remaining).map_err(|_| io::Error::other("the next page was not asked for"))
        });
        return streamed(Body::from_stream(stream::iter([Ok(start)]).chain(rest)));
    }
    whole("RetrievePropertiesEx", &format!("<returnval>{head}{objects}</returnval>"))
}

fn machine(at: usize, script: &Script) -> String {
    let property = |name: &str, value: String| format!("<propSet><name>{name}</name>{value}</propSet>");
    let mut object = format!(r#"<objects><obj type="VirtualMachine">vm-{at}</obj>"#);
    object += &property("name", format!(r#"<val xsi:type="xsd:string">machine {at}</val>"#));
    object += &property("runtime.powerState", r#"<val xsi:type="VirtualMachinePowerState">poweredOn</val>"#.to_owned());
    if script.gone_vms.is_some() {
        let tree = format!("<rootSnapshotList><snapshot>snapshot-{at}</snapshot><name>s</name></rootSnapshotList>");
        object += &property("snapshot", format!(r#"<val xsi:type="VirtualMachineSnapshotInfo">{tree}</val>"#));
    }
    if script.withheld_vm == Some(at) {
        object += r#"<missingSet><path>config.hardware</path><fault><fault xsi:type="NoPermission"><object type="VirtualMachine">vm</object><privilegeId>System.Read</privilegeId></fault><localizedMessage/></fault></missingSet>"#;
    } else {
        let hardware = r#"<val xsi:type="VirtualHardware"><numCPU>2</numCPU><memoryMB>1024</memoryMB></val>"#;
        object += &property("config.hardware", hardware.to_owned());
    }
    object + "</objects>"
}

fn whole(method: &str, content: &str) -> Response {
    let body = format!(r#"{OPENING}<{method}Response xmlns="urn:vim25">{content}</{method}Response>{CLOSING}"#);
    streamed(Body::from(body))
}

fn streamed(body: Body) -> Response {
    ([(header::CONTENT_TYPE, "text/xml; charset=utf-8")], body).into_response()
}

fn not_authenticated() -> Response {
    fault("NotAuthenticated", "The session is not authenticated.")
}

fn fault(class: &str, text: &str) -> Response {
    fault_with(class, text, "")
}

fn fault_with(class: &str, text: &str, content: &str) -> Response {
    let body = format!(
        r#"{OPENING}<soapenv:Fault><faultcode>ServerFaultCode</faultcode><faultstring>{text}</faultstring><detail><{class}Fault xmlns="urn:vim25" xsi:type="{class}">{content}</{class}Fault></detail></soapenv:Fault>{CLOSING}"#
    );
    (StatusCode::INTERNAL_SERVER_ERROR, streamed(Body::from(body))).into_response()
}

const OPENING: &str = r#"<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsd="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body>"#;
const CLOSING: &str = "</soapenv:Body></soapenv:Envelope>";

const HOST: &str = r#"<objects><obj type="HostSystem">host-1</obj><propSet><name>name</name><val xsi:type="xsd:string">esx1</val></propSet><propSet><name>summary.hardware</name><val xsi:type="HostHardwareSummary"><uuid>4C4C4544-0042</uuid></val></propSet></objects>"#;

const SERVICE_CONTENT: &str = r#"<returnval><rootFolder type="Folder">group-d1</rootFolder><propertyCollector type="PropertyCollector">propertyCollector</propertyCollector><viewManager type="ViewManager">ViewManager</viewManager><about><name>Paging test server</name><version>8.0.3</version><build>1</build><apiType>HostAgent</apiType><apiVersion>8.0.3.0</apiVersion></about><sessionManager type="SessionManager">SessionManager</sessionManager></returnval>"#;

//! A real Zabbix for tests: started once by `end2end/peers/start_zabbix.sh`, shared by all tests of a run, and driven over its
//! API, its sender protocol and, for what only time could make, its own database.

use std::{
    fs::{self, File},
    io::{Read, Write},
    net::TcpStream,
    path::PathBuf,
    process::{Command, Stdio},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use connectors::Endpoint;
use model::source::{SourceKind, TlsMode};
use serde_json::{Value, json};

use crate::vcsim::{required, workspace};

pub(crate) struct ZabbixPeer {
    pub(crate) url: String,
    trapper_port: u16,
    postgres_port: u16,
    http: reqwest::Client,
    session: String,
    /// Makes names of this test's objects its own.
    pub(crate) mark: String,
    /// Held while the test runs: Zabbix stops a minute after the last one has let go.
    _in_use: File,
}

impl ZabbixPeer {
    /// `None`, with a message, where Zabbix cannot be had; a failure where peers are required.
    pub(crate) async fn start() -> Option<Self> {
        let temporary = || std::env::temp_dir().join("iroa-peers/zabbix");
        let root = std::env::var_os("ZABBIX_ROOT").map_or_else(temporary, PathBuf::from);
        fs::create_dir_all(&root).unwrap();
        let in_use = File::options().create(true).append(true).open(root.join("use")).unwrap();
        in_use.lock_shared().unwrap();
        let script = workspace().join("end2end/peers/start_zabbix.sh");
        let output = Command::new("bash").arg(script).env("ZABBIX_ROOT", &root).stderr(Stdio::inherit()).output();
        let Some(output) = output.ok().filter(|output| output.status.success()) else {
            required("Zabbix (packages zabbix-server-pgsql, zabbix-frontend-php, zabbix-agent, postgresql and PHP)");
            return None;
        };
        let text = String::from_utf8(output.stdout).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        let [url, trapper, postgres, _agent] = lines.as_slice() else { panic!("{text}") };
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut peer = Self {
            url: (*url).to_owned(),
            trapper_port: trapper.parse().unwrap(),
            postgres_port: postgres.parse().unwrap(),
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            session: String::new(),
            mark: format!("{:x}", SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos()),
            _in_use: in_use,
        };
        let session = peer.call("user.login", json!({"username": "Admin", "password": "zabbix"})).await;
        session.as_str().unwrap().clone_into(&mut peer.session);
        Some(peer)
    }

    pub(crate) fn endpoint(&self, username: &str, password: &str) -> Endpoint {
        Endpoint {
            kind: SourceKind::Zabbix,
            address: self.url.clone(),
            username: username.to_owned(),
            password: password.into(),
            tls: TlsMode::System,
        }
    }

    pub(crate) fn admin(&self) -> Endpoint {
        self.endpoint("Admin", "zabbix")
    }

    pub(crate) async fn call(&self, method: &str, params: Value) -> Value {
        let mut answer = self.call_as(&self.session, method, params.clone()).await;
        // Zabbix numbers new objects in a table of its own, and several creators at once trip over each other.
        for _ in 0..20 {
            if answer["error"]["data"] != json!("DBEXECUTE_ERROR") {
                break;
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
            answer = self.call_as(&self.session, method, params.clone()).await;
        }
        assert!(answer["error"].is_null(), "{method}: {answer}");
        answer["result"].clone()
    }

    /// The whole answer, to a request of another session.
    pub(crate) async fn call_as(&self, session: &str, method: &str, params: Value) -> Value {
        let mut request = json!({"jsonrpc": "2.0", "method": method, "params": params, "id": 1});
        if !session.is_empty() {
            request["auth"] = json!(session);
        }
        let request =
            self.http.post(&self.url).header("Content-Type", "application/json-rpc").body(request.to_string());
        let body = request.send().await.unwrap().bytes().await.unwrap();
        serde_json::from_slice(&body).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&body)))
    }

    pub(crate) async fn group(&self, name: &str) -> String {
        let name = format!("{name} {}", self.mark);
        self.call("hostgroup.create", json!({"name": name})).await["groupids"][0].as_str().unwrap().to_owned()
    }

    /// Creates a host, with more of its fields; yields its id.
    pub(crate) async fn host(&self, technical: &str, group: &str, more: Value) -> String {
        let mut params = json!({"host": format!("{technical}-{}", self.mark), "groups": [{"groupid": group}]});
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.call("host.create", params).await["hostids"][0].as_str().unwrap().to_owned()
    }

    /// Creates a trapper item; yields its id.
    pub(crate) async fn item(&self, host: &str, key: &str, value_type: u8, units: &str, more: Value) -> String {
        let mut params = json!({"hostid": host, "name": key, "key_": key, "type": 2, "value_type": value_type,
            "units": units, "history": "7d", "trends": "365d"});
        params.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.call("item.create", params).await["itemids"][0].as_str().unwrap().to_owned()
    }

    /// Sends values with Zabbix's sender protocol until the server knows their items, and waits until they are stored.
    pub(crate) async fn push(&self, technical: &str, values: &[(&str, i64, String)]) {
        let host = format!("{technical}-{}", self.mark);
        let data: Vec<Value> = values
            .iter()
            .map(|(key, clock, value)| json!({"host": host, "key": key, "clock": clock, "ns": 0, "value": value}))
            .collect();
        let begun = Instant::now();
        loop {
            let said = self.send(&json!({"request": "sender data", "data": data}));
            if said.contains("failed: 0;") {
                break;
            }
            assert!(begun.elapsed() < Duration::from_mins(1), "the server does not take the values: {said}");
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        // Stored is what its own table has.
        let table = format!(
            "(select clock, h.itemid from history h union all select clock, u.itemid from history_uint u) v join items i using (itemid) join hosts using (hostid) where hosts.host = '{host}'"
        );
        let stored = || self.query(&format!("select count(distinct (v.itemid, v.clock)) from {table}"));
        while stored().parse::<usize>().unwrap() < distinct(values) {
            assert!(begun.elapsed() < Duration::from_mins(1), "the values were not stored");
            tokio::time::sleep(Duration::from_millis(300)).await;
        }
    }

    fn send(&self, request: &Value) -> String {
        let body = request.to_string();
        let mut stream = TcpStream::connect(("127.0.0.1", self.trapper_port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        stream.write_all(b"ZBXD\x01").unwrap();
        stream.write_all(&(body.len() as u64).to_le_bytes()).unwrap();
        stream.write_all(body.as_bytes()).unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        String::from_utf8_lossy(&answer).into_owned()
    }

    /// Asks Zabbix's own database.
    pub(crate) fn query(&self, sql: &str) -> String {
        let output = Command::new("psql")
            .args(["-X", "-q", "-A", "-t", "-h", "127.0.0.1", "-U", "zabbix", "-d", "zabbix", "-v", "ON_ERROR_STOP=1"])
            .args(["-p", &self.postgres_port.to_string(), "-c", sql])
            .output()
            .unwrap();
        assert!(output.status.success(), "{sql}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }
}

fn distinct(values: &[(&str, i64, String)]) -> usize {
    let mut keys: Vec<_> = values.iter().map(|(key, clock, _)| (key, clock)).collect();
    keys.sort_unstable();
    keys.dedup();
    keys.len()
}

pub(crate) fn now_s() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as i64
}

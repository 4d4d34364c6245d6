//! Starts the WinRM peer (`end2end/peers/winrm_peer.py`) for a test, and runs the field's own client against it.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::OnceLock,
    time::Duration,
};

use connectors::{
    Endpoint,
    address::Address,
    hyperv::winrm::{Account, Auth, Limits, Target},
};
use model::source::{SourceKind, TlsMode};
use tempfile::TempDir;

use crate::{
    endpoint::PASSWORD,
    vcsim::{required, workspace},
};

/// A local account that every client can write in Basic, too: pywinrm sends Latin-1 there.
pub(crate) const LOCAL: (&str, &str) = ("local", "Secret-1");
const USERS: [(&str, &str, &str); 3] =
    [("LAB", "tester", PASSWORD), ("", "tester@lab.example", PASSWORD), ("", LOCAL.0, LOCAL.1)];

pub(crate) struct WinRmPeer {
    process: Child,
    pub(crate) port: u16,
    host: String,
    folder: TempDir,
    is_tls: bool,
}

/// What pywinrm brought back.
#[derive(Debug)]
pub(crate) struct Reference {
    pub(crate) code: i64,
    pub(crate) stdout: String,
}

impl WinRmPeer {
    pub(crate) fn http(arguments: &[&str]) -> Option<Self> {
        Some(Self::start(python()?, false, arguments, None, &[]))
    }

    pub(crate) fn https(arguments: &[&str]) -> Option<Self> {
        Some(Self::start(python()?, true, arguments, None, &[]))
    }

    /// `responder` is the body of `respond(command, script, stdin)`, indented by four spaces.
    pub(crate) fn answering(is_tls: bool, responder: &str, arguments: &[&str]) -> Option<Self> {
        Some(Self::start(python()?, is_tls, arguments, Some(responder), &[]))
    }

    /// One host of several that share a port: at this address, over http, answering by a module of `end2end/peers`.
    pub(crate) fn playing(
        (host, port): (&str, u16),
        module: &str,
        arguments: &[&str],
        environment: &[(&str, &str)],
    ) -> Option<Self> {
        let responder = workspace().join("end2end/peers").join(module).display().to_string();
        let port = port.to_string();
        let own = ["--address", host, "--port", &port, "--responder", &responder];
        let environment: Vec<(&str, &Path)> =
            environment.iter().map(|(name, value)| (*name, Path::new(*value))).collect();
        let mut peer = Self::start(python()?, false, &[&own, arguments].concat(), None, &environment);
        host.clone_into(&mut peer.host);
        Some(peer)
    }

    /// With another Python, and settings in its environment.
    pub(crate) fn start(
        python: &Path,
        is_tls: bool,
        arguments: &[&str],
        responder: Option<&str>,
        environment: &[(&str, &Path)],
    ) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(
            path("users"),
            USERS.map(|(domain, user, password)| format!("{domain}:{user}:{password}")).join("\n"),
        )
        .unwrap();
        let mut command = Command::new(python);
        command.arg(workspace().join("end2end/peers/winrm_peer.py")).args(arguments);
        command
            .env("NTLM_USER_FILE", path("users"))
            .envs(environment.iter().copied())
            .arg("--journal")
            .arg(path("journal"));
        if is_tls {
            let key = rcgen::KeyPair::generate().unwrap();
            let names = vec!["127.0.0.1".to_owned(), "localhost".to_owned()];
            let certificate = rcgen::CertificateParams::new(names).unwrap().self_signed(&key).unwrap();
            fs::write(path("cert.pem"), certificate.pem()).unwrap();
            fs::write(path("key.pem"), key.serialize_pem()).unwrap();
            command.arg("--cert").arg(path("cert.pem")).arg("--key").arg(path("key.pem"));
        }
        if let Some(body) = responder {
            fs::write(path("responder.py"), format!("def respond(command, script, stdin):\n{body}\n")).unwrap();
            command.arg("--responder").arg(path("responder.py"));
        }
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().parse().expect("the peer prints its port");
        Self { process, port, host: "127.0.0.1".to_owned(), folder, is_tls }
    }

    pub(crate) fn address(&self) -> String {
        format!("{}://{}:{}", if self.is_tls { "https" } else { "http" }, self.host, self.port)
    }

    pub(crate) fn tls(&self) -> TlsMode {
        match fs::read_to_string(self.folder.path().join("cert.pem")) {
            Ok(pem) => TlsMode::Authority { pem },
            Err(_) => TlsMode::System,
        }
    }

    pub(crate) fn target(&self, auth: Auth) -> Target {
        self.target_of("LAB\\tester", PASSWORD, auth)
    }

    pub(crate) fn target_of(&self, user: &str, password: &str, auth: Auth) -> Target {
        Target {
            address: Address::winrm(&self.address()).unwrap(),
            account: Account::parse(user),
            password: password.into(),
            tls: self.tls(),
            auth,
        }
    }

    pub(crate) fn endpoint(&self) -> Endpoint {
        Endpoint {
            kind: SourceKind::Hyperv,
            address: self.address(),
            username: "LAB\\tester".to_owned(),
            password: PASSWORD.into(),
            tls: self.tls(),
        }
    }

    /// What happened, an event a line; see the peer's own words.
    pub(crate) fn journal(&self) -> Vec<String> {
        let text = fs::read_to_string(self.folder.path().join("journal")).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    /// Lines with this word in second place, the event.
    pub(crate) fn count(&self, event: &str) -> usize {
        self.journal().iter().filter(|line| line.split(' ').nth(1) == Some(event)).count()
    }

    /// Runs a command through pywinrm; `Err` is what it complains about.
    pub(crate) fn reference(
        &self,
        transport: &str,
        (user, password): (&str, &str),
        command: &[&str],
    ) -> Result<Reference, String> {
        let script = workspace().join("end2end/peers/winrm_reference.py");
        let url = format!("{}/wsman", self.address());
        let mut client = Command::new(python().expect("the peer runs"));
        client.arg(script).args([&url, transport, user, password]).args(command);
        let output = client.env_remove("http_proxy").env_remove("https_proxy").env("NO_PROXY", "*").output().unwrap();
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        Ok(Reference { code: said["code"].as_i64().unwrap(), stdout: said["stdout"].as_str().unwrap().to_owned() })
    }
}

impl Drop for WinRmPeer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

pub(crate) const LIMITS: Limits = Limits { time: Duration::from_secs(30), output_bytes: 64 << 20 };

/// Runs a script of `end2end/peers` that installs something and prints where it is.
pub(crate) fn set_up(script: &str) -> Option<PathBuf> {
    let script = workspace().join("end2end/peers").join(script);
    let output = Command::new("bash").arg(script).stderr(Stdio::inherit()).output().ok()?;
    let path = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim());
    if output.status.success() && path.is_file() { Some(path) } else { None }
}

/// `None`, with a message, where the peer cannot be had; a failure where peers are required.
fn python() -> Option<&'static Path> {
    static PYTHON: OnceLock<Option<PathBuf>> = OnceLock::new();
    let python = PYTHON.get_or_init(|| set_up("setup_winrm.sh")).as_deref();
    if python.is_none() {
        required("the WinRM peer (python3 with venv, pyspnego and pywinrm from the package index)");
    }
    python
}

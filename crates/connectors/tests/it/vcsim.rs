//! Starts `vcsim`, the vCenter simulator, for a test; it ends with the test.

use std::{
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::OnceLock,
    thread::sleep,
    time::{Duration, Instant},
};

use crate::endpoint::{PASSWORD, USER};

pub(crate) struct Vcsim {
    process: Child,
    pub(crate) port: u16,
}

impl Vcsim {
    /// `None`, with a message, where the simulator cannot be had; a failure where peers are required.
    pub(crate) fn start(arguments: &[&str]) -> Option<Self> {
        let program = program()?;
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let process = Command::new(program)
            .args(["-l", &format!("127.0.0.1:{port}"), "-username", USER, "-password", PASSWORD])
            .args(arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let started = Self { process, port };
        let begun = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(begun.elapsed() < Duration::from_mins(1), "vcsim did not start");
            sleep(Duration::from_millis(20));
        }
        Some(started)
    }

    pub(crate) fn plain_address(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub(crate) fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub(crate) fn kill(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for Vcsim {
    fn drop(&mut self) {
        self.kill();
    }
}

pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn program() -> Option<&'static Path> {
    static PROGRAM: OnceLock<Option<PathBuf>> = OnceLock::new();
    let build = || {
        let script = workspace().join("end2end/peers/build_vcsim.sh");
        let output = Command::new("bash").arg(script).stderr(Stdio::inherit()).output().ok()?;
        let path = PathBuf::from(String::from_utf8(output.stdout).ok()?.trim());
        if output.status.success() && path.is_file() { Some(path) } else { None }
    };
    let program = PROGRAM.get_or_init(build).as_deref();
    if program.is_none() {
        required("vcsim (packages golang-go and golang-github-vmware-govmomi-dev)");
    }
    program
}

/// Tells that a peer cannot be had, and fails where the run demands all of them.
pub(crate) fn required(peer: &str) {
    let required = std::env::var_os("IROA_REQUIRE_PEERS").is_some_and(|value| value == "1");
    assert!(!required, "there is no {peer}, and IROA_REQUIRE_PEERS=1 forbids to skip");
    eprintln!("skipped: there is no {peer}");
}

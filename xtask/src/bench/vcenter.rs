//! vcsim, the vCenter simulator of `govmomi`, with as many machines as a bench wants.

use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    process::{Child, Stdio},
};

use anyhow::{Context, Result, ensure};

use crate::{
    process::{output, program},
    workspace,
};

pub(super) const USER: &str = "admin";
pub(super) const PASSWORD: &str = "secret";

pub(super) struct Vcenter {
    child: Child,
    pub(super) port: u16,
    pub(super) machines: u64,
}

/// An estate: four clusters and one stand-alone host share the machines evenly.
pub(super) fn start(machines: u64, hosts_per_cluster: u64) -> Result<Vcenter> {
    const POOLS: u64 = 5;
    let script = workspace::end2end().join("peers").join("build_vcsim.sh");
    let binary = output(program("bash").arg(script)).context("vcsim cannot be built")?;
    let port = free_port()?;
    let mut command = program(binary.trim());
    command.args(["-l", &format!("127.0.0.1:{port}"), "-username", USER, "-password", PASSWORD, "-dc", "1"]);
    command.args(["-cluster", "4", "-standalone-host", "1", "-host", &hosts_per_cluster.to_string()]);
    command.args(["-vm", &(machines / POOLS).to_string()]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().context("vcsim does not start")?;
    let stdout = child.stdout.take().context("vcsim has no output")?;
    let vcenter = Vcenter { child, port, machines };
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line).context("vcsim said nothing")?;
    ensure!(line.contains("GOVC_URL="), "vcsim did not start: {line}");
    Ok(vcenter)
}

impl Drop for Vcenter {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A port that nobody listens on now.
pub(super) fn free_port() -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("no free port")?;
    Ok(listener.local_addr()?.port())
}

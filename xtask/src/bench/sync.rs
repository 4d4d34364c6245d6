//! The whole way of a sync, from the button to the committed inventory: the release server against vcsim, first and unchanged.

use std::{
    fs,
    io::Write,
    path::PathBuf,
    process::{Child, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use super::{
    collect,
    curl::Visitor,
    figure::Figure,
    vcenter::{self, Vcenter},
};
use crate::{process::program, serve, workspace};

const PASSWORD: &str = "only for this bench";
const PATIENCE: Duration = Duration::from_mins(5);

pub(super) fn measure() -> Result<Vec<Figure>> {
    serve::build()?;
    let mut figures = Vec::new();
    for (machines, hosts_per_cluster) in [(1_000, 12), (10_000, 100)] {
        figures.extend(one_estate(&vcenter::start(machines, hosts_per_cluster)?)?);
    }
    Ok(figures)
}

fn one_estate(vcenter: &Vcenter) -> Result<Vec<Figure>> {
    let server = Server::start()?;
    let machines = vcenter.machines;
    let mut figures = vec![Figure::new(
        "sync",
        format!("server memory, idle ({machines} machines)"),
        server.memory_mb("VmRSS")?,
        "MB",
    )];
    server.add_source(vcenter)?;
    let floor = collect::floor(vcenter)?;
    for which in ["first", "unchanged"] {
        let run = server.sync()?;
        let stored = count(&run, "vm");
        ensure!(stored == machines, "the {which} sync found {stored} of {machines} machines: {run}");
        let took =
            run["finished_at_ms"].as_i64().unwrap_or_default() - run["started_at_ms"].as_i64().unwrap_or_default();
        figures.push(
            Figure::new(
                "sync",
                format!("{which} sync of {machines} machines, beside the floor"),
                took as f64 / 1e3,
                "s",
            )
            .beside(floor),
        );
        let written = run["outcome"]["configuration_rows_written"].as_f64().unwrap_or(f64::NAN);
        let wanted = (which == "unchanged").then_some(0.0);
        figures.push(
            Figure::new("sync", format!("{which} sync: configuration rows written"), written, "rows").at_most(wanted),
        );
    }
    figures.push(Figure::new(
        "sync",
        format!("server memory, peak ({machines} machines)"),
        server.memory_mb("VmHWM")?,
        "MB",
    ));
    Ok(figures)
}

fn count(run: &Value, kind: &str) -> u64 {
    let kinds = run["kinds"].as_array().map(Vec::as_slice).unwrap_or_default();
    kinds.iter().find(|entry| entry["kind"] == kind).and_then(|entry| entry["found"].as_u64()).unwrap_or_default()
}

/// A server with a folder of its own and one administrator, who is signed in.
struct Server {
    child: Child,
    folder: PathBuf,
    visitor: Visitor,
}

impl Server {
    fn start() -> Result<Self> {
        let port = vcenter::free_port()?;
        let folder = workspace::target().join("bench").join(port.to_string());
        fs::create_dir_all(&folder)?;
        let binary = workspace::release_binary();
        let mut add = program(&binary);
        add.args(["user", "add", "bench", "--role", "admin", "--password-stdin", "--data-dir"]).arg(&folder);
        let mut adding = add.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
        adding.stdin.take().context("no input")?.write_all(format!("{PASSWORD}\n").as_bytes())?;
        ensure!(adding.wait()?.success(), "the bench's user cannot be added");

        let address = format!("127.0.0.1:{port}");
        let mut serve = program(&binary);
        serve.args(["serve", "--bind", &address, "--data-dir"]).arg(&folder);
        let child = serve.stdout(Stdio::null()).stderr(fs::File::create(folder.join("log"))?).spawn()?;
        let visitor = Visitor::new(format!("http://{address}"), folder.join("cookies"));
        let server = Self { child, folder, visitor };
        server.sign_in()?;
        Ok(server)
    }

    fn sign_in(&self) -> Result<()> {
        let start = Instant::now();
        while std::net::TcpStream::connect(self.visitor.address()).is_err() {
            ensure!(start.elapsed() < Duration::from_secs(30), "the server does not listen");
            thread::sleep(Duration::from_millis(50));
        }
        self.visitor.submit("sign_in", &[("name", "bench"), ("password", PASSWORD)]).map(drop)
    }

    fn add_source(&self, vcenter: &Vcenter) -> Result<()> {
        let endpoint = format!("127.0.0.1:{}", vcenter.port);
        let form = [
            ("form[kind]", "vcenter"),
            ("form[name]", "bench"),
            ("form[endpoint]", &endpoint),
            ("form[username]", vcenter::USER),
            ("form[password]", vcenter::PASSWORD),
            ("form[tls]", "unverified"),
            ("form[interval]", "0"),
            ("form[enabled]", "on"),
        ];
        self.visitor.submit("save_source", &form).map(drop)
    }

    /// Syncs the one source and returns the run, as its history has it.
    fn sync(&self) -> Result<Value> {
        let source = self.source()?;
        let before = source["last_run"]["id"].clone();
        self.visitor.submit("start_sync", &[("source", &source["id"].to_string())])?;
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            // Polling is the bench's, not the server's: often enough to wait little, seldom enough to cost nothing.
            thread::sleep(Duration::from_millis(200));
            let source = self.source()?;
            let run = &source["last_run"];
            if source["live"].is_null() && run["id"] != before {
                let state = run["state"].as_str().unwrap_or_default();
                ensure!(state.starts_with("completed"), "the sync ended as {state}: {run}");
                return Ok(run.clone());
            }
        }
        bail!("the sync has not ended after {} s", PATIENCE.as_secs())
    }

    fn source(&self) -> Result<Value> {
        let sources = self.visitor.ask("list_sources", &json!({}))?;
        sources.get(0).cloned().context("the source is not listed")
    }

    /// `VmRSS` is what it has now, `VmHWM` the most that it ever had.
    fn memory_mb(&self, field: &str) -> Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix(field)).context("no memory in /proc")?;
        let kilobytes: f64 = line.trim_matches(|letter: char| !letter.is_ascii_digit()).parse()?;
        Ok(kilobytes * 1024.0 / 1e6)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

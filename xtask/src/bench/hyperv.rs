//! The Hyper-V connector: 700 machines on seven hosts, over real WinRM with sealed messages, answered from a made-up estate.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Stdio},
    thread::sleep,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::{
    collect::{build, fastest},
    figure::Figure,
};
use crate::{
    process::{output, program},
    workspace,
};

const MACHINES: u64 = 700;
const HOSTS: u64 = 7;
const USER: &str = "LAB\\bench";
const PASSWORD: &str = "only for this bench";
const CPU_S: f64 = 1.0;
const PEAK_MB: f64 = 100.0;
const PATIENCE: Duration = Duration::from_secs(5);

pub(super) fn measure() -> Result<Vec<Figure>> {
    let collector = build()?;
    let folder = workspace::target().join("bench").join("hyperv");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("journals"))?;
    let estate = Estate::start(&folder)?;
    let mut figures = Vec::new();
    let mut arguments = vec![estate.address.as_str(), USER, PASSWORD, "hyperv"];
    // Each once alone, so that the journals hold one read and no more.
    let first = output(program(&collector).args(&arguments))?;
    figures.extend(on_the_wire(&folder, "sync")?);
    arguments.push("counters");
    output(program(&collector).args(&arguments))?;
    figures.extend(on_the_wire(&folder, "measuring")?);

    let ours = fastest(&collector, &[&estate.address, USER, PASSWORD, "hyperv"])?;
    let found = ours["vms"].as_u64().unwrap_or_default();
    ensure!(found == MACHINES, "{found} of {MACHINES} machines were found: {first}");
    let value = |name: &str| told(&ours, name);
    let named = |what: &str| format!("{what}, {MACHINES} machines on {HOSTS} hosts");
    figures.extend([
        Figure::new("hyperv", named("wall"), value("wall_s")?, "s"),
        Figure::new("hyperv", named("client CPU"), value("cpu_s")?, "s").at_most(Some(CPU_S)),
        Figure::new("hyperv", named("peak memory"), value("peak_rss_mb")?, "MB").at_most(Some(PEAK_MB)),
    ]);
    let measured = fastest(&collector, &arguments)?;
    let value = |name: &str| told(&measured, name);
    figures.extend([
        Figure::new("hyperv", "wall of measuring", value("wall_s")?, "s"),
        Figure::new("hyperv", "client CPU of measuring", value("cpu_s")?, "s").at_most(Some(CPU_S)),
        Figure::new("hyperv", "kept until the next measuring", value("remembered_bytes")? / 1e3, "kB"),
    ]);
    drop(estate);
    fs::remove_dir_all(&folder)?;
    Ok(figures)
}

fn told(answer: &Value, name: &str) -> Result<f64> {
    answer[name].as_f64().with_context(|| format!("the collector does not say {name}: {answer}"))
}

/// What one read has taken, by the journals of all hosts, which are empty afterwards.
fn on_the_wire(folder: &Path, read: &str) -> Result<Vec<Figure>> {
    // A connection is written down when it ends, a moment after the client has.
    let until = Instant::now() + PATIENCE;
    while events(folder, "ended")?.len() < events(folder, "connected")?.len() && Instant::now() < until {
        sleep(Duration::from_millis(20));
    }
    let per_host = |event: &str| events(folder, event).map(|lines| lines.len() as f64 / HOSTS as f64);
    let mut figures = Vec::new();
    for (event, words) in [("Create", "shells"), ("Command", "commands")] {
        let name = format!("{words} for each host and {read}");
        figures.push(Figure::new("hyperv", name, per_host(event)?, "").at_most(Some(1.0)));
    }
    let trips = ["Create", "Command", "Send", "Receive", "Signal", "Delete"];
    let trips = trips.into_iter().map(per_host).sum::<Result<f64>>()?;
    figures.push(Figure::new("hyperv", format!("requests for each host after sign-in, {read}"), trips, ""));
    // `7 ended 51234 1048576`: of one connection, towards the host and back.
    let ended = events(folder, "ended")?;
    for (at, direction) in [(2, "to"), (3, "from")] {
        let bytes = ended.iter().filter_map(|line| line.split_whitespace().nth(at)?.parse::<u64>().ok()).sum::<u64>();
        figures.push(Figure::new("hyperv", format!("bytes {direction} all hosts, {read}"), bytes as f64 / 1e3, "kB"));
    }
    for entry in fs::read_dir(folder.join("journals"))? {
        fs::write(entry?.path(), "")?;
    }
    Ok(figures)
}

/// The lines of an event in the journals of all hosts.
fn events(folder: &Path, event: &str) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    for entry in fs::read_dir(folder.join("journals"))? {
        let text = fs::read_to_string(entry?.path())?;
        let own = text.lines().filter(|line| line.split_whitespace().nth(1) == Some(event));
        lines.extend(own.map(str::to_owned));
    }
    Ok(lines)
}

/// The peers, which end with their standard input.
struct Estate {
    child: Child,
    address: String,
}

impl Estate {
    fn start(folder: &Path) -> Result<Self> {
        let peers = workspace::end2end().join("peers");
        let python =
            output(program("bash").arg(peers.join("setup_winrm.sh"))).context("the WinRM peer cannot be set up")?;
        let users = folder.join("users");
        fs::write(&users, format!("{}:{PASSWORD}\n", USER.replace('\\', ":")))?;
        let mut serve = program(python.trim());
        serve.arg(peers.join("hyperv_estate.py")).arg("serve").arg(&users);
        serve.env("HYPERV_STATE", folder.join("state")).env("HYPERV_JOURNALS", folder.join("journals"));
        let mut child =
            serve.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().context("the estate does not start")?;
        let stdout = child.stdout.take().context("the estate has no output")?;
        let mut address = String::new();
        BufReader::new(stdout).read_line(&mut address).context("the estate said nothing")?;
        ensure!(address.starts_with("http://"), "the estate did not start: {address}");
        Ok(Self { child, address: address.trim().to_owned() })
    }
}

impl Drop for Estate {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

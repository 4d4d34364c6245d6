//! The Hyper-V connector: 700 machines on seven hosts, over real WinRM with sealed messages, answered from a made-up estate.

use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Child, Stdio},
};

use anyhow::{Context, Result, ensure};

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

pub(super) fn measure() -> Result<Vec<Figure>> {
    let collector = build()?;
    let folder = workspace::target().join("bench").join("hyperv");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("journals"))?;
    let estate = Estate::start(&folder)?;
    // Once alone, so that the journals hold one sync and no more.
    let first = output(program(&collector).args([&estate.address, USER, PASSWORD, "hyperv"]))?;
    let per_host = |event: &str| Estate::count(&folder, event).map(|count| count as f64 / HOSTS as f64);
    let mut figures = Vec::new();
    for (event, words) in [("Create", "shells"), ("Command", "commands")] {
        let name = format!("{words} for each host and sync");
        figures.push(Figure::new("hyperv", name, per_host(event)?, "").at_most(Some(1.0)));
    }
    let trips = ["Create", "Command", "Send", "Receive", "Signal", "Delete"];
    let trips = trips.into_iter().map(per_host).sum::<Result<f64>>()?;
    figures.push(Figure::new("hyperv", "requests for each host after sign-in", trips, ""));

    let ours = fastest(&collector, &[&estate.address, USER, PASSWORD, "hyperv"])?;
    let found = ours["vms"].as_u64().unwrap_or_default();
    ensure!(found == MACHINES, "{found} of {MACHINES} machines were found: {first}");
    let value = |name: &str| ours[name].as_f64().with_context(|| format!("the collector does not say {name}: {ours}"));
    let named = |what: &str| format!("{what}, {MACHINES} machines on {HOSTS} hosts");
    figures.extend([
        Figure::new("hyperv", named("wall"), value("wall_s")?, "s"),
        Figure::new("hyperv", named("client CPU"), value("cpu_s")?, "s").at_most(Some(CPU_S)),
        Figure::new("hyperv", named("peak memory"), value("peak_rss_mb")?, "MB").at_most(Some(PEAK_MB)),
    ]);
    drop(estate);
    fs::remove_dir_all(&folder)?;
    Ok(figures)
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

    /// How often an event stands in the journals of all hosts.
    fn count(folder: &Path, event: &str) -> Result<usize> {
        let mut count = 0;
        for entry in fs::read_dir(folder.join("journals"))? {
            let text = fs::read_to_string(entry?.path())?;
            count += text.lines().filter(|line| line.split_whitespace().nth(1) == Some(event)).count();
        }
        Ok(count)
    }
}

impl Drop for Estate {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait();
    }
}

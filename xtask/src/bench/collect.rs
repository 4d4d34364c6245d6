//! The vCenter connector alone, beside the floor (curl replaying its requests) and pyVmomi, against the same vcsim.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use super::{
    figure::Figure,
    vcenter::{self, PASSWORD, USER, Vcenter},
};
use crate::{
    process::{cargo, find, output, program, run, timed},
    workspace,
};

/// Each client reads as often; the fastest reading counts, because others on the machine only ever add time.
const READINGS: usize = 3;
/// What `govmomi`, the vendor's client for Go, took for 10,000 machines on two busy cores.
const GOVMOMI_CPU_S: f64 = 5.0;
const PEAK_MB: f64 = 150.0;
/// The connector may take so much longer than the server itself.
const OVER_FLOOR: f64 = 1.3;

pub(super) fn measure() -> Result<Vec<Figure>> {
    let collector = build()?;
    let has_pyvmomi = find("python3").is_some()
        && program("python3").args(["-c", "import pyVmomi"]).output().is_ok_and(|output| output.status.success());
    if !has_pyvmomi {
        println!("   pyVmomi is not installed (pip install pyvmomi): no comparison with it");
    }
    if find("curl").is_none() {
        println!("   curl is not installed: no floor");
    }
    let mut figures = Vec::new();
    for (machines, hosts_per_cluster) in [(1_000, 12), (10_000, 100)] {
        figures.extend(one_estate(&collector, machines, hosts_per_cluster, has_pyvmomi)?);
    }
    Ok(figures)
}

/// The program that reads an endpoint once.
pub(super) fn build() -> Result<PathBuf> {
    timed("Building the collector (release)", || {
        run(&mut cargo(&["build", "--release", "--package", "connectors", "--example", "collect"]))
    })?;
    Ok(workspace::target().join("release/examples/collect"))
}

fn one_estate(collector: &Path, machines: u64, hosts_per_cluster: u64, has_pyvmomi: bool) -> Result<Vec<Figure>> {
    let vcenter = vcenter::start(machines, hosts_per_cluster)?;
    let port = vcenter.port.to_string();
    let address = format!("127.0.0.1:{port}");
    let baselines = workspace::end2end().join("bench");

    let ours = fastest(collector, &[&address, USER, PASSWORD])?;
    let found = ours["vms"].as_u64().unwrap_or_default();
    ensure!(found == machines, "the connector found {found} of {machines} machines: {ours}");
    let floor_wall = floor(&vcenter)?;
    let pyvmomi = has_pyvmomi.then(|| fastest(&baselines.join("pyvmomi_collect.py"), &[&port])).transpose()?;

    let of = |answer: &Option<Value>, name: &str| answer.as_ref().and_then(|answer| answer[name].as_f64());
    let value = |name: &str| ours[name].as_f64().with_context(|| format!("the collector does not say {name}: {ours}"));
    let figure =
        |what: &str, value: f64, unit| Figure::new("collect", format!("{what}, {machines} machines"), value, unit);
    let is_large = machines == 10_000;
    let cpu_bound = of(&pyvmomi, "cpu_s").map_or(GOVMOMI_CPU_S, |theirs| GOVMOMI_CPU_S.min(theirs / 10.0));
    let mut figures = vec![
        figure("wall, beside the floor", value("wall_s")?, "s")
            .beside(floor_wall)
            .at_most(floor_wall.map(|floor| floor * OVER_FLOOR)),
        figure("client CPU, beside pyVmomi", value("cpu_s")?, "s")
            .beside(of(&pyvmomi, "cpu_s"))
            .at_most(is_large.then_some(cpu_bound)),
        figure("peak memory, beside pyVmomi", value("peak_rss_mb")?, "MB")
            .beside(of(&pyvmomi, "peak_mb"))
            .at_most(Some(PEAK_MB)),
    ];
    if let Some(wall) = of(&pyvmomi, "wall_s") {
        figures.push(figure("pyVmomi's wall", wall, "s"));
    }
    Ok(figures)
}

/// How long the server itself takes for what the connector asks, in seconds; `None` without curl.
pub(super) fn floor(vcenter: &Vcenter) -> Result<Option<f64>> {
    if find("curl").is_none() {
        return Ok(None);
    }
    let replayed = fastest(&workspace::end2end().join("bench/floor.sh"), &[&vcenter.port.to_string()])?;
    Ok(replayed["wall_s"].as_f64())
}

/// Runs a client that prints one line of JSON, a few times, and returns the answer with the smallest `wall_s`.
pub(super) fn fastest(client: &Path, arguments: &[&str]) -> Result<Value> {
    let mut answers = Vec::new();
    for _ in 0..READINGS {
        let printed = output(program(client).args(arguments))?;
        let line = printed.lines().next_back().unwrap_or_default();
        let answer: Value =
            serde_json::from_str(line).with_context(|| format!("{} said `{line}`", client.display()))?;
        answers.push(answer);
    }
    let wall = |answer: &Value| answer["wall_s"].as_f64().unwrap_or(f64::INFINITY);
    answers.into_iter().min_by(|one, other| wall(one).total_cmp(&wall(other))).context("no answer")
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs};

    use crate::workspace;

    /// The property paths of the connector's source, and those of the baselines' file.
    #[test]
    fn the_baselines_ask_for_what_the_connector_asks_for() {
        let objects = workspace::root().join("crates/connectors/src/vcenter/objects");
        let sources = ["place", "cluster", "host", "vm", "storage", "network"]
            .map(|name| fs::read_to_string(objects.join(name).with_extension("rs")).unwrap());
        // The lists stand before the first type of each file.
        let lists = sources.each_ref().map(|source| source.split("#[derive").next().unwrap_or_default()).concat();
        // A manager's id, in the same place, is no path.
        let is_path = |word: &&str| {
            !word.starts_with("com.") && word.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '.')
        };
        let theirs: BTreeSet<&str> = lists.split('"').skip(1).step_by(2).filter(is_path).collect();
        let file = fs::read_to_string(workspace::end2end().join("bench/properties.txt")).unwrap();
        let ours: BTreeSet<&str> =
            file.lines().filter(|line| !line.starts_with('#')).flat_map(str::split_whitespace).collect();
        assert_eq!(ours, theirs);
    }
}

//! `cargo xtask accuracy`: how far the judgements can be trusted, on real utilization or on a set with known answers.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use crate::process::{cargo, run, timed};

#[derive(Args, Default)]
pub(crate) struct Accuracy {
    /// A folder of traces, .csv and .csv.gz, a file a month
    #[arg(long, value_name = "DIR")]
    traces: Option<PathBuf>,
    /// The form of the traces
    #[arg(long, default_value = "bitbrains")]
    format: String,
    /// Labelled series: `series,period_hours,ts,cpu_usage_percent`
    #[arg(long, value_name = "FILE")]
    periods: Option<PathBuf>,
    /// Also write the figures as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// A set with known answers instead; an error where the figures are not what they have to be
    #[arg(long)]
    generated: bool,
    /// Also judge a made-up fleet of so many machines, and print how long it takes
    #[arg(long, value_name = "MACHINES")]
    fleet: Option<usize>,
}

/// Builds what measures, optimised, and runs it. Paths are those of whoever calls.
pub(crate) fn accuracy(arguments: &Accuracy) -> Result<()> {
    const EXAMPLE: [&str; 7] =
        ["--release", "--package", "analysis", "--features", "forecast", "--example", "accuracy"];
    timed("Building the replay (release)", || run(cargo(&["build"]).args(EXAMPLE)))?;
    let mut replay = cargo(&["run", "--quiet"]);
    replay.args(EXAMPLE).args(["--", "--format", &arguments.format]);
    let paths = [("--traces", &arguments.traces), ("--periods", &arguments.periods), ("--json", &arguments.json)];
    for (name, path) in paths {
        if let Some(path) = path {
            replay.arg(name).arg(std::path::absolute(path)?);
        }
    }
    if arguments.generated {
        replay.arg("--generated");
    }
    if let Some(machines) = arguments.fleet {
        replay.args(["--fleet", &machines.to_string()]);
    }
    run(&mut replay)
}

/// What every run of the tests holds: the answers that the generated set was made with.
pub(crate) fn holds() -> Result<()> {
    accuracy(&Accuracy { format: "bitbrains".to_owned(), generated: true, ..Accuracy::default() })
}

//! Replays our policies and published rules over real utilization: learn a fortnight, check the next. `cargo xtask
//! accuracy` builds this and runs it.
//!
//! Judging is the library's; this reads files, adds up and prints.

#![allow(clippy::print_stdout, reason = "a command line tool reports on its output")]

#[path = "accuracy/fleet.rs"]
mod fleet;
#[path = "accuracy/forecasts.rs"]
mod forecasts;
#[path = "accuracy/futures.rs"]
mod futures;
#[path = "accuracy/generated.rs"]
mod generated;
#[path = "accuracy/periods.rs"]
mod periods;
#[path = "accuracy/replay.rs"]
mod replay;
#[path = "accuracy/report.rs"]
mod report;
#[path = "accuracy/traces.rs"]
mod traces;

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::{Parser, ValueEnum};

use report::Report;

#[derive(Parser)]
#[command(about = "Replays sizing policies over real utilization")]
struct Arguments {
    /// A folder of traces, .csv and .csv.gz, a file a month
    #[arg(long, value_name = "DIR")]
    traces: Option<PathBuf>,
    #[arg(long, value_enum, default_value_t = Format::Bitbrains)]
    format: Format,
    /// Labelled series: `series,period_hours,ts,cpu_usage_percent`
    #[arg(long, value_name = "FILE")]
    periods: Option<PathBuf>,
    /// Also write the figures as JSON
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Use a set with known answers that is made on the spot, and fail where the figures are not what they have to be
    #[arg(long)]
    generated: bool,
    /// Also judge a made-up fleet of so many machines over 30 days, and print how long it takes
    #[arg(long, value_name = "MACHINES")]
    fleet: Option<usize>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Bitbrains,
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    if arguments.traces.is_none() && arguments.periods.is_none() && !arguments.generated && arguments.fleet.is_none() {
        bail!("there is nothing to do: name a folder with --traces, or labelled series with --periods");
    }
    let mut report = Report::default();
    let months = match (&arguments.traces, arguments.generated) {
        (Some(folder), _) => match arguments.format {
            Format::Bitbrains => traces::read(folder)?,
        },
        (None, true) => generated::months(),
        (None, false) => Vec::new(),
    };
    if !months.is_empty() {
        report.machine_months = months.iter().map(|month| month.machines.len()).sum();
        report.rightsizing = replay::replay(&months);
        report.profiles = replay::profiles(&months);
    }
    report.forecast = match (&arguments.traces, arguments.generated) {
        (Some(_), _) => forecasts::of_traces(&months),
        (None, true) => forecasts::of_generated(),
        (None, false) => Vec::new(),
    };
    report.futures = arguments.generated.then(futures::measure);
    let labelled = match (&arguments.periods, arguments.generated) {
        (Some(file), _) => periods::read(file)?,
        (None, true) => generated::labelled(),
        (None, false) => Vec::new(),
    };
    if !labelled.is_empty() {
        report.periods = Some(periods::score(&labelled));
    }
    report.print();
    if let Some(path) = &arguments.json {
        let text = serde_json::to_string_pretty(&report)? + "\n";
        std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?;
    }
    if let Some(machines) = arguments.fleet {
        fleet::measure(machines);
    }
    if arguments.generated {
        generated::hold(&report)?;
    }
    Ok(())
}

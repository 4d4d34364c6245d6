//! `cargo xtask`: builds, serves, develops, tests and measures IROA. It orchestrates tools and holds the project's own checks; the product is none of its business.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool reports on its output")]

mod accuracy;
mod apt;
mod bench;
mod debian_wasm;
mod dev;
mod npm;
mod process;
mod serve;
mod site;
mod test;
mod wasm_target;
mod workspace;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Builds, serves, develops, tests and measures IROA")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Build what is missing and serve on <http://127.0.0.1:3000>, with the database in ./data
    Serve {
        /// Passed on to `iroa serve`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Leave the release binary, its assets inside, at target/release/iroa
    Build,
    /// Debug server with assets from disk, rebuilt on change
    Dev {
        /// Passed on to `iroa serve`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Run everything that CI runs
    Test {
        /// Nothing may be skipped: what is missing is installed, or the run fails. Also on where CI=true
        #[arg(long)]
        ci: bool,
        /// Only the steps whose name contains one of these
        only: Vec<String>,
    },
    /// Measure, beside the baselines
    Bench {
        /// Which ones: `collect`, `sync`, `tables`, `samples`, `site`; all where none is named
        names: Vec<String>,
        /// Also write the figures as a JSON list
        #[arg(long, value_name = "FILE")]
        json: Option<PathBuf>,
    },
    /// Replay sizing policies over real utilization: learn a fortnight, check the next
    Accuracy(accuracy::Accuracy),
}

fn main() -> ExitCode {
    let result = match Arguments::parse().task {
        Task::Serve { arguments } => serve::serve(&arguments),
        Task::Build => serve::build().map(drop),
        Task::Dev { arguments } => dev::dev(&arguments),
        Task::Test { ci, only } => test::test(ci || std::env::var("CI").is_ok_and(|value| value == "true"), &only),
        Task::Accuracy(arguments) => accuracy::accuracy(&arguments),
        Task::Bench { names, json } => bench::bench(&names, json.as_deref()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

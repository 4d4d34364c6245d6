//! The binary `iroa`: reads the command line and runs what it asks for.

// A page is one nested type; its layout goes deeper than the compiler looks by itself.
#![recursion_limit = "512"]

use std::process::ExitCode;

use clap::Parser as _;
use server::{cli::Cli, commands};

fn main() -> ExitCode {
    let cli = Cli::parse();
    match commands::run(cli) {
        Ok(code) => code,
        Err(error) => {
            // The log may not be set up yet, and people at a terminal look here.
            eprintln!("iroa: {error:#}");
            ExitCode::FAILURE
        }
    }
}

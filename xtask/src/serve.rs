//! `cargo xtask build` and `serve`: everything that a stranger's machine lacks, then the product.

use std::{os::unix::process::CommandExt, path::PathBuf, time::Instant};

use anyhow::{Context, Result};

use crate::{
    process::{cargo, program, run, timed},
    site::{self, Flavor},
    workspace,
};

/// Builds site and server; returns the binary, which carries the site.
pub(crate) fn build() -> Result<PathBuf> {
    let start = Instant::now();
    let site = site::build(Flavor::Release)?;
    timed("Building the server (release)", || {
        run(cargo(&["build", "--release", "--package", "server"]).env("IROA_SITE", &site.hash))
    })?;
    let binary = workspace::release_binary();
    println!("   {} is ready after {:.0} s", shown(&binary), start.elapsed().as_secs_f64());
    Ok(binary)
}

/// Builds, then becomes the server: its signals and its exit status are the server's own.
pub(crate) fn serve(arguments: &[String]) -> Result<()> {
    let binary = build()?;
    println!("-> Serving on http://127.0.0.1:3000 unless told otherwise; the database is in ./data; Ctrl+C ends it");
    let error = program(&binary).arg("serve").args(arguments).exec();
    Err(error).with_context(|| format!("cannot start {}", shown(&binary)))
}

fn shown(path: &std::path::Path) -> String {
    path.strip_prefix(workspace::root()).unwrap_or(path).display().to_string()
}

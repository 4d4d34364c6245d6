//! `cargo xtask dev`: a debug server with assets from disk, rebuilt when a file changes.

use std::{
    fs,
    path::Path,
    process::{Child, Command},
    thread,
    time::{Duration, SystemTime},
};

use anyhow::{Context, Result};

use crate::{
    process::{cargo, program, run, timed},
    site::{self, Flavor},
    workspace,
};

/// Looking at modification times costs a few milliseconds and needs no notification service.
const INTERVAL: Duration = Duration::from_millis(400);
const WATCHED: [&str; 7] = ["app", "crates", "frontend", "migrations", "server", "style", "Cargo.lock"];

/// Runs until it is interrupted.
pub(crate) fn dev(arguments: &[String]) -> Result<()> {
    let mut server = None;
    loop {
        // Taken before the build: what changes meanwhile is built next.
        let seen = newest();
        match build() {
            Ok(()) => {
                if let Some(old) = server.take() {
                    stop(old)?;
                }
                server = Some(start(arguments)?);
            }
            // The old server keeps running: a typing error should not take the page away.
            Err(error) => println!("{error:#}\n   waiting for a change"),
        }
        while newest() == seen {
            thread::sleep(INTERVAL);
            if let Some(child) = &mut server
                && let Some(status) = child.try_wait()?
            {
                println!("   the server ended with {status}; waiting for a change");
                server = None;
            }
        }
        println!("-> Changed");
    }
}

fn build() -> Result<()> {
    site::build(Flavor::Debug)?;
    timed("Building the server (debug)", || run(&mut cargo(&["build", "--package", "server"])))
}

fn start(arguments: &[String]) -> Result<Child> {
    let mut command = Command::new(workspace::target().join("debug").join("iroa"));
    command.current_dir(workspace::root());
    command.args(["serve", "--assets-dir"]).arg(Flavor::Debug.folder()).args(arguments);
    command.spawn().context("cannot start the debug server")
}

/// Asks the server to end as a service manager would, so that sessions and runs end well.
fn stop(mut child: Child) -> Result<()> {
    run(program("kill").arg(child.id().to_string()))?;
    child.wait().context("cannot wait for the debug server")?;
    Ok(())
}

fn newest() -> Option<SystemTime> {
    let root = workspace::root();
    WATCHED.iter().filter_map(|name| newest_in(&root.join(name))).max()
}

fn newest_in(path: &Path) -> Option<SystemTime> {
    let meta = fs::metadata(path).ok()?;
    let own = meta.modified().ok();
    if !meta.is_dir() {
        return own;
    }
    // A folder's own time changes when a file in it is removed or renamed.
    let inside = fs::read_dir(path).ok()?.flatten().filter_map(|entry| newest_in(&entry.path())).max();
    own.max(inside)
}

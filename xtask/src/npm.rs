//! The npm packages of `end2end`: the browser tests', and `wasm-opt` for the site.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result, ensure};

use crate::{
    apt,
    process::{find, program, run, timed},
    workspace,
};

/// Installs exactly what the lock file names, unless that is there already.
pub(crate) fn ensure_packages() -> Result<()> {
    let folder = workspace::end2end();
    let lock = fs::read(folder.join("package-lock.json")).context("cannot read end2end/package-lock.json")?;
    let stamp = folder.join("node_modules").join(".iroa-lock");
    if fs::read(&stamp).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    if find("npm").is_none() {
        timed("Installing Node.js and npm", || apt::install(&["nodejs", "npm"]))?;
    }
    timed("Installing npm packages", || {
        let mut npm = program("npm");
        npm.args(["ci", "--no-fund", "--no-audit", "--loglevel=error"]).current_dir(&folder);
        // Browsers come from the system: the tests name Debian's Chromium.
        npm.env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
        run(&mut npm)
    })?;
    fs::write(stamp, lock).context("cannot note the installed packages")
}

/// The path of a program that an npm package brought.
pub(crate) fn binary(name: &str) -> Result<PathBuf> {
    let path = workspace::end2end().join("node_modules").join(".bin").join(name);
    ensure!(path.exists(), "npm has not brought {name}");
    Ok(path)
}

//! What `cargo metadata` says, as far as the checks need it.

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::process::{cargo, output};

#[derive(Deserialize)]
pub(super) struct Metadata {
    pub(super) packages: Vec<Package>,
}

#[derive(Deserialize)]
pub(super) struct Package {
    pub(super) name: String,
    pub(super) version: String,
    pub(super) license: Option<String>,
    /// `None` for a member of the workspace.
    pub(super) source: Option<String>,
    pub(super) dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
pub(super) struct Dependency {
    pub(super) name: String,
    /// `cfg(…)`, where it is only for some platforms.
    pub(super) target: Option<String>,
    pub(super) optional: bool,
    /// A crate of this workspace.
    pub(super) path: Option<String>,
}

/// The members alone, as their manifests have them.
pub(super) fn members() -> Result<Metadata> {
    read(&["metadata", "--format-version", "1", "--no-deps"])
}

/// Everything in the lock file that some platform needs.
pub(super) fn everything() -> Result<Metadata> {
    read(&["metadata", "--format-version", "1", "--locked"])
}

fn read(arguments: &[&str]) -> Result<Metadata> {
    let text = output(&mut cargo(arguments))?;
    serde_json::from_str(&text).context("cannot understand cargo's metadata")
}

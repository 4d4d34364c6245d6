//! Licences and banned crates, as `deny.toml` has them. `cargo deny` reads the same file and also knows advisories; it is not needed here,
//! because compiling it takes longer than the rest of the checks together.

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::{licence_expression::is_satisfied, metadata};
use crate::workspace;

#[derive(Deserialize)]
struct Policy {
    licenses: Licences,
    bans: Bans,
}

#[derive(Deserialize)]
struct Licences {
    allow: Vec<String>,
    #[serde(default)]
    exceptions: Vec<Exception>,
}

#[derive(Deserialize)]
struct Exception {
    #[serde(rename = "crate")]
    name: String,
    allow: Vec<String>,
}

#[derive(Deserialize)]
struct Bans {
    deny: Vec<Ban>,
}

#[derive(Deserialize)]
struct Ban {
    #[serde(rename = "crate")]
    name: String,
    reason: String,
}

pub(super) fn check() -> Result<()> {
    let text = std::fs::read_to_string(workspace::root().join("deny.toml")).context("cannot read deny.toml")?;
    let policy: Policy = toml::from_str(&text).context("cannot understand deny.toml")?;
    let metadata = metadata::everything()?;
    let mut problems = Vec::new();
    for package in metadata.packages.iter().filter(|package| package.source.is_some()) {
        let exception = policy.licenses.exceptions.iter().find(|exception| exception.name == package.name);
        let accepted = policy.licenses.allow.iter().chain(exception.iter().flat_map(|exception| &exception.allow));
        let accepted: Vec<String> = accepted.cloned().collect();
        let licence = package.license.as_deref().unwrap_or_default();
        if !is_satisfied(licence, &accepted) {
            problems.push(format!("{} {} is under `{licence}`", package.name, package.version));
        }
        if let Some(ban) = policy.bans.deny.iter().find(|ban| ban.name == package.name) {
            problems.push(format!("{} is banned: {}", package.name, ban.reason));
        }
    }
    println!("   {} packages read", metadata.packages.len());
    if problems.is_empty() { Ok(()) } else { bail!("{}", problems.join("; ")) }
}

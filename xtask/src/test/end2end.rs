//! The browser tests: Playwright drives Chromium against the release binary and vcsim.

use anyhow::Result;

use super::suite::Done;
use crate::{
    npm,
    process::{find, program, run as run_program},
    workspace,
};

/// Everything else (servers, ports, databases) is brought up by the tests' own set-up.
pub(super) fn run(ci: bool) -> Result<Done> {
    if !ci {
        let missing = [
            (find("node").is_none(), "Node.js is not installed"),
            (find("go").is_none(), "Go is not installed, which builds vcsim"),
            (find("chromium").is_none() && std::env::var_os("IROA_CHROMIUM").is_none(), "Chromium is not installed"),
        ];
        if let Some((_, why)) = missing.into_iter().find(|(is_missing, _)| *is_missing) {
            return Ok(Done::skipped("browser tests", why));
        }
    }
    npm::ensure_packages()?;
    let mut playwright = program(npm::binary("playwright")?);
    playwright.arg("test").current_dir(workspace::end2end()).env("IROA_BINARY", workspace::release_binary());
    if ci {
        playwright.env("CI", "true").env("IROA_REQUIRE_PEERS", "1");
    }
    run_program(&mut playwright)?;
    Ok(Done::default())
}

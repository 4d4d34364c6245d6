//! `cargo xtask test`: everything that CI runs, in an order that fails early.

mod end2end;
mod features;
mod imports;
mod licence_expression;
mod licences;
mod metadata;
mod suite;
mod tools;

use anyhow::{Result, ensure};

use crate::{
    accuracy, debian_wasm,
    process::{cargo, find, run},
    serve,
    site::{self, Flavor, WASM_HELD_BYTES},
    wasm_target::Toolchain,
};
use suite::{Done, Suite};

/// Runs the steps; an error when one failed. Under `ci` what is missing is installed or fails, and nothing is skipped.
pub(crate) fn test(ci: bool, only: &[String]) -> Result<()> {
    let mut suite = Suite::new(ci, only);
    suite.step("tools", || tools::ensure(ci))?;
    suite.step("format", || done(run(&mut cargo(&["fmt", "--all", "--check"]))))?;
    suite.step("imports", || done(imports::check()))?;
    suite.step("features", || done(features::check()))?;
    suite.step("licences", || done(licences::check()))?;
    suite.step("lint", || {
        done(run(&mut cargo(&["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"])))
    })?;
    suite.step("lint-wasm", || lint_wasm(ci))?;
    suite.step("unit", || done(unit(ci)))?;
    suite.step("accuracy", || done(accuracy::holds()))?;
    suite.step("site", || done(site_has_not_grown()))?;
    suite.step("release", || done(serve::build().map(drop)))?;
    suite.step("end2end", || end2end::run(ci))?;
    suite.close()
}

fn done(result: Result<()>) -> Result<Done> {
    result.map(|()| Done::default())
}

/// The tests of all crates. `cargo-nextest` runs them faster, where it is installed.
fn unit(ci: bool) -> Result<()> {
    let mut command = if find("cargo-nextest").is_some() {
        cargo(&["nextest", "run", "--workspace", "--no-fail-fast"])
    } else {
        cargo(&["test", "--workspace", "--no-fail-fast"])
    };
    if ci {
        // Tests that need a real system skip themselves without it; here its absence is a failure.
        command.env("IROA_REQUIRE_PEERS", "1");
    }
    run(&mut command)
}

/// The same sources as the browser compiles them: other features, other lints.
fn lint_wasm(ci: bool) -> Result<Done> {
    let toolchain = Toolchain::ensure()?;
    if toolchain == Toolchain::Debian && !debian_wasm::has_clippy() {
        if ci {
            crate::apt::install(&["rust-web-clippy"])?;
        } else {
            return Ok(Done::skipped("lints of the WebAssembly half", "the package rust-web-clippy is not installed"));
        }
    }
    done(run(toolchain.cargo("clippy")?.args(["--package", "frontend", "--", "--deny", "warnings"])))
}

fn site_has_not_grown() -> Result<()> {
    let site = site::build(Flavor::Release)?;
    ensure!(
        site.wasm_brotli_bytes <= WASM_HELD_BYTES,
        "the WebAssembly has grown to {} bytes with brotli, over the {WASM_HELD_BYTES} that it is held to",
        site.wasm_brotli_bytes
    );
    Ok(())
}

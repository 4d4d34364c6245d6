//! A compiler for WebAssembly: rustup's target where it can be had, Debian's own Rust otherwise.

use std::process::Command;

use anyhow::{Context, Result};

use crate::{
    debian_wasm,
    process::{cargo, find, output, program, timed},
};

pub(crate) const TRIPLE: &str = "wasm32-unknown-unknown";

/// Who compiles for WebAssembly.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Toolchain {
    /// The ordinary toolchain with rustup's target.
    Rustup,
    /// The one of Debian's packages, with a standard library built once from its sources.
    Debian,
}

impl Toolchain {
    /// Finds or installs one. `IROA_WASM_TOOLCHAIN=debian` skips rustup, so that the second way can be tried where the first works.
    pub(crate) fn ensure() -> Result<Self> {
        let forced = std::env::var("IROA_WASM_TOOLCHAIN").is_ok_and(|value| value == "debian");
        if !forced && (has_target()? || add_target()) {
            return Ok(Self::Rustup);
        }
        debian_wasm::ensure()
            .context("rustup cannot fetch the WebAssembly target, and Debian's Rust could not be set up")?;
        Ok(Self::Debian)
    }

    /// Cargo, set to compile for WebAssembly. The folder is its own: two compilers that share one rebuild each other's work.
    pub(crate) fn cargo(self, task: &str) -> Result<Command> {
        let mut command = match self {
            Self::Rustup => cargo(&[task]),
            Self::Debian => debian_wasm::cargo(task)?,
        };
        command.args(["--target", TRIPLE, "--target-dir"]).arg(self.target_dir());
        Ok(command)
    }

    pub(crate) fn target_dir(self) -> std::path::PathBuf {
        crate::workspace::target().join(match self {
            Self::Rustup => "wasm",
            Self::Debian => "wasm-debian",
        })
    }

    /// Names the compiler exactly: part of what a built site depends on.
    pub(crate) fn version(self) -> Result<String> {
        match self {
            Self::Rustup => output(program("rustc").arg("-vV")),
            Self::Debian => output(program(debian_wasm::RUSTC).arg("-vV")),
        }
    }
}

/// Asks the compiler, not rustup: a toolchain of a distribution can bring the target too.
fn has_target() -> Result<bool> {
    let library = output(program("rustc").args(["--print", "target-libdir", "--target", TRIPLE]))?;
    Ok(std::path::Path::new(library.trim()).exists())
}

fn add_target() -> bool {
    if find("rustup").is_none() {
        return false;
    }
    let added = timed("Adding the WebAssembly target by rustup", || {
        crate::process::run(program("rustup").args(["target", "add", TRIPLE]))
    });
    if let Err(error) = &added {
        println!("   {error:#}");
    }
    added.is_ok()
}

//! WebAssembly without rustup's host: Debian's Rust, and a standard library for it built once from the sources that Debian packages.
//!
//! For networks that reach nothing but package registries. It needs root on Debian 12 or newer.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use anyhow::{Context, Result, bail};

use crate::{
    apt,
    process::{find, output, program, run, timed},
    wasm_target::TRIPLE,
    workspace,
};

pub(crate) const RUSTC: &str = "/usr/bin/rustc";
const CARGO: &str = "/usr/bin/cargo";
/// Where that compiler looks for a target's libraries.
const LIBRARIES: &str = "/usr/lib/rustlib/wasm32-unknown-unknown/lib";
const SOURCES: &str = "/usr/src";

/// Installs compiler and sources, and builds the standard library, unless that is done.
pub(crate) fn ensure() -> Result<()> {
    if !Path::new(CARGO).exists() || !Path::new(RUSTC).exists() || !has_sources() {
        timed("Installing Debian's Rust", || apt::install(&["rustc-web", "cargo-web", "rust-web-src"]))?;
    }
    if has_core(Path::new(LIBRARIES)) {
        return Ok(());
    }
    timed("Building the standard library for WebAssembly", build_standard_library)
}

/// Debian's cargo and compiler, with a linker for WebAssembly.
pub(crate) fn cargo(task: &str) -> Result<Command> {
    let mut command = program(CARGO);
    command.arg(task).env("RUSTC", RUSTC).env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", linker()?);
    // What the outer cargo says of itself would be taken for the inner one.
    command.env_remove("CARGO").env_remove("RUSTUP_TOOLCHAIN");
    Ok(command)
}

/// Lints with that compiler need one package more.
pub(crate) fn has_clippy() -> bool {
    Path::new("/usr/bin/cargo-clippy").exists() && Path::new("/usr/bin/clippy-driver").exists()
}

fn build_standard_library() -> Result<()> {
    let folder = workspace::target().join("wasm-std");
    let source = folder.join("src");
    fs::create_dir_all(&source)?;
    // An empty crate: `build-std` compiles what any crate stands on.
    fs::write(source.join("lib.rs"), "")?;
    fs::write(
        folder.join("Cargo.toml"),
        "[package]\nname = \"nothing\"\nversion = \"0.0.0\"\nedition = \"2021\"\n\n[workspace]\n",
    )?;
    let mut build = cargo("build")?;
    build.args(["--release", "--target", TRIPLE, "-Z", "build-std=std,panic_abort,proc_macro", "--target-dir"]);
    build.arg(folder.join("target")).current_dir(&folder);
    // `build-std` is unstable; this is the documented way to use it with a stable compiler.
    build.env("RUSTC_BOOTSTRAP", "1");
    run(&mut build)?;

    fs::create_dir_all(LIBRARIES).with_context(|| format!("cannot create {LIBRARIES}"))?;
    for entry in fs::read_dir(folder.join("target").join(TRIPLE).join("release").join("deps"))? {
        let file = entry?.path();
        let name = file.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let is_library = file.extension().is_some_and(|extension| extension == "rlib");
        if is_library && !name.starts_with("libnothing-") {
            fs::copy(&file, Path::new(LIBRARIES).join(&name)).with_context(|| format!("cannot install {name}"))?;
        }
    }
    if !has_core(Path::new(LIBRARIES)) {
        bail!("the standard library was built, but not found in {LIBRARIES}");
    }
    Ok(())
}

fn has_core(folder: &Path) -> bool {
    fs::read_dir(folder)
        .is_ok_and(|entries| entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with("libcore-")))
}

/// Debian keeps the library's sources in `/usr/src/rustc-VERSION`.
fn has_sources() -> bool {
    fs::read_dir(SOURCES).is_ok_and(|entries| {
        entries.flatten().any(|entry| entry.path().join("library").join("std").join("Cargo.toml").exists())
    })
}

/// `rust-lld` of the rustup toolchain, or LLVM's own where that is installed.
fn linker() -> Result<PathBuf> {
    let sysroot = output(program("rustc").args(["--print", "sysroot"]))?;
    let host = output(program("rustc").args(["--print", "host-tuple"]))?;
    let bundled = Path::new(sysroot.trim()).join("lib/rustlib").join(host.trim()).join("bin/rust-lld");
    if bundled.exists() {
        return Ok(bundled);
    }
    ["wasm-ld", "lld"].into_iter().find_map(find).context("no linker for WebAssembly: neither rust-lld nor wasm-ld")
}

//! From the frontend crate to `iroa.js` and `iroa_bg.wasm`.

use std::path::Path;

use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

use super::Flavor;
use crate::{
    npm,
    process::{program, run},
    wasm_target::{TRIPLE, Toolchain},
};

/// What rustc emits for its default WebAssembly target, and what every browser of the last years understands.
/// Not `--all-features`: Chromium refuses the result ("Invalid import kind 127").
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// Compiles and writes bindings and module into `into`.
pub(super) fn build(toolchain: Toolchain, flavor: Flavor, into: &Path) -> Result<()> {
    let (profile, folder) = match flavor {
        Flavor::Release => ("wasm-release", "wasm-release"),
        Flavor::Debug => ("dev", "debug"),
    };
    run(toolchain.cargo("build")?.args(["--package", "frontend", "--profile", profile]))?;
    let module = toolchain.target_dir().join(TRIPLE).join(folder).join("frontend.wasm");
    let mut bindgen = Bindgen::new();
    bindgen.input_path(module).out_name("iroa").web(true).context("no bindings for the web")?;
    bindgen.typescript(false);
    if flavor == Flavor::Release {
        bindgen.remove_name_section(true).remove_producers_section(true);
    } else {
        bindgen.keep_debug(false);
    }
    bindgen.generate(into).context("cannot generate the bindings")
}

/// Makes a module smaller, in place.
pub(super) fn shrink(module: &Path) -> Result<()> {
    let mut optimiser = program(npm::binary("wasm-opt")?);
    // Twice, with what is known of all values between: 3 kB less of brotli than once.
    run(optimiser.args(["-Oz", "--gufa", "-Oz"]).args(FEATURES).arg(module).arg("-o").arg(module))
}

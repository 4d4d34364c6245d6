//! One build never turns on `ssr` and `hydrate` together: effects would run on the server, and pages panic there.

use anyhow::{Result, ensure};

use crate::{
    process::{cargo, output, program},
    wasm_target::TRIPLE,
};

/// Asks cargo for the features that it would really turn on, everything of the workspace unified.
pub(super) fn check() -> Result<()> {
    let host = output(program("rustc").args(["--print", "host-tuple"]))?;
    let native = leptos_features(&["--workspace", "--target", host.trim()])?;
    ensure!(!native.is_empty(), "no leptos crate in the native build: is this check still asking the right question?");
    for (package, features) in &native {
        ensure!(!features.iter().any(|feature| feature == "hydrate"), "a native build turns on {package}/hydrate");
    }
    for (package, features) in leptos_features(&["--package", "frontend", "--target", TRIPLE])? {
        ensure!(!features.iter().any(|feature| feature == "ssr"), "the WebAssembly build turns on {package}/ssr");
    }
    Ok(())
}

/// Name and features of each crate of Leptos and of the app in a build.
fn leptos_features(selection: &[&str]) -> Result<Vec<(String, Vec<String>)>> {
    let mut tree = cargo(&["tree", "--prefix", "none", "--no-dedupe", "--format", "{p}|{f}"]);
    let lines = output(tree.args(selection))?;
    let mut found: Vec<(String, Vec<String>)> = lines
        .lines()
        .filter_map(|line| line.split_once('|'))
        .filter_map(|(package, features)| Some((package.split(' ').next()?, features)))
        .filter(|(name, _)| *name == "app" || name.starts_with("leptos"))
        .map(|(name, features)| (name.to_owned(), features.split(',').map(|name| name.trim().to_owned()).collect()))
        .collect();
    found.sort();
    found.dedup();
    Ok(found)
}

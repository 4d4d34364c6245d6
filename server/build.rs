//! Embeds a newly built site: rust-embed reads `target/site` when this crate is compiled, and cargo would not notice a new file there.

use std::path::Path;

fn main() {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/site/manifest.json");
    // `cargo xtask build` sets this to the site's hash, for the first build, when there is no manifest to watch yet.
    println!("cargo::rerun-if-env-changed=IROA_SITE");
    println!("cargo::rerun-if-changed=build.rs");
    // Cargo takes a path that is absent as always changed, which would compile the server anew each time.
    if manifest.exists() {
        println!("cargo::rerun-if-changed={}", manifest.display());
    }
}

//! The site: the frontend as WebAssembly, its bindings and the style, compressed, under a name that changes with the content.
//!
//! `target/site/manifest.json` names the folder; the server embeds everything below `target/site`.

mod compress;
mod css;
mod inputs;
mod wasm;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use crate::{
    npm,
    process::{find, timed},
    wasm_target::Toolchain,
    workspace,
};

/// What the browser is to download at most: the written budget. Not met yet (docs/adr/0011-one-erased-view-type.md).
pub(crate) const WASM_BUDGET_BYTES: u64 = 350_000;
/// What tests hold: where the site stands, so that it only shrinks. Lower it whenever a change allows.
pub(crate) const WASM_HELD_BYTES: u64 = 578_000;

/// For whom a site is built.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flavor {
    /// Small and compressed, to be embedded.
    Release,
    /// Quick to build, with names in stack traces, served from disk.
    Debug,
}

impl Flavor {
    pub(crate) fn folder(self) -> PathBuf {
        workspace::target().join(match self {
            Self::Release => "site",
            Self::Debug => "site-dev",
        })
    }
}

/// `manifest.json`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Site {
    /// The folder of everything that may be cached for ever: `pkg/<hash>`.
    pub(crate) pkg: String,
    pub(crate) hash: String,
    /// What it was built from.
    inputs: String,
    pub(crate) wasm_bytes: u64,
    pub(crate) wasm_brotli_bytes: u64,
}

/// Builds the site, or finds that the one that is there is current.
pub(crate) fn build(flavor: Flavor) -> Result<Site> {
    let toolchain = Toolchain::ensure()?;
    let shrink = flavor == Flavor::Release && has_wasm_opt();
    let inputs = inputs::hash(toolchain, shrink)?;
    let folder = flavor.folder();
    if let Ok(site) = read(flavor)
        && site.inputs == inputs
        && folder.join(&site.pkg).join("iroa_bg.wasm").exists()
    {
        println!("-> The site is current");
        return Ok(site);
    }

    let staging = folder.join("staging");
    let _ = fs::remove_dir_all(&staging);
    fs::create_dir_all(&staging).with_context(|| format!("cannot create {}", staging.display()))?;
    timed("Building the frontend (WebAssembly)", || wasm::build(toolchain, flavor, &staging))?;
    if shrink {
        timed("Shrinking it with wasm-opt", || wasm::shrink(&staging.join("iroa_bg.wasm")))?;
    }
    let style = css::bundle(&workspace::root().join("style").join("main.css"))?;
    fs::write(staging.join("iroa.css"), style)?;
    let hash = inputs::hash_of_files(&compress::files(&staging)?, &staging)?;
    if flavor == Flavor::Release {
        timed("Compressing (brotli, gzip)", || compress::all(&staging))?;
    }

    let site = publish(&folder, &staging, hash, inputs)?;
    if flavor == Flavor::Release {
        println!(
            "   WebAssembly: {:.0} kB, {:.0} kB with brotli (budget {} kB)",
            site.wasm_bytes as f64 / 1e3,
            site.wasm_brotli_bytes as f64 / 1e3,
            WASM_BUDGET_BYTES / 1000
        );
    }
    Ok(site)
}

/// The manifest of the site that was built last.
pub(crate) fn read(flavor: Flavor) -> Result<Site> {
    let path = flavor.folder().join("manifest.json");
    let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text).with_context(|| format!("cannot understand {}", path.display()))
}

/// The new folder first, then the manifest that names it, then the old ones go.
fn publish(folder: &Path, staging: &Path, hash: String, inputs: String) -> Result<Site> {
    let all = folder.join("pkg");
    let own = all.join(&hash);
    fs::create_dir_all(&all)?;
    let _ = fs::remove_dir_all(&own);
    fs::rename(staging, &own)?;
    let bytes_of = |name: &str| fs::metadata(own.join(name)).map_or(0, |meta| meta.len());
    let site = Site {
        pkg: format!("pkg/{hash}"),
        wasm_bytes: bytes_of("iroa_bg.wasm"),
        wasm_brotli_bytes: bytes_of("iroa_bg.wasm.br"),
        hash,
        inputs,
    };
    let icon = workspace::root().join("style").join("favicon.svg");
    if icon.exists() {
        fs::copy(icon, folder.join("favicon.svg"))?;
    }
    fs::write(folder.join("manifest.json"), serde_json::to_string_pretty(&site)?)?;
    for entry in fs::read_dir(&all)? {
        let path = entry?.path();
        if path != own {
            fs::remove_dir_all(path)?;
        }
    }
    Ok(site)
}

/// Node.js halves the download; without it the site works all the same.
fn has_wasm_opt() -> bool {
    let installed = if find("node").is_some() || crate::apt::is_possible() {
        npm::ensure_packages()
    } else {
        Err(anyhow::anyhow!("Node.js is not installed"))
    };
    if let Err(error) = &installed {
        println!("   {error:#}: the site will be about twice as large as it could be");
    }
    installed.is_ok()
}

//! What a site is built from, as one hash: an unchanged hash means that there is nothing to build.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use super::compress::files;
use crate::{wasm_target::Toolchain, workspace};

const FOLDERS: [&str; 6] = ["app", "frontend", "crates/model", "crates/analysis", "style", "xtask/src/site"];
const FILES: [&str; 3] = ["Cargo.toml", "Cargo.lock", "end2end/package-lock.json"];

pub(super) fn hash(toolchain: Toolchain, shrink: bool) -> Result<String> {
    let root = workspace::root();
    let mut inputs: Vec<PathBuf> = FILES.iter().map(|name| root.join(name)).collect();
    for folder in FOLDERS {
        inputs.extend(files(&root.join(folder))?);
    }
    let content = hash_of_files(&inputs, &root)?;
    Ok(short_hex(format!("{content} {shrink} {}", toolchain.version()?).as_bytes()))
}

/// Names and contents; a file that moved counts as changed.
pub(super) fn hash_of_files(files: &[PathBuf], base: &Path) -> Result<String> {
    let mut all = Vec::new();
    for file in files {
        let content = fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
        all.extend(file.strip_prefix(base).unwrap_or(file).as_os_str().as_encoded_bytes());
        all.extend(Sha256::digest(&content));
    }
    Ok(short_hex(&all))
}

/// 64 bits of SHA-256: enough to tell the builds of one project apart.
fn short_hex(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    let number = digest.iter().take(8).fold(0_u64, |number, &byte| number << 8 | u64::from(byte));
    format!("{number:016x}")
}

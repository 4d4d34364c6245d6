//! Where things are in the workspace.

use std::path::{Path, PathBuf};

/// The workspace's root, wherever `cargo xtask` was called from: cargo names this crate's folder to what it runs.
pub(crate) fn root() -> PathBuf {
    let own = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    own.as_deref().and_then(Path::parent).map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |folder| root().join(folder))
}

/// The release binary of the server.
pub(crate) fn release_binary() -> PathBuf {
    target().join("release").join("iroa")
}

pub(crate) fn end2end() -> PathBuf {
    root().join("end2end")
}

//! `cargo xtask bench`.

use std::path::Path;

use anyhow::Result;

pub(crate) fn bench(_names: &[String], _json: Option<&Path>) -> Result<()> {
    Ok(())
}

//! Precompressed copies beside each file: a small server has better things to do than to compress the same bytes again.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use brotli::enc::BrotliEncoderParams;
use flate2::{Compression, write::GzEncoder};

/// All files below a folder, in a stable order.
pub(super) fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    for entry in entries {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path)?);
        } else {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Writes `FILE.br` and `FILE.gz` for each file below a folder.
pub(super) fn all(folder: &Path) -> Result<()> {
    for file in files(folder)? {
        let content = fs::read(&file)?;
        let mut brotli = File::create(with_suffix(&file, "br"))?;
        let parameters = BrotliEncoderParams { quality: 11, lgwin: 22, size_hint: content.len(), ..Default::default() };
        brotli::BrotliCompress(&mut content.as_slice(), &mut brotli, &parameters)?;
        let mut gzip = GzEncoder::new(File::create(with_suffix(&file, "gz"))?, Compression::best());
        gzip.write_all(&content)?;
        gzip.finish()?;
    }
    Ok(())
}

fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    PathBuf::from(name)
}

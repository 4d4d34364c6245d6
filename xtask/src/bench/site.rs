//! What a browser downloads before a page answers to the hand.

use anyhow::Result;

use super::figure::Figure;
use crate::site::{self, Flavor, WASM_BUDGET_BYTES};

pub(super) fn measure() -> Result<Vec<Figure>> {
    let site = site::build(Flavor::Release)?;
    let kilobytes = |bytes: u64| bytes as f64 / 1e3;
    Ok(vec![
        Figure::new("site", "WebAssembly, raw", kilobytes(site.wasm_bytes), "kB"),
        Figure::new("site", "WebAssembly, brotli", kilobytes(site.wasm_brotli_bytes), "kB")
            .at_most(Some(kilobytes(WASM_BUDGET_BYTES))),
    ])
}

//! A page of a table and a search over 50,000 stored machines, at the store: what a request waits for.

use anyhow::{Context, Result};
use serde::Deserialize;

use super::figure::Figure;
use crate::{
    process::{cargo, output, program, run, timed},
    workspace,
};

/// One line of what the store's example prints.
#[derive(Deserialize)]
struct Reading {
    figure: String,
    p50_ms: f64,
    p99_ms: f64,
}

/// A page of a table; searches have no bound of their own.
const PAGE_P99_MS: f64 = 20.0;

pub(super) fn measure() -> Result<Vec<Figure>> {
    timed("Building the table bench (release)", || {
        run(&mut cargo(&["build", "--release", "--package", "store", "--example", "tables"]))
    })?;
    let printed = output(&mut program(workspace::target().join("release/examples/tables")))?;
    let mut figures = Vec::new();
    for line in printed.lines().filter(|line| line.starts_with('{')) {
        let reading: Reading = serde_json::from_str(line).with_context(|| format!("the table bench said `{line}`"))?;
        let is_page = !reading.figure.contains("search");
        figures.push(Figure::new("tables", format!("{}, p50", reading.figure), reading.p50_ms, "ms"));
        figures.push(
            Figure::new("tables", format!("{}, p99", reading.figure), reading.p99_ms, "ms")
                .at_most(is_page.then_some(PAGE_P99_MS)),
        );
    }
    Ok(figures)
}

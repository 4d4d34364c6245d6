//! The store alone: persisting 50,000 machines, and what a page of their table, a search and the overview take.

use std::{collections::BTreeMap, fs};

use anyhow::{Context, Result};

use super::figure::Figure;
use crate::{
    process::{cargo, output, program, run, timed},
    workspace,
};

const MACHINES: u64 = 50_000;
const PAGE_P99_MS: f64 = 20.0;

pub(super) fn measure() -> Result<Vec<Figure>> {
    Ok(fill(MACHINES)?.iter().map(|(name, value)| figure(name, *value)).collect())
}

/// The readings of the store's own bench, by name.
pub(super) fn fill(machines: u64) -> Result<BTreeMap<String, f64>> {
    timed("Building the store's bench (release)", || {
        run(&mut cargo(&["build", "--release", "--package", "store", "--example", "fill"]))
    })?;
    let folder = workspace::target().join("bench").join("tables");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    let url = format!("sqlite://{}", folder.join("iroa.db").display());
    let mut fill = program(workspace::target().join("release/examples/fill"));
    let printed = timed("Filling and asking", || output(fill.args([&url, &machines.to_string()])))?;
    fs::remove_dir_all(&folder)?;
    serde_json::from_str(&printed).context("the store's bench printed no figures")
}

/// `page_deep_p99_us` becomes `page deep, p99` in milliseconds.
fn figure(name: &str, value: f64) -> Figure {
    let (name, unit) = name.rsplit_once('_').unwrap_or((name, ""));
    let words = name.replace('_', " ");
    match unit {
        "us" => {
            let (words, share) = words.rsplit_once(' ').unwrap_or((&words, ""));
            let is_bounded = words.starts_with("page") && share == "p99";
            Figure::new("tables", format!("{words}, {share}"), value / 1e3, "ms")
                .at_most(is_bounded.then_some(PAGE_P99_MS))
        }
        "ms" => Figure::new("tables", words, value / 1e3, "s"),
        _ => {
            let bound = name.contains("unchanged").then_some(0.0);
            Figure::new("tables", format!("{words} {unit}"), value, unit_of_rows(unit)).at_most(bound)
        }
    }
}

fn unit_of_rows(unit: &str) -> &'static str {
    if unit == "rows" { "rows" } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_figures() {
        let page = figure("page_deep_by_memory_p99_us", 12_500.0);
        assert_eq!((page.name.as_str(), page.unit, page.met), ("page deep by memory, p99", "ms", Some(true)));
        let rows = figure("persist_unchanged_configuration_rows", 3.0);
        assert_eq!((rows.unit, rows.met), ("rows", Some(false)));
        assert_eq!(figure("persist_first_ms", 2_500.0).unit, "s");
    }
}

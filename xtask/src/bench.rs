//! `cargo xtask bench`: what IROA costs, beside baselines that were measured in the same run on the same machine.

mod collect;
mod curl;
mod figure;
mod hyperv;
mod persist;
mod samples;
mod site;
mod sync;
mod tables;
mod vcenter;

use std::{fs, path::Path};

use anyhow::{Context, Result, ensure};

use figure::Figure;

type Bench = fn() -> Result<Vec<Figure>>;

const BENCHES: [(&str, Bench); 7] = [
    ("collect", collect::measure),
    ("hyperv", hyperv::measure),
    ("persist", persist::measure),
    ("sync", sync::measure),
    ("tables", tables::measure),
    ("samples", samples::measure),
    ("site", site::measure),
];

/// Measures, prints a table, and writes the same as JSON where that is wanted. A figure that was missed is no error: it is printed.
pub(crate) fn bench(names: &[String], json: Option<&Path>) -> Result<()> {
    for name in names {
        ensure!(BENCHES.iter().any(|(known, _)| known == name), "there is no bench `{name}`: {}", known());
    }
    let mut figures = Vec::new();
    for (name, measure) in BENCHES {
        if names.is_empty() || names.iter().any(|wanted| wanted == name) {
            println!("-> {name}");
            figures.extend(measure().with_context(|| format!("bench {name} failed"))?);
        }
    }
    figure::print(&figures);
    if let Some(path) = json {
        let text = serde_json::to_string_pretty(&figures)?;
        fs::write(path, text + "\n").with_context(|| format!("cannot write {}", path.display()))?;
    }
    Ok(())
}

fn known() -> String {
    BENCHES.map(|(name, _)| name).join(", ")
}

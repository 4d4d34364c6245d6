//! Measurements of 10,000 machines: a month of history, a day of ticks, folding, charts and a pass over the fleet.
//!
//! Each step is a process of its own over one database, so that its memory is its own. `IROA_BENCH_MACHINES` makes it smaller,
//! `IROA_BENCH_POSTGRES_URL` names an empty database of PostgreSQL that is measured as well.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use serde_json::{Map, Value};

use super::figure::Figure;
use crate::{
    process::{cargo, output, program, run, timed},
    workspace,
};

const MACHINES: u64 = 10_000;
const DAYS: &str = "30";
const SIZE_MB: f64 = 1_000.0;
const TICK_MS: f64 = 2_000.0;
const LOCK_MS: f64 = 250.0;
const CHART_P99_MS: f64 = 20.0;
const FLEET_S: f64 = 30.0;
const FLEET_MB: f64 = 300.0;

pub(super) fn measure() -> Result<Vec<Figure>> {
    timed("Building the bench of samples (release)", || {
        run(&mut cargo(&["build", "--release", "--package", "store", "--example", "samples"]))
    })?;
    let machines = match std::env::var("IROA_BENCH_MACHINES") {
        Ok(machines) => machines.parse().context("IROA_BENCH_MACHINES is not a number")?,
        Err(_) => MACHINES,
    };
    let folder = workspace::target().join("bench").join("samples");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    let file = folder.join("iroa.db");
    let mut figures = database("SQLite", &format!("sqlite://{}", file.display()), machines, 2e6, Some(&file))?;
    fs::remove_dir_all(&folder)?;
    match std::env::var("IROA_BENCH_POSTGRES_URL") {
        Ok(url) => figures.extend(database("PostgreSQL", &url, machines, 1e6, None)?),
        Err(_) => println!("   IROA_BENCH_POSTGRES_URL is not set: SQLite alone"),
    }
    Ok(figures)
}

fn database(name: &str, url: &str, machines: u64, rate: f64, file: Option<&Path>) -> Result<Vec<Figure>> {
    let mut all = Map::new();
    let mut step = |step: &str| {
        let mut samples = program(workspace::target().join("release/examples/samples"));
        samples.args([step, url, &machines.to_string(), DAYS]);
        let printed = timed(&format!("{name}: {step}"), || output(&mut samples))?;
        let figures: Map<String, Value> = serde_json::from_str(&printed).context("the bench printed no figures")?;
        all.extend(figures);
        Result::<()>::Ok(())
    };
    step("fill")?;
    let file_mb = file.map(|file| Ok::<_, std::io::Error>(fs::metadata(file)?.len() as f64 / 1e6)).transpose()?;
    for name in ["ticks", "read", "fold", "fleet"] {
        step(name)?;
    }
    if let Some(size_mb) = file_mb {
        all.insert("fill_size_mb".to_owned(), size_mb.into());
    }
    let value = |key: &str| all.get(key).and_then(Value::as_f64);
    let bounded = |key: &str, words: &str, unit, wanted: Option<f64>| {
        Some(Figure::new("samples", format!("{name}: {words}"), value(key)?, unit).at_most(wanted))
    };
    // A bound is the most that is good, so the speed is told as what a million samples take.
    let million = value("fill_samples_per_s").map(|per_s| {
        Figure::new("samples", format!("{name}: backfill, seconds a million samples"), 1e6 / per_s, "s")
            .at_most(Some(1e6 / rate))
    });
    let figures = [
        bounded("fill_size_mb", "30 days on disk", "MB", Some(SIZE_MB)),
        million,
        bounded("fill_longest_transaction_ms", "backfill, longest write lock", "ms", Some(LOCK_MS)),
        bounded("tick_slowest_ms", "slowest tick", "ms", Some(TICK_MS)),
        bounded("tick_longest_transaction_ms", "ticks, longest write lock", "ms", Some(LOCK_MS)),
        bounded("tick_written_mb", "written by a day of ticks", "MB", None),
        bounded("fold_seconds", "folding a day", "s", None),
        bounded("fold_longest_transaction_ms", "folding, longest write lock", "ms", Some(LOCK_MS)),
        bounded("fold_written_mb", "written by folding a day", "MB", None),
        bounded("chart_p99_ms", "30-day chart, p99", "ms", Some(CHART_P99_MS)),
        bounded("busiest_ms", "the busiest 20", "ms", None),
        bounded("fleet_seconds", "fleet pass of CPU over 30 days", "s", Some(FLEET_S)),
        bounded("fleet_peak_mb", "fleet pass, peak memory", "MB", Some(FLEET_MB)),
    ];
    Ok(figures.into_iter().flatten().collect())
}

//! Measures forecasts: on real traces (a folder of `.csv` and `.csv.gz` of the Bitbrains form) and on generated histories.
//!
//! `cargo run --release -p analysis --features forecast --example forecast -- FOLDER`

#![allow(clippy::print_stdout)]

use std::{collections::BTreeMap, error::Error, fs::File, io::Read, path::Path, time::Instant};

use analysis::runway::score;

fn main() -> Result<(), Box<dyn Error>> {
    if let Some(folder) = std::env::args().nth(1) {
        traces(Path::new(&folder))?;
    }
    generated::report();
    Ok(())
}

fn traces(folder: &Path) -> Result<(), Box<dyn Error>> {
    let mut paths: Vec<_> =
        std::fs::read_dir(folder)?.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    paths.sort();
    let (mut outcomes, mut series) = (Vec::new(), 0);
    let mut took = 0.0;
    for path in paths {
        let Some(machines) = read(&path)? else { continue };
        let before = outcomes.len();
        let started = Instant::now();
        for values in machines.values() {
            outcomes.extend(score::outcomes(score::Grid::HOURLY, series, values));
            series += 1;
        }
        took += started.elapsed().as_secs_f64();
        println!("{}: {} machines", path.display(), machines.len());
        show(&outcomes[before..]);
    }
    println!("all: {series} series, {:.1} ms a series", took * 1e3 / f64::from(u32::try_from(series.max(1))?));
    show(&outcomes);
    Ok(())
}

fn show(outcomes: &[score::Outcome]) {
    for row in score::summary(outcomes) {
        println!(
            "  {:>3} h {:<15} MASE {:.3}  pinball {:.3}  coverage of 80 % {:.1} %",
            row.horizon_hours,
            format!("{:?}", row.model),
            row.mase,
            row.pinball,
            row.coverage_80 * 100.0
        );
    }
    for (hours, error, loss) in score::against_naive(outcomes) {
        println!("  {hours:>3} h selected / naive: error {error:.3}, loss {loss:.3} (medians)");
    }
    let first = outcomes.iter().map(|one| one.horizon_hours).min().unwrap_or(0);
    let mut models: BTreeMap<String, usize> = BTreeMap::new();
    for one in outcomes.iter().filter(|one| one.contender == score::Contender::Selected && one.horizon_hours == first) {
        *models.entry(format!("{:?}", one.model)).or_default() += 1;
    }
    println!("  chosen: {models:?}");
}

/// Hourly averages of CPU in percent, by machine.
type Machines = BTreeMap<String, Vec<f64>>;

/// Gaps are bridged by the hour before; `None` where the file is no trace.
fn read(path: &Path) -> Result<Option<Machines>, Box<dyn Error>> {
    let ends_in = |extension: &str| path.extension().is_some_and(|found| found.eq_ignore_ascii_case(extension));
    let is_zipped = ends_in("gz")
        && path.file_stem().is_some_and(|name| Path::new(name).extension().is_some_and(|csv| csv == "csv"));
    if !is_zipped && !ends_in("csv") {
        return Ok(None);
    }
    let file = File::open(path)?;
    let bytes: Box<dyn Read> = if is_zipped { Box::new(flate2::read::GzDecoder::new(file)) } else { Box::new(file) };
    let mut sums: BTreeMap<String, BTreeMap<i64, (f64, f64)>> = BTreeMap::new();
    for record in csv::Reader::from_reader(bytes).records() {
        let record = record?;
        let (Some(machine), Some(at), Some(value)) = (record.get(0), record.get(1), record.get(4)) else { continue };
        let (Ok(at), Ok(value)) = (at.parse::<i64>(), value.parse::<f64>()) else { continue };
        if value.is_finite() && value >= 0.0 {
            let hour = sums.entry(machine.to_owned()).or_default().entry(at.div_euclid(3_600)).or_default();
            *hour = (hour.0 + value.min(100.0), hour.1 + 1.0);
        }
    }
    let hourly = |hours: BTreeMap<i64, (f64, f64)>| {
        let mut values: Vec<f64> = Vec::new();
        let mut next = None;
        for (hour, (sum, count)) in hours {
            let missing = next.map_or(0, |next| hour - next);
            values.extend((0..missing).filter_map(|_| values.last().copied()).collect::<Vec<f64>>());
            values.push(sum / count);
            next = Some(hour + 1);
        }
        values
    };
    Ok(Some(sums.into_iter().map(|(machine, hours)| (machine, hourly(hours))).collect()))
}

#[path = "forecast/generated.rs"]
mod generated;

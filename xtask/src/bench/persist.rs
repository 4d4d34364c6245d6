//! Keeping 10,000 machines, beside what the platform itself needs to tell of them.

use anyhow::Result;

use super::{collect::fastest, figure::Figure, tables, vcenter};
use crate::{process::find, workspace};

const MACHINES: u64 = 10_000;

pub(super) fn measure() -> Result<Vec<Figure>> {
    let floor = match find("curl") {
        Some(_) => {
            let vcenter = vcenter::start(MACHINES, 100)?;
            let floor = fastest(&workspace::end2end().join("bench/floor.sh"), &[&vcenter.port.to_string()])?;
            floor["wall_s"].as_f64()
        }
        None => None,
    };
    let readings = tables::fill(MACHINES)?;
    let figures = [("first", "persist_first_ms"), ("unchanged", "persist_unchanged_ms")];
    let figures = figures.into_iter().filter_map(|(which, name)| {
        let seconds = readings.get(name)? / 1e3;
        let name = format!("{which} save of {MACHINES} machines, beside the floor");
        Some(Figure::new("persist", name, seconds, "s").beside(floor).at_most(floor))
    });
    Ok(figures.collect())
}

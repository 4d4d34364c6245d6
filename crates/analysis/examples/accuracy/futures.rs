//! Histories whose future is known: ramps with known dates, flat ones that never fill, and mixed ones to forecast.

use analysis::runway::time_remaining;
use anyhow::{Result, ensure};
use model::{
    capacity::Resource,
    runway::{Caution, DailySeries, Outlook, Steps},
};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde::Serialize;

const TODAY: i64 = 20_000;
const RAMPS: usize = 400;
const FLATS: usize = 1_200;

/// How well the time to full is found.
#[derive(Clone, Copy, Serialize)]
pub(crate) struct Futures {
    pub(crate) ramps: usize,
    /// Of clean ramps: in percent of the true time.
    pub(crate) median_error_percent: f64,
    pub(crate) off_by_15_percent: usize,
    pub(crate) not_found: usize,
    pub(crate) flats: usize,
    /// Of the flat ones.
    pub(crate) said_to_run_out: usize,
}

struct Shape {
    slope: f64,
    week: f64,
    deviation: f64,
    /// Of the noise: 0 is white.
    memory: f64,
}

/// Level 50 to 60, and what the shape says, a value a day.
fn history(random: &mut StdRng, days: usize, shape: &Shape) -> Vec<f64> {
    let level = random.random_range(50.0..60.0);
    let mut rest = 0.0;
    (0..days)
        .map(|day| {
            // The sum of twelve even deviates is normal for every purpose here, with deviation 1.
            let drawn: f64 = (0..12).map(|_| random.random_range(-0.5..0.5)).sum();
            rest = shape.memory * rest + shape.deviation * (1.0 - shape.memory * shape.memory).sqrt() * drawn;
            let season = if day % 7 < 5 { shape.week } else { -shape.week };
            (level + shape.slope * day as f64 + season + rest).max(0.0)
        })
        .collect()
}

fn daily(values: &[f64]) -> DailySeries {
    DailySeries { first_day: TODAY + 1 - values.len() as i64, values: values.iter().copied().map(Some).collect() }
}

pub(crate) fn measure() -> Futures {
    let (mut errors, mut not_found) = (Vec::new(), 0);
    let mut random = StdRng::seed_from_u64(1);
    for number in 0..RAMPS {
        let days = 60 + number % 120;
        let slope = random.random_range(0.08..0.33);
        let values = history(&mut random, days, &Shape { slope, week: 0.0, deviation: 0.3, memory: 0.3 });
        let now = values.iter().sum::<f64>() / values.len() as f64 + slope * (days as f64 - 1.0) / 2.0;
        let truth = random.random_range(30.0..230.0);
        let usable = Steps::constant(now + slope * truth);
        let resource = if number % 2 == 0 { Resource::StorageUsed } else { Resource::MemoryDemand };
        let (found, _) = time_remaining(resource, &daily(&values), &usable, Caution::Aggressive, TODAY);
        match found.outlook {
            Outlook::Full { days } => errors.push((f64::from(days) - truth).abs() / truth * 100.0),
            _ => not_found += 1,
        }
    }
    errors.sort_by(f64::total_cmp);
    Futures {
        ramps: RAMPS,
        median_error_percent: errors.get(errors.len() / 2).copied().unwrap_or(f64::INFINITY),
        off_by_15_percent: errors.iter().filter(|error| **error > 15.0).count(),
        not_found,
        flats: FLATS,
        said_to_run_out: flats(),
    }
}

/// How many flat histories are said to run out, by the most cautious.
fn flats() -> usize {
    let mut random = StdRng::seed_from_u64(2);
    let mut exhausted = 0;
    for number in 0..FLATS {
        let (week, memory) = [(0.0, 0.0), (4.0, 0.2), (2.0, 0.7)][number % 3];
        let shape = Shape { slope: 0.0, week, deviation: 2.0, memory };
        let values = history(&mut random, 25 + number % 300, &shape);
        let resource = if number % 2 == 0 { Resource::StorageUsed } else { Resource::CpuDemand };
        let usable = Steps::constant(80.0);
        let (found, _) = time_remaining(resource, &daily(&values), &usable, Caution::Conservative, TODAY);
        exhausted += usize::from(matches!(found.outlook, Outlook::Full { .. }));
    }
    exhausted
}

/// With and without trend, week and memory; 148 to 347 days.
pub(crate) fn mixed() -> Vec<Vec<f64>> {
    let mut random = StdRng::seed_from_u64(3);
    let shape = |number: usize| Shape {
        slope: [0.0, 0.05, -0.05, 0.15][number % 4],
        week: [0.0, 4.0][number / 4 % 2],
        deviation: 2.0,
        memory: [0.0, 0.3, 0.7][number % 3],
    };
    (0..300).map(|number| history(&mut random, 148 + number % 200, &shape(number))).collect()
}

impl Futures {
    /// A clean ramp is found within 15 %; what is flat does not run out. Of so many draws one in a hundred may miss.
    pub(crate) fn hold(&self) -> Result<()> {
        let missed = self.off_by_15_percent + self.not_found;
        ensure!(missed * 100 <= self.ramps, "{missed} of {} clean ramps are missed by more than 15 %", self.ramps);
        let wrong = self.said_to_run_out;
        ensure!(wrong * 400 <= self.flats, "{wrong} of {} flat histories are said to run out", self.flats);
        Ok(())
    }
}

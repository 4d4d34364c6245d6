//! Histories whose future is known: ramps with known dates, flat ones that never fill, and 28 days ahead of mixed ones.

use std::time::Instant;

use analysis::runway::{Baseline, forecast, score, time_remaining};
use model::{
    capacity::Resource,
    runway::{Caution, DailySeries, Outlook, Steps},
};

const TODAY: i64 = 20_000;

/// Noise that is the same on every run (splitmix64, Box and Muller).
struct Noise(u64);

impl Noise {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        let (one, other) = (self.uniform().max(1e-12), self.uniform());
        (-2.0 * one.ln()).sqrt() * (std::f64::consts::TAU * other).cos()
    }
}

/// Level 50 to 60, a week of some height, noise with memory, and a slope a day.
fn history(noise: &mut Noise, days: usize, slope: f64, week: f64, deviation: f64, memory: f64) -> Vec<f64> {
    let level = 50.0 + 10.0 * noise.uniform();
    let mut rest = 0.0;
    (0..days)
        .map(|day| {
            rest = memory * rest + deviation * (1.0 - memory * memory).sqrt() * noise.normal();
            let season = if day % 7 < 5 { week } else { -week };
            (level + slope * day as f64 + season + rest).max(0.0)
        })
        .collect()
}

fn daily(values: &[f64]) -> DailySeries {
    DailySeries { first_day: TODAY + 1 - values.len() as i64, values: values.iter().copied().map(Some).collect() }
}

pub(super) fn report() {
    ramps();
    flats();
    intervals();
}

/// The error of the time to full, where the line crosses 100.
fn ramps() {
    let mut noise = Noise(1);
    for (name, deviation, week) in [("clean ramps", 0.3, 0.0), ("ramps with a week and noise", 1.5, 3.0)] {
        for resource in [Resource::StorageUsed, Resource::MemoryDemand] {
            let (mut errors, mut lost, mut wrong) = (Vec::new(), 0, 0);
            for number in 0..200 {
                let days = 60 + number % 120;
                let slope = 0.08 + 0.25 * noise.uniform();
                let values = history(&mut noise, days, slope, week, deviation, 0.3);
                let level = values.iter().sum::<f64>() / values.len() as f64;
                let now = level + slope * (days as f64 - 1.0) / 2.0;
                let usable = now + slope * (30.0 + 200.0 * noise.uniform());
                let truth = (usable - now) / slope;
                let (found, _) =
                    time_remaining(resource, &daily(&values), &Steps::constant(usable), Caution::Aggressive, TODAY);
                match found.outlook {
                    Outlook::Full { days } => {
                        errors.push((f64::from(days) - truth).abs() / truth);
                        wrong += usize::from((f64::from(days) - truth).abs() / truth > 0.15);
                    }
                    _ => lost += 1,
                }
            }
            errors.sort_by(f64::total_cmp);
            println!(
                "{name}, {}: time to full off by {:.1} % (median), {:.1} % (p90); {wrong} of 200 off by more than 15 %, {lost} not found",
                resource.name(),
                errors[errors.len() / 2] * 100.0,
                errors[errors.len() * 9 / 10] * 100.0
            );
        }
    }
}

/// How many flat histories are said to run out, at every caution.
fn flats() {
    let mut noise = Noise(2);
    for (name, memory, week) in [("white noise", 0.0, 0.0), ("with a week", 0.2, 4.0), ("with memory 0.7", 0.7, 2.0)] {
        let mut exhausted = 0;
        for number in 0..400 {
            let values = history(&mut noise, 25 + number % 300, 0.0, week, 2.0, memory);
            let resource = if number % 2 == 0 { Resource::StorageUsed } else { Resource::CpuDemand };
            let usable = Steps::constant(80.0);
            let (found, _) = time_remaining(resource, &daily(&values), &usable, Caution::Conservative, TODAY);
            exhausted += usize::from(matches!(found.outlook, Outlook::Full { .. }));
        }
        println!("flat, {name}: {exhausted} of 400 said to run out");
    }
}

/// A week and four ahead, of histories with and without trend, week and memory; and the time that a series takes.
fn intervals() {
    let mut noise = Noise(3);
    let mut outcomes = Vec::new();
    let started = Instant::now();
    for number in 0..300 {
        let slope = [0.0, 0.05, -0.05, 0.15][number % 4];
        let memory = [0.0, 0.3, 0.7][number % 3];
        let values = history(&mut noise, 148 + number % 200, slope, [0.0, 4.0][number / 4 % 2], 2.0, memory);
        let series = daily(&values);
        std::hint::black_box(forecast(&series, Baseline::Week, TODAY)).ok();
        outcomes.push((number, values));
    }
    println!("daily series of 148 to 347 days: {:.1} ms a series", started.elapsed().as_secs_f64() * 1e3 / 300.0);
    for (name, memory) in [("all", None), ("without memory", Some(0)), ("memory 0.3", Some(1)), ("memory 0.7", Some(2))]
    {
        let these = outcomes.iter().filter(|(number, _)| memory.is_none_or(|memory| number % 3 == memory));
        let scored: Vec<_> =
            these.flat_map(|(number, values)| score::outcomes(score::Grid::DAILY, *number, values)).collect();
        println!("generated, {name}:");
        super::show(&scored);
    }
}

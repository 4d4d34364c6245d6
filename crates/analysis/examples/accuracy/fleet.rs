//! How long a fleet takes, and how much memory: machines are made one at a time, as they are read from a store.

use std::time::{Duration, Instant};

use analysis::{
    profile::{Facts, profile},
    rightsizing::judge,
    usage::DAY_MS,
};
use model::rightsizing::Policy;

use crate::generated;

const DAYS: i64 = 30;

pub(crate) fn measure(machines: usize) {
    let workers = std::thread::available_parallelism().map_or(1, usize::from).min(machines.max(1));
    let start = Instant::now();
    let judging: Duration = std::thread::scope(|scope| {
        let work = |worker: usize| {
            let mut spent = Duration::ZERO;
            for number in (worker..machines).step_by(workers) {
                let machine = generated::machine(number as u64, DAYS);
                let begun = Instant::now();
                machine.judged(|history| {
                    let sized = judge(history, Policy::default(), DAYS * DAY_MS);
                    std::hint::black_box(profile(history, &Facts::default(), &sized, DAYS * DAY_MS));
                });
                spent += begun.elapsed();
            }
            spent
        };
        let threads: Vec<_> = (0..workers).map(|worker| scope.spawn(move || work(worker))).collect();
        threads.into_iter().filter_map(|thread| thread.join().ok()).sum()
    });
    println!(
        "\nfleet: {machines} machines × {DAYS} d judged in {:.1} s on {workers} threads ({:.1} s with making them), peak memory {}",
        judging.as_secs_f64() / workers as f64,
        start.elapsed().as_secs_f64(),
        peak_mb().map_or_else(|| "unknown".to_owned(), |mb| format!("{mb:.0} MB"))
    );
}

/// Linux tells the most that a process ever held.
fn peak_mb() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<f64>().ok()? / 1_024.0)
}

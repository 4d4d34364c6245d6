//! History that Prometheus already has: what `prometheus_history.py` wrote comes back as the formulas in its head say.

use std::{path::PathBuf, process::Command, time::Instant};

use connectors::prometheus::Mapping;
use model::{
    metric::Metric,
    sample::{Grain, Sample},
};

use crate::{
    prometheus_peer::{Prometheus, Start, measure, now_ms},
    vcsim::workspace,
};

const MACHINES: i64 = 50;
const DAYS: i64 = 3;
const GIB: f64 = (1_u64 << 30) as f64;

/// Days of machines in one file; the file goes with the folder.
fn history(folder: &tempfile::TempDir, end_ms: i64) -> PathBuf {
    let file = folder.path().join("history.om");
    let status = Command::new("python3")
        .arg(workspace().join("end2end/peers/prometheus_history.py"))
        .args([MACHINES, DAYS, 60].map(|number| number.to_string()))
        .arg(&file)
        .arg((end_ms / 1_000).to_string())
        .status()
        .unwrap();
    assert!(status.success());
    file
}

fn id(machine: i64) -> String {
    format!("node:vm{machine:04}:9100")
}

fn percentile(samples: &[Sample], share: f64) -> f64 {
    let mut values: Vec<f64> = samples.iter().map(|sample| sample.average).collect();
    values.sort_by(f64::total_cmp);
    values[((values.len() - 1) as f64 * share).round() as usize]
}

fn expected(samples: &[Sample], value: impl Fn(i64) -> f64) -> Vec<Sample> {
    let of = |sample: &Sample| Sample { average: value(sample.end_ms / Grain::BASE.ms()), ..*sample };
    samples.iter().map(of).collect()
}

fn average(samples: &[Sample]) -> f64 {
    samples.iter().map(|sample| sample.average).sum::<f64>() / samples.len() as f64
}

/// Both as a person would see them: the mean and the 95th percentile, in points of what `full` is.
fn agrees(what: &str, samples: &[Sample], value: impl Fn(i64) -> f64, full: f64) {
    let expected = expected(samples, value);
    for (name, one, other) in [
        ("average", average(samples), average(&expected)),
        ("p95", percentile(samples, 0.95), percentile(&expected, 0.95)),
    ] {
        let points = (one - other).abs() / full * 100.0;
        assert!(points < 0.1, "{what}: {name} {one} instead of {other}");
    }
}

#[tokio::test]
async fn averages_and_percentiles_of_three_days_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let end_ms = now_ms() / Grain::BASE.ms() * Grain::BASE.ms();
    let file = history(&folder, end_ms);
    let Some(prometheus) = Prometheus::start(&Start { history: &[file], ..Start::default() }) else { return };
    let mapping = Mapping {
        metric: Metric::MemoryDemand,
        query: r#"sum by (instance) (avg_over_time(node_memory_MemTotal_bytes{job="history"}[5m])) / 2"#.to_owned(),
    };
    let begun = Instant::now();
    let since_ms = end_ms - 30 * 86_400_000;
    let measured = measure(&prometheus.endpoint(), (since_ms, now_ms()), &[mapping]).await.unwrap();
    let count: usize = measured.batches.iter().flatten().map(|series| series.samples.len()).sum();
    eprintln!("{count} samples in {:?}", begun.elapsed());
    assert!(measured.outcome.issues.is_empty(), "{:?}", measured.outcome.issues);
    let complete = measured.outcome.complete_until_ms.unwrap();
    assert!(complete % Grain::BASE.ms() == 0 && now_ms() - complete < 2 * Grain::BASE.ms() + 60_000);

    for machine in 0..MACHINES {
        let id = id(machine);
        let cpu = measured.samples(&id, Metric::CpuUsage);
        // All intervals of the three days; the last may not be over, and the first has one scrape alone.
        assert!((DAYS * 288 - 2..=DAYS * 288 + 1).contains(&(cpu.len() as i64)), "{id}: {}", cpu.len());
        assert!(cpu.windows(2).all(|pair| pair[1].end_ms - pair[0].end_ms == Grain::BASE.ms()), "an interval once");
        agrees(&id, &cpu, |k| ((machine % 10) * 8 + k % 12) as f64, 100.0);
        let memory = measured.samples(&id, Metric::MemoryUsed);
        // A sample at the interval's very beginning belongs to the one before; Prometheus 2 takes it into both.
        agrees(
            &id,
            &memory,
            |k| {
                let share = |k: i64| (20 + machine % 50 + k % 20) as f64;
                (share(k) * 5.0 + share(k - 1)) / 6.0 / 100.0 * 8.0 * GIB
            },
            8.0 * GIB,
        );
        assert!(memory.iter().all(|sample| sample.maximum.is_some_and(|maximum| maximum >= sample.average)));
        let received = measured.samples(&id, Metric::NetworkReceive);
        agrees(&id, &received, |k| (1_000 * (1 + machine % 7) * (1 + k % 3)) as f64, 1e6);
        agrees(&id, &measured.samples(&id, Metric::DiskRead), |_| (500 * (1 + machine % 5)) as f64, 1e6);
        let mapped = measured.samples(&id, Metric::MemoryDemand);
        assert!(!mapped.is_empty() && mapped.iter().all(|sample| (sample.average - 4.0 * GIB).abs() < 1.0));
    }

    // A later read begins where this one ended, and looks back a little.
    let again = measure(&prometheus.endpoint(), (complete - 3 * Grain::BASE.ms(), complete), &[]).await.unwrap();
    let cpu = again.samples(&id(3), Metric::CpuUsage);
    assert!((2..=3).contains(&cpu.len()), "{cpu:?}");
    assert!(cpu.iter().any(|sample| sample.maximum.is_some()), "the last day has maxima: {cpu:?}");
    let before = measured.samples(&id(3), Metric::CpuUsage);
    for sample in cpu {
        let known = before.iter().find(|known| known.end_ms == sample.end_ms).unwrap();
        assert!((known.average - sample.average).abs() < 1e-9);
    }
}

//! Measures the sample store over an invented load: `samples STEP DATABASE_URL MACHINES DAYS`, each step a process of its own.
//!
//! `fill` gives history to an empty database, `ticks` adds a day of five minutes each, `read` draws charts, `fleet` passes over
//! all machines, `fold` folds the day. Prints one JSON object.

#[path = "../tests/it/estate.rs"]
#[expect(dead_code, reason = "nothing of the estate moves here")]
mod estate;
#[path = "samples/load.rs"]
mod load;

use std::time::Instant;

use model::{
    ids::{ObjectId, SourceId},
    inventory::ObjectKind,
    metric::Metric,
    run::{RunState, Trigger},
    source::{SourceKind, SourceSettings, TlsMode},
};
use store::{
    Database, Options,
    persister::{self, SavingRun},
    runs, samples, sources,
    vault::{Key, Vault},
};

use load::{DAY_MS, METRICS, SLOT_MS, START_DAY};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;
type Figures = serde_json::Map<String, serde_json::Value>;

const MACHINES_OF_A_BATCH: usize = 100;
const CHARTS: usize = 500;

#[tokio::main]
#[expect(clippy::print_stdout, reason = "printing is what this program is for")]
async fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let mut next = || arguments.next().ok_or("samples STEP DATABASE_URL MACHINES DAYS");
    let (step, url, machines, days) = (next()?, next()?, next()?.parse::<usize>()?, next()?.parse::<i64>()?);
    let db = Database::open(&url, Options::default()).await?;
    db.migrate().await?;
    let mut figures = Figures::new();
    match step.as_str() {
        "fill" => fill(&db, machines, days, &mut figures).await?,
        "ticks" => ticks(&db, &url, machines, days, &mut figures).await?,
        "read" => read(&db, machines, days, &mut figures).await?,
        "fleet" => fleet(&db, days, &mut figures).await?,
        "fold" => fold(&db, &url, days, &mut figures).await?,
        _ => return Err("there is no such step".into()),
    }
    figures.insert(format!("{step}_peak_mb"), status("VmHWM")?.into());
    db.close().await?;
    println!("{}", serde_json::to_string_pretty(&figures)?);
    Ok(())
}

async fn add_machines(db: &Database, machines: usize) -> Outcome<SourceId> {
    let settings = SourceSettings {
        kind: SourceKind::Vcenter,
        name: "vc1".into(),
        endpoint: "vc1.lab".into(),
        username: "reader@vsphere.local".into(),
        tls: TlsMode::System,
        sync_interval_s: None,
        measure_interval_s: None,
        enabled: true,
    };
    let source = sources::insert(db, &Vault::open(&Key::generate()), &settings, None, 1).await?;
    let run = runs::enqueue(db, source, Trigger::Manual, None, 1).await?.run();
    let claim = runs::Claim { lease_owner: "bench", now_ms: 1, lease_until_ms: i64::MAX, max_parallel: 1 };
    runs::claim(db, claim).await?.ok_or("no run to claim")?;
    let saving = SavingRun { id: run, source, lease_owner: "bench", state: RunState::Completed, kinds: &[] };
    persister::persist(db, saving, &estate::estate(machines), 1).await?;
    Ok(source)
}

async fn fill(db: &Database, machines: usize, days: i64, figures: &mut Figures) -> Outcome<()> {
    let source = add_machines(db, machines).await?;
    let now_ms = (START_DAY + days) * DAY_MS;
    let (mut count, mut seconds, mut longest) = (0, 0.0, 0);
    for first in (0..machines).step_by(MACHINES_OF_A_BATCH) {
        let last = machines.min(first + MACHINES_OF_A_BATCH);
        let batch = load::batch(first..last, START_DAY * 288..(START_DAY + days) * 288);
        let since = Instant::now();
        // An hour later, when nothing of it is recent any more.
        let ingested = samples::ingest(db, source, &batch, now_ms + 3_600_000).await?;
        seconds += since.elapsed().as_secs_f64();
        count += ingested.accepted;
        longest = longest.max(ingested.longest_transaction_ms);
    }
    figures.insert("fill_samples".into(), count.into());
    figures.insert("fill_seconds".into(), seconds.into());
    figures.insert("fill_samples_per_s".into(), (count as f64 / seconds).into());
    figures.insert("fill_longest_transaction_ms".into(), longest.into());
    Ok(())
}

async fn ticks(db: &Database, url: &str, machines: usize, days: i64, figures: &mut Figures) -> Outcome<()> {
    let source = SourceId(1);
    let (mut took, mut longest, mut count) = (Vec::new(), 0, 0);
    let written = written_bytes(url).await?;
    for slot in (START_DAY + days) * 288..(START_DAY + days + 1) * 288 {
        let batch = load::batch(0..machines, slot..slot + 1);
        let since = Instant::now();
        let ingested = samples::ingest(db, source, &batch, (slot + 1) * SLOT_MS + 20_000).await?;
        took.push(since.elapsed().as_micros() as u64);
        longest = longest.max(ingested.longest_transaction_ms);
        count += ingested.accepted;
    }
    took.sort_unstable();
    figures.insert("tick_samples".into(), count.into());
    figures.insert("tick_p50_ms".into(), (took[took.len() / 2] as f64 / 1e3).into());
    figures.insert("tick_slowest_ms".into(), (took[took.len() - 1] as f64 / 1e3).into());
    figures.insert("tick_longest_transaction_ms".into(), longest.into());
    figures.insert("tick_written_mb".into(), ((written_bytes(url).await? - written) / 1e6).into());
    Ok(())
}

async fn fold(db: &Database, url: &str, days: i64, figures: &mut Figures) -> Outcome<()> {
    let written = written_bytes(url).await?;
    let since = Instant::now();
    let folded = samples::fold(db, (START_DAY + days + 1) * DAY_MS + 3_600_000).await?;
    figures.insert("fold_seconds".into(), since.elapsed().as_secs_f64().into());
    figures.insert("fold_chunks".into(), folded.chunks.into());
    figures.insert("fold_longest_transaction_ms".into(), folded.longest_transaction_ms.into());
    figures.insert("fold_written_mb".into(), ((written_bytes(url).await? - written) / 1e6).into());
    Ok(())
}

async fn read(db: &Database, machines: usize, days: i64, figures: &mut Figures) -> Outcome<()> {
    let now_ms = (START_DAY + days + 1) * DAY_MS;
    let mut took = Vec::new();
    for at in 0..CHARTS {
        let object = ObjectId((at * 7_919 % machines) as i64 + 1);
        let metric = METRICS[at % METRICS.len()];
        let since = Instant::now();
        let range = now_ms - 30 * DAY_MS..now_ms;
        let view = samples::series(db, ObjectKind::Vm, object, metric, range, 1_000, now_ms).await?;
        took.push(since.elapsed().as_micros() as u64);
        let view = view.ok_or("no series")?;
        if view.valid < view.expected {
            return Err(format!("{object} {metric:?} has {} of {} samples", view.valid, view.expected).into());
        }
    }
    took.sort_unstable();
    figures.insert("chart_p50_ms".into(), (took[took.len() / 2] as f64 / 1e3).into());
    figures.insert("chart_p99_ms".into(), (took[took.len() * 99 / 100] as f64 / 1e3).into());
    let since = Instant::now();
    let busy = samples::busiest(db, ObjectKind::Vm, Metric::CpuUsage, 20, now_ms).await?;
    figures.insert("busiest_ms".into(), (since.elapsed().as_secs_f64() * 1e3).into());
    if busy.len() < 20.min(machines) {
        return Err("the busiest are missing".into());
    }
    let since = Instant::now();
    samples::metrics_of(db, ObjectKind::Vm, ObjectId(1)).await?;
    figures.insert("metrics_of_ms".into(), (since.elapsed().as_secs_f64() * 1e3).into());
    Ok(())
}

async fn fleet(db: &Database, days: i64, figures: &mut Figures) -> Outcome<()> {
    let now_ms = (START_DAY + days + 1) * DAY_MS;
    let since = Instant::now();
    let (mut machines, mut valid) = (0_u64, 0);
    samples::fleet(db, ObjectKind::Vm, Metric::CpuUsage, now_ms - 30 * DAY_MS..now_ms, |_, stats| {
        machines += u64::from(stats.p95.is_some() && stats.p995.is_some());
        valid += stats.valid;
    })
    .await?;
    figures.insert("fleet_seconds".into(), since.elapsed().as_secs_f64().into());
    figures.insert("fleet_machines".into(), machines.into());
    figures.insert("fleet_samples".into(), valid.into());
    Ok(())
}

/// What this process had written to disk; for PostgreSQL, where its log has come to.
async fn written_bytes(url: &str) -> Outcome<f64> {
    use sea_orm::{ConnectionTrait as _, Statement};

    if url.starts_with("postgres") {
        let connection = sea_orm::Database::connect(url).await?;
        let sql = "SELECT (pg_current_wal_lsn() - '0/0')::float8";
        let row = connection.query_one_raw(Statement::from_string(sea_orm::DbBackend::Postgres, sql)).await?;
        connection.close().await?;
        return Ok(row.ok_or("no answer")?.try_get_by_index(0)?);
    }
    let io = std::fs::read_to_string("/proc/self/io")?;
    let line = io.lines().find_map(|line| line.strip_prefix("write_bytes:")).ok_or("no figure of written bytes")?;
    Ok(line.trim().parse()?)
}

/// Of this process, in MB.
fn status(field: &str) -> Outcome<f64> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(field)).ok_or("no memory in /proc")?;
    let kilobytes: f64 = line.trim_matches(|letter: char| !letter.is_ascii_digit()).parse()?;
    Ok(kilobytes * 1024.0 / 1e6)
}

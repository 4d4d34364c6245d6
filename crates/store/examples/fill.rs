//! Measures the store over an invented estate: persisting it, and the latency of table pages and searches.
//!
//! `fill DATABASE_URL MACHINES`; prints one JSON object. The database must be empty.

#[path = "../tests/it/estate.rs"]
mod estate;

use std::time::Instant;

use model::{
    filter::Filter,
    run::{RunState, Trigger},
    source::{SourceKind, SourceSettings, TlsMode},
    table::{Sort, TableQuery},
};
use store::{
    Database, Options, inventory,
    persister::{self, SavingRun},
    runs, sources,
    vault::{Key, Vault},
};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

const REPEATS: usize = 200;

#[tokio::main]
#[expect(clippy::print_stdout, reason = "printing is what this program is for")]
async fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let url = arguments.next().ok_or("fill DATABASE_URL MACHINES")?;
    let machines: usize = arguments.next().unwrap_or_else(|| "50000".to_owned()).parse()?;
    let db = Database::open(&url, Options::default()).await?;
    db.migrate().await?;
    let vault = Vault::open(&Key::generate());
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
    let source = sources::insert(&db, &vault, &settings, None, 1).await?;
    let mut figures = serde_json::Map::new();
    let mut collection = estate::estate(machines);
    for name in ["persist_first_ms", "persist_unchanged_ms"] {
        let run = runs::enqueue(&db, source, Trigger::Manual, None, 1).await?.run();
        let claim = runs::Claim { lease_owner: "fill", now_ms: 1, lease_until_ms: i64::MAX, max_parallel: 1 };
        runs::claim(&db, claim).await?.ok_or("no run to claim")?;
        let begun = Instant::now();
        let saving = SavingRun { id: run, source, lease_owner: "fill", state: RunState::Completed, kinds: &[] };
        let outcome = persister::persist(&db, saving, &collection, 1).await?;
        figures.insert(name.to_owned(), (begun.elapsed().as_millis() as u64).into());
        figures.insert(name.replace("_ms", "_configuration_rows"), outcome.configuration_rows_written.into());
        estate::move_state(&mut collection);
    }
    drop(collection);
    let deep = (machines as u64 / 50).saturating_sub(3).max(1);
    for (name, text, sort, page) in [
        ("page_default", "", None, 1),
        ("page_by_memory", "", Some(("mem", true)), 1),
        ("page_by_memory_rising", "", Some(("mem", false)), 2),
        ("page_by_host", "", Some(("host", false)), 3),
        ("page_by_cpu_now", "", Some(("cpu", true)), 1),
        ("page_by_os", "", Some(("os", false)), 1),
        ("page_filter_word", "web-12", None, 1),
        ("page_filter_word_rare", "10.0.3.17", None, 1),
        ("page_filter_columns", "mem>=16g power:on os:ubuntu -tag:dr", None, 1),
        ("page_filter_cluster", "cluster:prod-3", None, 1),
        ("page_deep", "", None, deep),
        ("page_deep_by_memory", "", Some(("mem", true)), deep),
    ] {
        let query = TableQuery {
            filter: Filter::parse(text)?,
            sort: sort.map(|(column, descending)| Sort { column: column.to_owned(), descending }),
            page,
            page_size: 50,
            archived: false,
        };
        let mut times = Vec::new();
        for _ in 0..REPEATS {
            let begun = Instant::now();
            inventory::list_vms(&db, &query).await?;
            times.push(begun.elapsed().as_micros() as u64);
        }
        record(&mut figures, name, times);
    }
    for (name, text) in [("search_common", "web"), ("search_rare", "10.0.3.17"), ("search_none", "no such thing")] {
        let mut times = Vec::new();
        for _ in 0..REPEATS {
            let begun = Instant::now();
            inventory::search(&db, text, 10).await?;
            times.push(begun.elapsed().as_micros() as u64);
        }
        record(&mut figures, name, times);
    }
    let mut times = Vec::new();
    for _ in 0..20 {
        let begun = Instant::now();
        inventory::overview(&db).await?;
        times.push(begun.elapsed().as_micros() as u64);
    }
    record(&mut figures, "overview", times);
    println!("{}", serde_json::to_string_pretty(&figures)?);
    Ok(())
}

fn record(figures: &mut serde_json::Map<String, serde_json::Value>, name: &str, mut times: Vec<u64>) {
    times.sort_unstable();
    let at = |share: usize| times[(times.len() * share / 100).min(times.len() - 1)];
    figures.insert(format!("{name}_p50_us"), at(50).into());
    figures.insert(format!("{name}_p99_us"), at(99).into());
}

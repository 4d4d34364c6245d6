//! The busiest objects now, with the last day of each: a fixed number of statements, however many there are.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use model::{
    ids::{ObjectId, SourceId},
    inventory::ObjectKind,
    metric::Metric,
    sample::Grain,
    series::Busy,
    table::Reference,
};
use sea_orm::{DatabaseTransaction, QueryResult};

use super::{
    day::{Day, Piece, day_of},
    directory::{self, Series},
    quantum::Quantum,
    read,
    slab::{self, block_of},
    statements, statistics,
    write::{self, chunk_id},
};
use crate::{Database, StoreError};

/// A value that is older says nothing of now. Sources are measured every half hour at the latest, a read may fail, and what
/// it brings is some minutes old.
const FRESH_MS: i64 = 75 * 60_000;
/// Clocks ahead of ours: see `ingest`.
const AHEAD_MS: i64 = 10 * 60_000;
const HOUR_MS: i64 = 3_600_000;
const HOURS: usize = 24;
const LIMIT_MAX: usize = 500;

/// The objects of a kind whose latest value of a metric is highest, the highest first. Archived objects and values older
/// than [`FRESH_MS`] are left out, and so is what is coarser than that.
pub async fn busiest(
    db: &Database,
    kind: ObjectKind,
    metric: Metric,
    limit: usize,
    now_ms: i64,
) -> Result<Vec<Busy>, StoreError> {
    let snapshot = db.snapshot().await?;
    let series = directory::of_metric(&snapshot, kind, metric).await?;
    let series: HashMap<i64, Series> = series.into_iter().map(|series| (series.id, series)).collect();
    let mut latest: Vec<(i64, i64, u32)> = latest(&snapshot, &series, now_ms)
        .await?
        .into_iter()
        .map(|(series, (end_ms, code))| (series, end_ms, code))
        .collect();
    // Codes are in the order of values; equal ones in the order of series, so that lists do not jump.
    latest.sort_by_key(|(series, _, code)| (std::cmp::Reverse(*code), *series));
    let mut busy: Vec<(i64, Busy)> = Vec::new();
    // Some may be archived: a few more are looked at than are shown, and more where that was not enough.
    let limit = limit.min(LIMIT_MAX);
    for some in latest.chunks(limit.saturating_mul(2).max(50)) {
        if busy.len() >= limit {
            break;
        }
        let objects: Vec<i64> = some.iter().filter_map(|(id, ..)| Some(series.get(id)?.object.0)).collect();
        let names = names(&snapshot, kind, &objects).await?;
        for (id, end_ms, code) in some {
            let Some(series) = series.get(id) else { continue };
            let Some((source, object)) = names.get(&series.object) else { continue };
            let last = Quantum::of(metric).value(*code);
            let (object, source) = (object.clone(), *source);
            // Two systems measure it: it is as busy as the one that says more.
            if busy.iter().any(|(_, known): &(i64, Busy)| known.object.id == object.id) {
                continue;
            }
            busy.push((*id, Busy { object, source, end_ms: *end_ms, last, recent: Vec::new() }));
        }
    }
    busy.truncate(limit);
    let wanted: BTreeSet<i64> = busy.iter().map(|(id, _)| *id).collect();
    let mut recent = recent(&snapshot, &wanted, metric, now_ms).await?;
    snapshot.commit().await?;
    Ok(busy
        .into_iter()
        .map(|(id, busy)| Busy { recent: recent.remove(&id).unwrap_or_else(|| vec![None; HOURS]), ..busy })
        .collect())
}

/// End and code of the latest sample of each series.
async fn latest(
    snapshot: &DatabaseTransaction,
    series: &HashMap<i64, Series>,
    now_ms: i64,
) -> Result<BTreeMap<i64, (i64, u32)>, StoreError> {
    let blocks: BTreeSet<i64> = series.keys().map(|id| block_of(*id)).collect();
    let blocks: Vec<i64> = blocks.into_iter().collect();
    let mut latest = BTreeMap::new();
    // In the order in which they came: of the same slot the later one stays.
    for slab in slab::load(snapshot, &blocks, now_ms - FRESH_MS, now_ms + AHEAD_MS).await? {
        if slab.grain > Grain::HalfHour {
            continue;
        }
        for cell in slab.cells()? {
            let id = slab.block * slab::SERIES_OF_A_BLOCK + i64::from(cell.at);
            if series.contains_key(&id) {
                let known = latest.entry(id).or_insert((slab.slot_ms, cell.average));
                if slab.slot_ms >= known.0 {
                    *known = (slab.slot_ms, cell.average);
                }
            }
        }
    }
    Ok(latest)
}

/// Names by object. What a monitoring system measures of a machine goes by the machine's own name.
async fn names(
    snapshot: &DatabaseTransaction,
    kind: ObjectKind,
    objects: &[i64],
) -> Result<HashMap<ObjectId, (SourceId, Reference)>, StoreError> {
    let own = "SELECT t.id, t.id, t.name, t.source_id";
    let sql = match kind {
        ObjectKind::Vm => {
            "SELECT t.id, coalesce(p.id, t.id), coalesce(p.name, t.name), coalesce(p.source_id, t.source_id) \
             FROM vm t LEFT JOIN machine_link l ON l.monitored_id = t.id AND l.state = 'linked' \
             LEFT JOIN vm p ON p.id = l.platform_id AND p.archived_at_ms IS NULL \
             WHERE t.archived_at_ms IS NULL AND t.id"
                .to_owned()
        }
        kind => format!("{own} FROM {} t WHERE t.archived_at_ms IS NULL AND t.id", kind.key()),
    };
    let name = |row: &QueryResult| {
        let id = ObjectId(row.try_get_by_index(0)?);
        let reference = Reference { kind, id: ObjectId(row.try_get_by_index(1)?), name: row.try_get_by_index(2)? };
        Ok((id, (SourceId(row.try_get_by_index(3)?), reference)))
    };
    statements::rows_of(snapshot, &sql, objects).await?.iter().map(name).collect()
}

/// Averages by hour of the last 24, the oldest first.
async fn recent(
    snapshot: &DatabaseTransaction,
    series: &BTreeSet<i64>,
    metric: Metric,
    now_ms: i64,
) -> Result<BTreeMap<i64, Vec<Option<f64>>>, StoreError> {
    let until_ms = (now_ms + HOUR_MS - 1).div_euclid(HOUR_MS) * HOUR_MS;
    let from_ms = until_ms - HOURS as i64 * HOUR_MS;
    let blocks: BTreeSet<i64> = series.iter().map(|id| block_of(*id)).collect();
    let blocks: Vec<i64> = blocks.into_iter().collect();
    let mut days = HashMap::<(i64, i64), Day>::new();
    let ids = series.iter().flat_map(|id| (day_of(from_ms + 1)..=day_of(until_ms)).map(|day| chunk_id(*id, day)));
    for (id, bytes) in write::chunks(snapshot, &ids.collect::<Vec<_>>()).await? {
        days.insert((write::series_of_chunk(id), write::day_of_chunk(id)), Day::unpack(&bytes)?);
    }
    for (key, cells) in read::open_days(snapshot, &blocks, |id| series.contains(&id), &(from_ms..until_ms)).await? {
        read::join(days.entry(key).or_default(), cells);
    }
    let mut all = BTreeMap::<i64, Vec<Vec<Piece>>>::new();
    for ((id, day), samples) in days {
        let mut pieces = Vec::new();
        samples.pieces(day, Quantum::of(metric), &mut pieces);
        let hours = all.entry(id).or_insert_with(|| vec![Vec::new(); HOURS]);
        for piece in pieces.into_iter().filter(|piece| piece.end_ms > from_ms && piece.end_ms <= until_ms) {
            hours[((piece.end_ms - 1 - from_ms) / HOUR_MS) as usize].push(piece);
        }
    }
    Ok(all
        .into_iter()
        .map(|(id, hours)| (id, hours.iter().map(|pieces| statistics::average(pieces)).collect()))
        .collect())
}

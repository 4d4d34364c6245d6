//! Clusters as their hosts add up: platforms measure clusters differently or not at all, and their hosts alike.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    ops::Range,
};

use model::{
    ids::{ExternalId, ObjectId, SourceId},
    inventory::ObjectKind,
    metric::Metric,
    sample::{Grain, Sample, SeriesSamples, Subject},
};

use super::{
    day::{Day, Piece, day_of},
    directory::{self, Series},
    quantum::Quantum,
    read,
    slab::block_of,
    statements,
    write::{self, chunk_id, day_of_chunk, series_of_chunk},
};
use crate::{Database, StoreError};

/// What can be added up. Percentages are weighted by what they are of; latencies and peaks do not add up to anything.
const ADDED_UP: [Metric; 13] = [
    Metric::CpuUsage,
    Metric::CpuDemand,
    Metric::MemoryUsed,
    Metric::MemoryConsumed,
    Metric::MemoryActive,
    Metric::MemoryGranted,
    Metric::MemoryBallooned,
    Metric::MemorySwapped,
    Metric::MemorySwapIn,
    Metric::DiskRead,
    Metric::DiskWrite,
    Metric::NetworkReceive,
    Metric::NetworkTransmit,
];
/// Days of series that are in memory at a time.
const DAYS_AT_ONCE: i64 = 20_000;

/// A host that is in a cluster and answers.
struct Member {
    host: ObjectId,
    cpu_mhz: Option<f64>,
    cores: Option<f64>,
}

type Clusters = BTreeMap<String, Vec<Member>>;

/// Samples of a source's clusters whose intervals end within (`range.start`, `range.end`], from those of the hosts that are
/// in them now. An interval counts where every host that was measured by then has it: a part of a sum is no sum. Maxima stay
/// unknown, for hosts do not peak together.
pub async fn of_clusters(db: &Database, source: SourceId, range: Range<i64>) -> Result<Vec<SeriesSamples>, StoreError> {
    let clusters = members(db, source).await?;
    if clusters.is_empty() || range.is_empty() {
        return Ok(Vec::new());
    }
    let series = host_series(db, source).await?;
    let days = day_of(range.end) - day_of(range.start.saturating_add(1)) + 1;
    let mut all = Vec::new();
    let (mut some, mut size) = (Vec::new(), 0);
    for cluster in &clusters {
        some.push(cluster);
        size += cluster.1.len() as i64 * ADDED_UP.len() as i64 * days;
        if size >= DAYS_AT_ONCE {
            all.extend(add_up(db, &std::mem::take(&mut some), &series, &range).await?);
            size = 0;
        }
    }
    all.extend(add_up(db, &some, &series, &range).await?);
    Ok(all)
}

async fn members(db: &Database, source: SourceId) -> Result<Clusters, StoreError> {
    let sql = format!(
        "SELECT c.external_id, h.id, h.cpu_total_mhz, CAST(h.cores AS bigint) FROM host h JOIN cluster c ON c.id = h.cluster_id \
         WHERE h.source_id = {source} AND h.archived_at_ms IS NULL AND c.archived_at_ms IS NULL \
         AND h.connection = 'connected' ORDER BY h.id"
    );
    let mut clusters = Clusters::new();
    for row in statements::query(db.read(), &sql).await? {
        let number = |at| row.try_get_by_index::<Option<i64>>(at).map(|value| value.map(|value| value as f64));
        clusters.entry(row.try_get_by_index(0)?).or_default().push(Member {
            host: ObjectId(row.try_get_by_index(1)?),
            cpu_mhz: number(2)?,
            cores: number(3)?,
        });
    }
    Ok(clusters)
}

async fn host_series(db: &Database, source: SourceId) -> Result<HashMap<(ObjectId, Metric), Series>, StoreError> {
    let metrics = ADDED_UP.map(|metric| format!("'{}'", metric.key())).join(", ");
    let sql = format!(
        "SELECT {} FROM sample_series WHERE source_id = {source} AND kind = '{}' AND metric IN ({metrics})",
        directory::COLUMNS,
        ObjectKind::Host.key()
    );
    let rows = statements::query(db.read(), &sql).await?;
    rows.iter().map(|row| Series::of(row).map(|series| ((series.object, series.metric), series))).collect()
}

async fn add_up(
    db: &Database,
    clusters: &[(&String, &Vec<Member>)],
    series: &HashMap<(ObjectId, Metric), Series>,
    range: &Range<i64>,
) -> Result<Vec<SeriesSamples>, StoreError> {
    let wanted = clusters
        .iter()
        .flat_map(|(_, members)| *members)
        .flat_map(|member| ADDED_UP.into_iter().filter_map(|metric| series.get(&(member.host, metric)).copied()));
    let pieces = pieces(db, &wanted.collect::<Vec<_>>(), range).await?;
    let mut all = Vec::new();
    for (cluster, members) in clusters {
        for metric in ADDED_UP {
            let hosts = members
                .iter()
                .map(|member| Some((weight(member, members, metric)?, series.get(&(member.host, metric))?)));
            // A host that is not measured leaves nothing whole.
            let Some(hosts) = hosts.collect::<Option<Vec<_>>>() else { continue };
            for (grain, samples) in sums(&hosts, &pieces, metric) {
                let subject = Subject { kind: ObjectKind::Cluster, external_id: ExternalId::new((*cluster).clone()) };
                all.push(SeriesSamples { subject, metric, grain, samples });
            }
        }
    }
    Ok(all)
}

/// What a host's value counts: of usage the share of the cluster's processors that it has, of amounts all of it.
fn weight(member: &Member, members: &[Member], metric: Metric) -> Option<f64> {
    if metric != Metric::CpuUsage {
        return Some(1.0);
    }
    let by_clock = members.iter().all(|member| member.cpu_mhz.is_some_and(|mhz| mhz > 0.0));
    if by_clock { member.cpu_mhz } else { member.cores.filter(|cores| *cores > 0.0) }
}

/// Samples of series in a range, whether they are folded or not.
async fn pieces(db: &Database, wanted: &[Series], range: &Range<i64>) -> Result<HashMap<i64, Vec<Piece>>, StoreError> {
    let metrics: HashMap<i64, Metric> = wanted.iter().map(|series| (series.id, series.metric)).collect();
    let blocks: BTreeSet<i64> = metrics.keys().map(|id| block_of(*id)).collect();
    let snapshot = db.snapshot().await?;
    let blocks: Vec<i64> = blocks.into_iter().collect();
    let mut open = read::open_days(&snapshot, &blocks, |id| metrics.contains_key(&id), range).await?;
    let chunked = wanted.iter().filter_map(|series| Some((series.id, series.first_ms, series.chunked_ms?)));
    let keys = chunked.flat_map(|(id, first_ms, last_ms)| {
        let (from, until) = (range.start.max(first_ms).saturating_add(1), range.end.min(last_ms));
        (day_of(from)..=day_of(until)).map(move |day| chunk_id(id, day))
    });
    let chunks = write::chunks(&snapshot, &keys.collect::<Vec<_>>()).await?;
    snapshot.commit().await?;
    let mut days = HashMap::<(i64, i64), Day>::with_capacity(chunks.len());
    for (id, bytes) in chunks {
        days.insert((series_of_chunk(id), day_of_chunk(id)), Day::unpack(&bytes)?);
    }
    for (key, cells) in open.drain() {
        read::join(days.entry(key).or_default(), cells);
    }
    let mut pieces = HashMap::<i64, Vec<Piece>>::new();
    for ((id, day), samples) in days {
        samples.pieces(day, Quantum::of(metrics[&id]), pieces.entry(id).or_default());
    }
    for pieces in pieces.values_mut() {
        pieces.retain(|piece| read::is_within(piece, range));
    }
    Ok(pieces)
}

/// The intervals that are whole, by grain, ascending.
fn sums(hosts: &[(f64, &Series)], pieces: &HashMap<i64, Vec<Piece>>, metric: Metric) -> BTreeMap<Grain, Vec<Sample>> {
    let mut told = BTreeMap::<(Grain, i64), (usize, f64, f64)>::new();
    for (weight, series) in hosts {
        for piece in pieces.get(&series.id).into_iter().flatten() {
            let (hosts, sum, of) = told.entry((piece.grain, piece.end_ms)).or_default();
            *hosts += 1;
            *sum += piece.average * weight;
            *of += weight;
        }
    }
    let mut samples = BTreeMap::<Grain, Vec<Sample>>::new();
    for ((grain, end_ms), (count, sum, of)) in told {
        let measured = hosts.iter().filter(|(_, series)| series.first_ms <= end_ms - grain.ms()).count();
        if count >= measured {
            let average = if metric == Metric::CpuUsage { sum / of } else { sum };
            samples.entry(grain).or_default().push(Sample { end_ms, average, maximum: None });
        }
    }
    samples
}

//! Taking samples in: what is no sample is counted and left out, recent ones go to slabs, long history straight into chunks.

use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};

use model::{
    ids::SourceId,
    metric::Metric,
    sample::{Grain, Sample, SeriesSamples},
};
use sea_orm::sea_query::Value;
use tokio::task::JoinHandle;

use super::{
    cells::{self, Cell},
    cursor,
    day::{BASE_MS, DAY_MS, day_of},
    directory::{self, Note, Series},
    quantum::Quantum,
    slab::{self, Slab, block_of, place_of},
    statements,
    write::{self, CHUNKS_AT_ONCE, News, Prepared},
};
use crate::{Database, StoreError};

/// A clock of a platform may be so much ahead of ours.
const SKEW_MS: i64 = 10 * 60_000;
/// What is younger always goes to slabs: live views look there.
const RECENT_MS: i64 = 3_600_000;
/// From so much of a day on, a series' samples are worth a chunk of their own.
const HISTORY_MS: i64 = 4 * 3_600_000;
/// More slots than a tick ever has: it is not looked for whether the same samples are there already.
const SLOTS_COMPARED: usize = 24;
/// Rows of one transaction that adds slabs.
const SLABS_AT_ONCE: usize = 1_000;

/// What became of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ingested {
    /// Samples that are stored now, those included that were there before.
    pub accepted: u64,
    pub refused: Refused,
    /// The longest time that a transaction took, from its lock to its end.
    pub longest_transaction_ms: u64,
}

/// Samples that were left out, by reason.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Refused {
    /// The inventory of the source has no such object (yet).
    pub unknown_object: u64,
    /// Not a number, infinite or negative: vSphere says −1 where it does not know.
    pub not_a_value: u64,
    /// Further ahead than clocks may differ.
    pub in_the_future: u64,
    /// Older than anything is kept, or of a day of which only summaries are left.
    pub too_old: u64,
}

impl Refused {
    pub const fn total(&self) -> u64 {
        self.unknown_object + self.not_a_value + self.in_the_future + self.too_old
    }
}

/// Stores samples of a source. The same interval twice: the last one counts. Transactions are small, so a batch that was
/// interrupted may be there in part; giving it again completes it and doubles nothing.
pub async fn ingest(
    db: &Database,
    source: SourceId,
    batch: &[SeriesSamples],
    now_ms: i64,
) -> Result<Ingested, StoreError> {
    let retention = cursor::retention(db).await?;
    let all = directory::resolve(db, source, batch).await?;
    let taken = taken_slots(db, batch, &all, now_ms).await?;
    let limits =
        Limits { now_ms, oldest_ms: (now_ms - retention.daily_ms).max(0), closed_ms: now_ms - retention.base_ms };
    let mut ingested = Ingested::default();
    let mut slabs = Slots::default();
    let mut notes = BTreeMap::<i64, Note>::new();
    let mut order: Vec<usize> = (0..batch.len()).collect();
    order.sort_by_key(|at| all[*at].map(|series| series.id));
    let mut writer = Writer::new(db.clone());
    for at in order {
        let Some(series) = all[at] else {
            ingested.refused.unknown_object += batch[at].samples.len() as u64;
            continue;
        };
        let days = accept(&batch[at], series.metric, &limits, &mut ingested);
        for (day, cells) in days {
            let grain = batch[at].grain;
            let (chunk, slab) = split(cells, day, grain, series.id, &limits, &taken);
            if let Some(first) = slab.iter().map(|cell| cell.at).min() {
                let first_ms = day * DAY_MS + i64::from(first) * BASE_MS - grain.ms();
                if first_ms < series.first_ms || grain < series.grain {
                    let note = Note { id: series.id, grain, first_ms, chunked_ms: None };
                    let known = notes.entry(series.id).or_insert(note);
                    known.first_ms = known.first_ms.min(first_ms);
                    known.grain = known.grain.min(grain);
                }
            }
            slabs.add(series.id, day, grain, slab);
            if !chunk.is_empty() {
                writer.add(News { series, day, cells: vec![(grain, chunk)] }).await?;
            }
        }
    }
    let longest = slabs.write(db, notes.into_values().collect()).await?;
    let (late, longest_chunks) = writer.end().await?;
    ingested.accepted = ingested.accepted.saturating_sub(late);
    ingested.refused.too_old += late;
    ingested.longest_transaction_ms = longest.max(longest_chunks);
    Ok(ingested)
}

#[expect(clippy::struct_field_names, reason = "all of them are moments")]
struct Limits {
    now_ms: i64,
    /// Nothing is kept that is older.
    oldest_ms: i64,
    /// What is older is kept as summaries: it needs a chunk for as long as it is written.
    closed_ms: i64,
}

/// Samples that are some, as cells by day, settled.
fn accept(samples: &SeriesSamples, metric: Metric, limits: &Limits, told: &mut Ingested) -> Vec<(i64, Vec<Cell>)> {
    let (quantum, grain) = (Quantum::of(metric), samples.grain);
    let mut days: Vec<(i64, Vec<Cell>)> = Vec::new();
    for sample in &samples.samples {
        if sample.end_ms > limits.now_ms.saturating_add(SKEW_MS) {
            told.refused.in_the_future += 1;
        } else if sample.end_ms <= limits.oldest_ms {
            told.refused.too_old += 1;
        } else if let Some((average, maximum)) = values(sample, metric) {
            told.accepted += 1;
            let end_ms = grain.end_of(sample.end_ms);
            let day = day_of(end_ms);
            let cell = Cell {
                at: ((end_ms - day * DAY_MS) / BASE_MS) as u16,
                average: quantum.code(average),
                maximum: maximum.map(|maximum| quantum.code(maximum)),
            };
            match days.last_mut().filter(|(last, _)| *last == day) {
                Some((_, cells)) => cells.push(cell),
                None => days.push((day, vec![cell])),
            }
        } else {
            told.refused.not_a_value += 1;
        }
    }
    // A batch is ascending; one that is not has a day in several parts.
    if !days.is_sorted_by(|left, right| left.0 < right.0) {
        let mut joined = BTreeMap::<i64, Vec<Cell>>::new();
        for (day, mut cells) in days {
            joined.entry(day).or_default().append(&mut cells);
        }
        days = joined.into_iter().collect();
    }
    for (_, cells) in &mut days {
        cells::settle(cells);
    }
    days
}

/// Average and maximum as they are kept: clipped, and the maximum not below the average. `None` where there is no value.
fn values(sample: &Sample, metric: Metric) -> Option<(f64, Option<f64>)> {
    let is_value = |value: f64| (0.0..=f64::from(f32::MAX)).contains(&value);
    let clip = |value: f64| metric.ceiling().map_or(value, |ceiling| value.min(ceiling));
    if !is_value(sample.average) {
        return None;
    }
    let average = clip(sample.average);
    Some((average, sample.maximum.filter(|maximum| is_value(*maximum)).map(|maximum| clip(maximum).max(average))))
}

/// Which cells go to the chunk, and which to slabs. A slot that has slabs gets more of them, so that the later one counts.
fn split(
    cells: Vec<Cell>,
    day: i64,
    grain: Grain,
    series: i64,
    limits: &Limits,
    taken: &HashSet<(i64, i64, Grain)>,
) -> (Vec<Cell>, Vec<Cell>) {
    let is_history = cells.len() as i64 * grain.ms() >= HISTORY_MS || (day + 1) * DAY_MS <= limits.closed_ms;
    let end_ms = |cell: &Cell| day * DAY_MS + i64::from(cell.at) * BASE_MS;
    cells.into_iter().partition(|cell| {
        let is_recent = end_ms(cell) > limits.now_ms - RECENT_MS;
        is_history && !is_recent && !taken.contains(&(block_of(series), end_ms(cell), grain))
    })
}

/// Block, slot and grain of the slabs that are there of the time of a batch.
async fn taken_slots(
    db: &Database,
    batch: &[SeriesSamples],
    all: &[Option<Series>],
    now_ms: i64,
) -> Result<HashSet<(i64, i64, Grain)>, StoreError> {
    let blocks: BTreeSet<i64> = all.iter().flatten().map(|series| block_of(series.id)).collect();
    let ends = || batch.iter().flat_map(|series| [series.samples.first(), series.samples.last()]).flatten();
    let (Some(first), Some(last)) =
        (ends().map(|sample| sample.end_ms).min(), ends().map(|sample| sample.end_ms).max())
    else {
        return Ok(HashSet::new());
    };
    let blocks: Vec<i64> = blocks.into_iter().collect();
    let sql = format!(
        "SELECT DISTINCT block, slot_ms, grain_s FROM sample_slab WHERE block IN ({}) AND slot_ms >= {} AND slot_ms <= {}",
        statements::list(&blocks),
        first.max(0),
        last.min(now_ms.saturating_add(SKEW_MS)).saturating_add(DAY_MS)
    );
    let rows = statements::query(db.read(), &sql).await?;
    rows.iter()
        .map(|row| {
            let grain: i64 = row.try_get_by_index(2)?;
            let grain = Grain::from_seconds(grain).ok_or_else(cells::broken)?;
            Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?, grain))
        })
        .collect()
}

/// Cells by block, slot and grain; they stand at the series' places.
#[derive(Default)]
struct Slots(BTreeMap<(i64, i64, Grain), Vec<Cell>>);

impl Slots {
    fn add(&mut self, series: i64, day: i64, grain: Grain, cells: Vec<Cell>) {
        for cell in cells {
            let slot_ms = day * DAY_MS + i64::from(cell.at) * BASE_MS;
            let cell = Cell { at: place_of(series), ..cell };
            self.0.entry((block_of(series), slot_ms, grain)).or_default().push(cell);
        }
    }

    /// Adds rows, and what the directory learned with the first of them.
    async fn write(mut self, db: &Database, mut notes: Vec<Note>) -> Result<u64, StoreError> {
        self.drop_known(db).await?;
        let mut rows: VecDeque<Vec<Value>> = VecDeque::new();
        for ((block, slot_ms, grain), mut cells) in self.0 {
            cells::settle(&mut cells);
            if !cells.is_empty() {
                let data = Slab::pack(&cells)?;
                rows.push_back(vec![block.into(), slot_ms.into(), grain.seconds().into(), data.into()]);
            }
        }
        let mut longest = 0;
        while !rows.is_empty() {
            let some: Vec<Vec<Value>> = rows.drain(..rows.len().min(SLABS_AT_ONCE)).collect();
            let transaction = db.begin().await?;
            let since = std::time::Instant::now();
            let head = "INSERT INTO sample_slab (block, slot_ms, grain_s, data)";
            statements::insert(&transaction, head, 4, "", some).await?;
            directory::note(&transaction, &std::mem::take(&mut notes)).await?;
            transaction.commit().await?;
            longest = longest.max(since.elapsed().as_millis() as u64);
        }
        Ok(longest)
    }

    /// Leaves out what slabs say already: whoever reads the last intervals again writes only what is new.
    async fn drop_known(&mut self, db: &Database) -> Result<(), StoreError> {
        let slots: BTreeSet<i64> = self.0.keys().map(|(_, slot_ms, _)| *slot_ms).collect();
        let (Some(first), Some(last)) = (slots.first(), slots.last()) else { return Ok(()) };
        if slots.len() > SLOTS_COMPARED {
            return Ok(());
        }
        let blocks: BTreeSet<i64> = self.0.keys().map(|(block, ..)| *block).collect();
        let blocks: Vec<i64> = blocks.into_iter().collect();
        let mut known: BTreeMap<(i64, i64, Grain), BTreeMap<u16, Cell>> = BTreeMap::new();
        for slab in slab::load(db.read(), &blocks, first - 1, *last).await? {
            let key = (slab.block, slab.slot_ms, slab.grain);
            if self.0.contains_key(&key) {
                known.entry(key).or_default().extend(slab.cells()?.into_iter().map(|cell| (cell.at, cell)));
            }
        }
        for (key, cells) in &mut self.0 {
            if let Some(known) = known.get(key) {
                cells::settle(cells);
                cells.retain(|cell| known.get(&cell.at) != Some(cell));
            }
        }
        Ok(())
    }
}

type Packing = JoinHandle<Result<(Prepared, Vec<News>), StoreError>>;

/// Writes chunks while the next ones are being packed on other threads.
struct Writer {
    db: Database,
    /// As many as there are cores.
    packing: VecDeque<Packing>,
    room: usize,
    gathered: Vec<News>,
    late: u64,
    longest_ms: u64,
}

impl Writer {
    fn new(db: Database) -> Self {
        let room = std::thread::available_parallelism().map_or(1, usize::from).min(4);
        Self { db, packing: VecDeque::new(), room, gathered: Vec::new(), late: 0, longest_ms: 0 }
    }

    /// News come in the order of series.
    async fn add(&mut self, news: News) -> Result<(), StoreError> {
        // The same series twice in a batch, for example in two grains: one chunk.
        if let Some(same) = self
            .gathered
            .iter_mut()
            .rev()
            .take_while(|other| other.series.id == news.series.id)
            .find(|other| other.day == news.day)
        {
            same.cells.extend(news.cells);
            return Ok(());
        }
        // A series' days stay together, up to twice the number.
        let is_next = self.gathered.last().is_some_and(|last| last.series.id != news.series.id);
        if (is_next && self.gathered.len() >= CHUNKS_AT_ONCE) || self.gathered.len() >= 2 * CHUNKS_AT_ONCE {
            self.start().await?;
        }
        self.gathered.push(news);
        Ok(())
    }

    async fn start(&mut self) -> Result<(), StoreError> {
        if self.packing.len() >= self.room {
            self.write_one().await?;
        }
        let (db, news) = (self.db.clone(), std::mem::take(&mut self.gathered));
        self.packing.push_back(tokio::spawn(async move { Ok((write::prepare(&db, news.clone()).await?, news)) }));
        Ok(())
    }

    async fn write_one(&mut self) -> Result<(), StoreError> {
        let Some(packing) = self.packing.pop_front() else { return Ok(()) };
        let (prepared, news) = packing.await.map_err(|_| StoreError::GivenUp("packing samples"))??;
        let merged = write::finish(&self.db, prepared, news, &[]).await?;
        self.late += merged.late;
        self.longest_ms = self.longest_ms.max(merged.transaction_ms);
        Ok(())
    }

    /// How many samples came too late, and the longest transaction in ms.
    async fn end(mut self) -> Result<(u64, u64), StoreError> {
        if !self.gathered.is_empty() {
            self.start().await?;
        }
        while !self.packing.is_empty() {
            self.write_one().await?;
        }
        Ok((self.late, self.longest_ms))
    }
}

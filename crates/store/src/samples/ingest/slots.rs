//! The slabs of a batch: what is there already, and what is added.

use std::collections::{BTreeMap, BTreeSet, HashSet, VecDeque};

use model::sample::{Grain, SeriesSamples};
use sea_orm::sea_query::Value;

use super::SKEW_MS;
use crate::{
    Database, StoreError,
    samples::{
        cells::{self, Cell},
        day::{BASE_MS, DAY_MS},
        directory::{self, Note, Series},
        slab::{self, Slab, block_of, place_of},
        statements, write,
    },
};

/// More slots than a tick ever has: it is not looked for whether the same samples are there already.
const SLOTS_COMPARED: usize = 24;
/// Rows of one transaction that adds slabs.
const SLABS_AT_ONCE: usize = 1_000;

/// Block, slot and grain of the slabs that are there of the time of a batch.
pub(super) async fn taken_slots(
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
pub(super) struct Slots(BTreeMap<(i64, i64, Grain), Vec<Cell>>);

impl Slots {
    pub(super) fn add(&mut self, series: i64, day: i64, grain: Grain, cells: Vec<Cell>) {
        for cell in cells {
            let slot_ms = day * DAY_MS + i64::from(cell.at) * BASE_MS;
            let cell = Cell { at: place_of(series), ..cell };
            self.0.entry((block_of(series), slot_ms, grain)).or_default().push(cell);
        }
    }

    /// Adds rows, and what the directory learned with the first of them.
    pub(super) async fn write(mut self, db: &Database, mut notes: Vec<Note>) -> Result<u64, StoreError> {
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
            // A fold may be about to note something of the same series.
            write::lock(&transaction, notes.iter().map(|note| note.id)).await?;
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

//! Writing chunks: what is stored is read, the new samples are merged and packed outside of any transaction, and the result
//! is written only where nobody else has written meanwhile.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Instant,
};

use model::sample::Grain;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend};

use super::{
    cells::Cell,
    day::{BASE_MS, DAY_MS, Day},
    directory::{self, Note, Series},
    rollup, slab, statements,
};
use crate::{Database, StoreError};

/// Chunks of one transaction: some tens of milliseconds.
pub(super) const CHUNKS_AT_ONCE: usize = 2_000;
const ATTEMPTS: usize = 8;
/// Any number that no other program uses for advisory locks in the same database; the block is the second key.
const LOCK: i32 = 0x0A05_5A3B;
const SERIES_BITS: u32 = 32;

/// The key of a series' chunk of a day. Days come first: what is folded together lies together.
pub(super) const fn chunk_id(series: i64, day: i64) -> i64 {
    day << SERIES_BITS | series
}

pub(super) const fn day_of_chunk(id: i64) -> i64 {
    id >> SERIES_BITS
}

pub(super) const fn series_of_chunk(id: i64) -> i64 {
    id & ((1 << SERIES_BITS) - 1)
}

/// Samples of one series and day that are to be in its chunk.
#[derive(Clone, Debug)]
pub(super) struct News {
    pub(super) series: Series,
    pub(super) day: i64,
    /// In the order in which they came.
    pub(super) cells: Vec<(Grain, Vec<Cell>)>,
}

impl News {
    fn chunk_id(&self) -> i64 {
        chunk_id(self.series.id, self.day)
    }
}

/// News with what they make of the stored chunks, not yet written.
pub(super) struct Prepared {
    stored: BTreeMap<i64, Vec<u8>>,
    written: Vec<Written>,
    /// Samples whose day is closed: only its rollups are left.
    pub(super) late: u64,
}

struct Written {
    id: i64,
    chunk: Vec<u8>,
    rollup: rollup::Packed,
    note: Note,
}

/// Writes news, and removes the slabs that they came from in the same transaction. Of at most [`CHUNKS_AT_ONCE`] chunks.
/// Answers how long the transaction took, and how many samples came too late.
pub(super) async fn merge(db: &Database, news: Vec<News>, slabs: &[i64]) -> Result<Merged, StoreError> {
    let prepared = prepare(db, news.clone()).await?;
    finish(db, prepared, news, slabs).await
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Merged {
    pub(super) chunks: u64,
    pub(super) late: u64,
    pub(super) transaction_ms: u64,
    /// Somebody else has folded these slabs already.
    pub(super) lost: bool,
}

pub(super) async fn finish(
    db: &Database,
    mut prepared: Prepared,
    news: Vec<News>,
    slabs: &[i64],
) -> Result<Merged, StoreError> {
    for _ in 0..ATTEMPTS {
        if let Some(merged) = write(db, &prepared, slabs).await? {
            return Ok(merged);
        }
        prepared = prepare(db, news.clone()).await?;
    }
    Err(StoreError::GivenUp("samples that others keep changing"))
}

/// Reads what is stored, merges and packs.
pub(super) async fn prepare(db: &Database, news: Vec<News>) -> Result<Prepared, StoreError> {
    let ids: Vec<i64> = news.iter().map(News::chunk_id).collect();
    let stored = chunks(db.read(), &ids).await?;
    let missing: Vec<i64> = ids.into_iter().filter(|id| !stored.contains_key(id)).collect();
    let closed = statements::rows_of(db.read(), "SELECT id FROM sample_rollup WHERE id", &missing).await?;
    let closed: BTreeSet<i64> =
        closed.iter().map(|row| row.try_get_by_index::<i64>(0)).collect::<Result<_, sea_orm::DbErr>>()?;
    let packing = tokio::task::spawn_blocking(move || pack(news, stored, &closed));
    packing.await.map_err(|_| StoreError::GivenUp("packing samples"))?
}

fn pack(news: Vec<News>, stored: BTreeMap<i64, Vec<u8>>, closed: &BTreeSet<i64>) -> Result<Prepared, StoreError> {
    let (mut written, mut late) = (Vec::with_capacity(news.len()), 0);
    for one in news {
        let (id, from_ms) = (one.chunk_id(), one.day * DAY_MS);
        if closed.contains(&id) {
            late += one.cells.iter().map(|(_, cells)| cells.len() as u64).sum::<u64>();
            continue;
        }
        let mut day = stored.get(&id).map(|bytes| Day::unpack(bytes)).transpose()?.unwrap_or_default();
        for (grain, cells) in one.cells {
            day.merge(grain, cells);
        }
        let (Some(rollup), Some((first, last))) = (rollup::of(&day, one.series.metric)?, day.extent()) else {
            continue;
        };
        let note = Note {
            id: one.series.id,
            grain: day.finest(),
            first_ms: from_ms + i64::from(first) * BASE_MS,
            chunked_ms: Some(from_ms + i64::from(last) * BASE_MS),
        };
        written.push(Written { id, chunk: day.pack()?, rollup, note });
    }
    written.sort_by_key(|written| written.id);
    Ok(Prepared { stored, written, late })
}

/// `None` where the chunks are not any more what they were when they were read.
async fn write(db: &Database, prepared: &Prepared, slabs: &[i64]) -> Result<Option<Merged>, StoreError> {
    if prepared.written.is_empty() && slabs.is_empty() {
        return Ok(Some(Merged { late: prepared.late, ..Merged::default() }));
    }
    let transaction = db.begin().await?;
    let since = Instant::now();
    let ids: Vec<i64> = prepared.written.iter().map(|written| written.id).collect();
    lock(&transaction, ids.iter().map(|id| series_of_chunk(*id))).await?;
    for some in slabs.chunks(CHUNKS_AT_ONCE) {
        let sql = format!("DELETE FROM sample_slab WHERE id IN ({})", statements::list(some));
        if statements::execute(&transaction, &sql).await? < some.len() as u64 {
            return Ok(Some(Merged { lost: true, ..Merged::default() }));
        }
    }
    let stored = chunks(&transaction, &ids).await?;
    let is_same = ids.iter().all(|id| stored.get(id) == prepared.stored.get(id));
    if !is_same {
        return Ok(None);
    }
    write_rows(&transaction, prepared).await?;
    directory::note(&transaction, &notes(&prepared.written)).await?;
    transaction.commit().await?;
    Ok(Some(Merged {
        chunks: prepared.written.len() as u64,
        late: prepared.late,
        transaction_ms: since.elapsed().as_millis() as u64,
        lost: false,
    }))
}

/// Whoever writes what is kept of the same blocks on PostgreSQL stands in line. SQLite's writers stand in line anyway.
pub(super) async fn lock(
    transaction: &DatabaseTransaction,
    series: impl Iterator<Item = i64>,
) -> Result<(), StoreError> {
    if transaction.get_database_backend() != DbBackend::Postgres {
        return Ok(());
    }
    // In one order, or two could wait for each other.
    let blocks: BTreeSet<i64> = series.map(slab::block_of).collect();
    for block in blocks {
        let sql = format!("SELECT pg_advisory_xact_lock({LOCK}, {})", block as i32);
        statements::query(transaction, &sql).await?;
    }
    Ok(())
}

async fn write_rows(transaction: &DatabaseTransaction, prepared: &Prepared) -> Result<(), StoreError> {
    let chunks = prepared.written.iter().map(|written| vec![written.id.into(), written.chunk.clone().into()]);
    statements::insert(
        transaction,
        "INSERT INTO sample_chunk (id, data)",
        2,
        "ON CONFLICT (id) DO UPDATE SET data = excluded.data",
        chunks.collect(),
    )
    .await?;
    let rollups = prepared.written.iter().map(|written| {
        vec![written.id.into(), written.rollup.daily.clone().into(), written.rollup.hourly.clone().into()]
    });
    statements::insert(
        transaction,
        "INSERT INTO sample_rollup (id, daily, hourly)",
        3,
        "ON CONFLICT (id) DO UPDATE SET daily = excluded.daily, hourly = excluded.hourly",
        rollups.collect(),
    )
    .await
}

fn notes(written: &[Written]) -> Vec<Note> {
    let mut notes = BTreeMap::<i64, Note>::new();
    for Written { note, .. } in written {
        let known = notes.entry(note.id).or_insert(*note);
        known.grain = known.grain.min(note.grain);
        known.first_ms = known.first_ms.min(note.first_ms);
        known.chunked_ms = known.chunked_ms.max(note.chunked_ms);
    }
    notes.into_values().collect()
}

/// Packed chunks by id, of those that there are.
pub(super) async fn chunks(
    connection: &impl ConnectionTrait,
    ids: &[i64],
) -> Result<BTreeMap<i64, Vec<u8>>, StoreError> {
    let rows = statements::rows_of(connection, "SELECT id, data FROM sample_chunk WHERE id", ids).await?;
    rows.iter().map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?))).collect()
}

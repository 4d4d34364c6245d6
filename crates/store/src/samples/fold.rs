//! Folding: the slabs of days that are over become chunks and rollups, a block of series at a time.

use std::collections::BTreeMap;

use model::sample::Grain;

use super::{
    cells::Cell,
    day::{BASE_MS, DAY_MS},
    directory::{self, Series},
    slab::{self, SERIES_OF_A_BLOCK, Slab, place_of},
    statements,
    write::{self, News},
};
use crate::{Database, StoreError};

/// A day is left open for so long after midnight, for samples that are a little late.
const OPEN_MS: i64 = 30 * 60_000;
/// Rows of slabs that are folded at once: a day of one block, and some that came late.
const SLABS_AT_ONCE: usize = 2_000;

/// What folding did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Folded {
    pub slabs: u64,
    pub chunks: u64,
    pub longest_transaction_ms: u64,
}

/// Folds all days that are over. To be called again and again; what is folded is not folded twice, also where several
/// processes do it at once, and each block is there before and after in one form or the other.
pub async fn fold(db: &Database, now_ms: i64) -> Result<Folded, StoreError> {
    let open_ms = (now_ms - OPEN_MS).div_euclid(DAY_MS) * DAY_MS;
    let sql = format!(
        "SELECT DISTINCT (slot_ms - 1) / {DAY_MS} AS day, block FROM sample_slab WHERE slot_ms <= {open_ms} \
         ORDER BY day, block"
    );
    let mut folded = Folded::default();
    for row in statements::query(db.read(), &sql).await? {
        let (day, block) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
        fold_block(db, day, block, &mut folded).await?;
    }
    Ok(folded)
}

async fn fold_block(db: &Database, day: i64, block: i64, folded: &mut Folded) -> Result<(), StoreError> {
    let slabs = slab::load(db.read(), &[block], day * DAY_MS, (day + 1) * DAY_MS).await?;
    let series = members(db, block).await?;
    // In the order in which they came, so the later one counts across parts as well.
    for some in slabs.chunks(SLABS_AT_ONCE) {
        let ids: Vec<i64> = some.iter().map(|slab| slab.id).collect();
        let (some, series) = (some.to_vec(), series.clone());
        let gathering = tokio::task::spawn_blocking(move || gather(&some, day, &series));
        let news = gathering.await.map_err(|_| StoreError::GivenUp("unpacking samples"))??;
        let merged = write::merge(db, news, &ids).await?;
        folded.longest_transaction_ms = folded.longest_transaction_ms.max(merged.transaction_ms);
        if merged.lost {
            return Ok(());
        }
        folded.slabs += ids.len() as u64;
        folded.chunks += merged.chunks;
    }
    Ok(())
}

/// The series of a block that still have a source.
async fn members(db: &Database, block: i64) -> Result<BTreeMap<u16, Series>, StoreError> {
    let first = block * SERIES_OF_A_BLOCK;
    let sql = format!(
        "SELECT {} FROM sample_series WHERE id >= {first} AND id < {} AND source_id IS NOT NULL",
        directory::COLUMNS,
        first + SERIES_OF_A_BLOCK
    );
    let rows = statements::query(db.read(), &sql).await?;
    rows.iter()
        .map(|row| {
            let series = Series::of(row)?;
            Ok((place_of(series.id), series))
        })
        .collect()
}

/// Turns rows of one slot and many series into columns of one series and many slots.
fn gather(slabs: &[Slab], day: i64, members: &BTreeMap<u16, Series>) -> Result<Vec<News>, StoreError> {
    let mut columns = BTreeMap::<(u16, Grain), Vec<Cell>>::new();
    for slab in slabs {
        let at = ((slab.slot_ms - day * DAY_MS) / BASE_MS) as u16;
        for cell in slab.cells()? {
            columns.entry((cell.at, slab.grain)).or_default().push(Cell { at, ..cell });
        }
    }
    let mut news: Vec<News> = Vec::new();
    for ((place, grain), cells) in columns {
        let Some(series) = members.get(&place) else { continue };
        match news.last_mut().filter(|last| last.series.id == series.id) {
            Some(last) => last.cells.push((grain, cells)),
            None => news.push(News { series: *series, day, cells: vec![(grain, cells)] }),
        }
    }
    Ok(news)
}

//! Slabs: the values of many series at one time. A block is 1,024 series whose ids follow each other.
//!
//! A row is one block at one slot, or what came late of it: rows are only ever added, and the later one counts.

use model::sample::Grain;
use sea_orm::{ConnectionTrait, QueryResult};

use super::{
    cells::{self, Cell, take},
    day::LAYOUT,
    statements,
};
use crate::StoreError;

const BITS: u32 = 10;
pub(super) const SERIES_OF_A_BLOCK: i64 = 1 << BITS;

pub(super) const fn block_of(series: i64) -> i64 {
    series >> BITS
}

pub(super) const fn place_of(series: i64) -> u16 {
    (series & (SERIES_OF_A_BLOCK - 1)) as u16
}

/// One row; its cells stand at the series' places within the block.
#[derive(Clone, Debug)]
pub(super) struct Slab {
    pub(super) id: i64,
    pub(super) block: i64,
    pub(super) slot_ms: i64,
    pub(super) grain: Grain,
    data: Vec<u8>,
}

impl Slab {
    pub(super) fn pack(cells: &[Cell]) -> Result<Vec<u8>, StoreError> {
        let mut out = vec![LAYOUT];
        cells::write(cells, &mut out)?;
        Ok(out)
    }

    pub(super) fn cells(&self) -> Result<Vec<Cell>, StoreError> {
        let mut bytes = self.data.as_slice();
        if take(&mut bytes, 1)?[0] != LAYOUT {
            return Err(cells::broken());
        }
        cells::read(&mut bytes)
    }

    /// The cell of one series.
    pub(super) fn cell(&self, series: i64) -> Result<Option<Cell>, StoreError> {
        let cells = self.cells()?;
        Ok(cells.binary_search_by_key(&place_of(series), |cell| cell.at).ok().map(|at| cells[at]))
    }

    fn of(row: &QueryResult) -> Result<Self, StoreError> {
        let grain: i64 = row.try_get_by_index(3)?;
        Ok(Self {
            id: row.try_get_by_index(0)?,
            block: row.try_get_by_index(1)?,
            slot_ms: row.try_get_by_index(2)?,
            grain: Grain::from_seconds(grain).ok_or_else(cells::broken)?,
            data: row.try_get_by_index(4)?,
        })
    }
}

/// Slabs of these blocks whose slots end after `from_ms` and not after `until_ms`, in the order in which they came.
pub(super) async fn load(
    connection: &impl ConnectionTrait,
    blocks: &[i64],
    from_ms: i64,
    until_ms: i64,
) -> Result<Vec<Slab>, StoreError> {
    let sql = format!(
        "SELECT id, block, slot_ms, grain_s, data FROM sample_slab WHERE block IN ({}) \
         AND slot_ms > {from_ms} AND slot_ms <= {until_ms} ORDER BY id",
        statements::list(blocks)
    );
    statements::query(connection, &sql).await?.iter().map(Slab::of).collect()
}

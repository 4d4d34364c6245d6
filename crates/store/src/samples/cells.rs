//! Packing a column of values: where they stand, their averages, their maxima. Chunks and slabs are made of these.
//!
//! Positions are runs, numbers are packed by `pco`. Of 5-minute CPU of real machines a sample takes about 0.7 bytes.

use pco::{
    ChunkConfig, DeltaSpec, ModeSpec, PagingSpec,
    errors::PcoResult,
    wrapped::{FileCompressor, FileDecompressor},
};

use crate::StoreError;

/// The most cells that one column can hold: a block's series; a day has 288 slots.
const CELLS_MAX: usize = 1_024;
/// Level 4 packs as well as 8 does in half the time; differences of neighbours pack worse than the values.
const LEVEL: usize = 4;

/// One value at a position: the slot of a day, or the series within a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) at: u16,
    /// By the metric's [`super::quantum::Quantum`], as is the maximum, which is not below it.
    pub(super) average: u32,
    pub(super) maximum: Option<u32>,
}

/// Sorts by position; of those at the same one the last stays.
pub(super) fn settle(cells: &mut Vec<Cell>) {
    if cells.is_sorted_by(|left, right| left.at < right.at) {
        return;
    }
    cells.reverse();
    cells.sort_by_key(|cell| cell.at);
    cells.dedup_by_key(|cell| cell.at);
}

/// Appends settled cells.
pub(super) fn write(cells: &[Cell], out: &mut Vec<u8>) -> Result<(), StoreError> {
    let runs: Vec<&[Cell]> = cells.chunk_by(|left, right| right.at == left.at + 1).collect();
    write_number(cells.len() as u32, out);
    write_number(runs.len() as u32, out);
    let mut next = 0;
    for run in runs {
        write_number(u32::from(run[0].at) - next, out);
        write_number(run.len() as u32, out);
        next = u32::from(run[0].at) + run.len() as u32;
    }
    write_codes(&cells.iter().map(|cell| cell.average).collect::<Vec<_>>(), out)?;
    let above: Vec<u32> = cells.iter().filter_map(|cell| Some(cell.maximum?.saturating_sub(cell.average))).collect();
    write_number(above.len() as u32, out);
    if !above.is_empty() && above.len() < cells.len() {
        for some in cells.chunks(8) {
            let bits = some.iter().enumerate().map(|(at, cell)| u8::from(cell.maximum.is_some()) << at);
            out.push(bits.fold(0, |byte, bit| byte | bit));
        }
    }
    write_codes(&above, out)
}

/// Takes cells off the front of the bytes.
pub(super) fn read(bytes: &mut &[u8]) -> Result<Vec<Cell>, StoreError> {
    let count = read_count(bytes)?;
    let runs = read_count(bytes)?;
    let mut cells = Vec::with_capacity(count);
    let mut next = 0_u32;
    for _ in 0..runs {
        next = next.checked_add(read_number(bytes)?).ok_or_else(broken)?;
        for _ in 0..read_count(bytes)? {
            let at = u16::try_from(next).map_err(|_| broken())?;
            cells.push(Cell { at, average: 0, maximum: None });
            next += 1;
        }
    }
    if cells.len() != count {
        return Err(broken());
    }
    for (cell, average) in cells.iter_mut().zip(read_codes(bytes, count)?) {
        cell.average = average;
    }
    let maxima = read_count(bytes)?;
    let mut has_maximum = vec![maxima == count; count];
    if maxima > 0 && maxima < count {
        for some in has_maximum.chunks_mut(8) {
            let byte = take(bytes, 1)?[0];
            for (at, flag) in some.iter_mut().enumerate() {
                *flag = byte >> at & 1 == 1;
            }
        }
    }
    let mut above = read_codes(bytes, maxima)?.into_iter();
    for (cell, _) in cells.iter_mut().zip(has_maximum).filter(|(_, has_maximum)| *has_maximum) {
        cell.maximum = above.next().map(|above| cell.average.saturating_add(above));
    }
    Ok(cells)
}

/// Appends packed numbers; how many there are the reader must know.
pub(super) fn write_codes(codes: &[u32], out: &mut Vec<u8>) -> Result<(), StoreError> {
    if codes.is_empty() {
        return Ok(());
    }
    let packed = pack(codes).map_err(|_| broken())?;
    write_number(packed.len() as u32, out);
    out.extend_from_slice(&packed);
    Ok(())
}

pub(super) fn read_codes(bytes: &mut &[u8], count: usize) -> Result<Vec<u32>, StoreError> {
    if count == 0 {
        return Ok(Vec::new());
    }
    let length = read_number(bytes)? as usize;
    let packed = take(bytes, length)?;
    unpack(packed, count).map_err(|_| broken())
}

fn pack(codes: &[u32]) -> PcoResult<Vec<u8>> {
    let config = ChunkConfig::default()
        .with_compression_level(LEVEL)
        .with_mode_spec(ModeSpec::Classic)
        .with_delta_spec(DeltaSpec::NoOp)
        .with_paging_spec(PagingSpec::Exact(vec![codes.len()]));
    let file = FileCompressor::default();
    let packed = file.write_header(Vec::with_capacity(codes.len() + 64))?;
    let mut chunk = file.chunk_compressor(codes, &config)?;
    let packed = chunk.write_meta(packed)?;
    chunk.write_page(0, packed)
}

fn unpack(packed: &[u8], count: usize) -> PcoResult<Vec<u32>> {
    let (file, rest) = FileDecompressor::new(packed)?;
    let (mut chunk, rest) = file.chunk_decompressor::<u32, _>(rest)?;
    let mut codes = vec![0; count];
    chunk.page_decompressor(rest, count)?.read(&mut codes)?;
    Ok(codes)
}

/// Seven bits a byte, the lowest first.
pub(super) fn write_number(mut number: u32, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

pub(super) fn read_number(bytes: &mut &[u8]) -> Result<u32, StoreError> {
    let mut number = 0;
    for shift in (0..32).step_by(7) {
        let byte = take(bytes, 1)?[0];
        number |= u32::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(number);
        }
    }
    Err(broken())
}

fn read_count(bytes: &mut &[u8]) -> Result<usize, StoreError> {
    let count = read_number(bytes)? as usize;
    if count > CELLS_MAX { Err(broken()) } else { Ok(count) }
}

pub(super) fn take<'a>(bytes: &mut &'a [u8], count: usize) -> Result<&'a [u8], StoreError> {
    let (taken, rest) = bytes.split_at_checked(count).ok_or_else(broken)?;
    *bytes = rest;
    Ok(taken)
}

pub(super) fn broken() -> StoreError {
    StoreError::Unpackable("samples")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn column() -> impl Strategy<Value = Vec<Cell>> {
        let cell = (0..1_024_u16, any::<u32>(), proptest::option::of(any::<u32>()));
        proptest::collection::vec(cell, 0..600).prop_map(|cells| {
            let cells = cells.into_iter().map(|(at, average, maximum)| Cell {
                at,
                average,
                maximum: maximum.map(|maximum| maximum.max(average)),
            });
            let mut cells: Vec<Cell> = cells.collect();
            settle(&mut cells);
            cells
        })
    }

    proptest! {
        #[test]
        fn what_is_packed_comes_back(cells in column()) {
            let mut bytes = Vec::new();
            write(&cells, &mut bytes).unwrap();
            let mut rest = bytes.as_slice();
            prop_assert_eq!(read(&mut rest).unwrap(), cells);
            prop_assert!(rest.is_empty());
        }

        #[test]
        fn bytes_that_are_no_cells_are_an_error_or_cells_and_never_a_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&mut bytes.as_slice());
        }
    }

    #[test]
    fn of_two_values_at_one_place_the_last_stays() {
        let cell = |at, average| Cell { at, average, maximum: None };
        let mut cells = vec![cell(3, 1), cell(1, 2), cell(3, 4)];
        settle(&mut cells);
        assert_eq!(cells, [cell(1, 2), cell(3, 4)]);
    }
}

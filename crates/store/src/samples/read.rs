//! Reading series back: slabs, chunks and rollups of a range become one line of pieces, whatever has been folded meanwhile.

use std::{
    collections::{BTreeMap, HashMap},
    ops::Range,
};

use model::{metric::Metric, sample::Grain};
use sea_orm::{ConnectionTrait, QueryResult};

use super::{
    cells::Cell,
    day::{BASE_MS, DAY_MS, Day, Piece, day_of},
    directory::Series,
    quantum::Quantum,
    rollup::{self, Daily},
    slab::{self, block_of},
    statements,
    statistics::Histogram,
    write::{self, chunk_id, day_of_chunk, series_of_chunk},
};
use crate::StoreError;

/// How fine what is read must be; what is not kept so finely comes as it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fineness {
    Samples,
    Hours,
    Days,
}

/// A series over a range.
#[derive(Clone, Debug, Default)]
pub(super) struct Line {
    /// Ascending by end, each of them within the range.
    pub(super) pieces: Vec<Piece>,
    /// The histogram of what is there as rollups; `None` where a day of them has none.
    pub(super) summed: Option<Histogram>,
}

impl Line {
    pub(super) fn has_rollups(&self) -> bool {
        self.pieces.iter().any(Piece::is_rollup)
    }

    /// Adds a day that is there as rollups. Its histogram counts where the range holds the whole day; of a part of it the
    /// averages of the hours do, or a percentile would be of other hours than the average beside it.
    pub(super) fn add_rolled_up(
        &mut self,
        day: i64,
        pieces: Vec<Piece>,
        of_day: Option<&Histogram>,
        range: &Range<i64>,
    ) {
        let is_whole = day * DAY_MS >= range.start && (day + 1) * DAY_MS <= range.end;
        let within = pieces.into_iter().filter(|piece| is_within(piece, range));
        let from = self.pieces.len();
        self.pieces.extend(within);
        match (&mut self.summed, of_day) {
            (Some(all), Some(one)) if is_whole => all.add(one),
            (Some(all), Some(_)) => {
                for piece in &self.pieces[from..] {
                    all.count(piece.average, u32::from(piece.weight));
                }
            }
            _ => self.summed = None,
        }
    }

    /// The coarsest grain of the samples behind it.
    pub(super) fn grain(&self) -> Grain {
        self.pieces.iter().map(|piece| piece.grain).max().unwrap_or(Grain::BASE)
    }
}

pub(super) const fn is_within(piece: &Piece, range: &Range<i64>) -> bool {
    piece.end_ms > range.start && piece.end_ms <= range.end
}

/// Samples that are still in slabs, of some series of one block, by series and day.
pub(super) async fn open_days(
    connection: &impl ConnectionTrait,
    blocks: &[i64],
    wanted: impl Fn(i64) -> bool,
    range: &Range<i64>,
) -> Result<HashMap<(i64, i64), Vec<(Grain, Cell)>>, StoreError> {
    let mut open = HashMap::<(i64, i64), Vec<(Grain, Cell)>>::new();
    for slab in slab::load(connection, blocks, range.start, range.end).await? {
        let day = day_of(slab.slot_ms);
        let at = ((slab.slot_ms - day * DAY_MS) / BASE_MS) as u16;
        for cell in slab.cells()? {
            let series = slab.block * slab::SERIES_OF_A_BLOCK + i64::from(cell.at);
            if wanted(series) {
                open.entry((series, day)).or_default().push((slab.grain, Cell { at, ..cell }));
            }
        }
    }
    Ok(open)
}

/// Adds what slabs hold to a day's chunk: they are newer.
pub(super) fn join(day: &mut Day, open: Vec<(Grain, Cell)>) {
    let mut columns = BTreeMap::<Grain, Vec<Cell>>::new();
    for (grain, cell) in open {
        columns.entry(grain).or_default().push(cell);
    }
    for (grain, cells) in columns {
        day.merge(grain, cells);
    }
}

/// The samples and rollups of a series whose intervals end within (`range.start`, `range.end`]. The connection must show
/// one state throughout, or a fold between two statements would hide a day.
pub(super) async fn line(
    connection: &impl ConnectionTrait,
    series: &Series,
    range: &Range<i64>,
    fineness: Fineness,
) -> Result<Line, StoreError> {
    let quantum = Quantum::of(series.metric);
    let id = series.id;
    let mut days = BTreeMap::<i64, Day>::new();
    for slab in slab::load(connection, &[block_of(id)], range.start, range.end).await? {
        if let Some(cell) = slab.cell(id)? {
            let day = day_of(slab.slot_ms);
            let at = ((slab.slot_ms - day * DAY_MS) / BASE_MS) as u16;
            days.entry(day).or_default().merge(slab.grain, vec![Cell { at, ..cell }]);
        }
    }
    let first = day_of(range.start.max(series.first_ms).saturating_add(1));
    let last = series.chunked_ms.map_or(first - 1, |chunked_ms| day_of(range.end.min(chunked_ms)));
    let all: Vec<i64> = (first..=last).map(|day| chunk_id(id, day)).collect();
    let wanted: Vec<i64> = match fineness {
        Fineness::Samples => all.clone(),
        Fineness::Hours | Fineness::Days => {
            all.iter().copied().filter(|id| days.contains_key(&day_of_chunk(*id))).collect()
        }
    };
    for (id, bytes) in write::chunks(connection, &wanted).await? {
        let mut day = Day::unpack(&bytes)?;
        match days.entry(day_of_chunk(id)) {
            std::collections::btree_map::Entry::Vacant(entry) => drop(entry.insert(day)),
            std::collections::btree_map::Entry::Occupied(mut entry) => {
                day.merge_day(std::mem::take(entry.get_mut()));
                entry.insert(day);
            }
        }
    }
    let missing: Vec<i64> = all.into_iter().filter(|id| !days.contains_key(&day_of_chunk(*id))).collect();
    let mut line = Line { pieces: Vec::new(), summed: Some(Histogram::default()) };
    for (day, samples) in days {
        samples.pieces(day, quantum, &mut line.pieces);
    }
    line.pieces.retain(|piece| is_within(piece, range));
    for row in statements::rows_of(connection, "SELECT id, daily, hourly FROM sample_rollup WHERE id", &missing).await?
    {
        let (id, pieces, daily) = rolled_up(&row, series.metric, fineness)?;
        line.add_rolled_up(day_of_chunk(id), pieces, daily.histogram.as_ref(), range);
    }
    // Days with samples stand before those with rollups so far.
    line.pieces.sort_by_key(|piece| piece.end_ms);
    Ok(line)
}

/// A row of `id, daily, hourly`: its pieces, by hour where hours are wanted and kept.
pub(super) fn rolled_up(
    row: &QueryResult,
    metric: Metric,
    fineness: Fineness,
) -> Result<(i64, Vec<Piece>, Daily), StoreError> {
    let (id, daily): (i64, Vec<u8>) = (row.try_get_by_index(0)?, row.try_get_by_index(1)?);
    let hourly: Option<Vec<u8>> = row.try_get_by_index(2)?;
    let (day, daily) = (day_of_chunk(id), Daily::unpack(&daily, metric)?);
    let mut pieces = Vec::new();
    match hourly.filter(|_| fineness != Fineness::Days) {
        Some(hourly) => rollup::hours(&hourly, day, &daily, Quantum::of(metric), &mut pieces)?,
        None => pieces.push(daily.piece(day)),
    }
    Ok((id, pieces, daily))
}

/// Chunks of several series over some days, by series and day. Blocks of series are ranges of keys.
pub(super) async fn chunks_between(
    connection: &impl ConnectionTrait,
    series: &Range<i64>,
    day: i64,
) -> Result<Vec<(i64, Vec<u8>)>, StoreError> {
    let sql = format!(
        "SELECT id, data FROM sample_chunk WHERE id >= {} AND id < {}",
        chunk_id(series.start, day),
        chunk_id(series.end, day)
    );
    let rows = statements::query(connection, &sql).await?;
    rows.iter().map(|row| Ok((series_of_chunk(row.try_get_by_index(0)?), row.try_get_by_index(1)?))).collect()
}

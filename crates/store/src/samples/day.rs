//! One series on one day (UTC): its samples as they came, grain by grain, and how they become one line of time.
//!
//! Where samples of several grains stand for the same time the finer one counts, and the coarser one for what is left.

use model::sample::Grain;

use super::{
    cells::{self, Cell},
    quantum::Quantum,
    statistics::speaks_of_peaks,
};
use crate::StoreError;

pub(super) const DAY_MS: i64 = 86_400_000;
pub(super) const BASE_MS: i64 = Grain::BASE.ms();
/// Intervals of the base grain in a day.
pub(super) const SLOTS: usize = 288;

/// The first byte of everything packed; another one is another layout.
pub(super) const LAYOUT: u8 = 1;

/// The day of the interval that ends at the moment: midnight ends a day.
pub(super) const fn day_of(end_ms: i64) -> i64 {
    end_ms.saturating_sub(1).div_euclid(DAY_MS)
}

/// Samples of a day, the finest grain first. A cell stands at the slot that its interval ends with, 1 to 288.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Day {
    sections: Vec<(Grain, Vec<Cell>)>,
}

/// A value and the time that it stands for, as charts and statistics take it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Piece {
    pub(super) end_ms: i64,
    /// Slots of the base grain.
    pub(super) weight: u16,
    pub(super) grain: Grain,
    pub(super) average: f64,
    pub(super) maximum: Option<f64>,
    /// Where the piece sums up several samples.
    pub(super) p95: Option<f64>,
    /// The interval that it sums up where it is no sample: an hour or a day. Statistics over samples cannot be made of it.
    pub(super) rollup: Option<Grain>,
}

impl Piece {
    pub(super) const fn is_rollup(&self) -> bool {
        self.rollup.is_some()
    }
}

impl Day {
    /// Adds samples that came later than those that are there.
    pub(super) fn merge(&mut self, grain: Grain, mut cells: Vec<Cell>) {
        cells.retain(|cell| (1..=SLOTS as u16).contains(&cell.at));
        if cells.is_empty() {
            return;
        }
        let section = match self.sections.binary_search_by_key(&grain, |(grain, _)| *grain) {
            Ok(at) => &mut self.sections[at].1,
            Err(at) => {
                self.sections.insert(at, (grain, Vec::new()));
                &mut self.sections[at].1
            }
        };
        if section.is_empty() {
            *section = cells;
        } else {
            section.append(&mut cells);
        }
        cells::settle(section);
    }

    /// Adds a day that came later.
    pub(super) fn merge_day(&mut self, later: Self) {
        for (grain, cells) in later.sections {
            self.merge(grain, cells);
        }
    }

    /// The coarsest grain that is in it.
    pub(super) fn coarsest(&self) -> Grain {
        self.sections.last().map_or(Grain::BASE, |(grain, _)| *grain)
    }

    pub(super) fn finest(&self) -> Grain {
        self.sections.first().map_or(Grain::Day, |(grain, _)| *grain)
    }

    /// Where its first interval begins and its last one ends, in slots from midnight.
    pub(super) fn extent(&self) -> Option<(u16, u16)> {
        let first =
            self.sections.iter().filter_map(|(grain, cells)| Some(cells.first()?.at.saturating_sub(slots(*grain))));
        let last = self.sections.iter().filter_map(|(_, cells)| Some(cells.last()?.at));
        Some((first.min()?, last.max()?))
    }

    pub(super) fn pack(&self) -> Result<Vec<u8>, StoreError> {
        let mut out = vec![LAYOUT, self.sections.len() as u8];
        for (grain, cells) in &self.sections {
            cells::write_number(grain.seconds() as u32, &mut out);
            cells::write(cells, &mut out)?;
        }
        Ok(out)
    }

    pub(super) fn unpack(mut bytes: &[u8]) -> Result<Self, StoreError> {
        let head = cells::take(&mut bytes, 2)?;
        if head[0] != LAYOUT {
            return Err(cells::broken());
        }
        let mut day = Self::default();
        for _ in 0..head[1] {
            let grain = i64::from(cells::read_number(&mut bytes)?);
            let grain = Grain::from_seconds(grain).ok_or_else(cells::broken)?;
            day.merge(grain, cells::read(&mut bytes)?);
        }
        Ok(day)
    }

    /// What covers each slot of the day: average and, where it is known, maximum, as codes.
    pub(super) fn slots(&self) -> [Option<(u32, Option<u32>)>; SLOTS] {
        let mut all = [None; SLOTS];
        for (grain, cells) in &self.sections {
            for cell in cells {
                let end = usize::from(cell.at);
                for slot in &mut all[end.saturating_sub(usize::from(slots(*grain)))..end] {
                    let average = speaks_of_peaks(*grain).then_some(cell.average);
                    slot.get_or_insert((cell.average, cell.maximum.or(average)));
                }
            }
        }
        all
    }

    /// The same as pieces, ascending; what finer samples cover wholly is left out.
    pub(super) fn pieces(&self, day: i64, quantum: Quantum, out: &mut Vec<Piece>) {
        let from = out.len();
        let mut taken = [false; SLOTS];
        for (grain, cells) in &self.sections {
            for cell in cells {
                let end = usize::from(cell.at);
                let span = &mut taken[end.saturating_sub(usize::from(slots(*grain)))..end];
                let weight = span.iter().filter(|taken| !**taken).count() as u16;
                span.fill(true);
                if weight > 0 {
                    out.push(Piece {
                        end_ms: day * DAY_MS + i64::from(cell.at) * BASE_MS,
                        weight,
                        grain: *grain,
                        average: quantum.value(cell.average),
                        maximum: cell.maximum.map(|maximum| quantum.value(maximum)),
                        p95: None,
                        rollup: None,
                    });
                }
            }
        }
        if self.sections.len() > 1 {
            out[from..].sort_by_key(|piece| piece.end_ms);
        }
    }
}

/// Slots that one interval of the grain spans.
pub(super) const fn slots(grain: Grain) -> u16 {
    (grain.seconds() / Grain::BASE.seconds()) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(at: u16, average: u32) -> Cell {
        Cell { at, average, maximum: None }
    }

    #[test]
    fn the_finer_sample_counts_and_the_coarser_one_for_what_is_left() {
        let mut day = Day::default();
        day.merge(Grain::Hour, vec![cell(12, 500), cell(24, 700)]);
        day.merge(Grain::BASE, vec![cell(11, 1), cell(12, 2)]);
        let mut pieces = Vec::new();
        day.pieces(0, Quantum::Hundredth, &mut pieces);
        let told: Vec<_> = pieces.iter().map(|piece| (piece.end_ms / BASE_MS, piece.weight, piece.average)).collect();
        assert_eq!(told, [(11, 1, 0.01), (12, 1, 0.02), (12, 10, 5.0), (24, 12, 7.0)]);
        let slots = day.slots();
        assert_eq!(
            (slots[9], slots[10], slots[23], slots[24]),
            (Some((500, Some(500))), Some((1, Some(1))), Some((700, Some(700))), None)
        );
        assert_eq!((day.finest(), day.coarsest(), day.extent()), (Grain::BASE, Grain::Hour, Some((0, 24))));
        assert_eq!(Day::unpack(&day.pack().unwrap()).unwrap(), day);
    }

    #[test]
    fn midnight_ends_a_day() {
        assert_eq!(day_of(DAY_MS), 0);
        assert_eq!(day_of(DAY_MS + 1), 1);
    }
}

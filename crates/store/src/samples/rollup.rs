//! What is kept of a day when its samples are gone: hours with average, maximum and p95, and the day with a histogram.

use model::{metric::Metric, sample::Grain};

use super::{
    cells::{self, read_codes, read_number, take, write_codes, write_number},
    day::{BASE_MS, DAY_MS, Day, LAYOUT, Piece, SLOTS},
    quantum::Quantum,
    statistics::{Histogram, percentile},
};
use crate::StoreError;

const HOURS: usize = 24;
const SLOTS_OF_AN_HOUR: usize = SLOTS / HOURS;

/// A day's figures.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Daily {
    /// The coarsest of the samples behind it.
    pub(super) grain: Grain,
    /// Base intervals that any sample covered.
    pub(super) valid: u16,
    pub(super) average: f64,
    /// `None` where nobody told more than averages of many hours.
    pub(super) maximum: Option<f64>,
    pub(super) p95: f64,
    pub(super) p99: f64,
    /// Of percentages alone.
    pub(super) histogram: Option<Histogram>,
}

/// Both rollups of a day, packed.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Packed {
    pub(super) daily: Vec<u8>,
    pub(super) hourly: Vec<u8>,
}

/// `None` of a day without samples.
pub(super) fn of(day: &Day, metric: Metric) -> Result<Option<Packed>, StoreError> {
    let (quantum, slots) = (Quantum::of(metric), day.slots());
    let Some(daily) = daily(&slots, metric, quantum, day.coarsest()) else { return Ok(None) };
    Ok(Some(Packed { daily: daily.pack(), hourly: hourly(&slots, quantum)? }))
}

fn daily(slots: &[Option<(u32, Option<u32>)>; SLOTS], metric: Metric, quantum: Quantum, grain: Grain) -> Option<Daily> {
    let mut values: Vec<(f64, u32)> = slots.iter().flatten().map(|(code, _)| (quantum.value(*code), 1)).collect();
    let maximum = slots.iter().flatten().filter_map(|(_, maximum)| *maximum).max();
    let histogram = Histogram::is_kept_of(metric).then(|| {
        let mut histogram = Histogram::default();
        for (value, weight) in &values {
            histogram.count(*value, *weight);
        }
        histogram
    });
    Some(Daily {
        grain,
        valid: values.len() as u16,
        average: values.iter().map(|(value, _)| value).sum::<f64>() / values.len() as f64,
        maximum: maximum.map(|maximum| quantum.value(maximum)),
        p95: percentile(&mut values, 0.95)?,
        p99: percentile(&mut values, 0.99)?,
        histogram,
    })
}

impl Daily {
    fn pack(&self) -> Vec<u8> {
        let mut out = vec![LAYOUT];
        write_number(self.grain.seconds() as u32, &mut out);
        write_number(u32::from(self.valid), &mut out);
        // No number stands for what is not known.
        for value in [self.average, self.maximum.unwrap_or(f64::NAN), self.p95, self.p99] {
            out.extend_from_slice(&(value as f32).to_le_bytes());
        }
        if let Some(histogram) = &self.histogram {
            histogram.write(&mut out);
        }
        out
    }

    pub(super) fn unpack(mut bytes: &[u8], metric: Metric) -> Result<Self, StoreError> {
        if take(&mut bytes, 1)?[0] != LAYOUT {
            return Err(cells::broken());
        }
        let grain = Grain::from_seconds(i64::from(read_number(&mut bytes)?)).ok_or_else(cells::broken)?;
        let valid = read_number(&mut bytes)?.min(SLOTS as u32) as u16;
        let mut figures = [0.0; 4];
        for figure in &mut figures {
            let mut four = [0; 4];
            four.copy_from_slice(take(&mut bytes, 4)?);
            *figure = f64::from(f32::from_le_bytes(four));
        }
        let histogram = Histogram::is_kept_of(metric).then(|| Histogram::read(&mut bytes)).transpose()?;
        let [average, maximum, p95, p99] = figures;
        let maximum = Some(maximum).filter(|maximum| !maximum.is_nan());
        Ok(Self { grain, valid, average, maximum, p95, p99, histogram })
    }

    pub(super) fn piece(&self, day: i64) -> Piece {
        Piece {
            end_ms: (day + 1) * DAY_MS,
            weight: self.valid,
            grain: self.grain,
            average: self.average,
            maximum: self.maximum,
            p95: Some(self.p95),
            rollup: Some(Grain::Day),
        }
    }
}

/// Which hours there are, how much of each was covered, and three columns: averages, p95 above them, maxima above those.
fn hourly(slots: &[Option<(u32, Option<u32>)>; SLOTS], quantum: Quantum) -> Result<Vec<u8>, StoreError> {
    let (mut counts, mut codes) = (Vec::with_capacity(HOURS), [Vec::new(), Vec::new(), Vec::new()]);
    for hour in slots.chunks(SLOTS_OF_AN_HOUR) {
        let mut values: Vec<(f64, u32)> = hour.iter().flatten().map(|(code, _)| (quantum.value(*code), 1)).collect();
        counts.push(values.len() as u8);
        let Some(p95) = percentile(&mut values, 0.95) else { continue };
        let average = quantum.code(values.iter().map(|(value, _)| value).sum::<f64>() / values.len() as f64);
        let p95 = quantum.code(p95).max(average);
        let maximum = hour.iter().flatten().filter_map(|(_, maximum)| *maximum).max().unwrap_or(p95).max(p95);
        for (column, code) in codes.iter_mut().zip([average, p95 - average, maximum - p95]) {
            column.push(code);
        }
    }
    let is_whole = counts.iter().all(|count| usize::from(*count) == SLOTS_OF_AN_HOUR);
    let mut out = vec![LAYOUT, u8::from(is_whole)];
    if !is_whole {
        out.extend(counts);
    }
    for column in codes {
        let is_zero = column.iter().all(|code| *code == 0);
        out.push(u8::from(is_zero));
        if !is_zero {
            write_codes(&column, &mut out)?;
        }
    }
    Ok(out)
}

/// The hours of a day as pieces, ascending.
pub(super) fn hours(
    mut bytes: &[u8],
    day: i64,
    of_day: &Daily,
    quantum: Quantum,
    out: &mut Vec<Piece>,
) -> Result<(), StoreError> {
    let head = take(&mut bytes, 2)?;
    if head[0] != LAYOUT {
        return Err(cells::broken());
    }
    let whole = [SLOTS_OF_AN_HOUR as u8; HOURS];
    let counts: &[u8] = if head[1] == 1 { &whole } else { take(&mut bytes, HOURS)? };
    let present = counts.iter().filter(|count| **count > 0).count();
    let mut columns = [const { Vec::new() }; 3];
    for column in &mut columns {
        let is_zero = take(&mut bytes, 1)?[0] == 1;
        *column = if is_zero { vec![0; present] } else { read_codes(&mut bytes, present)? };
    }
    let hours = counts.iter().enumerate().filter(|(_, count)| **count > 0);
    for (at, (hour, count)) in hours.enumerate() {
        let average = columns[0][at];
        let p95 = average.saturating_add(columns[1][at]);
        let maximum = p95.saturating_add(columns[2][at]);
        out.push(Piece {
            end_ms: day * DAY_MS + (hour + 1) as i64 * SLOTS_OF_AN_HOUR as i64 * BASE_MS,
            weight: u16::from(*count),
            grain: of_day.grain,
            average: quantum.value(average),
            maximum: of_day.maximum.map(|_| quantum.value(maximum)),
            p95: Some(quantum.value(p95)),
            rollup: Some(Grain::Hour),
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{super::cells::Cell, *};

    #[test]
    fn a_rollup_tells_of_its_day_what_the_samples_would() {
        let mut day = Day::default();
        let cells = (1..=288).filter(|at| *at != 30).map(|at| Cell {
            at,
            average: u32::from(at) * 10,
            maximum: Some(u32::from(at) * 10 + 500),
        });
        day.merge(Grain::BASE, cells.collect());
        let packed = of(&day, Metric::CpuUsage).unwrap().unwrap();
        let daily = Daily::unpack(&packed.daily, Metric::CpuUsage).unwrap();
        assert_eq!((daily.valid, daily.grain), (287, Grain::BASE));
        assert!(
            (daily.maximum.unwrap() - 33.8).abs() < 1e-3
                && (daily.p95 - 27.4).abs() < 1e-3
                && (daily.p99 - 28.6).abs() < 1e-3
        );
        let mut hours_of_it = Vec::new();
        hours(&packed.hourly, 2, &daily, Quantum::Hundredth, &mut hours_of_it).unwrap();
        let weights: u32 = hours_of_it.iter().map(|piece| u32::from(piece.weight)).sum();
        assert_eq!((hours_of_it.len(), weights), (24, 287));
        let first = hours_of_it[0];
        assert_eq!((first.end_ms, first.p95, first.maximum), (2 * DAY_MS + 3_600_000, Some(1.2), Some(6.2)));
        assert!((first.average - 0.65).abs() < 1e-9);
        assert_eq!(of(&Day::default(), Metric::CpuUsage).unwrap(), None);
    }
}

//! The week of a series: what it does on average in each hour of each weekday.

use std::{collections::BTreeMap, ops::Range};

use model::{ids::ObjectId, inventory::ObjectKind, metric::Metric, sample::Grain};

use super::{
    day::{DAY_MS, Piece},
    directory,
    read::{self, Fineness},
};
use crate::{Database, StoreError};

const HOUR_MS: i64 = 3_600_000;
/// Longer ranges are cut at their beginning.
const RANGE_MAX_MS: i64 = 400 * DAY_MS;

/// Means of hourly averages by weekday (Monday first) and hour, in a time zone that is so much ahead of UTC. `None` where
/// nothing of it was ever measured. What is known by the day alone tells nothing of hours and is left out.
pub async fn load_signature(
    db: &Database,
    kind: ObjectKind,
    object: ObjectId,
    metric: Metric,
    range: Range<i64>,
    utc_offset_ms: i64,
) -> Result<Option<[[Option<f64>; 24]; 7]>, StoreError> {
    let snapshot = db.snapshot().await?;
    let Some(series) = directory::find(&snapshot, kind, object, metric).await? else { return Ok(None) };
    let end_ms = range.end.max(0);
    let range = range.start.max(end_ms.saturating_sub(RANGE_MAX_MS)).max(0)..end_ms;
    let line = read::line(&snapshot, &series, &range, Fineness::Samples).await?;
    snapshot.commit().await?;
    let offset_ms = utc_offset_ms.clamp(-DAY_MS, DAY_MS);
    let mut week = [[(0.0, 0_u32); 24]; 7];
    for (hour, (sum, weight)) in hours(&line.pieces, offset_ms) {
        // 1970-01-01 was a Thursday.
        let weekday = (hour.div_euclid(24) + 3).rem_euclid(7) as usize;
        let (total, count) = &mut week[weekday][hour.rem_euclid(24) as usize];
        *total += sum / weight;
        *count += 1;
    }
    Ok(Some(week.map(|day| day.map(|(total, count)| (count > 0).then(|| total / f64::from(count))))))
}

/// Weighted sums and weights by local hour since 1970. What is longer than an hour counts in each of its hours.
fn hours(pieces: &[Piece], offset_ms: i64) -> BTreeMap<i64, (f64, f64)> {
    let mut hours = BTreeMap::<i64, (f64, f64)>::new();
    for piece in pieces.iter().filter(|piece| piece.grain < Grain::Day && piece.rollup != Some(Grain::Day)) {
        let span_ms = piece.rollup.unwrap_or(piece.grain).ms();
        let parts = (span_ms / HOUR_MS).max(1);
        for part in 0..parts {
            // The middle of the part: no hour of a zone begins within a base interval.
            let middle_ms = piece.end_ms - span_ms + (span_ms / parts) * part + span_ms / parts / 2;
            let (sum, weight) = hours.entry((middle_ms + offset_ms).div_euclid(HOUR_MS)).or_default();
            *sum += piece.average * f64::from(piece.weight);
            *weight += f64::from(piece.weight);
        }
    }
    hours
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_of_two_hours_counts_in_both_and_one_of_five_minutes_in_its_own() {
        let piece = |end_ms, grain, weight| Piece {
            end_ms,
            weight,
            grain,
            average: 2.0,
            maximum: None,
            p95: None,
            rollup: None,
        };
        let pieces = [piece(2 * HOUR_MS, Grain::TwoHours, 24), piece(3 * HOUR_MS, Grain::BASE, 1)];
        let told: Vec<i64> = hours(&pieces, 0).into_keys().collect();
        assert_eq!(told, [0, 1, 2]);
        let ahead: Vec<i64> = hours(&pieces[1..], HOUR_MS / 2).into_keys().collect();
        assert_eq!(ahead, [3], "2:57 UTC is 3:27 there");
    }
}

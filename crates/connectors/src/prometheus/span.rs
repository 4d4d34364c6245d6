//! Which intervals are asked for, and how many at once. Pure.

use model::sample::Grain;

/// Prometheus refuses more points a series.
const MAX_POINTS: i64 = 11_000;
/// Values in one answer: about 16 MB of JSON, and as much again as samples.
const MAX_VALUES: i64 = 500_000;
/// A piece of history is at most a week: what was read is handed on before the next is asked for.
const MAX_SPAN: i64 = 7 * 86_400_000;
/// The last scrape of an interval arrives after its end: an interval is whole a minute later.
const SETTLING_MS: i64 = 60_000;
/// A server that keeps everything is not asked for more than this.
const MAX_HISTORY: i64 = 3 * 366 * 86_400_000;

/// Ends of the first and the last interval to ask for; both are multiples of the grain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) first_ms: i64,
    pub(super) last_ms: i64,
}

impl Span {
    /// The intervals that end after `since_ms` and until `until_ms`, that are over by the server's clock, and that it still
    /// has. `None` if there are none.
    pub(super) fn new(since_ms: i64, until_ms: i64, now_ms: i64, retention_ms: Option<i64>) -> Option<Self> {
        let grain = Grain::BASE.ms();
        let kept_ms = retention_ms.unwrap_or(MAX_HISTORY).min(MAX_HISTORY);
        let oldest = now_ms.saturating_sub(kept_ms);
        let last_ms = until_ms.min(now_ms.saturating_sub(SETTLING_MS)).div_euclid(grain).checked_mul(grain)?;
        let first_ms = since_ms.max(oldest).div_euclid(grain).checked_add(1)?.checked_mul(grain)?;
        (first_ms <= last_ms).then_some(Self { first_ms, last_ms })
    }

    pub(super) fn points(self) -> i64 {
        (self.last_ms - self.first_ms) / Grain::BASE.ms() + 1
    }

    /// Pieces of at most `points` intervals, the newest first: people want to see today before last month.
    pub(super) fn pieces(self, points: i64) -> impl Iterator<Item = Self> {
        let (grain, points) = (Grain::BASE.ms(), points.max(1));
        let mut last_ms = self.last_ms;
        std::iter::from_fn(move || {
            let first_ms = (last_ms - (points - 1) * grain).max(self.first_ms);
            let piece = (last_ms >= self.first_ms).then_some(Self { first_ms, last_ms })?;
            last_ms = first_ms - grain;
            Some(piece)
        })
    }

    /// The intervals from a moment on, and those before it.
    pub(super) fn cut_at(self, moment_ms: i64) -> impl Iterator<Item = Self> {
        let grain = Grain::BASE.ms();
        let first_ms = moment_ms.div_euclid(grain).saturating_add(1).saturating_mul(grain);
        let newer = Self { first_ms: self.first_ms.max(first_ms), ..self };
        let older = Self { last_ms: self.last_ms.min(first_ms.saturating_sub(grain)), ..self };
        [newer, older].into_iter().filter(|part| part.first_ms <= part.last_ms)
    }

    /// The older half and the newer one; `None` where there is but one interval.
    pub(super) fn halves(self) -> Option<(Self, Self)> {
        let half = self.points() / 2;
        if half == 0 {
            return None;
        }
        let middle_ms = self.first_ms + (half - 1) * Grain::BASE.ms();
        let older = Self { first_ms: self.first_ms, last_ms: middle_ms };
        Some((older, Self { first_ms: middle_ms + Grain::BASE.ms(), last_ms: self.last_ms }))
    }
}

/// How many intervals of so many machines fit into one answer.
pub(super) fn points_at_once(machines: usize) -> i64 {
    let fitting = MAX_VALUES / (machines as i64).max(1);
    fitting.clamp(1, MAX_POINTS.min(MAX_SPAN / Grain::BASE.ms()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MINUTE: i64 = 60_000;
    const DAY: i64 = 86_400_000;

    #[test]
    fn only_intervals_that_are_over_are_asked_for() {
        let now = 100 * DAY + 7 * MINUTE;
        let span = Span::new(100 * DAY - 5 * MINUTE, now, now, None).unwrap();
        assert_eq!(span, Span { first_ms: 100 * DAY, last_ms: 100 * DAY + 5 * MINUTE });
        assert_eq!(Span::new(100 * DAY, 100 * DAY + 5 * MINUTE, 100 * DAY + 5 * MINUTE, None), None, "not settled");
        assert_eq!(Span::new(now, now, now, None), None);
        assert_eq!(Span::new(now + DAY, now + 2 * DAY, now, None), None, "nothing of tomorrow");
    }

    #[test]
    fn history_ends_where_the_server_forgets() {
        let now = 1_000 * DAY;
        let span = Span::new(0, now, now, Some(15 * DAY)).unwrap();
        assert_eq!(span.first_ms, now - 15 * DAY + 5 * MINUTE);
        assert!(Span::new(i64::MIN, i64::MAX, i64::MAX, None).is_some(), "nothing overflows");
    }

    #[test]
    fn many_machines_are_asked_for_few_intervals() {
        assert_eq!((points_at_once(0), points_at_once(50), points_at_once(10_000)), (2_016, 2_016, 50));
        assert_eq!(points_at_once(100_000_000), 1);
    }

    proptest! {
        #[test]
        fn a_cut_loses_no_interval(count in 1_i64..500, moment in 0_i64..200_000_000) {
            let span = Span { first_ms: 300_000, last_ms: 300_000 * count };
            let parts: Vec<Span> = span.cut_at(moment).collect();
            prop_assert_eq!(parts.iter().map(|part| part.points()).sum::<i64>(), count);
            prop_assert!(parts.iter().all(|part| part.first_ms > moment || part.last_ms <= moment));
        }

        #[test]
        fn pieces_cover_every_interval_once(count in 1_i64..5_000, points in 1_i64..3_000) {
            let span = Span { first_ms: 300_000, last_ms: 300_000 * count };
            let pieces: Vec<Span> = span.pieces(points).collect();
            prop_assert_eq!(pieces.iter().map(|piece| piece.points()).sum::<i64>(), count);
            prop_assert!(pieces.iter().all(|piece| piece.points() <= points));
            prop_assert!(pieces.windows(2).all(|pair| pair[0].first_ms - 300_000 == pair[1].last_ms));
            for piece in pieces {
                if let Some((older, newer)) = piece.halves() {
                    prop_assert_eq!(older.points() + newer.points(), piece.points());
                    prop_assert_eq!(older.last_ms + 300_000, newer.first_ms);
                    prop_assert!(older.points() >= 1 && newer.points() >= 1);
                }
            }
        }
    }
}

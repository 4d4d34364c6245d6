//! When a source syncs by itself next: pure rules. Keeping them is `store`'s, following them `workers`'.

use model::{
    failure::{FailureKind, Retry},
    run::RunState,
};
use store::sources::Schedule;

/// However often a source failed, it is tried once a day.
const LONGEST_DELAY_S: i64 = 86_400;
/// A run that was interrupted says nothing about its source: it is tried again soon.
const AFTER_INTERRUPTION_S: i64 = 60;

/// The schedule after a run has ended. `spread` is a random number between 0 and 1: sources that were added together
/// must not sync together for ever.
pub(crate) fn after_run(
    before: Schedule,
    interval_s: Option<i64>,
    state: RunState,
    failure: Option<Retry>,
    now_ms: i64,
    spread: f64,
) -> Schedule {
    let at = |delay_s: i64| now_ms + jittered_ms(delay_s, spread);
    let next = |delay_s: Option<i64>| delay_s.map(at);
    match state {
        RunState::Completed | RunState::CompletedWithIssues => {
            Schedule { next_sync_ms: next(interval_s), consecutive_failures: 0, needs_change: false }
        }
        RunState::Failed if failure == Some(Retry::AfterChange) => {
            Schedule { next_sync_ms: None, consecutive_failures: before.consecutive_failures + 1, needs_change: true }
        }
        RunState::Failed => {
            let failures = before.consecutive_failures + 1;
            Schedule {
                next_sync_ms: next(interval_s.map(|s| backed_off(s, failures))),
                consecutive_failures: failures,
                ..before
            }
        }
        RunState::Interrupted => Schedule { next_sync_ms: interval_s.map(|_| at(AFTER_INTERRUPTION_S)), ..before },
        RunState::Cancelled | RunState::Queued | RunState::Running => {
            Schedule { next_sync_ms: next(interval_s), ..before }
        }
    }
}

/// When to try again after a failure. A source that once answered as what it is and does no more is probably being
/// upgraded, or a proxy answers for it: that mends itself. `while_saving`: what was read belongs to another instance than
/// what is stored, which does not.
pub(crate) fn retry(kind: FailureKind, has_succeeded: bool, while_saving: bool) -> Retry {
    match kind {
        FailureKind::NotThisProduct if has_succeeded && !while_saving => Retry::BackOff,
        kind => kind.retry(),
    }
}

/// The interval after the first failure, then twice as long each time.
pub(crate) fn backed_off(interval_s: i64, failures: i64) -> i64 {
    let doublings = (failures - 1).clamp(0, 20);
    (interval_s << doublings).min(LONGEST_DELAY_S.max(interval_s))
}

/// Up to a tenth early: what is promised as "every hour" never comes later than that.
pub(crate) fn jittered_ms(delay_s: i64, spread: f64) -> i64 {
    (delay_s as f64 * 1_000.0 * (1.0 - 0.1 * spread)).round() as i64
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600;

    fn failed(before: Schedule, kind: FailureKind) -> Schedule {
        after_run(before, Some(HOUR), RunState::Failed, Some(retry(kind, true, false)), 0, 0.0)
    }

    #[test]
    fn failures_double_the_delay_up_to_a_day() {
        let mut schedule = Schedule::default();
        let mut hours = Vec::new();
        for _ in 0..7 {
            schedule = failed(schedule, FailureKind::Unreachable);
            hours.push(schedule.next_sync_ms.unwrap() / 3_600_000);
        }
        assert_eq!(hours, [1, 2, 4, 8, 16, 24, 24]);
        let mended = after_run(schedule, Some(HOUR), RunState::Completed, None, 0, 0.0);
        assert_eq!(mended, Schedule { next_sync_ms: Some(3_600_000), ..Schedule::default() });
    }

    #[test]
    fn wrong_credentials_stop_until_a_change() {
        let schedule = failed(Schedule::default(), FailureKind::Unauthorized);
        assert!(schedule.needs_change);
        assert_eq!(schedule.next_sync_ms, None);
    }

    #[test]
    fn a_known_source_that_answers_strangely_is_asked_again() {
        let strange = FailureKind::NotThisProduct;
        assert_eq!(retry(strange, true, false), Retry::BackOff);
        assert_eq!(retry(strange, false, false), Retry::AfterChange);
        assert_eq!(retry(strange, true, true), Retry::AfterChange);
    }

    #[test]
    fn an_interruption_is_not_a_failure() {
        let schedule = after_run(Schedule::default(), Some(HOUR), RunState::Interrupted, None, 0, 0.0);
        assert_eq!((schedule.consecutive_failures, schedule.next_sync_ms), (0, Some(60_000)));
    }

    #[test]
    fn the_spread_is_a_tenth_early_and_never_late() {
        assert_eq!((jittered_ms(100, 0.0), jittered_ms(100, 1.0)), (100_000, 90_000));
    }
}

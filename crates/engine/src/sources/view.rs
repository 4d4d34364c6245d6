//! A source as its card shows it, put together from its row, its counts and its runs.

use std::collections::BTreeMap;

use model::{
    ids::SourceId,
    run::{Progress, RunView},
    source::{SchedulePause, SourceView, StoredCount},
};
use store::sources::StoredSource;

/// Before its first success nothing is known of a source: no counts, rather than zeros.
pub(super) fn views(
    stored: Vec<StoredSource>,
    counts: &BTreeMap<SourceId, Vec<StoredCount>>,
    runs: &BTreeMap<SourceId, RunView>,
    live: &[Progress],
    now_ms: i64,
) -> Vec<SourceView> {
    stored
        .into_iter()
        .map(|source| {
            let pause = pause(&source, now_ms);
            let may_run = matches!(pause, None | Some(SchedulePause::BackingOff { .. }));
            SourceView {
                id: source.id,
                has_password: source.has_password,
                stored: source.last_success_ms.and_then(|_| counts.get(&source.id).cloned()).unwrap_or_default(),
                last_run: runs.get(&source.id).cloned(),
                live: live.iter().find(|run| run.source == source.id).cloned(),
                next_sync_ms: source.schedule.next_sync_ms.filter(|_| may_run),
                pause,
                last_success_ms: source.last_success_ms,
                created_at_ms: source.created_at_ms,
                product: source.identity.product,
                version: source.identity.version,
                build: source.identity.build,
                instance_uuid: source.identity.instance_uuid,
                settings: source.settings,
            }
        })
        .collect()
}

fn pause(source: &StoredSource, now_ms: i64) -> Option<SchedulePause> {
    if !source.settings.enabled {
        return Some(SchedulePause::Disabled);
    }
    if source.schedule.needs_change {
        return Some(SchedulePause::NeedsChange);
    }
    if source.settings.sync_interval_s.is_none() {
        return Some(SchedulePause::Off);
    }
    match source.schedule.next_sync_ms {
        Some(until_ms) if source.schedule.consecutive_failures > 0 && until_ms > now_ms => {
            Some(SchedulePause::BackingOff { until_ms, failures: source.schedule.consecutive_failures })
        }
        _ => None,
    }
}

//! A source as its card shows it, put together from its row, its counts and its runs.

use std::collections::BTreeMap;

use model::{
    ids::SourceId,
    measuring::MeasuringView,
    run::{Progress, RunView},
    source::{SchedulePause, SourceView, StoredCount},
};
use store::sources::StoredSource;

/// Of a source that stores nothing yet nothing is known: no counts, rather than zeros.
pub(super) fn views(
    stored: Vec<StoredSource>,
    counts: &BTreeMap<SourceId, Vec<StoredCount>>,
    runs: &BTreeMap<SourceId, RunView>,
    live: &[Progress],
    measuring: &mut BTreeMap<SourceId, MeasuringView>,
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
                stored: counts.get(&source.id).cloned().unwrap_or_default(),
                last_run: runs.get(&source.id).cloned(),
                live: live.iter().find(|run| run.source == source.id).cloned(),
                next_sync_ms: source.schedule.next_sync_ms.filter(|_| may_run),
                pause,
                measuring: measuring.remove(&source.id),
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

#[cfg(test)]
mod tests {
    use model::{
        inventory::{ObjectKind, SourceIdentity},
        source::{SourceKind, SourceSettings, TlsMode},
    };
    use store::sources::Schedule;

    use super::*;

    #[test]
    fn counts_do_not_wait_for_a_whole_sync() {
        let settings = SourceSettings {
            kind: SourceKind::Vcenter,
            name: "lab".into(),
            endpoint: "vc1.lab".into(),
            username: "reader".into(),
            tls: TlsMode::System,
            sync_interval_s: None,
            measure_interval_s: None,
            enabled: true,
        };
        let stored = |id| StoredSource {
            id: SourceId(id),
            settings: settings.clone(),
            has_password: true,
            identity: SourceIdentity::default(),
            schedule: Schedule::default(),
            settings_version: 1,
            last_success_ms: None,
            created_at_ms: 1,
        };
        let hosts = vec![StoredCount { kind: ObjectKind::Host, count: 3 }];
        let counts = BTreeMap::from([(SourceId(1), hosts.clone())]);
        let views = views(vec![stored(1), stored(2)], &counts, &BTreeMap::new(), &[], &mut BTreeMap::new(), 1_000);
        assert_eq!((&views[0].stored, views[0].last_success_ms), (&hosts, None));
        assert!(views[1].stored.is_empty(), "nothing is known");
    }
}

//! What a machine's configuration alone tells: snapshots that stayed, and settings that waste.

use model::{
    format,
    inventory::{PowerState, Vm},
    recommendation::{Kind, Recommendation, Saving},
    rightsizing::Level,
};

use super::plain;
use crate::usage::DAY_MS;

/// Younger ones are a backup's, and go by themselves.
const BACKUP_MS: i64 = DAY_MS;
/// After three days a snapshot is forgotten: VMware, "Best practices for using snapshots in the vSphere environment"
/// (72 hours).
const OLD_MS: i64 = 3 * DAY_MS;
/// The part of a machine's disks at which a snapshot is large, and the least that is worth a word.
const LARGE_PART: f64 = 0.2;
const LARGE_BYTES: i64 = 10 << 30;

/// Snapshots that are old, or large. One that is both is old.
pub(super) fn snapshots(vm: &Vm, now_ms: i64) -> Vec<Recommendation> {
    let disks: i64 = vm.config.disks.iter().filter_map(|disk| disk.capacity_bytes).fold(0, i64::saturating_add);
    let mut found = Vec::new();
    for snapshot in &vm.config.snapshots {
        let Some(age_ms) = snapshot.created_at_ms.map(|created_ms| now_ms.saturating_sub(created_ms)) else { continue };
        if age_ms < BACKUP_MS {
            continue;
        }
        let size = snapshot.size_bytes.filter(|size| *size >= 0);
        let is_large = size.is_some_and(|size| size >= LARGE_BYTES.max((LARGE_PART * disks as f64) as i64));
        let kind = if age_ms >= OLD_MS {
            Kind::OldSnapshot
        } else if is_large {
            Kind::LargeSnapshot
        } else {
            continue;
        };
        let size_words =
            size.map_or_else(|| "of unknown size".to_owned(), |size| format!("of {}", format::bytes(size)));
        let rule = format!("the snapshot {} {size_words} is {} days old", snapshot.name, age_ms / DAY_MS);
        let is_root_of_others = vm.config.snapshots.iter().any(|other| other.parent.as_ref() == Some(&snapshot.key));
        let risks =
            is_root_of_others.then(|| "other snapshots build on it: removing it merges it into them".to_owned());
        found.push(Recommendation {
            part: Some(snapshot.key.clone()),
            saving: Saving { storage_bytes: size, ..Saving::default() },
            risk: if is_large { Level::Medium } else { Level::Low },
            risks: risks.into_iter().collect(),
            ..plain(kind, rule)
        });
    }
    found
}

/// Limits that bind below the size, and guests without tools.
pub(super) fn settings(vm: &Vm) -> Vec<Recommendation> {
    let config = &vm.config;
    let mut found = Vec::new();
    if let Some(limit) = config.cpu.limit.filter(|limit| *limit >= 0) {
        let rule = format!(
            "CPU is limited to {}, whatever its {} vCPUs could do",
            format::mhz(limit),
            config.vcpu.unwrap_or(0)
        );
        found.push(plain(Kind::LimitSet, rule));
    }
    if let (Some(limit), Some(size)) = (config.memory.limit, config.memory_bytes)
        && (0..size).contains(&limit)
    {
        let rule = format!(
            "memory is limited to {} of {}: the rest is swapped by the host",
            format::bytes(limit),
            format::bytes(size)
        );
        found.push(Recommendation { part: Some("memory".to_owned()), ..plain(Kind::LimitSet, rule) });
    }
    if config.tools_state.as_deref() == Some("toolsNotInstalled") && config.power == PowerState::On {
        let rule =
            "the guest runs without tools: it cannot be shut down in order, and its memory cannot be judged".to_owned();
        found.push(plain(Kind::ToolsMissing, rule));
    }
    found
}

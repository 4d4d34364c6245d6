//! The stages of a running sync with what has been counted so far. A total is shown once the platform has told it.

use std::cmp::Ordering;

use leptos::prelude::*;
use model::{
    format,
    inventory::ObjectKind,
    run::{Progress, Stage},
};

#[component]
pub(crate) fn Stages(progress: Progress) -> impl IntoView {
    let tiles = Stage::SHOWN.map(|stage| {
        let (class, sign) = match stage.cmp(&progress.stage) {
            Ordering::Less => ("done", "✓"),
            Ordering::Equal => ("now", "…"),
            Ordering::Greater => ("", "—"),
        };
        let figures = figures(&progress, stage).unwrap_or_else(|| sign.to_owned());
        view! {
            <li class=class aria-current=(class == "now").then_some("step")>
                <b>{figures}</b>
                {stage.label()}
            </li>
        }
    });
    let expected =
        progress.expected_ms.map(|expected| format!(" of about {}", format::duration_ms(expected))).unwrap_or_default();
    let issues = match progress.issues {
        0 => String::new(),
        1 => " · 1 issue so far".to_owned(),
        issues => format!(" · {} issues so far", format::count(issues as i64)),
    };
    // Read out by stage, not by every count: a number a second would drown everything else.
    let announced = progress.stage.label();
    view! {
        <ol class="stages">{tiles.collect_view()}</ol>
        <p class="elapsed">{clock(progress.elapsed_ms)} {expected} {issues}</p>
        <p class="visually-hidden" role="status">
            {announced}
        </p>
    }
}

/// What a stage has counted; `None` where it counts nothing or has not begun.
fn figures(progress: &Progress, stage: Stage) -> Option<String> {
    let kinds: &[ObjectKind] = match stage {
        Stage::Places => &[ObjectKind::Datacenter, ObjectKind::Folder],
        Stage::Hosts => &[ObjectKind::Cluster, ObjectKind::Host],
        Stage::Vms => &[ObjectKind::Vm],
        Stage::Storage => &[ObjectKind::Datastore],
        Stage::Networks => &[ObjectKind::Network],
        _ => return None,
    };
    let counted: Vec<_> = progress.kinds.iter().filter(|counted| kinds.contains(&counted.kind)).collect();
    if counted.iter().all(|counted| counted.found == 0 && counted.total.is_none()) && progress.stage <= stage {
        return None;
    }
    let figure = |found: u64, total: Option<u64>| match total {
        Some(total) if total != found => {
            format!("{} of {}", format::count(found as i64), format::count(total as i64))
        }
        _ => format::count(found as i64),
    };
    Some(counted.iter().map(|counted| figure(counted.found, counted.total)).collect::<Vec<_>>().join(" · "))
}

/// `0:07`, `12:40`, `1:02:03`.
pub(crate) fn clock(elapsed_ms: i64) -> String {
    let seconds = elapsed_ms.max(0) / 1_000;
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

#[cfg(test)]
mod tests {
    use super::clock;

    #[test]
    fn elapsed_time_reads_like_a_clock() {
        assert_eq!(clock(7_900), "0:07");
        assert_eq!(clock(3_723_000), "1:02:03");
    }
}

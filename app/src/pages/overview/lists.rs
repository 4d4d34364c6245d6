//! Is it current (sources), what changed, what alarms.

use leptos::prelude::*;
use model::{
    change::{ChangeAction, ChangeView},
    format,
    overview::AlarmView,
    run::{RunState, RunView},
    source::SourceView,
};

use crate::{
    components::{Age, Card, StatePill, Tone},
    pages::object::{AlarmList, field_words, value_words},
    table::ObjectLink,
};

const CHANGES_MAX: usize = 8;
const ALARMS_MAX: usize = 8;

#[component]
pub(super) fn SourceCard(sources: Vec<SourceView>) -> impl IntoView {
    let items = sources.into_iter().map(source_line).collect_view();
    view! {
        <Card title="Sources" class="c4" end=|| view! { <a href="/sources">"All sources"</a> }>
            <ul class="list">{items}</ul>
        </Card>
    }
}

fn source_line(source: SourceView) -> AnyView {
    let (tone, label) = health(&source);
    let age = source.last_success_ms.map(|ms| view! { <span>"read " <Age ms /></span> }.into_any());
    let issues = source.last_run.as_ref().and_then(issue_words);
    view! {
        <li>
            <span class="grow">
                <strong>
                    <a href=format!("/sources/{}", source.id)>{source.settings.name.clone()}</a>
                </strong>
                <small>
                    {source.settings.kind.platform()} " · " {age.unwrap_or_else(|| "never read".into_any())}
                </small>
                {issues.map(|(href, words)| view! { <small><a href=href>{words}</a></small> })}
            </span>
            <StatePill tone label />
        </li>
    }
    .into_any()
}

fn health(source: &SourceView) -> (Tone, &'static str) {
    if source.live.is_some() {
        return (Tone::Run, "Syncing");
    }
    if !source.settings.enabled {
        return (Tone::Idle, "Disabled");
    }
    match source.last_run.as_ref().map(|run| run.state) {
        None => (Tone::Idle, "Not synced"),
        Some(RunState::Completed) => (Tone::Ok, "Current"),
        Some(RunState::CompletedWithIssues) => (Tone::Warn, "With issues"),
        Some(RunState::Failed) => (Tone::Bad, "Failed"),
        Some(RunState::Cancelled) => (Tone::Idle, "Cancelled"),
        Some(RunState::Interrupted) => (Tone::Warn, "Interrupted"),
        Some(RunState::Queued | RunState::Running) => (Tone::Run, "Syncing"),
    }
}

fn issue_words(run: &RunView) -> Option<(String, String)> {
    let href = format!("/runs/{}", run.id);
    if let Some(failure) = &run.failure {
        return Some((href, failure.kind.title().to_owned()));
    }
    match run.issue_count {
        0 => None,
        1 => Some((href, "1 issue in the last sync".to_owned())),
        count => Some((href, format!("{} issues in the last sync", format::count(count as i64)))),
    }
}

#[component]
pub(super) fn ChangeCard(changes: Vec<ChangeView>) -> impl IntoView {
    let body = if changes.is_empty() {
        view! { <p class="none">"Nothing has changed since the first sync."</p> }.into_any()
    } else {
        let items = changes.into_iter().take(CHANGES_MAX).map(change_line).collect_view();
        view! { <ul class="list">{items}</ul> }.into_any()
    };
    view! {
        <Card title="Latest changes" class="c6" end=|| view! { <a href="/activity">"Activity"</a> }>
            {body}
        </Card>
    }
}

fn change_line(change: ChangeView) -> AnyView {
    let words = match (change.action, change.field.as_deref()) {
        (ChangeAction::Changed, Some(field)) => {
            let side = |value: Option<&String>| value.map_or_else(|| "—".to_owned(), |value| value_words(field, value));
            format!("{}: {} → {}", field_words(field), side(change.old.as_ref()), side(change.new.as_ref()))
        }
        _ => format!("{} · {}", change.kind.singular(), change.source_name),
    };
    view! {
        <li>
            <span class="tag">{change.action.key()}</span>
            <span class="grow">
                <strong>
                    <ObjectLink kind=change.kind id=change.object name=change.object_name />
                </strong>
                <small class="clip" title=words.clone()>
                    {words.clone()}
                </small>
            </span>
            <small>
                <Age ms=change.at_ms />
            </small>
        </li>
    }
    .into_any()
}

/// Nothing where no alarm is up.
#[component]
pub(super) fn AlarmCard(alarms: Vec<AlarmView>) -> impl IntoView {
    (!alarms.is_empty()).then(|| {
        let note = format!("{} up", format::count(alarms.len() as i64));
        let alarms = alarms.into_iter().take(ALARMS_MAX).collect();
        view! {
            <Card title="Alarms" note>
                <AlarmList alarms with_object=true />
            </Card>
        }
    })
}

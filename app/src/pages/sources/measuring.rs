//! How the measuring of a source goes, on its card: when it was done, and what keeps it from being done.

use leptos::prelude::*;
use model::{format, measuring::MeasuringView, run::RunIssue, source::SourceView};

use crate::components::{Advice, Age, Tone, Unknown};

/// The fact beside the others: its age, or why there is none.
#[component]
pub(super) fn Measured(source: SourceView) -> AnyView {
    let value = match (&source.measuring, source.settings.measure_interval_s) {
        (Some(MeasuringView { last_success_ms: Some(ms), samples, .. }), _) => {
            let samples = format!("{} samples", format::count(*samples as i64));
            view! {
                <span title=samples>
                    <Age ms=*ms />
                </span>
            }
            .into_any()
        }
        (_, None) => view! { <Unknown reason="measuring is switched off" /> }.into_any(),
        (Some(MeasuringView { is_running: true, .. }), _) => "for the first time now".into_any(),
        (_, Some(_)) if source.last_success_ms.is_none() => {
            view! { <Unknown reason="after the first sync" /> }.into_any()
        }
        (Some(_), Some(_)) => view! { <Unknown reason="never yet; see below" /> }.into_any(),
        (None, Some(_)) => "within seconds".into_any(),
    };
    view! {
        <div>
            <dt>"Measured"</dt>
            <dd>{value}</dd>
        </div>
    }
    .into_any()
}

/// The failure of the last read, or what it could not read.
#[component]
pub(super) fn MeasuringTrouble(source: SourceView) -> AnyView {
    let Some(measuring) = source.measuring.filter(|_| source.settings.enabled) else { return ().into_any() };
    if let Some(failure) = measuring.failure {
        let advice = failure.advice().to_owned();
        let next = if measuring.needs_change { " It is not tried again before the source is changed." } else { "" };
        return view! {
            <Advice tone=Tone::Warn title="The last measurement failed.">
                {failure.detail} ". " {advice} {next}
            </Advice>
        }
        .into_any();
    }
    if measuring.issues.is_empty() {
        return ().into_any();
    }
    let count = format::count(measuring.issues.len() as i64);
    view! {
        <details class="issues">
            <summary>"Notes on its measurements: " {count}</summary>
            <ul>{measuring.issues.into_iter().map(issue).collect_view()}</ul>
        </details>
    }
    .into_any()
}

fn issue(issue: RunIssue) -> impl IntoView {
    view! { <li>{issue.message} "." {issue.advice.map(|advice| view! { <small>" " {advice}</small> })}</li> }
}

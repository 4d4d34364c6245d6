//! What is wrong with a source, in boxes: the failure of its last run, its issues, a certificate nobody checks.

use leptos::prelude::*;
use model::{
    failure::{Failure, Retry},
    format,
    run::{RunState, RunView},
    source::{SchedulePause, SourceView, TlsMode},
};

use crate::{
    components::{Advice, Tone},
    error::sentence,
};

/// A failure with its advice.
#[component]
pub(crate) fn FailureBox(failure: Failure) -> impl IntoView {
    let fingerprint = failure.fingerprint.clone();
    view! {
        <Advice title=format!("{}.", failure.kind.title())>
            {sentence(&failure.detail)} " " {failure.advice().to_owned()}
            {fingerprint
                .map(|fingerprint| {
                    view! { <code class="fingerprint">{fingerprint}</code> }
                })}
        </Advice>
    }
}

#[component]
pub(super) fn Troubles(source: SourceView) -> impl IntoView {
    let unverified = source.settings.tls == TlsMode::Unverified;
    let last = source.last_run.clone();
    let failure = last.as_ref().filter(|run| !run.state.is_success()).and_then(|run| run.failure.clone());
    let is_cancelled = last.as_ref().is_some_and(|run| run.state == RunState::Cancelled);
    let needs_change = failure.as_ref().is_some_and(|failure| failure.kind.retry() == Retry::AfterChange);
    let backing_off = match &source.pause {
        Some(SchedulePause::BackingOff { failures, .. }) => Some(*failures),
        _ => None,
    };
    let has_interval = source.settings.sync_interval_s.is_some();
    view! {
        {failure.filter(|_| !is_cancelled).map(|failure| view! { <FailureBox failure /> })}
        {(needs_change && has_interval)
            .then(|| view! { <p class="note">"Automatic syncs wait until the source is changed."</p> })}
        {backing_off
            .map(|failures| {
                view! {
                    <p class="note">
                        {format!("{} in a row failed: automatic syncs come less often until one succeeds.", runs(failures))}
                    </p>
                }
            })}
        {last
            .filter(|run| run.state == RunState::CompletedWithIssues)
            .map(|run| view! { <PartialBox run /> })}
        {unverified
            .then(|| {
                view! {
                    <Advice tone=Tone::Warn title="The certificate is not verified.">
                        "Anybody between IROA and the endpoint can read the password. Pin the fingerprint or paste the authority instead."
                    </Advice>
                }
            })}
    }
}

#[component]
fn PartialBox(run: RunView) -> impl IntoView {
    let issues = if run.issue_count == 1 {
        "1 issue.".to_owned()
    } else {
        format!("{} issues.", format::count(run.issue_count as i64))
    };
    view! {
        <Advice tone=Tone::Warn title=issues>
            "What could not be read is kept as it was last seen; nothing of it was archived. "
            <a href=format!("/runs/{}", run.id)>"What and why"</a>
        </Advice>
    }
}

fn runs(count: i64) -> String {
    if count == 1 { "1 run".to_owned() } else { format!("{count} runs") }
}

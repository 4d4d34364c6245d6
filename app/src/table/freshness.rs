//! How current a table is: a line for its heading, and notes where a source is stale, failing or only partly read.

use leptos::prelude::*;
use model::{
    format,
    run::{RunState, RunView},
    source::SourceView,
};

use crate::components::{Advice, Age, Clock, Tone};

/// Notes above a table; a person with many troubled sources has a page for them.
const NOTES_MAX: usize = 3;
/// A source that is synced by hand is out of date after a day.
const BY_HAND_S: i64 = 86_400;

/// `as of 2 min ago`: the oldest of all sources counts.
#[component]
pub(crate) fn AsOf(sources: Vec<SourceView>) -> impl IntoView {
    let oldest = sources.iter().filter_map(|source| source.last_success_ms).min();
    oldest.map(|ms| {
        view! {
            <span class="as-of">" · as of " <Age ms /></span>
        }
    })
}

#[component]
pub(crate) fn SourceNotes(sources: Vec<SourceView>) -> impl IntoView {
    let now_ms = use_context::<Clock>().map_or(0, |clock| clock.0.get_untracked());
    let notes: Vec<_> = sources.iter().filter_map(|source| Note::of(source, now_ms)).collect();
    let more = notes.len().saturating_sub(NOTES_MAX);
    let more = (more > 0).then(|| {
        let words = if more == 1 {
            "One more source needs a look".to_owned()
        } else {
            format!("{more} more sources need a look")
        };
        view! {
            <p class="note">
                <a href="/sources">{words}</a>
            </p>
        }
    });
    view! {
        {notes.into_iter().take(NOTES_MAX).map(Note::draw).collect_view()}
        {more}
    }
}

/// What is to be known of one source before its rows are believed.
#[derive(Debug, PartialEq, Eq)]
struct Note {
    title: String,
    text: String,
    href: String,
    read_ms: i64,
}

impl Note {
    /// Nothing for a source that is current, or that has no rows here because it was never read.
    fn of(source: &SourceView, now_ms: i64) -> Option<Self> {
        let last_read_ms = source.last_success_ms.or_else(|| {
            // A first read in part left rows, too.
            let run = source.last_run.as_ref().filter(|run| run.state == RunState::CompletedWithIssues)?;
            run.finished_at_ms
        });
        let read_ms = last_read_ms?;
        let name = &source.settings.name;
        let href = format!("/sources/{}", source.id);
        let run = source.last_run.as_ref();
        let (title, text, href) = match run.map(|run| run.state) {
            Some(RunState::Failed | RunState::Interrupted) => {
                let reason =
                    run.and_then(|run| run.failure.as_ref()).map_or("it was interrupted", |it| it.kind.title());
                (format!("The last sync of {name} failed:"), format!("{reason}. Shown is what was read "), href)
            }
            Some(RunState::CompletedWithIssues) => {
                let run_href = run.map_or(href, |run| format!("/runs/{}", run.id));
                (format!("{name} was read in part:"), format!("{}. Read ", issue_words(run)), run_href)
            }
            _ if is_stale(source, read_ms, now_ms) => {
                (format!("{name} is out of date:"), "it was last read ".to_owned(), href)
            }
            _ => return None,
        };
        Some(Self { title, text, href, read_ms })
    }

    fn draw(self) -> AnyView {
        let Self { title, text, href, read_ms } = self;
        view! {
            <Advice tone=Tone::Warn title=title>
                {text}
                <Age ms=read_ms />
                ". "
                <a href=href>"See what happened"</a>
            </Advice>
        }
        .into_any()
    }
}

fn issue_words(run: Option<&RunView>) -> String {
    match run.map_or(0, |run| run.issue_count) {
        1 => "there was 1 issue".to_owned(),
        count => format!("there were {} issues", format::count(count as i64)),
    }
}

/// Three of its intervals have passed without a success.
fn is_stale(source: &SourceView, read_ms: i64, now_ms: i64) -> bool {
    let patience_s = source.settings.sync_interval_s.map_or(BY_HAND_S, |interval_s| interval_s * 3);
    now_ms - read_ms > patience_s * 1_000
}

#[cfg(test)]
mod tests {
    use model::{
        failure::{Failure, FailureKind},
        ids::{RunId, SourceId},
        run::Trigger,
        source::{SourceKind, SourceSettings, TlsMode},
    };

    use super::*;

    const HOUR_MS: i64 = 3_600_000;

    fn source(state: RunState) -> SourceView {
        let run = RunView {
            id: RunId(5),
            source: SourceId(1),
            source_name: "lab".into(),
            state,
            trigger: Trigger::Manual,
            requested_by: None,
            requested_at_ms: 0,
            started_at_ms: None,
            finished_at_ms: None,
            kinds: vec![],
            outcome: None,
            issue_count: 2,
            failure: (state == RunState::Failed).then(|| Failure::new(FailureKind::TimedOut, "")),
        };
        SourceView {
            id: SourceId(1),
            settings: SourceSettings {
                kind: SourceKind::Vcenter,
                name: "lab".into(),
                endpoint: String::new(),
                username: String::new(),
                tls: TlsMode::System,
                sync_interval_s: Some(3_600),
                measure_interval_s: None,
                enabled: true,
            },
            has_password: true,
            product: None,
            version: None,
            build: None,
            instance_uuid: None,
            stored: vec![],
            last_run: Some(run),
            last_success_ms: Some(0),
            live: None,
            next_sync_ms: None,
            pause: None,
            measuring: None,
            created_at_ms: 0,
        }
    }

    #[test]
    fn a_current_source_needs_no_note_and_an_old_one_does() {
        assert_eq!(Note::of(&source(RunState::Completed), 2 * HOUR_MS), None);
        let note = Note::of(&source(RunState::Completed), 4 * HOUR_MS).unwrap();
        assert_eq!(note.title, "lab is out of date:");
    }

    #[test]
    fn partly_read_leads_to_the_run_and_failed_to_the_reason() {
        let partly = Note::of(&source(RunState::CompletedWithIssues), 0).unwrap();
        assert_eq!((partly.href.as_str(), partly.text.as_str()), ("/runs/5", "there were 2 issues. Read "));
        let failed = Note::of(&source(RunState::Failed), 0).unwrap();
        assert!(failed.text.starts_with("No answer in time."), "{}", failed.text);
    }
}

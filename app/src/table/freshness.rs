//! How current a table is: a line for its heading, and notes where a source is stale, failing or only partly read.

use leptos::prelude::*;
use model::run::RunState;

use crate::{
    components::{Advice, Age, Tone},
    server::inventory::SourceAge,
};

/// Notes above a table; a person with many troubled sources has a page for them.
const NOTES_MAX: usize = 3;

/// `as of 2 min ago`: the oldest of all sources counts.
#[component]
pub(crate) fn AsOf(ages: Vec<SourceAge>) -> impl IntoView {
    let oldest = ages.iter().filter_map(|age| age.last_success_ms).min();
    oldest.map(|ms| {
        view! {
            <span class="as-of">" · as of " <Age ms /></span>
        }
    })
}

#[component]
pub(crate) fn SourceNotes(ages: Vec<SourceAge>) -> impl IntoView {
    let troubled: Vec<_> = ages.into_iter().filter(is_troubled).collect();
    let more = troubled.len().saturating_sub(NOTES_MAX);
    let more = (more > 0).then(|| {
        view! {
            <p class="note">
                <a href="/sources">{format!("{more} more sources need a look")}</a>
            </p>
        }
    });
    view! {
        {troubled.into_iter().take(NOTES_MAX).map(|age| view! { <SourceNote age /> }).collect_view()}
        {more}
    }
}

fn is_troubled(age: &SourceAge) -> bool {
    let failed =
        matches!(age.last_state, Some(RunState::Failed | RunState::Interrupted | RunState::CompletedWithIssues));
    age.last_success_ms.is_some() && (age.is_stale || failed)
}

#[component]
fn SourceNote(age: SourceAge) -> impl IntoView {
    let (title, text) = match age.last_state {
        Some(RunState::Failed | RunState::Interrupted) => {
            let reason = age.failure.unwrap_or_else(|| "it was interrupted".to_owned());
            (format!("The last sync of {} failed:", age.name), format!("{reason}. Shown is what was read "))
        }
        Some(RunState::CompletedWithIssues) => {
            let (were, issues) = if age.issue_count == 1 { ("was", "issue") } else { ("were", "issues") };
            (
                format!("{} was read in part:", age.name),
                format!("there {were} {} {issues}. Read ", model::format::count(age.issue_count as i64)),
            )
        }
        _ => (format!("{} is out of date:", age.name), "last read ".to_owned()),
    };
    view! {
        <Advice tone=Tone::Warn title=title>
            {text}
            {age.last_success_ms.map(|ms| view! { <Age ms /> })}
            ". "
            <a href=format!("/sources/{}", age.id)>"See the source"</a>
        </Advice>
    }
}

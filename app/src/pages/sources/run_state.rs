//! How the state of a run reads: tone, sign, word.

use leptos::prelude::*;
use model::run::RunState;

use crate::components::{Glyph, StatePill, Tone};

pub(crate) const fn run_tone(state: RunState) -> Tone {
    match state {
        RunState::Queued | RunState::Running => Tone::Run,
        RunState::Completed => Tone::Ok,
        RunState::CompletedWithIssues | RunState::Interrupted => Tone::Warn,
        RunState::Failed => Tone::Bad,
        RunState::Cancelled => Tone::Idle,
    }
}

pub(crate) const fn run_word(state: RunState) -> &'static str {
    match state {
        RunState::Queued => "Waiting",
        RunState::Running => "Running",
        RunState::Completed => "Completed",
        RunState::CompletedWithIssues => "Completed with issues",
        RunState::Failed => "Failed",
        RunState::Cancelled => "Cancelled",
        RunState::Interrupted => "Interrupted",
    }
}

#[component]
pub(crate) fn RunPill(state: RunState) -> impl IntoView {
    let glyph = if state == RunState::Queued { Glyph::Clock } else { run_tone(state).glyph() };
    view! { <StatePill tone=run_tone(state) label=run_word(state) glyph /> }
}

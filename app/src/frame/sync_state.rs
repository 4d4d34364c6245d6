//! Is the picture current: one line in the top bar, kept live.

use leptos::prelude::*;
use model::{run::RunState, source::SourceView};

use super::Sources;
use crate::{
    components::{Glyph, Icon, Tone},
    live::{Connection, Live},
};

#[component]
pub(super) fn SyncState() -> impl IntoView {
    let Sources(sources) = expect_context();
    let live = Live::current();
    let state = move || match live.connection.get() {
        Connection::SignedOut => Some((Tone::Bad, "Signed out, sign in again".to_owned(), "/sign-in")),
        connection => {
            let sources = sources.get()?.ok()?;
            let (tone, text) = summary(&sources, live);
            Some(match connection {
                Connection::Waiting => (Tone::Warn, "Reconnecting…".to_owned(), "/sources"),
                _ => (tone, text, "/sources"),
            })
        }
    };
    view! {
        <div class="sync" role="status">
            <Transition fallback=|| ()>
                {move || {
                    state()
                        .map(|(tone, text, path)| {
                            let glyph = if text == NOTHING { Glyph::Plug } else { tone.glyph() };
                            view! {
                                <a
                                    class=format!("state {}", tone.class())
                                    href=path
                                    rel=(path == "/sign-in").then_some("external")
                                >
                                    <Icon glyph />
                                    <span>{text}</span>
                                </a>
                            }
                        })
                }}
            </Transition>
        </div>
    }
}

const NOTHING: &str = "No source yet";

fn summary(sources: &[SourceView], live: Live) -> (Tone, String) {
    let total = sources.len();
    if total == 0 {
        return (Tone::Idle, NOTHING.to_owned());
    }
    // `2 of 3 sources`; a single one needs no "of".
    let of = |count: usize| if total == 1 { "1 source".to_owned() } else { format!("{count} of {total} sources") };
    let running = sources.iter().filter(|source| live.run_of(source.id, source.live.as_ref()).is_some()).count();
    if running > 0 {
        return (Tone::Run, format!("Syncing {}", of(running)));
    }
    let ended = |wanted: &dyn Fn(RunState) -> bool| {
        sources
            .iter()
            .filter(|source| source.settings.enabled)
            .filter(|source| source.last_run.as_ref().is_some_and(|run| wanted(run.state)))
            .count()
    };
    let failed = ended(&|state| matches!(state, RunState::Failed | RunState::Interrupted));
    if failed > 0 {
        return (Tone::Bad, format!("{} failed", of(failed)));
    }
    let partial = ended(&|state| state == RunState::CompletedWithIssues);
    if partial > 0 {
        return (Tone::Warn, format!("{} partial", of(partial)));
    }
    if ended(&RunState::is_success) == 0 {
        return (Tone::Idle, "Not synced yet".to_owned());
    }
    (Tone::Ok, if total == 1 { "1 source current".to_owned() } else { format!("{total} sources current") })
}

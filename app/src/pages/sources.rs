//! Sources: a card each, with its live sync, what it holds, and what is wrong with it.

mod card;
mod issues;
mod measuring;
pub(crate) mod run_state;
mod stages;

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use model::{account::Role, format, ids::SourceId, source::SourceView};

use self::card::SourceCard;
pub(crate) use self::{card::outcome_words, issues::FailureBox, run_state::RunPill, stages::Stages};
use crate::{
    components::{Clock, EmptyState, ErrorState, FormError, Glyph, Icon, PageHead, Skeleton, errors_of},
    frame::{Me, Sources},
    server::runs::{CancelRun, StartAllSyncs, StartSync},
};

/// What a card can do; one set for the page, so that an error is shown once.
#[derive(Clone, Copy)]
struct SyncActions {
    start: ServerAction<StartSync>,
    cancel: ServerAction<CancelRun>,
    /// Whose button was pressed last: the one that takes its place takes the focus.
    pressed: StoredValue<Option<SourceId>>,
}

#[component]
pub fn SourcesPage() -> impl IntoView {
    let Sources(sources) = expect_context();
    let actions =
        SyncActions { start: ServerAction::new(), cancel: ServerAction::new(), pressed: StoredValue::new(None) };
    let start_all = ServerAction::<StartAllSyncs>::new();
    let may_manage = Me::may(Role::Manager);
    // The socket tells the same; this is for when it is down.
    Effect::new(move |before: Option<usize>| {
        let answered = actions.start.version().get() + actions.cancel.version().get() + start_all.version().get();
        if before.is_some_and(|before| before != answered) {
            sources.refetch();
        }
        answered
    });
    let query = use_query_map();
    let notice =
        move || query.with(|query| query.get_str("saved") == Some("deleted")).then_some("The source is deleted.");
    let line = move || sources.get().and_then(Result::ok).map(|sources| view! { <Line sources /> });
    let knows_from_within = move || {
        let sources = sources.get().and_then(Result::ok)?;
        sources.iter().any(|source| source.settings.kind.is_monitoring()).then(|| {
            view! {
                <p class="subline">
                    <a href="/who-is-who">"Who is who"</a>
                    ": machines that monitoring systems see, and which ones they are"
                </p>
            }
        })
    };
    let cards = move || {
        sources.get().map(|sources| match sources {
            Ok(sources) if sources.is_empty() => view! { <NoSource may_manage /> }.into_any(),
            Ok(sources) => {
                let cards = sources.into_iter().map(|source| view! { <SourceCard source actions /> }).collect_view();
                view! { <div class="grid">{cards}</div> }.into_any()
            }
            Err(error) => view! {
                <section class="card">
                    <ErrorState error />
                </section>
            }
            .into_any(),
        })
    };
    view! {
        <PageHead title="Sources">
            {may_manage
                .then(|| {
                    view! {
                        <leptos::form::ActionForm action=start_all>
                            <button class="button" type="submit">
                                <Icon glyph=Glyph::Sync />
                                "Sync all"
                            </button>
                        </leptos::form::ActionForm>
                        <a class="button primary" href="/sources/new">
                            <Icon glyph=Glyph::Plus />
                            "Add source"
                        </a>
                    }
                })}
        </PageHead>
        <div role="status">{move || notice().map(|notice| view! { <p class="saved">{notice}</p> })}</div>
        <FormError errors=errors_of(actions.start) />
        <FormError errors=errors_of(actions.cancel) />
        <FormError errors=errors_of(start_all) />
        <Transition fallback=|| {
            view! {
                <section class="card">
                    <Skeleton rows=6 />
                </section>
            }
        }>{line} {knows_from_within} {cards}</Transition>
    }
}

/// How many there are and when the next automatic sync starts.
#[component]
fn Line(sources: Vec<SourceView>) -> impl IntoView {
    let count = sources.len();
    let next = sources.iter().filter_map(|source| source.next_sync_ms).min();
    let clock = expect_context::<Clock>();
    let when = move || {
        next.map(|next| match next - clock.0.get() {
            ..60_000 => " · next automatic sync within a minute".to_owned(),
            wait => format!(" · next automatic sync in {}", format::duration_s(wait / 60_000 * 60)),
        })
    };
    (count > 0).then(|| {
        view! {
            <p class="subline">{count} {if count == 1 { " source" } else { " sources" }} {when}</p>
        }
    })
}

#[component]
fn NoSource(may_manage: bool) -> impl IntoView {
    view! {
        <section class="card">
            {if may_manage {
                view! {
                    <EmptyState
                        glyph=Glyph::Plug
                        title="No source yet"
                        text="Add a vCenter or an ESXi host with a read-only account. Nothing is ever changed on it."
                    >
                        <a class="button primary" href="/sources/new">
                            <Icon glyph=Glyph::Plus />
                            "Add source"
                        </a>
                    </EmptyState>
                }
                    .into_any()
            } else {
                view! {
                    <EmptyState
                        glyph=Glyph::Plug
                        title="No source yet"
                        text="Managers and administrators can add a vCenter or an ESXi host."
                    />
                }
                    .into_any()
            }}
        </section>
    }
}

//! Runs, newest first.

use leptos::prelude::*;
use model::{format, run::RunView};

use super::state::State;
use crate::{
    components::{EmptyState, ErrorState, Glyph, Head, Pager, PlainTable, Skeleton, Timestamp, Unknown},
    live::Live,
    loading::resource,
    pages::sources::{RunPill, outcome_words},
    server::runs::list_runs,
};

const HEADS_AFTER_SOURCE: [Head; 6] = [
    Head::Text("State"),
    Head::Text("By"),
    Head::Number("Took"),
    Head::Number("Machines"),
    Head::Number("Issues"),
    Head::Text("What it did"),
];

#[component]
pub(super) fn RunList(state: Memo<State>) -> impl IntoView {
    let live = Live::current();
    let runs = resource(
        move || (state.with(|state| (state.source, state.page)), live.run_list_version()),
        |((source, page), _)| list_runs(source, page),
    );
    view! {
        <section class="card" aria-label="Runs">
            <Transition fallback=|| view! { <Skeleton rows=8 /> }>
                {move || {
                    runs.get()
                        .map(|runs| match runs {
                            Ok(page) => {
                                let (at, page_size, total) = (page.page, page.page_size, page.total);
                                let here = state.get_untracked();
                                view! {
                                    <RunTable runs=page.rows />
                                    {(total > page_size)
                                        .then(|| {
                                            view! {
                                                <Pager
                                                    page=at
                                                    page_size
                                                    total
                                                    noun="runs"
                                                    href=move |page| State { page, ..here }.href()
                                                />
                                            }
                                        })}
                                }
                                    .into_any()
                            }
                            Err(error) => view! { <ErrorState error /> }.into_any(),
                        })
                }}
            </Transition>
        </section>
    }
}

#[component]
pub(crate) fn RunTable(
    runs: Vec<RunView>,
    /// Off on the page of one source.
    #[prop(default = true)]
    with_source: bool,
) -> impl IntoView {
    if runs.is_empty() {
        return view! {
            <EmptyState glyph=Glyph::Clock title="No run yet" text="Start a sync on the page of sources; it appears here at once." />
        }
        .into_any();
    }
    let rows = runs.into_iter().map(|run| run_row(run, with_source)).collect_view();
    let source = with_source.then_some(Head::Text("Source"));
    let heads: Vec<_> = [Head::Text("Requested")].into_iter().chain(source).chain(HEADS_AFTER_SOURCE).collect();
    view! {
        <PlainTable caption="Runs" heads>
            {rows}
        </PlainTable>
    }
    .into_any()
}

fn run_row(run: RunView, with_source: bool) -> AnyView {
    let took = match run.duration_ms() {
        Some(ms) => format::duration_ms(ms).into_any(),
        None => view! { <Unknown reason="it has not ended, or never started" /> }.into_any(),
    };
    let machines = run.kinds.iter().find(|counted| counted.kind == model::inventory::ObjectKind::Vm);
    let machines = match machines {
        Some(counted) => format::count(counted.found as i64).into_any(),
        None => view! { <Unknown reason="not counted" /> }.into_any(),
    };
    let did = match (&run.outcome, &run.failure) {
        (Some(outcome), _) => outcome_words(outcome),
        (None, Some(failure)) => failure.kind.title().to_owned(),
        (None, None) => String::new(),
    };
    let source = with_source.then(|| {
        view! {
            <td>
                <a href=format!("/sources/{}", run.source)>{run.source_name.clone()}</a>
            </td>
        }
    });
    view! {
        <tr>
            <th scope="row">
                <a href=format!("/runs/{}", run.id)>
                    <Timestamp ms=run.requested_at_ms />
                </a>
            </th>
            {source}
            <td>
                <RunPill state=run.state />
            </td>
            <td>{run.requested_by.unwrap_or_else(|| "schedule".to_owned())}</td>
            <td class="num">{took}</td>
            <td class="num">{machines}</td>
            <td class="num">{format::count(run.issue_count as i64)}</td>
            <td>{did}</td>
        </tr>
    }
    .into_any()
}

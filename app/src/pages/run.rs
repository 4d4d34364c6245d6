//! The page of one run: what it did, what it counted, what it could not read.

use leptos::{form::ActionForm, prelude::*};
use leptos_router::hooks::use_params_map;
use model::{
    account::Role,
    format,
    ids::RunId,
    run::{KindProgress, RunIssue, RunView, Severity},
};

use crate::{
    components::{
        Breadcrumbs, Card, Dot, EmptyState, ErrorPage, FormError, Glyph, PageHead, Skeleton, Timestamp, Tone, Unknown,
        errors_of,
    },
    error::AppError,
    frame::Me,
    live::Live,
    loading::resource,
    pages::sources::{FailureBox, RunPill, Stages, outcome_words},
    server::runs::{CancelRun, read_run},
};

#[component]
pub fn RunPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get_str("id")?.parse::<RunId>().ok()));
    let live = Live::current();
    let run = resource(
        move || (id.get(), live.run_list_version()),
        |(id, _)| async move {
            match id {
                Some(id) => read_run(id).await,
                None => Err(AppError::NotFound),
            }
        },
    );
    view! {
        <Transition fallback=|| view! { <Skeleton rows=8 /> }>
            {move || {
                run.get()
                    .map(|run| match run {
                        Ok((run, issues)) => view! { <Found run issues /> }.into_any(),
                        Err(error) => view! { <ErrorPage error /> }.into_any(),
                    })
            }}
        </Transition>
    }
}

#[component]
fn Found(run: RunView, issues: Vec<RunIssue>) -> impl IntoView {
    let live = Live::current();
    let cancel = ServerAction::<CancelRun>::new();
    let (id, source, state) = (run.id, run.source, run.state);
    let progress = move || live.run_of(source, None).filter(|progress| progress.run == id);
    let title = format!("Sync of {}", run.source_name);
    let trail =
        vec![("/sources".to_owned(), "Sources".to_owned()), (format!("/sources/{source}"), run.source_name.clone())];
    let failure = run.failure.clone();
    view! {
        <Breadcrumbs trail here=format!("Run {id}") />
        <PageHead title>
            <RunPill state />
            {(!state.is_final() && Me::may(Role::Manager))
                .then(|| {
                    view! {
                        <ActionForm action=cancel>
                            <input type="hidden" name="run" value=id.to_string() />
                            <button class="button" type="submit">
                                "Cancel"
                            </button>
                        </ActionForm>
                    }
                })}
        </PageHead>
        <FormError errors=errors_of(cancel) />
        {failure.map(|failure| view! { <FailureBox failure /> })}
        {move || {
            progress()
                .map(|progress| {
                    view! {
                        <Card title="Progress">
                            <Stages progress />
                        </Card>
                    }
                })
        }}
        <div class="grid">
            <Facts run=run.clone() />
            <Counts kinds=run.kinds is_whole=state.is_success() />
            {state.is_final().then(|| view! { <Issues issues total=run.issue_count is_whole=state.is_success() /> })}
        </div>
    }
}

#[component]
fn Facts(run: RunView) -> impl IntoView {
    let time = |ms: Option<i64>, reason: &'static str| match ms {
        Some(ms) => view! { <Timestamp ms /> }.into_any(),
        None => view! { <Unknown reason /> }.into_any(),
    };
    let by = match (&run.requested_by, run.trigger) {
        (Some(name), _) => name.clone(),
        (None, model::run::Trigger::Schedule) => "the schedule".to_owned(),
        (None, model::run::Trigger::Manual) => "a person".to_owned(),
    };
    let duration = run.duration_ms().map(format::duration_ms);
    view! {
        <Card title="Run" class="c6">
            <dl class="facts">
                <div>
                    <dt>"Started by"</dt>
                    <dd>{by}</dd>
                </div>
                <div>
                    <dt>"Requested"</dt>
                    <dd>{time(Some(run.requested_at_ms), "")}</dd>
                </div>
                <div>
                    <dt>"Started"</dt>
                    <dd>{time(run.started_at_ms, "it is waiting")}</dd>
                </div>
                <div>
                    <dt>"Ended"</dt>
                    <dd>{time(run.finished_at_ms, "it has not ended")}</dd>
                </div>
                <div>
                    <dt>"Took"</dt>
                    <dd>
                        {match duration {
                            Some(duration) => duration.into_any(),
                            None => view! { <Unknown reason="it has not ended, or never started" /> }.into_any(),
                        }}
                    </dd>
                </div>
            </dl>
            {run
                .outcome
                .map(|outcome| {
                    view! { <p class="outcome">{crate::table::capital(&outcome_words(&outcome))} "."</p> }
                })}
            <p class="outcome">
                <a href=format!("/activity?view=changes&run={}", run.id)>"Changes that it found"</a>
            </p>
        </Card>
    }
}

#[component]
fn Counts(kinds: Vec<KindProgress>, is_whole: bool) -> impl IntoView {
    // Of a run that did not come to its end, a kind without any count was not counted.
    let counted = kinds.into_iter().filter(|kind| is_whole || kind.found > 0 || kind.total.is_some());
    let facts: Vec<_> = counted
        .map(|counted| {
            let value = match counted.total {
                Some(total) if total != counted.found => {
                    format!("{} of {}", format::count(counted.found as i64), format::count(total as i64))
                }
                _ => format::count(counted.found as i64),
            };
            view! {
                <div>
                    <dt>{crate::table::capital(counted.kind.plural())}</dt>
                    <dd>{value}</dd>
                </div>
            }
        })
        .collect();
    let nothing = facts.is_empty().then(|| view! { <p class="none">"Nothing was counted."</p> });
    view! {
        <Card title="Read" note="objects counted" class="c6">
            {nothing}
            <dl class="facts">{facts.collect_view()}</dl>
        </Card>
    }
}

#[component]
fn Issues(issues: Vec<RunIssue>, total: u64, is_whole: bool) -> impl IntoView {
    if issues.is_empty() && !is_whole {
        return view! {
            <Card title="Issues">
                <p class="none">"None until the run ended. Nothing of it was saved."</p>
            </Card>
        }
        .into_any();
    }
    if issues.is_empty() {
        return view! {
            <Card title="Issues">
                <EmptyState glyph=Glyph::Check title="No issue" text="Whatever was asked for was read." />
            </Card>
        }
        .into_any();
    }
    let note = match total {
        1 => "1 issue".to_owned(),
        total if total > issues.len() as u64 => {
            format!("the first {} of {}", issues.len(), format::count(total as i64))
        }
        total => format!("{} issues", format::count(total as i64)),
    };
    let rows = issues.into_iter().map(issue_row).collect_view();
    view! {
        <Card title="Issues" note=note>
            <div class="table wrap" tabindex="0" role="region" aria-label="Table: Issues">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"Severity"</th>
                            <th scope="col">"Object"</th>
                            <th scope="col">"What"</th>
                            <th scope="col">"What to do"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </Card>
    }
    .into_any()
}

fn issue_row(issue: RunIssue) -> AnyView {
    let (tone, word) = match issue.severity {
        Severity::Note => (Tone::Idle, "Note"),
        Severity::Warning => (Tone::Warn, "Warning"),
        Severity::Error => (Tone::Bad, "Error"),
    };
    let object = issue.object_name.or_else(|| issue.object.map(|object| object.to_string()));
    let kind = issue.kind.map(|kind| if object.is_some() { kind.singular() } else { kind.plural() });
    view! {
        <tr>
            <td>
                <Dot tone label=word />
            </td>
            <td>
                {object.map(|object| view! { <strong>{object}</strong> })} " "
                {kind.map(|kind| view! { <small>{kind}</small> })}
            </td>
            <td>{issue.message}</td>
            <td>{issue.advice}</td>
        </tr>
    }
    .into_any()
}

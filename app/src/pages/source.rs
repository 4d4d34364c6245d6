//! Adding a source, and the page of one: its settings, its runs, its end.

mod delete;
mod form;
mod outcome;

use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use model::{account::Role, ids::SourceId, source::SourceView};

use self::{delete::DeleteCard, form::SourceFields};
use crate::{
    components::{Breadcrumbs, Card, ErrorState, PageHead, Skeleton},
    error::AppError,
    frame::Me,
    live::Live,
    pages::activity::RunTable,
    server::{
        runs::list_runs,
        sources::{Draft, SourceForm, read_source, take_source_draft},
    },
};

/// Runs that the page of a source shows; the activity page has all.
const RUNS_SHOWN: usize = 10;

#[component]
pub fn NewSourcePage() -> impl IntoView {
    let draft = draft_resource();
    let body = move || {
        let draft = draft.get()?;
        if !Me::may(Role::Manager) {
            return Some(view! { <ErrorState error=AppError::Forbidden /> }.into_any());
        }
        Some(
            view! { <SourceFields draft=draft.unwrap_or_else(|| fresh(SourceForm::blank())) has_password=false /> }
                .into_any(),
        )
    };
    view! {
        <Breadcrumbs trail=vec![("/sources".to_owned(), "Sources".to_owned())] here="Add" />
        <PageHead title="Add a source" line="A vCenter or an ESXi host. IROA only reads; nothing is ever changed on it." />
        <Suspense fallback=|| view! { <Skeleton rows=8 /> }>{body}</Suspense>
    }
}

#[component]
pub fn SourcePage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get_str("id")?.parse::<SourceId>().ok()));
    let draft = draft_resource();
    let source = Resource::new(
        move || id.get(),
        |id| async move {
            match id {
                Some(id) => read_source(id).await,
                None => Err(AppError::NotFound),
            }
        },
    );
    // Awaited, not read: the runs below load by themselves, and this must not be rendered anew when they arrive.
    let body = move || {
        id.track();
        Suspend::new(async move {
            let draft = draft.await;
            match source.await {
                Ok(source) => view! { <Stored source draft /> }.into_any(),
                Err(error) => view! {
                    <section class="card">
                        <ErrorState error />
                    </section>
                }
                .into_any(),
            }
        })
    };
    view! { <Transition fallback=|| view! { <Skeleton rows=8 /> }>{body}</Transition> }
}

#[component]
fn Stored(source: SourceView, draft: Option<Draft>) -> impl IntoView {
    let id = source.id;
    let name = source.settings.name.clone();
    let line = match (&source.product, &source.version) {
        (Some(product), Some(version)) => format!("{product} {version}"),
        _ => source.settings.kind.label().to_owned(),
    };
    let draft = draft.unwrap_or_else(|| fresh(SourceForm::of(&source)));
    let may_manage = Me::may(Role::Manager);
    view! {
        <Breadcrumbs trail=vec![("/sources".to_owned(), "Sources".to_owned())] here=name.clone() />
        <PageHead title=name.clone() line>
            <a class="button" href=format!("/activity?source={id}")>
                "All activity"
            </a>
        </PageHead>
        {may_manage.then(|| view! { <SourceFields draft has_password=source.has_password /> })}
        <Runs id />
        {may_manage.then(|| view! { <DeleteCard id name /> })}
    }
}

#[component]
fn Runs(id: SourceId) -> impl IntoView {
    let live = Live::current();
    let runs = Resource::new(move || live.run_list_version(), move |_| list_runs(Some(id), 1));
    view! {
        <Card title="Runs" note="newest first">
            <Transition fallback=|| view! { <Skeleton rows=4 /> }>
                {move || {
                    runs.get()
                        .map(|runs| match runs {
                            Ok(mut runs) => {
                                runs.rows.truncate(RUNS_SHOWN);
                                view! { <RunTable runs=runs.rows with_source=false /> }.into_any()
                            }
                            Err(error) => view! { <ErrorState error /> }.into_any(),
                        })
                }}
            </Transition>
        </Card>
    }
}

/// What a form sent without script has left, under the address' ticket.
fn draft_resource() -> Resource<Option<Draft>> {
    let query = use_query_map();
    Resource::new(
        move || query.with(|query| query.get("draft")),
        |ticket| async move { take_source_draft(ticket?).await.ok()? },
    )
}

fn fresh(form: SourceForm) -> Draft {
    Draft { form, outcome: None, error: None }
}

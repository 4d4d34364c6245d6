//! Adding a source, and the page of one: its settings, its runs, its end.

mod delete;
mod form;
#[cfg(feature = "ssr")]
mod mappings;
mod outcome;
mod wording;

use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use model::{
    account::Role,
    ids::SourceId,
    source::{SourceKind, SourceView},
};

#[cfg(feature = "ssr")]
pub(crate) use mappings::draw;

use self::{delete::DeleteCard, form::SourceFields};
use crate::{
    components::{Breadcrumbs, Card, ErrorPage, ErrorState, PageHead, Skeleton},
    drawn::{self, Drawn, Part},
    error::AppError,
    frame::Me,
    live::Live,
    loading::{Loaded, resource},
    pages::activity::RunTable,
    server::{
        runs::list_runs,
        source_form::{Draft, SourceForm},
        sources::{read_source, take_source_draft},
    },
};

/// Runs that the page of a source shows; the activity page has all.
const RUNS_SHOWN: usize = 10;

#[component]
pub fn NewSourcePage() -> impl IntoView {
    let draft = draft_resource();
    let query = use_query_map();
    let kind = Memo::new(move |_| {
        let named = query.with(|query| SourceKind::from_key(query.get_str("kind")?));
        named.unwrap_or(SourceKind::Vcenter)
    });
    let body = move || {
        let draft = draft.get()?;
        if !Me::may(Role::Manager) {
            return Some(view! { <ErrorState error=AppError::Forbidden /> }.into_any());
        }
        let draft = draft.unwrap_or_else(|| fresh(SourceForm::blank(kind.get())));
        Some(
            view! {
                <KindChoice chosen=draft.form.kind />
                <SourceFields draft has_password=false />
            }
            .into_any(),
        )
    };
    view! {
        <Breadcrumbs trail=vec![("/sources".to_owned(), "Sources".to_owned())] here="Add" />
        <PageHead title="Add a source" />
        <Suspense fallback=|| view! { <Skeleton rows=8 /> }>{body}</Suspense>
    }
}

/// Which platform the source is of: links, so that the choice is in the address.
#[component]
fn KindChoice(chosen: SourceKind) -> impl IntoView {
    let links = SourceKind::ALL.map(|kind| {
        let current = (kind == chosen).then_some("page");
        view! {
            <li>
                <a href=format!("/sources/new?kind={}", kind.key()) aria-current=current>
                    {kind.label()}
                </a>
            </li>
        }
    });
    view! {
        <nav class="kinds" aria-label="Kind of source">
            <ul>{links.collect_view()}</ul>
        </nav>
        <p class="line">{wording::of(chosen).line}</p>
    }
}

#[component]
pub fn SourcePage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get_str("id")?.parse::<SourceId>().ok()));
    let draft = draft_resource();
    let mappings = drawn::load(Part::Mappings);
    let source = resource(
        move || id.get(),
        |id| async move {
            match id {
                Some(id) => read_source(id).await,
                None => Err(AppError::NotFound),
            }
        },
    );
    let body = move || {
        let draft = draft.get()?;
        source.get().map(|source| match source {
            Ok(source) => view! { <Stored source draft /> }.into_any(),
            Err(error) => view! { <ErrorPage error /> }.into_any(),
        })
    };
    let end = move || {
        let source = source.get()?.ok()?;
        Me::may(Role::Manager).then(|| view! { <DeleteCard id=source.id name=source.settings.name /> })
    };
    // Beside each other and not within: a page that waits for another is rendered anew when that one arrives.
    view! {
        <Transition fallback=|| view! { <Skeleton rows=8 /> }>{body}</Transition>
        <Drawn drawing=mappings rows=0 />
        <Runs id />
        <Transition fallback=|| ()>{end}</Transition>
    }
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
    view! {
        <Breadcrumbs trail=vec![("/sources".to_owned(), "Sources".to_owned())] here=name.clone() />
        <PageHead title=name.clone() line>
            <a class="button" href=format!("/activity?source={id}")>
                "All activity"
            </a>
        </PageHead>
        {Me::may(Role::Manager).then(|| view! { <SourceFields draft has_password=source.has_password /> })}
    }
}

#[component]
fn Runs(id: Memo<Option<SourceId>>) -> impl IntoView {
    let live = Live::current();
    let runs = resource(
        move || (id.get(), live.run_list_version()),
        |(id, _)| async move {
            match id {
                Some(id) => list_runs(Some(id), 1).await,
                None => Err(AppError::NotFound),
            }
        },
    );
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
fn draft_resource() -> Loaded<Option<Draft>> {
    let query = use_query_map();
    resource(
        move || query.with(|query| query.get("draft")),
        |ticket| async move { take_source_draft(ticket?).await.ok()? },
    )
}

fn fresh(form: SourceForm) -> Draft {
    Draft { form, outcome: None, error: None }
}

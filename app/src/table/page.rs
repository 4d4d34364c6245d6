//! The page of a kind's table: filter, table, columns, export, and its states: loading, empty, wrong filter, error.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use model::{format, inventory::ObjectKind, source::SourceView, table::PAGE_SIZE_DEFAULT};

use super::{
    chooser::ColumnChooser,
    freshness::{AsOf, SourceNotes},
    grid::Grid,
    query_string,
    rows::Rows,
    state::TableState,
    toolbar::{Quick, Toolbar},
};
use crate::{
    components::{EmptyState, ErrorState, Glyph, Icon, Skeleton},
    error::AppError,
    frame::Sources,
    live::Live,
    loading::resource,
    server::inventory::{SaveColumns, list_rows},
};

type RowsResult = Result<Grid, AppError>;

#[component]
pub(crate) fn TablePage(
    kind: ObjectKind,
    path: &'static str,
    #[prop(default = &[])] quick: &'static [Quick],
) -> impl IntoView {
    let search = use_location().search;
    let state = Memo::new(move |_| TableState::parse(&search.get(), ""));
    let live = Live::current();
    let save = ServerAction::<SaveColumns>::new();
    let rows = resource(
        move || (state.get(), live.inventory_version(), save.version().get()),
        move |(state, _, _)| load(kind, state),
    );
    let Sources(sources) = expect_context();
    let (is_loading, set_pending) = signal(false);
    // Rows that are on their way while the server renders are in the page that it sends.
    let pending = move || cfg!(target_arch = "wasm32") && is_loading.get();
    let wrong_filter = Signal::derive(move || match rows.get() {
        Some(Err(AppError::Invalid { message, .. })) => Some(format!("{}.", capital(&message))),
        _ => None,
    });
    let body = move || {
        let rows = rows.get()?;
        let sources = sources.get()?.unwrap_or_default();
        Some(match rows {
            Ok(grid) => view! { <Found grid state=state.get_untracked() path save sources /> }.into_any(),
            Err(AppError::Invalid { .. }) => view! { <WrongFilter state=state.get_untracked() path /> }.into_any(),
            Err(error) => view! { <ErrorState error /> }.into_any(),
        })
    };
    view! {
        <Transition
            fallback=move || view! { <Loading /> }
            set_pending
        >
            {view! { <Toolbar kind path state quick error=wrong_filter /> }.into_any()}
            <div class="table-page" class:pending=pending aria-busy=move || pending().then_some("true")>
                {body}
            </div>
        </Transition>
    }
}

async fn load(kind: ObjectKind, state: TableState) -> RowsResult {
    let query = state.query(&[], PAGE_SIZE_DEFAULT).map_err(|error| AppError::invalid("q", error.to_string()))?;
    list_rows(kind, query, state.columns).await
}

#[component]
fn Found(
    grid: Grid,
    state: TableState,
    path: &'static str,
    save: ServerAction<SaveColumns>,
    sources: Vec<SourceView>,
) -> impl IntoView {
    let kind = grid.kind;
    let is_filtered = !state.filter_text.is_empty();
    let body = if grid.rows.is_empty() {
        view! { <Nothing total=grid.total kind state=state.clone() path has_sources=!sources.is_empty() /> }.into_any()
    } else {
        view! { <Rows grid=grid.clone() state=state.clone() path=path.to_owned() caption=capital(kind.plural()) /> }
            .into_any()
    };
    view! {
        {view! { <SourceNotes sources=sources.clone() /> }.into_any()}
        <section class="card" aria-label=capital(kind.plural())>
            <header class="table-bar">
                <p class="count" role="status">
                    <strong>{format::count(grid.total as i64)}</strong>
                    " "
                    {noun(kind, grid.total)}
                    {is_filtered.then_some(" match")}
                    <AsOf sources />
                </p>
                <div class="actions">
                    {view! { <ColumnChooser grid=grid.clone() state=state.clone() path save /> }.into_any()}
                    <a class="button" href=export_href(&grid, &state) download="" rel="external">
                        <Icon glyph=Glyph::Download />
                        <span>"CSV"</span>
                    </a>
                </div>
            </header>
            {body}
        </section>
    }
}

/// No row: because none matches, because the page is beyond the last, or because there is nothing yet.
#[component]
fn Nothing(total: u64, kind: ObjectKind, state: TableState, path: &'static str, has_sources: bool) -> AnyView {
    let plural = kind.plural();
    if total > 0 {
        return view! {
            <EmptyState title="This page is empty" text="The table has become shorter than that.">
                <a class="button" href=state.on_page(1).href(path)>
                    "First page"
                </a>
            </EmptyState>
        }
        .into_any();
    }
    if !state.filter_text.is_empty() {
        return view! {
            <EmptyState title="Nothing matches" text=format!("None of the {plural} passes this filter.")>
                <a class="button" href=state.with_filter(String::new()).href(path)>
                    "Clear the filter"
                </a>
            </EmptyState>
        }
        .into_any();
    }
    if has_sources {
        return view! {
            <EmptyState
                glyph=Glyph::Sync
                title=format!("No {plural} yet")
                text="The sources have not been read, or they hold none."
            >
                <a class="button primary" href="/sources">
                    "Go to the sources"
                </a>
            </EmptyState>
        }
        .into_any();
    }
    view! {
        <EmptyState
            glyph=Glyph::Plug
            title=format!("No {plural} yet")
            text="Add a vCenter, an ESXi host, a Hyper-V host or a failover cluster; what it holds appears here after the first sync."
        >
            <a class="button primary" href="/sources/new">
                "Add a source"
            </a>
        </EmptyState>
    }
    .into_any()
}

#[component]
fn WrongFilter(state: TableState, path: &'static str) -> impl IntoView {
    view! {
        <section class="card">
            <EmptyState title="The filter could not be read" text="What is wrong with it stands at the field above.">
                <a class="button" href=state.with_filter(String::new()).href(path)>
                    "Clear the filter"
                </a>
            </EmptyState>
        </section>
    }
}

/// As high as a page of rows.
#[component]
fn Loading() -> impl IntoView {
    view! {
        <div class="toolbar">
            <div class="filter"></div>
        </div>
        <section class="card">
            <Skeleton rows=14 />
        </section>
    }
}

/// Exactly what is shown: the filter, the order and the columns; all pages of it.
fn export_href(grid: &Grid, state: &TableState) -> String {
    let path = format!("/export/{}.csv", export_name(grid.kind));
    let mut pairs = state.with_columns(grid.columns.clone()).on_page(1).pairs();
    pairs.retain(|(key, _)| matches!(key.as_str(), "q" | "sort" | "dir" | "cols" | "archived"));
    query_string::href(&path, &pairs)
}

const fn export_name(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::Vm => "vms",
        ObjectKind::Datastore => "storage",
        kind => kind.plural(),
    }
}

fn noun(kind: ObjectKind, count: u64) -> &'static str {
    if count == 1 { kind.singular() } else { kind.plural() }
}

pub(crate) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).collect()
}

//! A table on another object's page: a host's machines, a cluster's hosts.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use model::{filter::Filter, format, inventory::ObjectKind};

use super::{
    grid::{Grid, list_path},
    page::capital,
    query_string,
    rows::Rows,
    state::TableState,
};
use crate::{
    components::{ErrorState, Skeleton},
    error::AppError,
    live::Live,
    loading::resource,
    server::inventory::list_rows,
};

const ROWS_PER_PAGE: u64 = 25;

#[component]
pub(crate) fn RelatedTable(
    kind: ObjectKind,
    /// The filter that relates them, for example `host_id:7`.
    #[prop(into)]
    scope: Signal<String>,
    columns: &'static [&'static str],
    /// Of this table's keys in the page's address.
    prefix: &'static str,
    /// What to say when there are none.
    empty: &'static str,
) -> AnyView {
    let location = use_location();
    let (search, path) = (location.search, location.pathname);
    let state = Memo::new(move |_| TableState::parse(&search.get(), prefix));
    let live = Live::current();
    let rows = resource(
        move || (state.get(), scope.get(), live.inventory_version()),
        move |(state, scope, _)| load(kind, state, scope, columns),
    );
    let body = move || {
        rows.get().map(|result| match result {
            Ok(grid) if grid.rows.is_empty() => view! { <p class="none">{empty}</p> }.into_any(),
            Ok(grid) => {
                let caption = capital(kind.plural());
                view! { <Rows grid state=state.get_untracked() path=path.get_untracked() caption /> }.into_any()
            }
            Err(error) => view! { <ErrorState error /> }.into_any(),
        })
    };
    let total = move || rows.get().and_then(Result::ok).map(|grid| format::count(grid.total as i64));
    let all = move || query_string::href(list_path(kind).unwrap_or("/"), &[("q".to_owned(), scope.get())]);
    view! {
        <section class="card" aria-label=capital(kind.plural())>
            <Transition fallback=|| view! { <Skeleton rows=4 /> }>
                <header>
                    <h2>{capital(kind.plural())}</h2>
                    <p>{total}</p>
                    <a class="end" href=all>
                        "Open as a list"
                    </a>
                </header>
                {body}
            </Transition>
        </section>
    }
    .into_any()
}

async fn load(kind: ObjectKind, state: TableState, scope: String, columns: &[&str]) -> Result<Grid, AppError> {
    let invalid = |error: model::filter::FilterError| AppError::invalid("q", error.to_string());
    let scope = Filter::parse(&scope).map_err(invalid)?.terms;
    let query = state.query(&scope, ROWS_PER_PAGE).map_err(invalid)?;
    let columns = columns.iter().map(|&key| key.to_owned()).collect();
    list_rows(kind, query, Some(columns)).await
}

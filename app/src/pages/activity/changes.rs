//! Changes that syncs found, newest first.

use leptos::prelude::*;
use model::{
    change::{ChangeAction, ChangeQuery, ChangeView},
    table::Page,
};

use super::state::State;
use crate::{
    components::{EmptyState, ErrorState, Glyph, Head, Pager, PlainTable, Skeleton, Timestamp},
    live::Live,
    loading::resource,
    pages::object::{field_words, side_of_change},
    server::runs::list_changes,
    table::{capital, path_of},
};

const HEADS: [Head; 8] = [
    Head::Text("When"),
    Head::Text("Object"),
    Head::Text("Kind"),
    Head::Text("Action"),
    Head::Text("Field"),
    Head::Text("Before"),
    Head::Text("After"),
    Head::Text("Source"),
];

const PER_PAGE: u64 = 50;

#[component]
pub(super) fn ChangeList(state: Memo<State>) -> impl IntoView {
    let live = Live::current();
    let changes = resource(
        move || (state.get(), live.inventory_version()),
        |(state, _)| {
            list_changes(ChangeQuery {
                kind: state.kind,
                object: None,
                source: state.source,
                run: state.run,
                action: state.action,
                page: state.page,
                page_size: PER_PAGE,
            })
        },
    );
    view! {
        <section class="card" aria-label="Changes">
            <Transition fallback=|| view! { <Skeleton rows=8 /> }>
                {move || {
                    changes
                        .get()
                        .map(|changes| match changes {
                            Ok(page) => draw(page, state.get_untracked()),
                            Err(error) => view! { <ErrorState error /> }.into_any(),
                        })
                }}
            </Transition>
        </section>
    }
}

fn draw(page: Page<ChangeView>, here: State) -> AnyView {
    if page.rows.is_empty() {
        return view! {
            <EmptyState glyph=Glyph::Clock title="No change here" text="Changes appear when a sync finds something different from what is stored." />
        }
        .into_any();
    }
    let (at, page_size, total) = (page.page, page.page_size, page.total);
    let rows = page.rows.into_iter().map(change_row).collect_view();
    view! {
        <PlainTable caption="Changes" heads=HEADS>
            {rows}
        </PlainTable>
        {(total > page_size)
            .then(|| {
                view! {
                    <Pager page=at page_size total noun="changes" href=move |page| State { page, ..here }.href() />
                }
            })}
    }
    .into_any()
}

fn change_row(change: ChangeView) -> AnyView {
    let field = change.field.clone().unwrap_or_default();
    let side = |value: Option<String>| value.map(|value| side_of_change(&field, &value));
    let name = match path_of(change.kind, change.object) {
        Some(path) => view! { <a href=path>{change.object_name}</a> }.into_any(),
        None => change.object_name.into_any(),
    };
    let action = match change.action {
        ChangeAction::Added => "added",
        ChangeAction::Changed => "changed",
        ChangeAction::Archived => "archived",
        ChangeAction::Returned => "returned",
    };
    view! {
        <tr>
            <td>
                <a href=format!("/runs/{}", change.run)>
                    <Timestamp ms=change.at_ms />
                </a>
            </td>
            <th scope="row">{name}</th>
            <td>{capital(change.kind.singular())}</td>
            <td>
                <span class="tag">{action}</span>
            </td>
            <td>{(!field.is_empty()).then(|| field_words(&field))}</td>
            <td>{side(change.old)}</td>
            <td>{side(change.new)}</td>
            <td>{change.source_name}</td>
        </tr>
    }
    .into_any()
}

//! Activity: the runs of all sources and the changes that they found. View, filters and page stand in the address.

mod changes;
mod runs;
mod state;

use leptos::prelude::*;
use leptos_router::{components::Form, hooks::use_query_map};
use model::{change::ChangeAction, inventory::ObjectKind};

pub(crate) use self::runs::RunTable;
use self::{
    changes::ChangeList,
    runs::RunList,
    state::{State, View},
};
use crate::{components::PageHead, frame::Sources, table::capital};

#[component]
pub fn ActivityPage() -> impl IntoView {
    let query = use_query_map();
    let state = Memo::new(move |_| query.with(State::parse));
    view! {
        <PageHead title="Activity" line="What was synced, and what it found changed" />
        <nav class="tabs" aria-label="View">
            {View::ALL
                .map(|view| {
                    let href = move || State { view, page: 1, ..state.get() }.href();
                    let is_here = move || state.with(|state| state.view == view).then_some("page");
                    view! {
                        <a href=href aria-current=is_here>
                            {view.label()}
                        </a>
                    }
                })
                .collect_view()}
        </nav>
        <Filters state />
        {move || match state.with(|state| state.view) {
            View::Runs => view! { <RunList state /> }.into_any(),
            View::Changes => view! { <ChangeList state /> }.into_any(),
        }}
    }
}

#[component]
fn Filters(state: Memo<State>) -> impl IntoView {
    let Sources(sources) = expect_context();
    let source_options = move || {
        let chosen = state.with(|state| state.source);
        sources.get().and_then(Result::ok).map(|sources| {
            let options = sources.into_iter().map(|source| {
                view! {
                    <option value=source.id.to_string() selected=Some(source.id) == chosen>
                        {source.settings.name}
                    </option>
                }
            });
            options.collect_view()
        })
    };
    let change_filters = move || {
        let state = state.get();
        (state.view == View::Changes).then(|| {
            let actions = ChangeAction::ALL.map(|action| {
                view! {
                    <option value=action.key() selected=Some(action) == state.action>
                        {capital(action.key())}
                    </option>
                }
            });
            let kinds = ObjectKind::ALL.map(|kind| {
                view! {
                    <option value=kind.key() selected=Some(kind) == state.kind>
                        {capital(kind.plural())}
                    </option>
                }
            });
            view! {
                <label>
                    <span>"Action"</span>
                    <select name="action">
                        <option value="">"All"</option>
                        {actions.collect_view()}
                    </select>
                </label>
                <label>
                    <span>"Kind"</span>
                    <select name="kind">
                        <option value="">"All"</option>
                        {kinds.collect_view()}
                    </select>
                </label>
                {state.run.map(|run| view! { <input type="hidden" name="run" value=run.to_string() /> })}
            }
        })
    };
    view! {
        <Form method="GET" action="/activity">
            <div class="filters">
                <input type="hidden" name="view" value=move || state.with(|state| state.view.key()) />
                <label>
                    <span>"Source"</span>
                    <select name="source">
                        <option value="">"All"</option>
                        <Transition fallback=|| ()>{source_options}</Transition>
                    </select>
                </label>
                {change_filters}
                <button class="button" type="submit">
                    "Apply"
                </button>
                <a class="button quiet" href=move || State { view: state.with(|state| state.view), ..State::default() }.href()>
                    "Clear"
                </a>
            </div>
        </Form>
    }
}

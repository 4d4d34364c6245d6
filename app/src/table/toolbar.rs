//! Above a table: the filter as text, as chips that can be taken away, and as quick choices; and its help.

use leptos::prelude::*;
use leptos_router::components::Form;
use model::{filter::Filter, inventory::ObjectKind};

use super::{
    chips::{self, Chip, QuickFilter},
    grid::columns,
    query_string::Pairs,
    state::TableState,
};
use crate::components::{Glyph, Icon};

/// A label and the filter's term that it stands for.
pub(crate) type Quick = (&'static str, &'static str);

#[component]
pub(crate) fn Toolbar(
    kind: ObjectKind,
    path: &'static str,
    state: Memo<TableState>,
    quick: &'static [Quick],
    /// What is wrong with the filter.
    #[prop(into)]
    error: Signal<Option<String>>,
) -> impl IntoView {
    view! {
        <div class="toolbar">
            {view! { <FilterForm kind path state error /> }.into_any()}
            {view! { <FilterHelp kind /> }.into_any()}
        </div>
        {move || {
            let error = error.get()?;
            Some(
                view! {
                    <p class="filter-error" id="filter-error" role="alert">
                        <Icon glyph=Glyph::Warning />
                        <span>{error}</span>
                    </p>
                },
            )
        }}
        <div class="filter-row">
            {move || quick_links(kind, path, &state.get(), quick)} {move || chip_links(kind, path, &state.get())}
        </div>
    }
}

#[component]
fn FilterForm(
    kind: ObjectKind,
    path: &'static str,
    state: Memo<TableState>,
    error: Signal<Option<String>>,
) -> impl IntoView {
    view! {
        <Form method="GET" action=path attr:class="filter" attr:role="search">
            <label class="visually-hidden" for="filter">
                {format!("Filter {}", kind.plural())}
            </label>
            <Icon glyph=Glyph::Filter />
            <input
                id="filter"
                type="search"
                name=state.get_untracked().key("q")
                value=state.get_untracked().filter_text
                prop:value=move || state.get().filter_text
                placeholder=placeholder(kind)
                autocomplete="off"
                autocapitalize="off"
                spellcheck="false"
                maxlength="2000"
                aria-invalid=move || error.get().map(|_| "true")
                aria-describedby=move || error.get().map(|_| "filter-error")
            />
            {move || view! { <HiddenFields pairs=state.get().pairs_without(&["q"]) /> }}
            <button class="button" type="submit">
                "Apply"
            </button>
        </Form>
    }
}

/// What a GET form carries along of the address that it stands on.
#[component]
pub(crate) fn HiddenFields(pairs: Pairs) -> impl IntoView {
    pairs.into_iter().map(|(key, value)| view! { <input type="hidden" name=key value=value /> }).collect_view()
}

fn quick_links(kind: ObjectKind, path: &str, state: &TableState, quick: &[Quick]) -> impl IntoView + use<> {
    let filter = Filter::parse(&state.filter_text).unwrap_or_default();
    let links = chips::quick_filters(&filter, quick)
        .into_iter()
        .map(|QuickFilter { label, active, then }| quick_link(label, active, state.with_filter(then).href(path)))
        .collect_view();
    let archived = quick_link("With archived", state.archived, state.with_archived(!state.archived).href(path));
    view! {
        <ul class="quick" aria-label=format!("Quick filters of {}", kind.plural())>
            {links} {archived}
        </ul>
    }
}

fn quick_link(label: &'static str, active: bool, href: String) -> AnyView {
    view! {
        <li>
            <a href=href data-noscroll="" aria-current=active.then_some("true")>
                {active.then(|| view! { <Icon glyph=Glyph::Check /> })}
                {label}
            </a>
        </li>
    }
    .into_any()
}

fn chip_links(kind: ObjectKind, path: &str, state: &TableState) -> Option<impl IntoView + use<>> {
    let filter = Filter::parse(&state.filter_text).ok()?;
    let chips = chips::chips(&filter, columns(kind));
    let clear = (chips.len() > 1).then(|| {
        view! {
            <li>
                <a class="clear" href=state.with_filter(String::new()).href(path) data-noscroll="">
                    "Clear all"
                </a>
            </li>
        }
    });
    let links = chips
        .into_iter()
        .map(|Chip { label, without }| {
            view! {
                <li>
                    <a
                        class="chip"
                        href=state.with_filter(without).href(path)
                        data-noscroll=""
                        aria-label=format!("Remove filter {label}")
                    >
                        <span>{label.clone()}</span>
                        <Icon glyph=Glyph::Cross />
                    </a>
                </li>
            }
        })
        .collect_view();
    (!filter.is_empty()).then(|| {
        view! {
            <ul class="chips" aria-label="Filters">
                {links}
                {clear}
            </ul>
        }
    })
}

#[component]
fn FilterHelp(kind: ObjectKind) -> impl IntoView {
    let fields = columns(kind)
        .iter()
        .map(|column| {
            view! {
                <tr>
                    <th scope="row">{column.label}</th>
                    <td>
                        <code>{chips::example(column)}</code>
                    </td>
                    <td>{column.help}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <details class="pop filter-help">
            <summary class="button">
                <Icon glyph=Glyph::Question />
                <span>"Filter help"</span>
            </summary>
            <div class="panel">
                <p>
                    "A bare word searches " {searched(kind)} ". Terms must all hold: " <code>{placeholder(kind)}</code>
                </p>
                <ul>
                    <li>
                        <code>"field:value"</code>
                        " contains, "
                        <code>"field=value"</code>
                        " is exactly"
                    </li>
                    <li>
                        <code>"mem>16g"</code>
                        ", "
                        <code>"uptime<=2d"</code>
                        " compare sizes; k, m, g and t are binary"
                    </li>
                    <li>
                        <code>"a,b"</code>
                        " either, "
                        <code>"-field:value"</code>
                        " not, "
                        <code>"\"two words\""</code>
                        " as they are"
                    </li>
                </ul>
                <table>
                    <thead>
                        <tr>
                            <th scope="col">"Column"</th>
                            <th scope="col">"For example"</th>
                            <th scope="col">"Meaning"</th>
                        </tr>
                    </thead>
                    <tbody>{fields}</tbody>
                </table>
            </div>
        </details>
    }
}

const fn placeholder(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::Vm => "cluster:prod mem>16g power:on -tag:dr",
        ObjectKind::Host => "cluster:prod version:8 maintenance:no",
        ObjectKind::Cluster => "ha:yes vms>100",
        ObjectKind::Datastore => "type:vmfs free<100g",
        _ => "vlan:120 type:distributed",
    }
}

const fn searched(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::Vm => "name, IP and MAC address, UUID, guest OS, host name, host and cluster",
        ObjectKind::Host => "name, cluster, vendor, model and version",
        _ => "the name and what else identifies an object",
    }
}

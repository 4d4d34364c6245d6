//! The results of the global search, by kind, with what matched.

use leptos::prelude::*;
use leptos_router::{components::Form, hooks::use_location};
use model::{format, inventory::ObjectKind, table::SearchHit};

use crate::{
    components::{EmptyState, ErrorState, Glyph, Icon, PageHead, Skeleton},
    live::Live,
    loading::resource,
    server::inventory::search_inventory,
    table::{ObjectLink, capital, href, list_path, parameter},
};

/// Kinds in the order in which people look for them.
const ORDER: [ObjectKind; 8] = [
    ObjectKind::Vm,
    ObjectKind::Host,
    ObjectKind::Cluster,
    ObjectKind::Datastore,
    ObjectKind::Network,
    ObjectKind::ResourcePool,
    ObjectKind::Folder,
    ObjectKind::Datacenter,
];

/// The search stops at so many: there may be more.
const HITS_MAX: usize = 50;

#[component]
pub fn SearchPage() -> impl IntoView {
    let search = use_location().search;
    let text = Memo::new(move |_| parameter(&search.get(), "q").unwrap_or_default());
    let live = Live::current();
    let hits = resource(move || (text.get(), live.inventory_version()), |(text, _)| search_inventory(text));
    view! {
        <PageHead title="Search" />
        <Form method="GET" action="/search" attr:class="filter wide" attr:role="search">
            <label class="visually-hidden" for="search-text">
                "Search everything"
            </label>
            <Icon glyph=Glyph::Search />
            <input
                id="search-text"
                type="search"
                name="q"
                value=text.get_untracked()
                prop:value=move || text.get()
                placeholder="Name, IP, MAC, UUID, guest OS, host, cluster…"
                autocomplete="off"
                spellcheck="false"
                maxlength="200"
            />
            <button class="button primary" type="submit">
                "Search"
            </button>
        </Form>
        <Transition fallback=|| view! { <Skeleton rows=8 /> }>
            {move || {
                hits.get()
                    .map(|hits| match hits {
                        Ok(hits) => results(text.get_untracked(), hits),
                        Err(error) => view! { <ErrorState error /> }.into_any(),
                    })
            }}
        </Transition>
    }
}

fn results(text: String, hits: Vec<SearchHit>) -> AnyView {
    if text.trim().is_empty() {
        return view! {
            <section class="card">
                <EmptyState
                    title="What are you looking for?"
                    text="A name or a part of one, an IP or MAC address, a UUID, a guest OS, a host or a cluster."
                />
            </section>
        }
        .into_any();
    }
    if hits.is_empty() {
        return view! {
            <section class="card">
                <EmptyState title="Nothing matches" text=format!("There is nothing that “{text}” identifies.")>
                    <a class="button" href=href("/vms", &[("q".to_owned(), quoted(&text)), ("archived".to_owned(), "1".to_owned())])>
                        "Look among archived machines"
                    </a>
                </EmptyState>
            </section>
        }
        .into_any();
    }
    let summary = format!("{} for “{text}”", counted(hits.len()));
    let groups = ORDER
        .into_iter()
        .filter_map(|kind| {
            let hits: Vec<_> = hits.iter().filter(|hit| hit.object.kind == kind).cloned().collect();
            (!hits.is_empty()).then(|| group(kind, hits, &text))
        })
        .collect_view();
    view! {
        <p class="results" role="status">
            {summary}
        </p>
        {groups}
    }
    .into_any()
}

fn counted(hits: usize) -> String {
    if hits >= HITS_MAX {
        return format!("The {hits} best results");
    }
    if hits == 1 { "1 result".to_owned() } else { format!("{} results", format::count(hits as i64)) }
}

/// As one literal word of a filter.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

fn group(kind: ObjectKind, hits: Vec<SearchHit>, text: &str) -> AnyView {
    let all = list_path(kind).map(|path| {
        let address = href(path, &[("q".to_owned(), quoted(text))]);
        view! {
            <a class="end" href=address>
                "Open as a table"
            </a>
        }
    });
    let title = capital(kind.plural());
    view! {
        <section class="card" aria-label=title.clone()>
            <header>
                <h2>{title.clone()}</h2>
                <p>{format::count(hits.len() as i64)}</p>
                {all}
            </header>
            <div class="body">
                <ul class="list">{hits.into_iter().map(hit_line).collect_view()}</ul>
            </div>
        </section>
    }
    .into_any()
}

fn hit_line(hit: SearchHit) -> AnyView {
    let matched = hit.matched.map(|matched| view! { <span class="tag">{matched}</span> });
    view! {
        <li>
            <span class="grow">
                <strong>
                    <ObjectLink kind=hit.object.kind id=hit.object.id name=hit.object.name />
                </strong>
                <small>{hit.place}</small>
            </span>
            {matched}
            <small>{hit.source.name}</small>
        </li>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use model::filter::Filter;

    use super::*;

    #[test]
    fn a_search_for_signs_stays_one_word() {
        let filter = Filter::parse(&quoted("00:50:56 \"x\"")).unwrap();
        assert_eq!(filter.terms.len(), 1);
        assert_eq!(filter.terms[0].values, ["00:50:56 \"x\""]);
    }
}

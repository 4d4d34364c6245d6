//! The command palette: go to a page, to an object, or start a sync, from the keyboard. It needs script; all that it offers
//! stands on pages as well.

use leptos::{html, prelude::*};
#[cfg(target_arch = "wasm32")]
use leptos_router::{NavigateOptions, hooks::use_navigate};
use model::{account::Role, ids::SourceId, table::SearchHit};

use super::{
    Me, Sources,
    nav::{INVENTORY, MANAGEMENT},
    shortcuts::PaletteKey,
};
use crate::{
    components::{Glyph, Icon},
    server::{inventory::search_inventory, runs::start_sync},
    table::path_of,
};

#[derive(Clone, PartialEq)]
struct Entry {
    glyph: Glyph,
    label: String,
    detail: String,
    target: Target,
}

#[derive(Clone, PartialEq)]
enum Target {
    Page(String),
    Sync(SourceId),
}

/// Objects found are fewer than this: who wants all of them takes the search page.
const HITS_MAX: usize = 8;
/// Shorter words would find half of the estate, in bytes.
const WORDS_MIN: usize = 2;

#[component]
pub(super) fn Palette() -> impl IntoView {
    let PaletteKey(pressed) = expect_context();
    let dialog = NodeRef::<html::Dialog>::new();
    let input = NodeRef::<html::Input>::new();
    let words = RwSignal::new(String::new());
    let chosen = RwSignal::new(0_usize);
    let search = Action::new(|words: &String| {
        let words = words.clone();
        async move { search_inventory(words).await.unwrap_or_default() }
    });

    Effect::new(move || {
        if pressed.get() > 0
            && let Some(dialog) = dialog.get_untracked()
            && !dialog.open()
        {
            words.set(String::new());
            chosen.set(0);
            let _ = dialog.show_modal();
            if let Some(input) = input.get_untracked() {
                let _ = input.focus();
            }
        }
    });

    let entries = Memo::new(move |_| {
        // Nothing before it is opened: what the sources are may be known to the server and not yet to the browser.
        if pressed.get() == 0 {
            return Vec::new();
        }
        let words = words.get();
        let mut entries = commands(&words);
        if words.trim().len() >= WORDS_MIN {
            entries
                .extend(search.value().get().unwrap_or_default().into_iter().take(HITS_MAX).filter_map(object_entry));
        }
        entries
    });
    let open_page = page_opener();
    let run = move |entry: Entry| {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
        match entry.target {
            Target::Page(path) => open_page(&path),
            Target::Sync(source) => {
                leptos::task::spawn_local(async move {
                    let _ = start_sync(source).await;
                });
                open_page("/sources");
            }
        }
    };
    let on_key = move |event: leptos::ev::KeyboardEvent| {
        let last = entries.with(Vec::len).saturating_sub(1);
        match event.key().as_str() {
            "ArrowDown" => chosen.update(|at| *at = (*at + 1).min(last)),
            "ArrowUp" => chosen.update(|at| *at = at.saturating_sub(1)),
            "Enter" => {
                if let Some(entry) = entries.with(|entries| entries.get(chosen.get()).cloned()) {
                    run(entry);
                }
            }
            _ => return,
        }
        event.prevent_default();
    };
    let on_input = move |event| {
        let text = event_target_value(&event);
        if text.trim().len() >= WORDS_MIN {
            search.dispatch(text.clone());
        }
        words.set(text);
        chosen.set(0);
    };
    view! {
        <dialog class="palette" node_ref=dialog aria-label="Command palette">
            <input
                type="text"
                node_ref=input
                role="combobox"
                aria-expanded="true"
                aria-controls="palette-list"
                aria-activedescendant=move || format!("palette-{}", chosen.get())
                aria-label="Go to a page or an object"
                placeholder="Go to a page, find an object, sync a source…"
                autocomplete="off"
                spellcheck="false"
                prop:value=words
                on:input=on_input
                on:keydown=on_key
            />
            <Matches entries chosen run=Callback::new(run) />
        </dialog>
    }
}

#[component]
fn Matches(entries: Memo<Vec<Entry>>, chosen: RwSignal<usize>, run: Callback<Entry>) -> impl IntoView {
    let rows = move || {
        let at = chosen.get();
        let rows = entries.get().into_iter().enumerate().map(|(index, entry)| {
            let Entry { glyph, label, detail, .. } = entry.clone();
            view! {
                <li
                    role="option"
                    id=format!("palette-{index}")
                    aria-selected=(index == at).to_string()
                    on:click=move |_| run.run(entry.clone())
                >
                    <Icon glyph />
                    <span class="label">{label}</span>
                    <small>{detail}</small>
                </li>
            }
        });
        rows.collect_view()
    };
    view! {
        <ul id="palette-list" role="listbox" aria-label="Matches">
            {rows}
        </ul>
        <p class="keys" aria-hidden="true">
            {move || entries.with(Vec::is_empty).then_some("Nothing matches. ")}
            <kbd>"↑"</kbd>
            <kbd>"↓"</kbd>
            " choose "
            <kbd>"Enter"</kbd>
            " open "
            <kbd>"Esc"</kbd>
            " close"
        </p>
    }
}

fn object_entry(hit: SearchHit) -> Option<Entry> {
    Some(Entry {
        glyph: Glyph::Search,
        target: Target::Page(path_of(hit.object.kind, hit.object.id)?),
        detail: hit.matched.or(hit.place).unwrap_or_else(|| hit.object.kind.singular().to_owned()),
        label: hit.object.name,
    })
}

/// Pages and syncs whose words match.
fn commands(words: &str) -> Vec<Entry> {
    let words = words.trim().to_lowercase();
    let matches = |label: &str| label.to_lowercase().contains(&words);
    let mut entries: Vec<_> = INVENTORY
        .iter()
        .chain(&MANAGEMENT)
        .filter(|place| Me::may(place.role) && matches(place.label))
        .map(|place| Entry {
            glyph: place.glyph,
            label: place.label.to_owned(),
            detail: "page".to_owned(),
            target: Target::Page(place.path.to_owned()),
        })
        .collect();
    if Me::may(Role::Manager)
        && let Some(Ok(sources)) = use_context::<Sources>().and_then(|sources| sources.0.get_untracked())
    {
        entries.extend(sources.into_iter().filter(|source| source.settings.enabled).filter_map(|source| {
            let label = format!("Sync {}", source.settings.name);
            let detail = "start now".to_owned();
            matches(&label).then_some(Entry { glyph: Glyph::Sync, label, detail, target: Target::Sync(source.id) })
        }));
    }
    entries
}

/// Opens pages from event handlers. It exists in the browser only: on the server, what is bound to one thread must not be
/// kept by the page's owner, which another thread may drop.
#[cfg(target_arch = "wasm32")]
fn page_opener() -> impl Fn(&str) + Copy {
    let navigate = StoredValue::new(use_navigate());
    move |path| navigate.with_value(|go| go(path, NavigateOptions::default()))
}

#[cfg(not(target_arch = "wasm32"))]
fn page_opener() -> impl Fn(&str) + Copy {
    |_| {}
}

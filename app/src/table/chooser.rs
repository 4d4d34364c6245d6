//! Which columns a table shows, in which order: a GET form; and keeping the choice for oneself.

use leptos::{ev::KeyboardEvent, html::Details, prelude::*};
use leptos_router::components::Form;
use model::table::Column;

use super::{
    grid::{Grid, choose_columns, columns},
    state::TableState,
    toolbar::HiddenFields,
};
use crate::{
    components::{Glyph, Icon},
    focus,
    server::inventory::SaveColumns,
};

const BUTTON: &str = ".chooser summary";

#[component]
pub(crate) fn ColumnChooser(
    grid: Grid,
    state: TableState,
    path: &'static str,
    save: ServerAction<SaveColumns>,
) -> impl IntoView {
    let details = NodeRef::<Details>::new();
    let close_on_escape = move |event: KeyboardEvent| {
        if event.key() == "Escape"
            && let Some(details) = details.get()
        {
            details.set_open(false);
            focus::give(BUTTON);
        }
    };
    let all = columns(grid.kind);
    let shown = grid.shown();
    let hidden: Vec<_> = all.iter().filter(|column| !grid.columns.iter().any(|key| key == column.key)).collect();
    let default = choose_columns(all, None, None).iter().map(|column| column.key.to_owned()).collect();
    let carried = state.pairs_without(&["cols"]);
    let key = state.key("cols");
    let boxes = (1..shown.len())
        .map(|at| {
            let left = (at > 1).then(|| state.with_columns(swapped(&grid.columns, at)).href(path));
            checkbox(shown[at], key.clone(), true, left)
        })
        .collect_view();
    let others = hidden.into_iter().map(|column| checkbox(column, key.clone(), false, None)).collect_view();
    view! {
        <details
            class="pop chooser"
            node_ref=details
            on:keydown=close_on_escape
            on:submit=|_| focus::keep(BUTTON)
        >
            <summary class="button">
                <Icon glyph=Glyph::Columns />
                <span>"Columns"</span>
            </summary>
            <div class="panel">
                <Form method="GET" action=path noscroll=true>
                    <HiddenFields pairs=carried />
                    <input type="hidden" name=key.clone() value="name" />
                    <fieldset>
                        <legend>"Shown, from left to right"</legend>
                        <ul>{boxes}</ul>
                    </fieldset>
                    <fieldset>
                        <legend>"Not shown"</legend>
                        <ul>{others}</ul>
                    </fieldset>
                    <button class="button primary" type="submit">
                        "Show these"
                    </button>
                    <a class="button quiet" href=state.with_columns(default).href(path) data-noscroll="">
                        "Default columns"
                    </a>
                </Form>
                <SaveForms grid save />
            </div>
        </details>
    }
}

#[component]
fn SaveForms(grid: Grid, save: ServerAction<SaveColumns>) -> impl IntoView {
    let kind = grid.kind.key();
    let forget = grid.has_stored_columns.then(|| {
        view! {
            <ActionForm action=save>
                <input type="hidden" name="kind" value=kind />
                <input type="hidden" name="columns" value="" />
                <button class="button quiet" type="submit">
                    "Forget my default"
                </button>
            </ActionForm>
        }
    });
    view! {
        <div class="keep">
            <ActionForm action=save>
                <input type="hidden" name="kind" value=kind />
                <input type="hidden" name="columns" value=grid.columns.join(",") />
                <button class="button" type="submit">
                    "Save as my default"
                </button>
            </ActionForm>
            {forget}
            <p role="status">
                {move || {
                    save.value()
                        .get()
                        .map(|result| match result {
                            Ok(()) => "Saved.".to_owned(),
                            Err(error) => error.advice(),
                        })
                }}
            </p>
        </div>
    }
}

fn checkbox(column: &'static Column, name: String, checked: bool, left: Option<String>) -> AnyView {
    let label = format!("Move {} to the left", column.label);
    view! {
        <li title=column.help>
            <label>
                <input type="checkbox" name=name value=column.key checked=checked prop:checked=checked />
                <span>{column.label}</span>
            </label>
            {left
                .map(|href| {
                    view! {
                        <a href=href data-noscroll="" aria-label=label>
                            <Icon glyph=Glyph::ChevronLeft />
                        </a>
                    }
                })}
        </li>
    }
    .into_any()
}

/// The column at this place and its left neighbour have changed places.
fn swapped(columns: &[String], at: usize) -> Vec<String> {
    let mut columns = columns.to_vec();
    columns.swap(at - 1, at);
    columns
}

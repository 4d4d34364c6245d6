//! A table's headings: each sortable one is a link that sorts by it.

use leptos::prelude::*;
use model::table::Column;

use super::state::TableState;
use crate::components::{Glyph, Icon};

#[component]
pub(crate) fn TableHead(columns: Vec<&'static Column>, state: TableState, path: String) -> impl IntoView {
    view! {
        <thead>
            <tr>
                {columns.into_iter().map(|column| heading(column, &state, &path)).collect_view()}
            </tr>
        </thead>
    }
}

fn heading(column: &'static Column, state: &TableState, path: &str) -> AnyView {
    let class = column.value.is_numeric().then_some("num");
    if !column.sortable {
        return view! {
            <th scope="col" class=class title=column.help>
                {column.label}
            </th>
        }
        .into_any();
    }
    let direction = state.direction(column.key);
    let sorted = direction.map(|descending| if descending { "descending" } else { "ascending" });
    // The style turns it round for an ascending order.
    let glyph = if direction.is_some() { Glyph::ChevronDown } else { Glyph::Sort };
    view! {
        <th scope="col" class=class aria-sort=sorted title=column.help>
            <a href=state.sorted_by(column).href(path) data-noscroll="">
                <span>{column.label}</span>
                <Icon glyph />
            </a>
        </th>
    }
    .into_any()
}

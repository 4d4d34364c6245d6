//! The table itself: headings, rows and the pager below. It draws what it is given.

use leptos::prelude::*;
use model::table::{Cell, Column};

use super::{
    cell,
    grid::{Grid, GridRow, path_of},
    head::TableHead,
    keys,
    state::TableState,
};
use crate::components::Pager;

#[component]
pub(crate) fn Rows(grid: Grid, state: TableState, path: String, caption: String) -> impl IntoView {
    let columns = grid.shown();
    let kind = grid.kind;
    let pager = (grid.page_count() > 1 || grid.page > 1).then(|| {
        let (state, path) = (state.clone(), path.clone());
        view! {
            <Pager
                page=grid.page
                page_size=grid.page_size
                total=grid.total
                noun=kind.plural()
                href=move |page| state.on_page(page).href(&path)
            />
        }
    });
    let rows = grid.rows.into_iter().map(|row| draw_row(row, kind, &columns)).collect_view();
    view! {
        <div class="table" tabindex="0" role="region" aria-label=format!("Table: {caption}")>
            <table>
                <caption class="visually-hidden">{caption.clone()}</caption>
                <TableHead columns=columns.clone() state path />
                <tbody on:keydown=|event| keys::on_key(&event) on:click=|event| keys::on_click(&event)>
                    {rows}
                </tbody>
            </table>
        </div>
        {pager}
    }
}

fn draw_row(row: GridRow, kind: model::inventory::ObjectKind, columns: &[&'static Column]) -> AnyView {
    let href = path_of(kind, row.id);
    let mut cells = columns.iter().zip(row.cells);
    // The name comes first; it is drawn as the row's heading.
    cells.next();
    let archived = row.archived.then(|| view! { <span class="tag">"archived"</span> });
    view! {
        <tr class:archived=row.archived>
            <th scope="row">
                <a href=href>{row.name}</a>
                {archived}
            </th>
            {cells.map(|(column, cell)| draw_cell(column, cell)).collect_view()}
        </tr>
    }
    .into_any()
}

fn draw_cell(column: &'static Column, cell: Cell) -> AnyView {
    let class = column.value.is_numeric().then_some("num");
    view! { <td class=class>{cell::draw(column.key, cell)}</td> }.into_any()
}

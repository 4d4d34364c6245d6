//! A short table that is shown whole: neither sorted nor filtered nor paged. The tables of the inventory are `crate::table`'s.

use leptos::prelude::*;

/// A column's heading.
#[derive(Clone, Copy, Debug)]
pub enum Head {
    Text(&'static str),
    /// Over numbers, which are aligned to the right.
    Number(&'static str),
    /// Heard and not seen: over buttons, which name themselves.
    Unseen(&'static str),
}

/// The children are its rows.
#[component]
pub fn PlainTable(
    /// What it lists, for those who cannot see where it stands.
    caption: &'static str,
    #[prop(into)] heads: Vec<Head>,
    children: Children,
) -> AnyView {
    let heads = heads.into_iter().map(|head| {
        let (class, label) = match head {
            Head::Text(label) => (None, label.into_any()),
            Head::Number(label) => (Some("num"), label.into_any()),
            Head::Unseen(label) => (None, view! { <span class="visually-hidden">{label}</span> }.into_any()),
        };
        view! {
            <th scope="col" class=class>
                {label}
            </th>
        }
    });
    view! {
        <div class="table" tabindex="0" role="region" aria-label=format!("Table: {caption}")>
            <table>
                <thead>
                    <tr>{heads.collect_view()}</tr>
                </thead>
                <tbody>{children()}</tbody>
            </table>
        </div>
    }
    .into_any()
}

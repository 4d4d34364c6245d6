//! Paging by plain links: the page is part of the address.

use leptos::prelude::*;
use model::format;

use super::{Glyph, Icon};

#[component]
pub fn Pager(
    /// 1-based.
    page: u64,
    page_size: u64,
    total: u64,
    /// What is counted, in the plural: `runs`.
    #[prop(into)]
    noun: String,
    /// The address of a page.
    href: impl Fn(u64) -> String + 'static,
) -> impl IntoView {
    let last = total.div_ceil(page_size.max(1)).max(1);
    let from = if total == 0 { 0 } else { (page.max(1) - 1) * page_size + 1 };
    let to = (page * page_size).min(total);
    let range = format!(
        "{}–{} of {} {noun}",
        format::count(from as i64),
        format::count(to as i64),
        format::count(total as i64)
    );
    let link = |target: Option<String>, glyph: Glyph, label: &'static str| match target {
        Some(target) => view! {
            <a class="button quiet" href=target aria-label=label>
                <Icon glyph />
            </a>
        }
        .into_any(),
        None => view! {
            <span class="button quiet off" aria-hidden="true">
                <Icon glyph />
            </span>
        }
        .into_any(),
    };
    let previous = (page > 1).then(|| href(page - 1));
    let next = (page < last).then(|| href(page + 1));
    view! {
        <div class="pager">
            <p>{range}</p>
            <nav aria-label="Pages">
                {link(previous, Glyph::ChevronLeft, "Previous page")}
                <span class="place">{format!("{page} / {last}")}</span>
                {link(next, Glyph::ChevronRight, "Next page")}
            </nav>
        </div>
    }
}

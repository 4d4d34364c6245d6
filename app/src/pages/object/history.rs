//! What syncs found changed on one object, newest first, in pages.

use leptos::prelude::*;
use leptos_router::hooks::use_location;
use model::{
    change::{ChangeAction, ChangeQuery, ChangeView},
    format,
    inventory::ObjectKind,
    table::Page,
};

use super::object_id;
use crate::{
    components::{Card, ErrorState, Head, Pager, PlainTable, Skeleton, Timestamp},
    live::Live,
    loading::resource,
    server::runs::list_changes,
    table::{PageKey, words},
};

const HEADS: [Head; 5] =
    [Head::Text("When"), Head::Text("What"), Head::Text("Before"), Head::Text("After"), Head::Text("Sync")];

const PER_PAGE: u64 = 20;
const KEY: &str = "changes";

#[component]
pub(in crate::pages) fn History(kind: ObjectKind) -> AnyView {
    let id = object_id();
    let live = Live::current();
    let location = use_location();
    let search = location.search;
    let key = Memo::new(move |_| PageKey::parse(&search.get(), KEY));
    let changes = resource(
        move || (id.get(), key.with(|key| key.page), live.inventory_version()),
        move |(object, page, _)| {
            list_changes(ChangeQuery { kind: Some(kind), object, page, page_size: PER_PAGE, ..ChangeQuery::default() })
        },
    );
    let path = location.pathname;
    view! {
        <Card title="Changes" note="what syncs found different" class="">
            <Transition fallback=|| view! { <Skeleton rows=3 /> }>
                {move || {
                    changes
                        .get()
                        .map(|changes| match changes {
                            Ok(page) => draw(page, key.get_untracked(), path.get_untracked()),
                            Err(error) => view! { <ErrorState error /> }.into_any(),
                        })
                }}
            </Transition>
        </Card>
    }
    .into_any()
}

fn draw(page: Page<ChangeView>, key: PageKey, path: String) -> AnyView {
    if page.rows.is_empty() {
        return view! { <p class="none">"No change has been seen yet."</p> }.into_any();
    }
    let rows = page.rows.into_iter().map(change_row).collect_view();
    let pager = (page.total > page.page_size).then(|| {
        view! {
            <Pager
                page=page.page
                page_size=page.page_size
                total=page.total
                noun="changes"
                href=move |page| key.href(&path, page)
            />
        }
    });
    view! {
        <PlainTable caption="Changes" heads=HEADS>
            {rows}
        </PlainTable>
        {pager}
    }
    .into_any()
}

fn change_row(change: ChangeView) -> AnyView {
    let field = change.field.unwrap_or_default();
    let what = match change.action {
        ChangeAction::Changed => field_words(&field),
        action => words(action.key()),
    };
    let side = |value: Option<String>| value.map(|value| side_of_change(&field, &value));
    view! {
        <tr>
            <th scope="row">
                <Timestamp ms=change.at_ms />
            </th>
            <td>{what}</td>
            <td>{side(change.old)}</td>
            <td>{side(change.new)}</td>
            <td>
                <a href=format!("/runs/{}", change.run)>"Run " {change.run.to_string()}</a>
            </td>
        </tr>
    }
    .into_any()
}

/// `disks.2000.capacity_bytes` reads `Disks · 2000 · capacity`.
pub(in crate::pages) fn field_words(field: &str) -> String {
    let field = ["_bytes", "_mhz", "_ms"].iter().find_map(|unit| field.strip_suffix(unit)).unwrap_or(field);
    let parts: Vec<_> = field.split('.').map(|part| part.replace('_', " ")).collect();
    words(&parts.join(" · "))
}

/// A stored value in its field's unit.
pub(in crate::pages) fn side_of_change(field: &str, value: &str) -> AnyView {
    let text = value_words(field, value);
    view! { <span class="clip" title=text.clone()>{text.clone()}</span> }.into_any()
}

pub(in crate::pages) fn value_words(field: &str, value: &str) -> String {
    let Ok(number) = value.parse::<i64>() else {
        return value.to_owned();
    };
    let is_memory = field.starts_with("memory.");
    if field.ends_with("_bytes") || (is_memory && !field.ends_with("shares")) {
        format::bytes(number)
    } else if field.ends_with("_mhz") {
        format::mhz(number)
    } else if field.ends_with("_ms") {
        format::time_utc(number)
    } else {
        value.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_read_as_words_and_values_in_their_unit() {
        assert_eq!(field_words("disks.2000.capacity_bytes"), "Disks · 2000 · capacity");
        assert_eq!(value_words("memory_bytes", "4294967296"), "4 GiB");
        assert_eq!(value_words("memory.reservation", "1073741824"), "1 GiB");
        assert_eq!(value_words("vcpu", "4"), "4");
        assert_eq!(value_words("guest_os", "Debian 12"), "Debian 12");
    }
}

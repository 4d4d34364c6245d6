//! The fullest datastores.

use leptos::prelude::*;
use model::{format, inventory::ObjectKind, overview::StorageBar};

use crate::{
    components::{Card, Meter},
    table::ObjectLink,
};

const WIDTH: u32 = 120;
const SHOWN_MAX: usize = 8;

#[component]
pub(super) fn StorageCard(datastores: Vec<StorageBar>) -> impl IntoView {
    let all = || {
        view! { <a href="/storage?sort=used&dir=desc">"All datastores"</a> }
    };
    let body = if datastores.is_empty() {
        view! { <p class="none">"No datastore has been read yet."</p> }.into_any()
    } else {
        let items = datastores.into_iter().take(SHOWN_MAX).map(line).collect_view();
        view! { <ul class="list">{items}</ul> }.into_any()
    };
    view! {
        <Card title="Fullest datastores" class="c6" end=all>
            {body}
        </Card>
    }
}

fn line(bar: StorageBar) -> AnyView {
    let used = bar.capacity_bytes - bar.free_bytes;
    let share = |part: i64| part as f64 * 100.0 / bar.capacity_bytes.max(1) as f64;
    let mut words = format!("{} free of {}", format::bytes(bar.free_bytes), format::bytes(bar.capacity_bytes));
    if let Some(datacenter) = &bar.datacenter {
        words = format!("{datacenter} · {words}");
    }
    if let Some(provisioned) = bar.provisioned_bytes {
        words = format!("{words} · {:.0} % provisioned", share(provisioned));
    }
    view! {
        <li>
            <span class="grow">
                <strong>
                    <ObjectLink kind=ObjectKind::Datastore id=bar.object name=bar.name />
                </strong>
                <small>{words.clone()}</small>
            </span>
            <span class="share">
                <Meter
                    percent=share(used)
                    allocated_percent=bar.provisioned_bytes.map(share).unwrap_or_default()
                    label=words
                    width=WIDTH
                />
                <span>{format!("{:.0} %", share(used))}</span>
            </span>
        </li>
    }
    .into_any()
}

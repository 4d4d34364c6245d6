//! Draws the page: pools and datastores by how long they last, one pool in full, and what it is judged by.

use engine::Engine;
use leptos::prelude::*;
use model::{
    account::{Actor, Role},
    capacity::{EstateCapacity, PoolView, Resource, StoreView},
    inventory::ObjectKind,
    table::Reference,
};

use super::{
    pool,
    settings::settings_card,
    wording::{amount, outlook, share},
};
use crate::{
    chart::age,
    components::{Card, Head, PlainTable},
    error::AppError,
    table::{ObjectLink, href, parameter},
};

const POOLS: [Head; 6] = [
    Head::Text("Cluster or host"),
    Head::Text("Time remaining"),
    Head::Text("CPU demand"),
    Head::Text("Memory demand"),
    Head::Text("vCPU allocated"),
    Head::Text("Memory allocated"),
];
const STORES: [Head; 6] = [
    Head::Text("Datastore"),
    Head::Text("Time remaining"),
    Head::Text("Used"),
    Head::Text("Provisioned"),
    Head::Number("Left"),
    Head::Text("As of"),
];
/// The address names the pool that is shown in full under this: `cluster-7`.
const SHOWN: &str = "pool";

pub(crate) async fn draw(engine: &Engine, actor: &Actor, search: &str, now_ms: i64) -> Result<String, AppError> {
    let estate = engine.capacity(actor).await?;
    let EstateCapacity { settings, pools, stores } = estate.as_ref();
    if pools.is_empty() && stores.is_empty() {
        return Ok(nothing());
    }
    let wanted = parameter(search, SHOWN);
    let shown = pools.iter().find(|pool| wanted.as_deref() == Some(key(&pool.object).as_str())).or(pools.first());
    let html = view! {
        <div class="grid room">
            {pool_table(pools, shown, now_ms)}
            {shown.map(|pool| pool::view(pool, settings, now_ms))}
            {store_table(stores, now_ms)}
            {settings_card(settings, actor.may(Role::Manager), actor, search)}
        </div>
    };
    Ok(html.to_html())
}

fn nothing() -> String {
    let html = view! {
        <Card title="Capacity">
            <p class="none">
                "No cluster, host or datastore has been read yet. Add a vCenter or Hyper-V host at the "
                <a href="/sources">"sources"</a> " and sync it."
            </p>
        </Card>
    };
    html.to_html()
}

fn key(object: &Reference) -> String {
    format!("{}-{}", object.kind.key(), object.id)
}

fn read_at(read_ms: Option<i64>, now_ms: i64) -> AnyView {
    read_ms.map_or_else(|| "never".into_any(), |at_ms| age(at_ms, now_ms))
}

fn pool_table(pools: &[PoolView], shown: Option<&PoolView>, now_ms: i64) -> AnyView {
    let rows = pools.iter().map(|pool| {
        let is_shown = shown.is_some_and(|shown| shown.object == pool.object).then_some("true");
        let measure = |resource| share(pool.capacity.measure(resource));
        let address = href("/capacity", &[(SHOWN.to_owned(), key(&pool.object))]);
        view! {
            <tr>
                <th scope="row">
                    <a href=address aria-current=is_shown data-noscroll="">
                        {pool.object.name.clone()}
                    </a>
                    <small>{pool.source.name.clone()} ", " {read_at(pool.read_ms, now_ms)}</small>
                </th>
                <td>{outlook(pool.time.outlook)}</td>
                <td>{measure(Resource::CpuDemand)}</td>
                <td>{measure(Resource::MemoryDemand)}</td>
                <td>{measure(Resource::CpuAllocation)}</td>
                <td>{measure(Resource::MemoryAllocation)}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    view! {
        <Card title="Clusters and hosts" note="taken of what may be used, without reserve and buffer">
            <PlainTable caption="Capacity of clusters and hosts that stand alone" heads=POOLS>
                {rows}
            </PlainTable>
        </Card>
    }
    .into_any()
}

fn store_table(stores: &[StoreView], now_ms: i64) -> Option<AnyView> {
    if stores.is_empty() {
        return None;
    }
    let rows = stores.iter().map(|store| {
        let used = store.capacity.measure(Resource::StorageUsed);
        let left = used.and_then(|used| used.headroom);
        view! {
            <tr>
                <th scope="row">
                    {name_of(store)} <small>{place_of(store)}</small>
                </th>
                <td>{outlook(store.outlook.runway.outlook)}</td>
                <td>{share(used)}</td>
                <td>{share(store.capacity.measure(Resource::StorageProvisioned))}</td>
                <td class="num">{amount(left, Resource::StorageUsed.unit())}</td>
                <td>{read_at(store.read_ms, now_ms)}</td>
            </tr>
        }
    });
    let rows = rows.collect_view();
    Some(
        view! {
            <Card title="Datastores" note="taken of what may be used, without the buffer">
                <PlainTable caption="Capacity of datastores" heads=STORES>
                    {rows}
                </PlainTable>
            </Card>
        }
        .into_any(),
    )
}

fn place_of(store: &StoreView) -> String {
    match &store.datacenter {
        Some(datacenter) => format!("{datacenter}, {}", store.source.name),
        None => store.source.name.clone(),
    }
}

fn name_of(store: &StoreView) -> AnyView {
    match (&store.cluster, store.members.as_slice()) {
        (Some(cluster), members) => format!("{cluster} ({} datastores)", members.len()).into_any(),
        (None, [one, ..]) => {
            view! { <ObjectLink kind=ObjectKind::Datastore id=one.id name=one.name.clone() /> }.into_any()
        }
        (None, []) => ().into_any(),
    }
}

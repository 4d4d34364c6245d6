//! The page of one datastore: how full it is, who mounts it, what lies on it.

use leptos::prelude::*;
use model::{
    format,
    inventory::{Health, ObjectKind},
    source::SourceKind,
    table::{Cell, DatastoreDetail, DatastoreRow},
};

use crate::{
    components::{Card, Dot, Meter, Tone},
    pages::object::{
        AlarmCard, Fact, Facts, History, Labels, Measurements, ObjectPage, bytes, crumbs, flag, links,
        load_measurements, object, object_head, object_id, text, unknown,
    },
    server::inventory::read_datastore,
    table::{RelatedTable, health_state, words},
};

const BAR_WIDTH: u32 = 560;

#[component]
pub fn DatastorePage() -> impl IntoView {
    load_measurements(ObjectKind::Datastore);
    let id = object_id();
    let scope = Signal::derive(move || id.get().map_or_else(String::new, |id| format!("datastore_id:{id}")));
    view! {
        <ObjectPage load=read_datastore draw=|datastore| view! { <Datastore datastore /> }.into_any() />
        <RelatedTable
            kind=ObjectKind::Vm
            scope
            columns=&["name", "power", "cluster", "host", "disk", "used", "os", "snapshots"]
            prefix=""
            empty="No machine lies on this datastore."
        />
        <History kind=ObjectKind::Datastore />
    }
}

#[component]
fn Datastore(datastore: DatastoreDetail) -> impl IntoView {
    let DatastoreDetail { row, external_id, config, state, hosts, alarms } = datastore;
    let datacenter = object(row.datacenter.clone(), Cell::NOT_REPORTED);
    let of_platform = if row.source.kind == SourceKind::Hyperv {
        Fact::new("Owner node", text(state.owner_node))
            .help("Of a Cluster Shared Volume: the node that coordinates it at the moment.")
    } else {
        let pod = config.datastore_cluster.clone();
        Fact::new("Datastore cluster", pod.map_or_else(|| "None".into_any(), IntoAny::into_any))
    };
    view! {
        {object_head(&row, crumbs([]), states(&row))}
        <div class="grid">
            <AlarmCard alarms />
            <Card title="Capacity" note="when the platform was last read">
                <Capacity row=row.clone() />
            </Card>
            <Measurements />
            <Card title="Configuration" class="c8">
                <Facts facts=vec![
                    Fact::new("Type", text(config.file_system.clone())),
                    Fact::new("Shared by hosts", flag(config.shared, "Yes", "No")),
                    Fact::new("Accessible", flag(config.accessible, "Yes", "No")),
                    Fact::new("Maintenance", text(config.maintenance.as_deref().map(words))),
                    of_platform,
                    Fact::new("Datacenter", datacenter),
                    Fact::new("URL", text(config.url.clone())).help("The same through every vCenter that sees it."),
                    Fact::new("Platform's id", text(Some(external_id))),
                ] />
            </Card>
            <Card title="Hosts" note=format::count(hosts.len() as i64) class="c4">
                {links(hosts)}
            </Card>
            <Labels tags=config.tags attributes=config.attributes />
        </div>
    }
}

fn states(row: &DatastoreRow) -> AnyView {
    let access = match row.accessible {
        Some(true) => Some((Tone::Ok, "Accessible")),
        Some(false) => Some((Tone::Bad, "Not accessible")),
        None => None,
    };
    let maintenance = row.maintenance.as_deref().filter(|mode| *mode != "normal").map(words);
    let health = matches!(row.health, Health::Yellow | Health::Red).then(|| health_state(row.health));
    view! {
        {access.map(|(tone, label)| view! { <Dot tone label /> })}
        {maintenance.map(|label| view! { <Dot tone=Tone::Warn label /> })}
        {health}
    }
    .into_any()
}

/// One bar: used, and behind it what is promised to thin disks.
#[component]
fn Capacity(row: DatastoreRow) -> impl IntoView {
    let used = row.used_bytes();
    let bar = match (used, row.capacity_bytes) {
        (Some(used), Some(capacity)) if capacity > 0 => {
            let share = |part: i64| part as f64 * 100.0 / capacity as f64;
            let words = format!("{} used of {}", format::bytes(used), format::bytes(capacity));
            let provisioned = row.provisioned_bytes.map(share);
            view! {
                <div class="capacity">
                    <Meter
                        percent=share(used)
                        allocated_percent=provisioned.unwrap_or_default()
                        label=words
                        width=BAR_WIDTH
                    />
                    <strong>{format!("{:.0} %", share(used))}</strong>
                </div>
            }
            .into_any()
        }
        _ => unknown(),
    };
    let promised = match (row.provisioned_bytes, row.capacity_bytes) {
        (Some(provisioned), Some(capacity)) if capacity > 0 => {
            let share = provisioned as f64 * 100.0 / capacity as f64;
            format!("{} ({share:.0} %)", format::bytes(provisioned)).into_any()
        }
        _ => unknown(),
    };
    view! {
        {bar}
        <Facts facts=vec![
            Fact::new("Used", bytes(used)),
            Fact::new("Free", bytes(row.free_bytes)),
            Fact::new("Capacity", bytes(row.capacity_bytes)),
            Fact::new("Provisioned", promised).help("Capacity − free + what thin disks may still grow by."),
        ] />
    }
}

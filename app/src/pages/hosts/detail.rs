//! The page of one host: state, use, hardware, adapters, what it mounts and carries, its machines.

use leptos::prelude::*;
use model::{
    format,
    inventory::{ConnectionState, Health, HostConfig, ObjectKind, PhysicalAdapter, PowerState},
    source::SourceKind,
    table::{Cell, HostDetail, HostRow},
};

use crate::{
    components::{Card, Head, PlainTable, StatePill, Tone},
    pages::object::{
        AlarmCard, Fact, Facts, History, Labels, Measurements, ObjectPage, Share, ShareLine, bytes, count, crumbs,
        flag, links, load_measurements, mhz, object, object_head, object_id, text, time, unknown,
    },
    server::inventory::read_host,
    table::{RelatedTable, connection_state, dash, health_state, power_state},
};

const ADAPTER_HEADS: [Head; 4] =
    [Head::Text("Adapter"), Head::Text("MAC address"), Head::Number("Link"), Head::Text("Driver")];

const NOT_REACHED: &str = "the host does not answer the platform";

#[component]
pub fn HostPage() -> impl IntoView {
    load_measurements(ObjectKind::Host);
    let id = object_id();
    let scope = Signal::derive(move || id.get().map_or_else(String::new, |id| format!("host_id:{id}")));
    view! {
        <ObjectPage load=read_host draw=|host| view! { <Host host /> }.into_any() />
        <RelatedTable
            kind=ObjectKind::Vm
            scope
            columns=&["name", "power", "vcpu", "cpu", "mem", "active", "disk", "os", "ip", "snapshots"]
            prefix=""
            empty="No machine is placed on this host."
        />
        <History kind=ObjectKind::Host />
    }
}

#[component]
fn Host(host: HostDetail) -> impl IntoView {
    let row = &host.row;
    let alarms = host.alarms.clone();
    let (used, placed, hardware) = (host.clone(), host.clone(), host.clone());
    let (datastores, networks, adapters) =
        (host.datastores.clone(), host.networks.clone(), host.config.adapters.clone());
    let hyperv = (row.source.kind == SourceKind::Hyperv).then(|| {
        let config = host.config.clone();
        view! {
            <Card title="Hyper-V's settings">
                <LiveMigrationFacts config />
            </Card>
        }
    });
    let counted = |count: usize| format::count(count as i64);
    view! {
        {object_head(row, crumbs([row.cluster.as_ref()]), states(row))}
        <div class="grid">
            <AlarmCard alarms />
            <Card title="Use" note="when the platform was last read" class="c6">
                <Use host=used />
            </Card>
            <Card title="Placement and version" class="c6">
                <Placement host=placed />
            </Card>
            <Measurements />
            <Card title="Hardware" class="c8">
                <Hardware host=hardware />
            </Card>
            <Card title="Datastores" note=counted(datastores.len()) class="c4">
                {links(datastores)}
            </Card>
            {hyperv}
            <Card title="Physical adapters" note=counted(adapters.len()) class="c8">
                <PhysicalAdapters adapters />
            </Card>
            <Card title="Networks" note=counted(networks.len()) class="c4">
                {links(networks)}
            </Card>
            <Labels tags=host.config.tags.clone() attributes=host.config.attributes.clone() />
        </div>
    }
}

fn states(row: &HostRow) -> AnyView {
    let power = (row.power != PowerState::On).then(|| power_state(row.power));
    let maintenance =
        (row.in_maintenance == Some(true)).then(|| view! { <StatePill tone=Tone::Warn label="In maintenance" /> });
    let health = matches!(row.health, Health::Yellow | Health::Red).then(|| health_state(row.health));
    view! {
        {connection_state(row.connection)}
        {power}
        {maintenance}
        {health}
    }
    .into_any()
}

#[component]
fn Use(host: HostDetail) -> impl IntoView {
    let row = host.row;
    let reason =
        if row.connection == ConnectionState::Connected { "not reported by the platform" } else { NOT_REACHED };
    let shares = [
        Share {
            label: "CPU",
            help: "in use, of all cores",
            used: row.cpu_usage_mhz,
            total: row.cpu_total_mhz,
            print: format::mhz,
            heats: true,
            reason,
        },
        Share {
            label: "Memory",
            help: "in use, the hypervisor's own included",
            used: row.memory_usage_bytes,
            total: row.memory_bytes,
            print: format::bytes,
            heats: true,
            reason,
        },
    ];
    let uptime = match host.state.uptime_s {
        Some(seconds) => format::duration_s(seconds).into_any(),
        None => dash(reason, 0),
    };
    view! {
        <dl class="shares">{shares.into_iter().map(|share| view! { <ShareLine share /> }).collect_view()}</dl>
        <Facts facts=vec![
            Fact::new("Machines", count(Some(row.vm_count))).help("Templates and agents included."),
            Fact::new("Uptime", uptime),
            Fact::new("Booted", time(host.state.boot_at_ms)),
        ] />
    }
}

#[component]
fn Placement(host: HostDetail) -> impl IntoView {
    let config = host.config;
    view! {
        <Facts facts=vec![
            Fact::new("Cluster", object(host.row.cluster, "stand-alone host")),
            Fact::new("Datacenter", object(host.row.datacenter, Cell::NOT_REPORTED)),
            Fact::new("Product", text(config.product)),
            Fact::new("Version", text(config.version)),
            Fact::new("Build", text(config.build)),
            Fact::new("Platform's id", text(Some(host.external_id))),
        ] />
    }
}

#[component]
fn Hardware(host: HostDetail) -> impl IntoView {
    let config = host.config;
    view! {
        <Facts facts=vec![
            Fact::new("Vendor", text(config.vendor.clone())),
            Fact::new("Model", text(config.model.clone())),
            Fact::new("Serial number", text(config.serial.clone())),
            Fact::new("CPU model", text(config.cpu_model.clone())),
            Fact::new("Sockets", count(config.sockets)),
            Fact::new("Cores", count(config.cores)),
            Fact::new("Threads", count(config.threads)),
            Fact::new("Core speed", mhz(config.core_mhz)),
            Fact::new("CPU in total", mhz(config.total_cpu_mhz())),
            Fact::new("Memory", bytes(config.memory_bytes)),
            Fact::new("Hardware UUID", text(config.uuid.clone())),
        ] />
    }
}

/// Hyper-V's own settings.
#[component]
fn LiveMigrationFacts(config: HostConfig) -> impl IntoView {
    let migration = config.live_migration.unwrap_or_default();
    view! {
        <Facts facts=vec![
            Fact::new("Live migration", flag(migration.enabled, "On", "Off")),
            Fact::new("At the same time", count(migration.most_migrations)),
            Fact::new("Storage at the same time", count(migration.most_storage_migrations)),
            Fact::new("Authentication", text(migration.authentication)),
            Fact::new("Performance", text(migration.performance)),
            Fact::new("NUMA nodes", count(config.numa_nodes)),
            Fact::new("Machines are kept in", text(config.machine_path)),
            Fact::new("Disks are kept in", text(config.disk_path)),
        ] />
    }
}

#[component]
fn PhysicalAdapters(adapters: Vec<PhysicalAdapter>) -> AnyView {
    if adapters.is_empty() {
        return view! { <p class="none">"None was reported."</p> }.into_any();
    }
    let rows = adapters
        .into_iter()
        .map(|adapter| {
            let link = match adapter.link_mbps {
                Some(mbps) if mbps >= 1_000 && mbps % 1_000 == 0 => format!("{} Gbit/s", mbps / 1_000).into_any(),
                Some(mbps) => format!("{mbps} Mbit/s").into_any(),
                None => dash("the link is down", 0),
            };
            view! {
                <tr>
                    <th scope="row">{adapter.name}</th>
                    <td class="mono">{adapter.mac.map_or_else(unknown, IntoAny::into_any)}</td>
                    <td class="num">{link}</td>
                    <td>{text(adapter.driver)}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <PlainTable caption="Physical adapters" heads=ADAPTER_HEADS>
            {rows}
        </PlainTable>
    }
    .into_any()
}

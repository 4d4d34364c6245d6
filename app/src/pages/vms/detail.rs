//! The page of one machine: state, use, configuration, placement, devices, snapshots and history.

use leptos::prelude::*;
use model::{
    format,
    inventory::{ConnectionState, Health, ObjectKind, PowerState, VmRole},
    source::SourceKind,
    table::{Cell, Reference, Related, VmDetail, VmRow},
};

use super::{
    allocation::AllocationTable,
    devices::{AdapterTable, DiskTable},
    hyperv::HypervCards,
    snapshots::SnapshotTree,
};
use crate::{
    components::{Card, StatePill, Tone},
    pages::object::{
        AlarmCard, Fact, Facts, History, Labels, Measurements, ObjectPage, Share, ShareLine, bytes, count, crumbs,
        flag, links, load_measurements, object, object_head, since, text, time, unknown,
    },
    server::inventory::read_vm,
    table::{connection_state, dash, health_state, power_state, role_words, words},
};

#[component]
pub fn VmPage() -> impl IntoView {
    load_measurements(ObjectKind::Vm);
    view! {
        <ObjectPage load=read_vm draw=|vm| view! { <Machine vm /> }.into_any() />
        <History kind=ObjectKind::Vm />
    }
}

#[component]
fn Machine(vm: VmDetail) -> impl IntoView {
    let row = &vm.row;
    let alarms = vm.alarms.clone();
    let notes = vm.config.annotation.clone().filter(|notes| !notes.trim().is_empty()).map(|notes| {
        view! {
            <Card title="Notes" class="c6">
                <p class="notes">{notes}</p>
            </Card>
        }
    });
    let (disks, adapters, snapshots) =
        (vm.config.disks.clone(), vm.config.adapters.clone(), vm.config.snapshots.clone());
    let (datastores, networks) = (vm.datastores.clone(), vm.networks.clone());
    let (cpu, memory) = (vm.config.cpu.clone(), vm.config.memory.clone());
    let (used, placed, configured, inside) = (vm.clone(), vm.clone(), vm.clone(), vm.clone());
    let counted = |count: usize| format::count(count as i64);
    let is_hyperv = row.source.kind == SourceKind::Hyperv;
    let hyperv = is_hyperv.then(|| view! { <HypervCards vm=vm.clone() /> });
    let snapshots_title = if is_hyperv { "Checkpoints" } else { "Snapshots" };
    view! {
        {object_head(row, crumbs([row.cluster.as_ref(), row.host.as_ref()]), states(row))}
        <div class="grid">
            <AlarmCard alarms />
            <Card title="Use" note="when the platform was last read" class="c6">
                <Use vm=used />
            </Card>
            <Card title="Placement" class="c6">
                <Placement vm=placed />
            </Card>
            <Measurements />
            <Card title="Configuration" class="c8">
                <Configuration vm=configured />
            </Card>
            <Card title="Guest" class="c4">
                <Guest vm=inside />
            </Card>
            {hyperv}
            <Card title="Reservations, limits and shares" class="c6">
                <AllocationTable cpu memory />
            </Card>
            <Card title=snapshots_title note=counted(snapshots.len()) class="c6">
                <SnapshotTree snapshots />
            </Card>
            <Card title="Disks" note=counted(disks.len())>
                <DiskTable disks datastores />
            </Card>
            <Card title="Network adapters" note=counted(adapters.len())>
                <AdapterTable adapters networks />
            </Card>
            {notes}
            <Labels tags=vm.config.tags.clone() attributes=vm.config.attributes.clone() />
        </div>
    }
}

/// States, the ordinary ones left out: what is as it should be needs no pill.
fn states(row: &VmRow) -> AnyView {
    let connection = (row.connection != ConnectionState::Connected).then(|| connection_state(row.connection));
    let health = matches!(row.health, Health::Yellow | Health::Red).then(|| health_state(row.health));
    let role =
        (row.role != VmRole::Ordinary).then(|| view! { <StatePill tone=Tone::Idle label=role_words(row.role) /> });
    view! {
        {power_state(row.power)}
        {connection}
        {health}
        {role}
    }
    .into_any()
}

#[component]
fn Use(vm: VmDetail) -> impl IntoView {
    let state = vm.state;
    let reason =
        if vm.row.power == PowerState::On { "not reported by the platform" } else { "the machine does not run" };
    let memory = vm.row.memory_bytes;
    let of_memory =
        |label, help, used, heats| Share { label, help, used, total: memory, print: format::bytes, heats, reason };
    let storage_total =
        state.storage_committed_bytes.zip(state.storage_uncommitted_bytes).map(|(taken, to_grow)| taken + to_grow);
    let mut shares = vec![Share {
        label: "CPU",
        help: "in use",
        used: state.cpu_usage_mhz,
        total: None,
        print: format::mhz,
        heats: true,
        reason,
    }];
    if vm.row.source.kind == SourceKind::Hyperv {
        shares.extend([
            // A host gives a machine all that it has: usual, and no trouble.
            of_memory("Assigned memory", "by the host, of what it starts with", state.memory_consumed_bytes, false),
            of_memory("Memory demand", "what the guest asks for", state.memory_demand_bytes, true),
        ]);
    } else {
        shares.extend([
            of_memory("Active memory", "touched recently", state.memory_active_bytes, true),
            of_memory("Host memory", "backs the machine, overhead included", state.memory_consumed_bytes, false),
            of_memory("Ballooned", "taken back by the host", state.memory_ballooned_bytes, true),
            of_memory("Swapped", "by the host", state.memory_swapped_bytes, true),
        ]);
    }
    shares.push(Share {
        label: "Storage",
        help: "taken of what it may grow to",
        used: state.storage_committed_bytes,
        total: storage_total,
        print: format::bytes,
        // Thick disks take all at once.
        heats: false,
        reason: "not reported by the platform",
    });
    let uptime = match state.uptime_s {
        Some(seconds) => format::duration_s(seconds).into_any(),
        None => dash(reason, 0),
    };
    view! {
        <dl class="shares">{shares.into_iter().map(|share| view! { <ShareLine share /> }).collect_view()}</dl>
        <Facts facts=vec![
            Fact::new("Uptime", uptime),
            Fact::new("Booted", time(state.boot_at_ms)),
            Fact::new("Not shared", bytes(state.storage_unshared_bytes)).help("What deleting the machine would free."),
        ] />
    }
}

#[component]
fn Placement(vm: VmDetail) -> impl IntoView {
    let row = vm.row;
    view! {
        <Facts facts=vec![
            Fact::new("Host", object(row.host, "not placed, or not visible to the account")),
            Fact::new("Cluster", object(row.cluster, "stand-alone host")),
            Fact::new("Datacenter", object(row.datacenter, Cell::NOT_REPORTED)),
            Fact::new("Folder", text(row.folder)),
            Fact::new("Resource pool", text(row.resource_pool)),
            Fact::new("Configuration file", text(vm.config.config_path)),
        ] />
        <h3>"Datastores"</h3>
        {links(objects(vm.datastores))}
        <h3>"Networks"</h3>
        {links(objects(vm.networks))}
    }
}

fn objects(related: Vec<Related>) -> Vec<Reference> {
    related.into_iter().map(|related| related.object).collect()
}

#[component]
fn Configuration(vm: VmDetail) -> impl IntoView {
    let config = vm.config;
    let sockets = match (config.vcpu, config.cores_per_socket) {
        (Some(vcpu), Some(cores)) if cores > 0 => {
            format!("{} × {} cores", format::count(vcpu / cores), format::count(cores)).into_any()
        }
        _ => unknown(),
    };
    let mut facts = vec![
        Fact::new("vCPU", count(config.vcpu)),
        Fact::new("Sockets", sockets),
        Fact::new("Memory", bytes(config.memory_bytes)),
        Fact::new("Disks", bytes(vm.row.disk_bytes)).help("Sum of the disks' capacity."),
        Fact::new("Firmware", text(config.firmware.map(|firmware| firmware.to_uppercase()))),
        Fact::new("Hardware version", text(config.hardware_version)),
        Fact::new("Created", time(config.created_at_ms)),
        Fact::new("BIOS UUID", text(config.bios_uuid)),
        Fact::new("Platform's id", text(Some(vm.external_id))),
        Fact::new("First seen", since(Some(vm.row.seen.first_ms))),
    ];
    // Hyper-V is not asked for these; what it has instead stands on cards of its own.
    if vm.row.source.kind == SourceKind::Vcenter {
        let passthrough = if config.passthrough_devices.is_empty() {
            "None".into_any()
        } else {
            config.passthrough_devices.join(", ").into_any()
        };
        let managed_by = config.managed_by.map_or_else(|| "Nobody else".into_any(), IntoAny::into_any);
        facts.extend([
            Fact::new("CPU hot add", flag(config.cpu_hot_add, "On", "Off")),
            Fact::new("Memory hot add", flag(config.memory_hot_add, "On", "Off")),
            Fact::new("Latency sensitivity", text(config.latency_sensitivity.map(|word| words(&word)))),
            Fact::new("Passed-through devices", passthrough),
            Fact::new("Managed by", managed_by),
            Fact::new("Instance UUID", text(config.instance_uuid)),
        ]);
    }
    view! { <Facts facts /> }
}

#[component]
fn Guest(vm: VmDetail) -> impl IntoView {
    let config = vm.config;
    let addresses = if config.ip_addresses.is_empty() {
        dash("no address is known; tools report it while the guest runs", 0)
    } else {
        let items = config.ip_addresses.into_iter().map(|address| view! { <li>{address}</li> }).collect_view();
        view! { <ul class="addresses">{items}</ul> }.into_any()
    };
    view! {
        <Facts facts=vec![
            Fact::new("Host name", text(config.guest_host_name)),
            Fact::new("IP addresses", addresses),
            Fact::new("Running", text(config.guest_os_running)).help("The guest that its tools report."),
            Fact::new("Configured for", text(config.guest_os)),
            Fact::new("Tools", text(config.tools_state.map(|state| words(&state)))),
            Fact::new("Tools version", text(config.tools_version)),
        ] />
    }
}

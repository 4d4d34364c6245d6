//! What Hyper-V alone tells of a machine: dynamic memory, generation, replication, integration services.

use leptos::prelude::*;
use model::{
    format,
    inventory::{GuestService, Health, ReplicationMode, VmConfig, VmState},
    table::VmDetail,
};

use crate::{
    components::{Card, Dot, Tone},
    pages::object::{Fact, Facts, bytes, count, flag, text, time, unknown},
    table::{health_state, words},
};

#[component]
pub(super) fn HypervCards(vm: VmDetail) -> impl IntoView {
    let VmDetail { config, state, .. } = vm;
    let start = start_facts(&config);
    let replication = replication(&config, &state);
    let heartbeat = text(state.heartbeat.as_deref().map(words));
    let services = services(config.guest_services);
    view! {
        <Card title="Memory and start" class="c6">
            {start}
        </Card>
        <Card title="Replication and services" class="c6">
            {replication}
            <Facts facts=vec![
                Fact::new("Heartbeat", heartbeat).help("Whether the guest answers its host."),
            ] />
            {services}
        </Card>
    }
}

fn start_facts(config: &VmConfig) -> AnyView {
    let dynamic = config.dynamic_memory.clone();
    let is_dynamic = dynamic.as_ref().map(|memory| memory.enabled);
    let bound = |bound: fn(&model::inventory::DynamicMemory) -> Option<i64>| {
        bytes(dynamic.as_ref().filter(|memory| memory.enabled).and_then(bound))
    };
    view! {
        <Facts facts=vec![
            Fact::new("Dynamic memory", flag(is_dynamic, "On", "Off")).help("Memory that grows and shrinks with demand."),
            Fact::new("Startup memory", bytes(config.memory_bytes)),
            Fact::new("Minimum", bound(|memory| memory.minimum_bytes)),
            Fact::new("Maximum", bound(|memory| memory.maximum_bytes))
                .help("How far it may grow; Hyper-V's default of 1 TiB is no promise."),
            Fact::new("Generation", count(config.generation)).help("1 with a BIOS, 2 with UEFI."),
            Fact::new("Secure boot", flag(config.secure_boot, "On", "Off")),
            Fact::new("TPM", flag(config.tpm, "On", "Off")),
            Fact::new("When the host starts", text(config.automatic_start.as_deref().map(words))),
            Fact::new("Highly available", flag(config.highly_available, "Yes", "No"))
                .help("A failover cluster starts it elsewhere when its host fails."),
        ] />
    }
    .into_any()
}

fn replication(config: &VmConfig, state: &VmState) -> AnyView {
    let Some(replication) = config.replication.clone() else {
        return view! { <p class="none">"The machine is not replicated."</p> }.into_any();
    };
    let side = match replication.mode {
        ReplicationMode::Primary => "Primary",
        ReplicationMode::Replica => "Replica",
        ReplicationMode::TestReplica => "Test replica",
        ReplicationMode::ExtendedReplica => "Extended replica",
    };
    let every = replication.frequency_s.map_or_else(unknown, |seconds| format::duration_s(seconds).into_any());
    let health = match state.replication_health {
        Some(Health::Green) => view! { <Dot tone=Tone::Ok label="Normal" /> }.into_any(),
        Some(health) => health_state(health),
        None => unknown(),
    };
    view! {
        <Facts facts=vec![
            Fact::new("This side", side.into_any()),
            Fact::new("State", text(state.replication_state.as_deref().map(words))),
            Fact::new("Health", health),
            Fact::new("Last replicated", time(state.last_replication_at_ms)),
            Fact::new("From", text(replication.primary_server)),
            Fact::new("To", text(replication.replica_server)),
            Fact::new("Every", every),
        ] />
    }
    .into_any()
}

fn services(services: Vec<GuestService>) -> AnyView {
    if services.is_empty() {
        return view! { <p class="none">"No integration service is reported."</p> }.into_any();
    }
    let items = services.into_iter().map(|service| {
        let state = match service.enabled {
            Some(true) => view! { <Dot tone=Tone::Ok label="On" /> }.into_any(),
            Some(false) => view! { <Dot tone=Tone::Idle label="Off" /> }.into_any(),
            None => unknown(),
        };
        view! {
            <li>
                <span class="grow">{service.name}</span>
                {state}
            </li>
        }
    });
    view! { <ul class="list">{items.collect_view()}</ul> }.into_any()
}

//! The page of one cluster: how full it is, its rules, its hosts and machines.

use leptos::prelude::*;
use model::{
    format,
    inventory::{Health, ObjectKind},
    source::SourceKind,
    table::{Cell, ClusterDetail, ClusterRow},
};

use super::{
    availability::{Availability, DrsRules},
    failover::{QuorumCard, RoleCard},
};
use crate::{
    components::{Card, Dot, Tone},
    pages::object::{
        AlarmCard, Fact, Facts, History, Labels, Measurements, ObjectPage, Share, ShareLine, bytes, count, crumbs,
        load_measurements, mhz, object, object_head, object_id, text, unknown,
    },
    server::inventory::read_cluster,
    table::{RelatedTable, health_state},
};

#[component]
pub fn ClusterPage() -> impl IntoView {
    load_measurements(ObjectKind::Cluster);
    let id = object_id();
    let scope = Signal::derive(move || id.get().map_or_else(String::new, |id| format!("cluster_id:{id}")));
    view! {
        <ObjectPage load=read_cluster draw=|cluster| view! { <Cluster cluster /> }.into_any() />
        <RelatedTable
            kind=ObjectKind::Host
            scope
            columns=&["name", "connection", "maintenance", "vms", "cpu", "mem", "cores", "memory", "model", "version"]
            prefix="h."
            empty="This cluster has no host."
        />
        <RelatedTable
            kind=ObjectKind::Vm
            scope
            columns=&["name", "power", "host", "vcpu", "cpu", "mem", "active", "disk", "os", "ip"]
            prefix=""
            empty="No machine is placed in this cluster."
        />
        <History kind=ObjectKind::Cluster />
    }
}

#[component]
fn Cluster(cluster: ClusterDetail) -> impl IntoView {
    let row = &cluster.row;
    let alarms = cluster.alarms.clone();
    let pools = if cluster.resource_pools.is_empty() {
        view! { <p class="none">"None but the cluster itself."</p> }.into_any()
    } else {
        let items = cluster.resource_pools.iter().map(|pool| view! { <li>{pool.clone()}</li> }).collect_view();
        view! { <ul class="links">{items}</ul> }.into_any()
    };
    let (used, sized, config) = (cluster.clone(), cluster.clone(), cluster.config.clone());
    let pool_count = format::count(cluster.resource_pools.len() as i64);
    // Each platform has rules of its own, and none of the other's.
    let (rules, parts) = if row.source.kind == SourceKind::Hyperv {
        let (quorum, groups) = (config.quorum, config.groups);
        (view! { <QuorumCard quorum /> }.into_any(), view! { <RoleCard groups /> }.into_any())
    } else {
        let rules = view! {
            <Card title="Availability and placement" class="c6">
                <Availability config />
            </Card>
        };
        let parts = view! {
            <Card title="Resource pools" note=pool_count class="c4">
                {pools}
            </Card>
        };
        (rules.into_any(), parts.into_any())
    };
    view! {
        {object_head(row, crumbs([]), states(row))}
        <div class="grid">
            <AlarmCard alarms />
            <Card title="Use" note="when the platform was last read" class="c6">
                <Use cluster=used />
            </Card>
            {rules}
            <Measurements />
            <Card title="Size" class="c8">
                <Size cluster=sized />
            </Card>
            {parts}
            <DrsRules rules=cluster.config.drs_rules.clone() />
            <Labels tags=cluster.config.tags.clone() attributes=cluster.config.attributes.clone() />
        </div>
    }
}

fn states(row: &ClusterRow) -> AnyView {
    let switch = |on: Option<bool>, yes: &'static str, no: &'static str| {
        on.map(|on| if on { (Tone::Ok, yes) } else { (Tone::Idle, no) })
            .map(|(tone, label)| view! { <Dot tone label /> })
    };
    let health = matches!(row.health, Health::Yellow | Health::Red).then(|| health_state(row.health));
    view! {
        {switch(row.ha_enabled, "HA on", "HA off")}
        {switch(row.drs_enabled, "DRS on", "DRS off")}
        {health}
    }
    .into_any()
}

#[component]
fn Use(cluster: ClusterDetail) -> impl IntoView {
    const REASON: &str = "not reported by the platform";
    let row = cluster.row;
    let bytes_of = |label, help, used, total| Share {
        label,
        help,
        used,
        total,
        print: format::bytes,
        heats: true,
        reason: REASON,
    };
    let mhz_of =
        |label, help, used, total| Share { label, help, used, total, print: format::mhz, heats: true, reason: REASON };
    let shares = [
        mhz_of("CPU", "in use, of all hosts", row.cpu_usage_mhz, row.cpu_total_mhz),
        bytes_of("Memory", "in use, of all hosts", row.memory_usage_bytes, row.memory_bytes),
        bytes_of("Allocated", "memory of machines that are on", row.memory_allocated_bytes, row.memory_bytes),
    ];
    let ratio = match (row.vcpu_allocated, row.cores) {
        (Some(vcpu), Some(cores)) if cores > 0 => {
            let ratio = vcpu as f64 / cores as f64;
            format!("{} on {} cores ({ratio:.1} : 1)", format::count(vcpu), format::count(cores)).into_any()
        }
        _ => unknown(),
    };
    view! {
        <dl class="shares">{shares.into_iter().map(|share| view! { <ShareLine share /> }).collect_view()}</dl>
        <Facts facts=vec![
            Fact::new("vCPU allocated", ratio).help("Configured on machines that are on."),
            Fact::new("Machines", count(Some(row.vm_count))),
        ] />
    }
}

#[component]
fn Size(cluster: ClusterDetail) -> impl IntoView {
    let ClusterDetail { row, external_id, config, state, .. } = cluster;
    view! {
        <Facts facts=vec![
            Fact::new("Hosts", count(config.host_count.or(Some(row.host_count)))),
            Fact::new("Effective hosts", count(state.effective_hosts))
                .help("Without hosts that are in maintenance or not responding."),
            Fact::new("Cores", count(config.total_cores.or(row.cores))),
            Fact::new("Threads", count(config.total_threads)),
            Fact::new("CPU in total", mhz(config.total_cpu_mhz.or(row.cpu_total_mhz))),
            Fact::new("Effective CPU", mhz(state.effective_cpu_mhz)),
            Fact::new("Memory in total", bytes(config.total_memory_bytes.or(row.memory_bytes))),
            Fact::new("Effective memory", bytes(state.effective_memory_bytes)),
            Fact::new("EVC mode", config.evc_mode.clone().map_or_else(|| crate::table::dash("off or not reported", 0), IntoAny::into_any)),
            Fact::new("Datacenter", object(row.datacenter, Cell::NOT_REPORTED)),
            Fact::new("Platform's id", text(Some(external_id))),
        ] />
    }
}

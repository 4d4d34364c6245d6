//! The page of one network: its switch and VLAN, who carries it, who is attached.

use leptos::prelude::*;
use model::{
    format,
    inventory::{NetworkConfig, ObjectKind},
    source::SourceKind,
    table::{Cell, NetworkDetail},
};

use crate::{
    components::{Card, Dot, Tone},
    pages::object::{
        Fact, Facts, History, Labels, ObjectPage, count, crumbs, flag, links, object, object_head, object_id, text,
    },
    server::inventory::read_network,
    table::{RelatedTable, words},
};

#[component]
pub fn NetworkPage() -> impl IntoView {
    let id = object_id();
    let scope = Signal::derive(move || id.get().map_or_else(String::new, |id| format!("network_id:{id}")));
    view! {
        <ObjectPage load=read_network draw=|network| view! { <Network network /> }.into_any() />
        <RelatedTable
            kind=ObjectKind::Vm
            scope
            columns=&["name", "power", "cluster", "host", "ip", "dns", "os"]
            prefix=""
            empty="No machine is attached to this network."
        />
        <History kind=ObjectKind::Network />
    }
}

#[component]
fn Network(network: NetworkDetail) -> impl IntoView {
    let NetworkDetail { row, external_id, config, hosts } = network;
    let access = (row.accessible == Some(false)).then(|| view! { <Dot tone=Tone::Bad label="Not accessible" /> });
    let uplink = row.is_uplink.then(|| view! { <span class="tag">"uplink"</span> });
    let states = view! {
        <span class="tag">{words(row.network_type.key())}</span>
        {uplink}
        {access}
    }
    .into_any();
    let mut facts = vec![
        Fact::new("Type", words(config.network_type.key()).into_any()),
        Fact::new("Switch", text(config.switch_name.clone())),
        Fact::new("VLAN", text(config.vlan.clone().map(vlan_words))),
        Fact::new("Datacenter", object(row.datacenter.clone(), Cell::NOT_REPORTED)),
        Fact::new("Platform's id", text(Some(external_id))),
    ];
    facts.extend(if row.source.kind == SourceKind::Hyperv { of_hyperv(&config) } else { of_vmware(&config) });
    view! {
        {object_head(&row, crumbs([]), states)}
        <div class="grid">
            <Card title="Configuration" class="c8">
                <Facts facts />
            </Card>
            <Card title="Hosts" note=format::count(hosts.len() as i64) class="c4">
                {links(hosts)}
            </Card>
            <Labels tags=config.tags attributes=config.attributes />
        </div>
    }
}

fn of_vmware(config: &NetworkConfig) -> Vec<Fact> {
    vec![
        Fact::new("Ports", count(config.port_count)),
        Fact::new("Accessible", flag(config.accessible, "Yes", "No")),
        Fact::new("Uplink", if config.is_uplink { "Yes" } else { "No" }.into_any())
            .help("Carries a switch's physical links; no machine can be attached."),
    ]
}

fn of_hyperv(config: &NetworkConfig) -> Vec<Fact> {
    vec![
        Fact::new("Physical adapters", text(Some(config.uplinks.join(", ")))),
        Fact::new("Used by the host, too", flag(config.management_os, "Yes", "No")),
        Fact::new("Teaming by the switch", flag(config.teaming, "Yes", "No")),
    ]
}

/// VLAN 0 is the platform's way to say that frames carry none.
fn vlan_words(vlan: String) -> String {
    if vlan == "0" { "None (untagged)".to_owned() } else { vlan }
}

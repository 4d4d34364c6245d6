//! Virtual switches as networks. The nodes of a cluster have switches of their own; those of one name are one network, as
//! a machine is plugged into the same one wherever it moves.

use std::collections::BTreeMap;

use model::{
    ids::ExternalId,
    inventory::{Network, NetworkConfig, NetworkType, ObjectKind},
    run::Severity,
};

use super::{Assembly, Owner, Site};
use crate::hyperv::report::Switch;

/// `switch:NAME@CLUSTER`, or the switch's own identifier with its stand-alone host: the default switch of Windows has the
/// same on each.
fn id(site: &Site<'_>, switch: &Switch) -> Option<ExternalId> {
    let name = switch.name.as_deref()?;
    Some(ExternalId::new(match &site.owner {
        Owner::Cluster(cluster) => format!("switch:{}@{cluster}", name.to_lowercase()),
        Owner::Alone(host) => format!("{}@{host}", switch.id.as_deref().unwrap_or(name)),
    }))
}

pub(super) fn of_host(site: &Site<'_>) -> Vec<ExternalId> {
    let mut all: Vec<ExternalId> = site.report.switches.rows().iter().filter_map(|switch| id(site, switch)).collect();
    all.sort();
    all.dedup();
    all
}

/// The network of an adapter: by the switch's identifier, else by its name.
pub(super) fn of_adapter(site: &Site<'_>, switch_id: Option<&str>, name: Option<&str>) -> Option<ExternalId> {
    let switches = site.report.switches.rows();
    let by_id = || switches.iter().find(|switch| switch_id.is_some() && switch.id.as_deref() == switch_id);
    let by_name = || switches.iter().find(|switch| name.is_some() && switch.name.as_deref() == name);
    id(site, by_id().or_else(by_name)?)
}

fn network_type(switch: &Switch) -> NetworkType {
    match &switch.kind {
        kind if kind.is(2, "External") => NetworkType::External,
        kind if kind.is(1, "Internal") => NetworkType::Internal,
        _ => NetworkType::Private,
    }
}

pub(super) fn add(sites: &[Site<'_>], nodes_lost: bool, assembly: &mut Assembly) {
    let mut networks: BTreeMap<ExternalId, Network> = BTreeMap::new();
    for site in sites {
        for switch in site.report.switches.rows() {
            let (Some(id), Some(name)) = (id(site, switch), switch.name.as_deref()) else { continue };
            let uplinks = switch.uplinks.iter().map(|uplink| format!("{}: {uplink}", short(&site.host)));
            let own = network_type(switch);
            let Some(network) = networks.get_mut(&id) else {
                let config = NetworkConfig {
                    network_type: own,
                    switch_name: Some(name.to_owned()),
                    accessible: Some(true),
                    uplinks: uplinks.collect(),
                    management_os: switch.management_os,
                    teaming: switch.teaming,
                    ..NetworkConfig::default()
                };
                let network =
                    Network { external_id: id.clone(), name: name.to_owned(), datacenter: None, folder: None, config };
                networks.insert(id, network);
                continue;
            };
            network.config.uplinks.extend(uplinks);
            if network.config.network_type != own {
                let message = format!(
                    "the switch {name} is not of the same type on all nodes: machines lose their network when they move"
                );
                let advice = "Make it external, internal or private on all nodes alike.";
                assembly.issues.object(ObjectKind::Network, &id, name, message, advice);
            }
        }
    }
    let is_partial = nodes_lost || sites.iter().any(|site| !site.report.switches.is_whole());
    for network in networks.into_values() {
        if is_partial {
            assembly.withhold(ObjectKind::Network, &network.external_id, vec!["uplinks".to_owned()]);
        }
        assembly.inventory.networks.push(network);
    }
    tell_missing(sites, assembly);
}

/// A machine that moves to a node without its switch loses its network.
fn tell_missing(sites: &[Site<'_>], assembly: &mut Assembly) {
    let mut by_cluster: BTreeMap<&Owner, Vec<&Site<'_>>> = BTreeMap::new();
    for site in sites.iter().filter(|site| site.report.switches.is_whole()) {
        by_cluster.entry(&site.owner).or_default().push(site);
    }
    for (_, members) in by_cluster.into_iter().filter(|(_, members)| members.len() > 1) {
        let names = |site: &Site<'_>| {
            let external =
                site.report.switches.rows().iter().filter(|switch| network_type(switch) == NetworkType::External);
            external.filter_map(|switch| switch.name.clone()).collect::<std::collections::BTreeSet<_>>()
        };
        let all: std::collections::BTreeSet<String> = members.iter().flat_map(|site| names(site)).collect();
        for name in all {
            let without: Vec<&str> =
                members.iter().filter(|site| !names(site).contains(&name)).map(|site| short(&site.host)).collect();
            if !without.is_empty() {
                let message = format!("the switch {name} is missing on {}", without.join(", "));
                let advice = "Create it there under the same name: machines that move lose their network otherwise.";
                assembly.issues.kind(Severity::Note, ObjectKind::Network, message, advice);
            }
        }
    }
}

/// `hv1` for `hv1.lab`.
pub(super) fn short(host: &str) -> &str {
    host.split('.').next().unwrap_or(host)
}

//! Failover clusters as their nodes tell of them: nodes, quorum, roles, sums over all hosts.

use std::collections::{BTreeMap, HashMap};

use model::{
    ids::ExternalId,
    inventory::{Cluster, ClusterConfig, ClusterGroup, ClusterState, Health, ObjectKind, Quorum},
};

use super::{Assembly, HostRead, KnownNode, Owner, Site};
use crate::hyperv::report::{self, Report};

/// Nodes that are read at most, of all clusters together.
const NODES_MAX: usize = 256;
/// Roles that are kept of one cluster.
const GROUPS_MAX: usize = 500;

/// All clusters that any host has told of, by their identifiers.
pub(super) struct Clusters<'a> {
    all: BTreeMap<&'a str, &'a report::Cluster>,
    /// Cluster by host name.
    nodes: HashMap<String, &'a str>,
    /// How many machines the cluster says that a host has.
    machines: HashMap<String, usize>,
}

impl<'a> Clusters<'a> {
    pub(super) fn of(reads: &'a [HostRead]) -> Self {
        let mut clusters = Self { all: BTreeMap::new(), nodes: HashMap::new(), machines: HashMap::new() };
        for cluster in reads.iter().filter_map(|read| read.report.cluster.read.as_ref()) {
            let Some(id) = cluster.id.as_deref().filter(|_| cluster.member == Some(true)) else { continue };
            if clusters.all.contains_key(id) {
                continue;
            }
            clusters.all.insert(id, cluster);
            for node in cluster.nodes.iter().filter_map(|node| node.name.as_deref()) {
                clusters.nodes.insert(cluster.host_name(node), id);
            }
            for group in cluster.groups.iter().filter(|group| group.is_machine()) {
                if let Some(owner) = group.owner.as_deref() {
                    *clusters.machines.entry(cluster.host_name(owner)).or_default() += 1;
                }
            }
        }
        clusters
    }

    /// What the machines of a host belong to; `None` if that cannot be told.
    pub(super) fn owner(&self, host: &str, report: &Report) -> Option<Owner> {
        let told = report.cluster.read.as_ref();
        if let Some(id) = told.filter(|cluster| cluster.member == Some(true)).and_then(|cluster| cluster.id.clone()) {
            return Some(Owner::Cluster(id));
        }
        if let Some(id) = self.nodes.get(host) {
            return Some(Owner::Cluster((*id).to_owned()));
        }
        let member = told.and_then(|cluster| cluster.member);
        let member = member.or_else(|| report.access.read.as_ref().and_then(|access| access.cluster_member));
        (member == Some(false)).then(|| Owner::Alone(host.to_owned()))
    }

    /// The cluster and what it says of this node.
    pub(super) fn node(&self, host: &str) -> Option<(&'a str, &'a report::Node)> {
        let id = *self.nodes.get(host)?;
        let cluster = self.all.get(id)?;
        let is_this = |node: &&report::Node| node.name.as_deref().is_some_and(|name| cluster.host_name(name) == host);
        Some((id, cluster.nodes.iter().find(is_this)?))
    }

    pub(super) fn nodes(&self) -> Vec<KnownNode> {
        let nodes = self.all.values().flat_map(|cluster| cluster.nodes.iter().map(move |node| (*cluster, node)));
        let nodes = nodes.filter_map(|(cluster, node)| {
            Some(KnownNode {
                host: cluster.host_name(node.name.as_deref()?),
                addresses: node.addresses.clone(),
                is_down: node.is_down(),
            })
        });
        // As many as Windows allows, and some.
        let mut nodes: Vec<KnownNode> = nodes.take(NODES_MAX).collect();
        nodes.sort_by(|a, b| a.host.cmp(&b.host));
        nodes
    }

    /// Machines that the cluster has placed on a host.
    pub(super) fn machines_on(&self, host: &str) -> usize {
        self.machines.get(host).copied().unwrap_or_default()
    }

    /// All nodes by cluster and host name.
    pub(super) fn hosts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.nodes.iter().map(|(host, id)| (*id, host.as_str()))
    }
}

pub(super) fn add(sites: &[Site<'_>], clusters: &Clusters<'_>, assembly: &mut Assembly) {
    for (id, cluster) in &clusters.all {
        let external_id = ExternalId::new(*id);
        let members: Vec<&Site<'_>> = sites.iter().filter(|site| site.owner.key() == *id).collect();
        let hardware: Vec<_> = members.iter().filter_map(|site| site.report.hardware.read.as_ref()).collect();
        let total = |figure: fn(&report::Hardware) -> Option<i64>| -> Option<i64> {
            let all = hardware.iter().map(|hardware| figure(hardware));
            all.reduce(|sum, one| sum?.checked_add(one?)).flatten()
        };
        if hardware.len() < cluster.nodes.len() {
            let totals = ["total_cpu_mhz", "total_cores", "total_threads", "total_memory_bytes"];
            let totals = totals.into_iter().map(str::to_owned).collect();
            assembly.withhold(ObjectKind::Cluster, &external_id, totals);
        }
        let up: Vec<_> = cluster.nodes.iter().filter(|node| node.is_up() && !node.is_paused()).collect();
        let is_whole = hardware.len() == cluster.nodes.len() && up.len() == cluster.nodes.len();
        let cpu_mhz = total(|hardware| hardware.cpu_mhz?.checked_mul(hardware.cores?));
        let memory_bytes = total(|hardware| hardware.memory_bytes);
        assembly.inventory.clusters.push(Cluster {
            external_id,
            name: cluster.name.clone().unwrap_or_else(|| (*id).to_owned()),
            datacenter: None,
            folder: None,
            config: ClusterConfig {
                // Restarting machines elsewhere is what a failover cluster is.
                ha_enabled: Some(true),
                total_cpu_mhz: cpu_mhz,
                total_cores: total(|hardware| hardware.cores),
                total_threads: total(|hardware| hardware.threads),
                total_memory_bytes: memory_bytes,
                host_count: Some(cluster.nodes.len() as i64),
                quorum: cluster.quorum.clone().map(|kind| Quorum { kind, witness: cluster.witness.clone() }),
                groups: groups(cluster),
                ..ClusterConfig::default()
            },
            state: ClusterState {
                health: health(cluster, up.len()),
                effective_cpu_mhz: cpu_mhz.filter(|_| is_whole),
                effective_memory_bytes: memory_bytes.filter(|_| is_whole),
                effective_hosts: Some(up.len() as i64),
            },
        });
    }
}

fn health(cluster: &report::Cluster, up: usize) -> Health {
    match cluster.nodes.len() {
        0 => Health::Gray,
        all if all == up => Health::Green,
        _ if cluster.nodes.iter().any(report::Node::is_down) => Health::Red,
        _ => Health::Yellow,
    }
}

/// Roles besides machines, which have a list of their own.
fn groups(cluster: &report::Cluster) -> Vec<ClusterGroup> {
    let mut groups: Vec<ClusterGroup> = cluster
        .groups
        .iter()
        .filter(|group| !group.is_machine())
        .filter_map(|group| {
            let name = group.name.clone()?;
            Some(ClusterGroup {
                key: group.id.clone().unwrap_or_else(|| name.clone()),
                name,
                kind: group.kind.word(),
                owner_node: group.owner.clone(),
                state: group.state.word(),
            })
        })
        .take(GROUPS_MAX)
        .collect();
    groups.sort_by(|a, b| a.name.cmp(&b.name).then_with(|| a.key.cmp(&b.key)));
    groups
}

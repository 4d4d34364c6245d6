//! Joins what single hosts said into one inventory: machines with what belongs to them, clusters with their nodes, each
//! shared volume once. Pure.
//!
//! What a host did not say stays as it was stored: it is withheld of the objects that it concerns, and the kinds that it
//! concerns are not complete, so that nothing of them is archived.

mod checkpoints;
mod clusters;
mod disks;
mod gaps;
mod hosts;
mod machines;
mod networks;
mod storage;
mod usage;

use std::collections::{BTreeMap, BTreeSet};

use model::{
    failure::{Failure, FailureKind},
    ids::ExternalId,
    inventory::{Aspect, Collection, Inventory, ObjectKind, SourceIdentity, Withheld},
    run::Severity,
};

use super::{issues::Issues, report::Report};
use clusters::Clusters;
use gaps::{tell_damage, tell_gaps};
pub(super) use usage::readings;

/// The product, as sources show it. It is the same for hosts and clusters: a source may become the other.
pub const PRODUCT: &str = "Microsoft Hyper-V";

/// A host that was read.
#[derive(Clone, Debug)]
pub struct HostRead {
    /// The name under which it was asked.
    pub asked: String,
    /// When its answer had come, by this machine's clock.
    pub answered_ms: i64,
    pub report: Report,
}

/// A host that was not read.
#[derive(Clone, Debug)]
pub struct Unread {
    /// The name under which it was asked: a host's, or a whole cluster's.
    pub asked: String,
    /// Known if another node of its cluster has named it.
    pub host: Option<ExternalId>,
    pub failure: Failure,
}

/// A node that a cluster has told of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownNode {
    /// `hv1.lab`
    pub host: String,
    /// In networks that clients may use.
    pub addresses: Vec<String>,
    /// The cluster itself has lost it.
    pub is_down: bool,
}

/// The nodes of all clusters that these hosts belong to, themselves included.
pub fn known_nodes(reads: &[HostRead]) -> Vec<KnownNode> {
    Clusters::of(reads).nodes()
}

/// What a machine belongs to: it stays there when it moves between nodes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Owner {
    Cluster(String),
    Alone(String),
}

impl Owner {
    fn key(&self) -> &str {
        match self {
            Self::Cluster(id) | Self::Alone(id) => id,
        }
    }

    fn cluster(&self) -> Option<ExternalId> {
        match self {
            Self::Cluster(id) => Some(ExternalId::new(id.clone())),
            Self::Alone(_) => None,
        }
    }
}

/// A host in its place.
struct Site<'a> {
    /// `hv1.lab`: identity and name.
    host: String,
    owner: Owner,
    answered_ms: i64,
    report: &'a Report,
}

impl Site<'_> {
    fn id(&self) -> ExternalId {
        ExternalId::new(self.host.clone())
    }
}

/// What is put together.
#[derive(Default)]
struct Assembly {
    inventory: Inventory,
    withheld: Vec<Withheld>,
    issues: Issues,
    /// Kinds of which something was not read.
    incomplete: BTreeSet<ObjectKind>,
}

impl Assembly {
    fn withhold(&mut self, kind: ObjectKind, object: &ExternalId, fields: Vec<String>) {
        if !fields.is_empty() {
            self.withheld.push(Withheld { kind, object: object.clone(), fields });
        }
    }
}

/// Puts everything together. `Err` if no host could be read: the first failure.
pub fn assemble(reads: &[HostRead], unread: &[Unread]) -> Result<Collection, Failure> {
    let clusters = Clusters::of(reads);
    let mut assembly = Assembly::default();
    let mut unread = unread.to_vec();
    let sites = sites(reads, &clusters, &mut unread, &mut assembly.issues);
    if sites.is_empty() {
        return Err(first_failure(unread));
    }
    let nodes_lost = !unread.is_empty();
    for lost in &unread {
        assembly.issues.unread(&lost.asked, lost.host.clone(), &lost.failure);
        if lost.host.is_none() {
            // Nobody knows what stands behind the name.
            assembly.incomplete.extend([ObjectKind::Host, ObjectKind::Cluster]);
        }
    }
    if nodes_lost {
        assembly.incomplete.extend([ObjectKind::Vm, ObjectKind::Datastore, ObjectKind::Network]);
    }
    for site in &sites {
        tell_gaps(site, &mut assembly);
    }
    storage::add(&sites, &mut assembly);
    networks::add(&sites, nodes_lost, &mut assembly);
    hosts::add(&sites, &clusters, &unread, &mut assembly);
    clusters::add(&sites, &clusters, &mut assembly);
    machines::add(&sites, &clusters, &mut assembly);

    let version = sites[0].report.host.read.as_ref().and_then(|host| host.version.clone());
    let complete = ObjectKind::ALL.into_iter().filter(|kind| !assembly.incomplete.contains(kind));
    Ok(Collection {
        inventory: assembly.inventory,
        complete: complete.collect(),
        // Hyper-V has neither tags nor attributes nor alarms, and does not tell what a checkpoint takes.
        aspects: Aspect::ALL.into(),
        withheld: assembly.withheld,
        issues: assembly.issues.finish(),
        identity: SourceIdentity { product: Some(PRODUCT.to_owned()), version, build: None, instance_uuid: None },
    })
}

fn first_failure(unread: Vec<Unread>) -> Failure {
    let none = || Failure::new(FailureKind::UnknownHost, "there is no host to read");
    unread.into_iter().next().map_or_else(none, |unread| unread.failure)
}

/// Hosts with the place that they have, each once. One whose cluster is unknown is as good as unread: identities of its
/// machines depend on it.
fn sites<'a>(
    reads: &'a [HostRead],
    clusters: &Clusters<'_>,
    unread: &mut Vec<Unread>,
    issues: &mut Issues,
) -> Vec<Site<'a>> {
    let mut sites: BTreeMap<String, Site<'a>> = BTreeMap::new();
    for read in reads {
        let report = &read.report;
        let Some(host) = report.host_name() else {
            unread.push(Unread {
                asked: read.asked.clone(),
                host: None,
                failure: Failure::new(
                    FailureKind::Protocol,
                    format!("the host does not tell its name: {}", report.host.reason()),
                )
                .with_advice("Look at the Windows Management Instrumentation service of the host, then sync again."),
            });
            continue;
        };
        let Some(owner) = clusters.owner(&host, report) else {
            unread.push(Unread { asked: read.asked.clone(), host: None, failure: cluster_failure(report) });
            continue;
        };
        if let Some(other) = sites.get(&host) {
            if uuid(other.report) != uuid(report) {
                let message = format!("two hosts call themselves {host}; only one of them is read");
                issues.kind(Severity::Error, ObjectKind::Host, message, "Give each host a name of its own.");
            }
            continue;
        }
        sites.insert(host.clone(), Site { host, owner, answered_ms: read.answered_ms, report });
    }
    sites.into_values().collect()
}

fn uuid(report: &Report) -> Option<&str> {
    report.hardware.read.as_ref().and_then(|hardware| hardware.uuid.as_deref())
}

fn cluster_failure(report: &Report) -> Failure {
    let reason = report.cluster.reason();
    Failure::new(
        FailureKind::Forbidden,
        format!("the host belongs to a failover cluster that the account cannot read: {reason}"),
    )
    .with_advice(
        "Give the account read access to the cluster, on one of its nodes: Grant-ClusterAccess -User DOMAIN\\account -ReadOnly. The cluster service must run there.",
    )
}

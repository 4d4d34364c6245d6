//! Clusters: their rules of availability and placement, and their totals.

use serde::{Deserialize, Serialize};

use super::{Attribute, Health, Tag};
use crate::ids::ExternalId;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cluster {
    pub external_id: ExternalId,
    pub name: String,
    pub datacenter: Option<ExternalId>,
    pub folder: Option<ExternalId>,
    pub config: ClusterConfig,
    pub state: ClusterState,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClusterConfig {
    pub ha_enabled: Option<bool>,
    pub admission_control: Option<AdmissionControl>,
    pub drs_enabled: Option<bool>,
    /// `manual`, `partiallyAutomated` or `fullyAutomated`.
    pub drs_mode: Option<String>,
    pub drs_rules: Vec<DrsRule>,
    /// The EVC baseline, for example `intel-broadwell`; `None` where EVC is off or unknown.
    pub evc_mode: Option<String>,
    /// Sum over all hosts.
    pub total_cpu_mhz: Option<i64>,
    pub total_cores: Option<i64>,
    pub total_threads: Option<i64>,
    pub total_memory_bytes: Option<i64>,
    pub host_count: Option<i64>,
    /// Windows failover cluster: how it decides which half lives on.
    pub quorum: Option<Quorum>,
    /// Windows failover cluster: roles besides machines.
    pub groups: Vec<ClusterGroup>,
    pub tags: Vec<Tag>,
    pub attributes: Vec<Attribute>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quorum {
    /// The platform's word, for example `NodeAndFileShareMajority`, `Majority`.
    pub kind: String,
    /// The resource that has a vote.
    pub witness: Option<String>,
}

/// A role of a Windows failover cluster, for example `Available Storage` or a file server.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterGroup {
    pub key: String,
    pub name: String,
    /// The platform's word, for example `AvailableStorage`.
    pub kind: Option<String>,
    /// The node that runs it.
    pub owner_node: Option<String>,
    /// The platform's word, for example `Online`.
    pub state: Option<String>,
}

/// HA admission control (vSphere `ClusterDasConfigInfo`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdmissionControl {
    pub enabled: bool,
    pub policy: AdmissionPolicy,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum AdmissionPolicy {
    /// `ClusterFailoverLevelAdmissionControlPolicy`: slots for this many host failures.
    HostFailures { tolerated: Option<i64> },
    /// `ClusterFailoverResourcesAdmissionControlPolicy`: shares of the cluster kept free.
    Percentage { cpu_percent: Option<i64>, memory_percent: Option<i64>, automatic: Option<bool> },
    /// `ClusterFailoverHostAdmissionControlPolicy`: hosts kept empty.
    DedicatedHosts { hosts: Vec<ExternalId> },
    /// A policy that this version does not know, by the platform's type name.
    Other { name: String },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DrsRule {
    /// The platform's key of the rule.
    pub key: String,
    pub name: String,
    pub enabled: Option<bool>,
    /// The platform's default, where it does not say: no.
    pub mandatory: bool,
    /// `affinity`, `anti_affinity`, `vm_to_host` or the platform's type name.
    pub kind: String,
    pub vms: Vec<ExternalId>,
}

/// What moves by itself.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct ClusterState {
    pub health: Health,
    /// Without hosts that are in maintenance or not responding.
    pub effective_cpu_mhz: Option<i64>,
    pub effective_memory_bytes: Option<i64>,
    pub effective_hosts: Option<i64>,
}

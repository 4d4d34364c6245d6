//! Clusters with their rules, and the compute resources of stand-alone hosts.

use model::{
    ids::ExternalId,
    inventory::{AdmissionControl, AdmissionPolicy, ClusterConfig, ClusterState, DrsRule},
};

use super::{Raw, read};
use crate::vcenter::{
    object::Object,
    tree::Element,
    value::{decode_name, health},
};

pub const CLUSTERS: [(&str, &[&str]); 2] = [
    (
        "ClusterComputeResource",
        &["name", "parent", "overallStatus", "customValue", "host", "summary", "configurationEx"],
    ),
    ("ComputeResource", &["name", "parent", "host"]),
];

#[derive(Clone, Debug, Default)]
pub struct ComputeResource {
    pub name: String,
    pub hosts: Vec<ExternalId>,
    pub config: ClusterConfig,
    pub state: ClusterState,
}

pub fn read_compute_resource(object: Object<'_>) -> Option<Raw<ComputeResource>> {
    read(
        object,
        |resource: &mut ComputeResource| &mut resource.name,
        |resource, path, value| match path {
            "host" => resource.hosts = value.externals(),
            "overallStatus" => resource.state.health = health(value.text()),
            "summary" => read_summary(resource, value),
            "configurationEx" => read_configuration(&mut resource.config, value),
            _ => {}
        },
    )
}

fn read_summary(resource: &mut ComputeResource, summary: Element<'_>) {
    let config = &mut resource.config;
    config.total_cpu_mhz = summary.number("totalCpu");
    config.total_cores = summary.number("numCpuCores");
    config.total_threads = summary.number("numCpuThreads");
    config.total_memory_bytes = summary.number("totalMemory");
    config.host_count = summary.number("numHosts");
    config.evc_mode = summary.string("currentEVCModeKey");
    resource.state.effective_cpu_mhz = summary.number("effectiveCpu");
    // `ComputeResourceSummary.effectiveMemory` is in MB, `totalMemory` in bytes; vcsim sends bytes for both. In MB it is
    // always below a thousandth of the bytes.
    resource.state.effective_memory_bytes = summary.number("effectiveMemory").map(|amount| {
        let in_bytes = config.total_memory_bytes.is_some_and(|total| amount > total >> 10);
        if in_bytes { amount } else { amount.saturating_mul(1 << 20) }
    });
    resource.state.effective_hosts = summary.number("numEffectiveHosts");
}

/// `ClusterConfigInfoEx`.
fn read_configuration(config: &mut ClusterConfig, info: Element<'_>) {
    if let Some(das) = info.child("dasConfig") {
        config.ha_enabled = das.flag("enabled");
        config.admission_control = admission_control(das);
    }
    if let Some(drs) = info.child("drsConfig") {
        config.drs_enabled = drs.flag("enabled");
        config.drs_mode = drs.string("defaultVmBehavior");
    }
    config.drs_rules = info.all("rule").filter_map(|rule| drs_rule(info, rule)).collect();
    config.drs_rules.sort_by(|a, b| a.key.cmp(&b.key));
}

fn admission_control(das: Element<'_>) -> Option<AdmissionControl> {
    let enabled = das.flag("admissionControlEnabled");
    let Some(policy) = das.child("admissionControlPolicy") else {
        // Before the policies there was only this number.
        let tolerated = das.number("failoverLevel")?;
        let policy = AdmissionPolicy::HostFailures { tolerated: Some(tolerated) };
        return Some(AdmissionControl { enabled: enabled?, policy });
    };
    let policy = match policy.value_type() {
        "ClusterFailoverLevelAdmissionControlPolicy" => {
            AdmissionPolicy::HostFailures { tolerated: policy.number("failoverLevel") }
        }
        "ClusterFailoverResourcesAdmissionControlPolicy" => AdmissionPolicy::Percentage {
            cpu_percent: policy.number("cpuFailoverResourcesPercent"),
            memory_percent: policy.number("memoryFailoverResourcesPercent"),
            automatic: policy.flag("autoComputePercentages"),
        },
        "ClusterFailoverHostAdmissionControlPolicy" => {
            let hosts = policy.all("failoverHosts").filter_map(Element::external).collect();
            AdmissionPolicy::DedicatedHosts { hosts }
        }
        other => AdmissionPolicy::Other { name: other.to_owned() },
    };
    Some(AdmissionControl { enabled: enabled?, policy })
}

fn drs_rule(info: Element<'_>, rule: Element<'_>) -> Option<DrsRule> {
    let (kind, vms) = match rule.value_type() {
        "ClusterAffinityRuleSpec" => ("affinity", members(rule, "vm")),
        "ClusterAntiAffinityRuleSpec" => ("anti_affinity", members(rule, "vm")),
        "ClusterVmHostRuleInfo" => {
            let group = rule.get("vmGroupName");
            let group = info.all("group").find(|candidate| group.is_some() && candidate.get("name") == group);
            ("vm_to_host", group.map(|group| members(group, "vm")).unwrap_or_default())
        }
        other => (other, Vec::new()),
    };
    Some(DrsRule {
        key: rule.get("ruleUuid").or_else(|| rule.get("key"))?.to_owned(),
        name: decode_name(rule.get("name").unwrap_or_default()),
        enabled: rule.flag("enabled"),
        mandatory: rule.flag("mandatory").unwrap_or(false),
        kind: kind.to_owned(),
        vms,
    })
}

fn members(list: Element<'_>, name: &'static str) -> Vec<ExternalId> {
    list.all(name).filter_map(Element::external).collect()
}

//! What capacity is computed from: sizes of hosts and machines and the rule between them, small enough to edit in a browser.

use serde::{Deserialize, Serialize};

use super::Gap;
use crate::ids::ExternalId;

/// A pool of hosts reduced to what counts. Sizes are above zero and within what hardware can be; everything else is unknown.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Basis {
    /// Failures are planned for in clusters alone: nothing takes over from a host that stands alone.
    pub is_cluster: bool,
    pub hosts: Vec<HostSize>,
    pub machines: Vec<MachineSize>,
    pub admission: Admission,
    /// What all machines ask for: the hosts' own figures, or those of a series in their place.
    pub cpu_demand_mhz: Option<f64>,
    pub memory_demand_bytes: Option<f64>,
    /// What was unknown or set aside while reading.
    pub gaps: Vec<Gap>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HostSize {
    pub external_id: ExternalId,
    pub standing: HostStanding,
    pub sockets: Option<i64>,
    pub cores: Option<i64>,
    pub threads: Option<i64>,
    /// All cores together.
    pub cpu_mhz: Option<i64>,
    pub memory_bytes: Option<i64>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HostStanding {
    #[default]
    Serving,
    Maintenance,
    /// Off, disconnected or not responding.
    Unreachable,
    /// Kept empty for failures.
    Failover,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct MachineSize {
    /// Its host's place in [`Basis::hosts`].
    pub host: Option<u32>,
    pub standing: MachineStanding,
    pub vcpu: Option<i64>,
    /// What it takes of its host. Hyper-V's dynamic memory: the larger of what it asks for and its minimum.
    pub memory_bytes: Option<i64>,
    /// What a host needs to start it. Hyper-V's dynamic memory: its startup memory.
    pub restart_bytes: Option<i64>,
    pub cpu_reservation_mhz: Option<i64>,
    pub memory_reservation_bytes: Option<i64>,
    /// It holds a device of its host, and cannot start elsewhere.
    pub is_bound: bool,
    /// Machines of the same number must not share a host.
    pub apart: Option<u32>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MachineStanding {
    #[default]
    On,
    Off,
    /// A replica, which its primary's failure starts.
    Standby,
}

/// What a cluster keeps back by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Admission {
    /// Nothing: availability or admission control is off, or there is none.
    #[default]
    Open,
    /// Shares of the cluster.
    Percentage {
        cpu_percent: f64,
        memory_percent: f64,
    },
    /// The hosts with the most slots.
    Slots {
        failures: u32,
    },
    /// The hosts that are [`HostStanding::Failover`].
    FailoverHosts,
    Unknown,
}

//! What-if: changes to pools of hosts that nobody has made yet, small enough for an address of a page.

use serde::{Deserialize, Serialize};

use crate::{
    capacity::{Admission, CapacityOverride, Measure, PoolCapacity, Resource, Size},
    ids::ExternalId,
    runway::{PoolRunway, Runway, Steps},
};

/// Changes one after the other, each to one pool.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Scenario {
    pub name: String,
    pub changes: Vec<PoolChange>,
}

/// A change to the pool of this key, from a day on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PoolChange {
    /// As pages call it: `cluster-12`.
    pub pool: String,
    /// Days since 1970-01-01 UTC; `None`: at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_day: Option<i64>,
    pub change: Change,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Change {
    AddHosts {
        count: u32,
        host: HostModel,
    },
    RemoveHosts {
        hosts: Vec<ExternalId>,
    },
    /// The largest by memory fail and do not come back.
    FailHosts {
        count: u32,
    },
    Admission {
        rule: Admission,
    },
    Settings {
        settings: CapacityOverride,
    },
    AddMachines {
        count: u32,
        size: Size,
        /// What each is going to ask for; `None`: as much of its size as the pool's machines do of theirs.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        asks: Option<Asks>,
    },
    /// Machines of a size get another one, or are removed: what recommendations come to.
    Resize {
        count: u32,
        from: Size,
        /// `None`: removed.
        to: Option<Size>,
    },
    /// Removed here and added there.
    Move {
        count: u32,
        size: Size,
        to_pool: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        asks: Option<Asks>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HostModel {
    pub sockets: i64,
    /// Of all sockets.
    pub cores: i64,
    pub threads: i64,
    pub core_mhz: i64,
    pub memory_bytes: i64,
}

/// What a machine asks for of its host, physically.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asks {
    pub cpu_mhz: i64,
    pub memory_bytes: i64,
}

impl Scenario {
    pub const MAX_CHANGES: usize = 32;
    /// Hosts or machines of one change.
    pub const MAX_COUNT: u32 = 10_000;
    pub const MAX_HOSTS: u32 = 256;

    /// Small enough to be computed wherever it came from.
    #[must_use]
    pub fn bounded(mut self) -> Self {
        self.name = self.name.chars().take(100).collect();
        self.changes.truncate(Self::MAX_CHANGES);
        for PoolChange { change, .. } in &mut self.changes {
            match change {
                Change::AddHosts { count, .. } | Change::FailHosts { count } => *count = (*count).min(Self::MAX_HOSTS),
                Change::AddMachines { count, .. } | Change::Resize { count, .. } | Change::Move { count, .. } => {
                    *count = (*count).min(Self::MAX_COUNT);
                }
                Change::RemoveHosts { hosts } => hosts.truncate(Self::MAX_HOSTS as usize),
                Change::Admission { .. } | Change::Settings { .. } => {}
            }
        }
        self
    }
}

/// What a scenario does to one pool.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Effect {
    pub before: PoolCapacity,
    /// Once all changes are in force.
    pub after: PoolCapacity,
    /// What may be used over time, by resource: for drawing, and what time remaining was reckoned with.
    pub usable: Vec<(Resource, Steps)>,
    /// What is asked for on top of the forecast.
    pub added: Vec<(Resource, Steps)>,
    pub runways: Vec<Runway>,
    pub runway: PoolRunway,
    /// Machines and hosts that changes were meant for and that are not there.
    pub missing: u32,
    /// `None` where sockets or cores of a host are unknown.
    pub licences: Option<LicenceCores>,
}

impl Effect {
    pub fn change_of(&self, resource: Resource, value: fn(&Measure) -> Option<f64>) -> Option<f64> {
        let of = |pool: &PoolCapacity| pool.measure(resource).and_then(value);
        Some(of(&self.after)? - of(&self.before)?)
    }
}

/// Cores to be licensed for the hosts of a pool, by the rules of [`LicenceCores::VERSION`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LicenceCores {
    /// At least 16 a processor (VMware, per-core subscription).
    pub vmware: i64,
    /// At least 8 a processor and 16 a server (Windows Server Datacenter): any number of machines.
    pub windows_datacenter: i64,
    /// The same cores once for every two machines on each host (Windows Server Standard), machines spread evenly.
    pub windows_standard: i64,
}

impl LicenceCores {
    /// The terms that the rules were taken from, by the month of their publication.
    pub const VERSION: &'static str = "2024-11";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scenario_survives_its_way_through_an_address() {
        let scenario = Scenario {
            name: "two more hosts".to_owned(),
            changes: vec![PoolChange {
                pool: "cluster-1".to_owned(),
                from_day: Some(20_454),
                change: Change::FailHosts { count: 1 },
            }],
        };
        let text = serde_json::to_string(&scenario).unwrap();
        assert_eq!(serde_json::from_str::<Scenario>(&text).unwrap(), scenario);
        assert!(text.len() < 120, "{text}");
    }

    #[test]
    fn what_comes_from_an_address_is_bounded() {
        let change = Change::FailHosts { count: u32::MAX };
        let changes = vec![PoolChange { pool: String::new(), from_day: None, change }; 1_000];
        let bounded = Scenario { name: "x".repeat(1_000), changes }.bounded();
        assert_eq!((bounded.name.len(), bounded.changes.len()), (100, Scenario::MAX_CHANGES));
        assert_eq!(bounded.changes[0].change, Change::FailHosts { count: Scenario::MAX_HOSTS });
    }
}

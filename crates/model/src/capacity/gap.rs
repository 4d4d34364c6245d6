//! What is not known of a pool, and what that costs.

use serde::{Deserialize, Serialize};

/// Something unknown or set aside; counts are of objects.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Gap {
    /// Usable capacity is unknown until failures are planned for by hand.
    AdmissionUnknown,
    /// The platform computes the share from one host failure and did not tell it.
    ShareAssumed,
    HostSizes {
        hosts: u32,
    },
    MachineSizes {
        machines: u32,
    },
    /// Counted as if they were on.
    PowerStates {
        machines: u32,
    },
    Demand {
        hosts: u32,
    },
    /// Failover hosts that are not among the cluster's.
    FailoverHosts {
        hosts: u32,
    },
    /// Rules between machines and groups of hosts: which hosts is not told.
    HostRules {
        rules: u32,
    },
    /// Machines that hold a device of their host.
    Bound {
        machines: u32,
    },
    StorageSizes {
        datastores: u32,
    },
    Provisioned {
        datastores: u32,
    },
    Inaccessible {
        datastores: u32,
    },
    /// Sizes are raw: how many copies are kept is not told.
    RawSizes,
}

impl Gap {
    /// What is missing and what that costs, for a person.
    pub fn costs(&self) -> String {
        match self {
            Self::AdmissionUnknown => {
                "the cluster's admission control cannot be read: usable capacity is unknown until failures are planned for"
                    .to_owned()
            }
            Self::ShareAssumed => {
                "the automatic share kept for failures is not told: the largest host is kept back".to_owned()
            }
            Self::HostSizes { hosts } => format!("{hosts} hosts do not tell their size: capacity is of the others"),
            Self::MachineSizes { machines } => {
                format!("{machines} machines that are on do not tell their size: headroom is at most what is shown")
            }
            Self::PowerStates { machines } => {
                format!("{machines} machines do not tell whether they are on: they are counted as if they were")
            }
            Self::Demand { hosts } => format!("{hosts} hosts do not tell what they use: demand is unknown"),
            Self::FailoverHosts { hosts } => {
                format!("{hosts} failover hosts are not among the cluster's: less is kept back than was meant")
            }
            Self::HostRules { rules } => {
                format!("{rules} rules tie machines to groups of hosts that cannot be read: placement does not know them")
            }
            Self::Bound { machines } => {
                format!("{machines} machines hold devices of their host: they are not started elsewhere")
            }
            Self::StorageSizes { datastores } => {
                format!("{datastores} datastores do not tell their size or use: sums are of the others")
            }
            Self::Provisioned { datastores } => {
                format!("{datastores} datastores do not tell what thin disks may grow to: provisioned space is unknown")
            }
            Self::Inaccessible { datastores } => format!("{datastores} datastores cannot be reached and are not counted"),
            Self::RawSizes => {
                "sizes are raw: set how many bytes are kept for each usable one to see what fits".to_owned()
            }
        }
    }
}

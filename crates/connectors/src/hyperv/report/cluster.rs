//! The failover cluster that a host belongs to.

use serde::Deserialize;

use crate::hyperv::value::{self, Choice};

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Cluster {
    /// False on a stand-alone host, where everything else is missing.
    #[serde(deserialize_with = "value::flag")]
    pub member: Option<bool>,
    #[serde(alias = "Id", deserialize_with = "value::text")]
    pub id: Option<String>,
    #[serde(alias = "Name", deserialize_with = "value::text")]
    pub name: Option<String>,
    #[serde(alias = "Domain", deserialize_with = "value::text")]
    pub domain: Option<String>,
    #[serde(deserialize_with = "value::text")]
    pub quorum: Option<String>,
    #[serde(deserialize_with = "value::text")]
    pub witness: Option<String>,
    #[serde(deserialize_with = "value::rows")]
    pub nodes: Vec<Node>,
    #[serde(deserialize_with = "value::rows")]
    pub groups: Vec<Group>,
}

impl Cluster {
    /// `hv1.lab` for the node `HV1`.
    pub fn host_name(&self, node: &str) -> String {
        let node = node.to_lowercase();
        match self.domain.as_deref() {
            Some(domain) if !node.contains('.') => format!("{node}.{}", domain.to_lowercase()),
            _ => node,
        }
    }
}

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Node {
    #[serde(alias = "Name", deserialize_with = "value::text")]
    pub name: Option<String>,
    /// 0 up, 1 down, 2 paused, 3 joining.
    #[serde(alias = "State", deserialize_with = "value::choice")]
    pub state: Choice,
    /// In networks that clients may use.
    #[serde(deserialize_with = "value::texts")]
    pub addresses: Vec<String>,
}

impl Node {
    pub fn is_up(&self) -> bool {
        self.state.is(0, "Up") || self.is_paused()
    }

    pub fn is_paused(&self) -> bool {
        self.state.is(2, "Paused")
    }

    pub fn is_down(&self) -> bool {
        self.state.is(1, "Down")
    }
}

/// A role that moves between nodes as a whole.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Group {
    #[serde(deserialize_with = "value::text")]
    pub id: Option<String>,
    #[serde(deserialize_with = "value::text")]
    pub name: Option<String>,
    /// 111 is a virtual machine.
    #[serde(deserialize_with = "value::choice")]
    pub kind: Choice,
    #[serde(deserialize_with = "value::choice")]
    pub state: Choice,
    #[serde(deserialize_with = "value::text")]
    pub owner: Option<String>,
}

impl Group {
    pub fn is_machine(&self) -> bool {
        self.kind.is(111, "VirtualMachine")
    }
}

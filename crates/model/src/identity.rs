//! One machine as several systems see it: what links two records, and what only suggests it.

use serde::{Deserialize, Serialize};

use crate::{
    ids::ObjectId,
    table::{Reference, SourceReference},
};

/// The evidence for two records being one machine, strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rung {
    /// A person said so.
    Manual,
    /// SMBIOS UUID, in either byte order.
    Uuid,
    /// An adapter's address.
    Mac,
    /// The guest's name with its domain.
    Fqdn,
    /// The guest's name without a domain, and an address.
    NameAndAddress,
    /// An address alone: suggests.
    Address,
    /// A name alone: suggests.
    Name,
}

impl Rung {
    pub const ALL: [Self; 7] =
        [Self::Manual, Self::Uuid, Self::Mac, Self::Fqdn, Self::NameAndAddress, Self::Address, Self::Name];

    pub const fn key(self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::Uuid => "uuid",
            Self::Mac => "mac",
            Self::Fqdn => "fqdn",
            Self::NameAndAddress => "name_and_address",
            Self::Address => "address",
            Self::Name => "name",
        }
    }

    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|rung| rung.key() == key)
    }

    /// What people read: `by UUID`.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Manual => "by hand",
            Self::Uuid => "UUID",
            Self::Mac => "MAC address",
            Self::Fqdn => "full host name",
            Self::NameAndAddress => "host name and address",
            Self::Address => "address alone",
            Self::Name => "name alone",
        }
    }

    /// Strong enough to link without a person.
    pub const fn links(self) -> bool {
        !matches!(self, Self::Address | Self::Name)
    }
}

/// A machine as one system knows it, as far as that tells it from others.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    pub id: ObjectId,
    /// As the system calls it.
    pub name: String,
    /// SMBIOS UUID in either byte order.
    pub bios_uuid: Option<String>,
    /// vCenter's own id of the machine, which monitoring templates carry, too.
    pub instance_uuid: Option<String>,
    /// As the guest calls itself; with its domain where that is known.
    pub host_name: Option<String>,
    pub macs: Vec<String>,
    pub addresses: Vec<String>,
}

/// Two records that are, or may be, of one machine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Match {
    /// As a monitoring system knows it.
    pub monitored: ObjectId,
    /// As its platform does.
    pub platform: ObjectId,
    pub rung: Rung,
    /// What both share, for example the UUID.
    pub evidence: String,
}

/// What is said of two records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkState {
    /// They are one machine.
    Linked,
    /// They may be: somebody has to say.
    Suggested,
    /// A person has said that they are two.
    Refused,
}

impl LinkState {
    pub const ALL: [Self; 3] = [Self::Linked, Self::Suggested, Self::Refused];

    pub const fn key(self) -> &'static str {
        match self {
            Self::Linked => "linked",
            Self::Suggested => "suggested",
            Self::Refused => "refused",
        }
    }

    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.key() == key)
    }
}

/// A link or a suggestion as a page shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkView {
    pub monitored: Reference,
    pub monitored_source: SourceReference,
    pub platform: Reference,
    pub platform_source: SourceReference,
    pub state: LinkState,
    pub rung: Rung,
    pub evidence: String,
    pub since_ms: i64,
    /// Who linked or refused them; `None` where evidence alone did.
    pub decided_by: Option<String>,
}

/// A machine that another one may be linked with, with what tells it from others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    pub machine: Reference,
    pub source: SourceReference,
    pub host_name: Option<String>,
    pub addresses: Vec<String>,
}

impl Candidate {
    /// It is as a monitoring system knows it, and not as its platform does.
    pub fn is_monitored(&self) -> bool {
        self.source.kind.is_monitoring()
    }
}

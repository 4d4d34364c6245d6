//! What a connection test reports.

use serde::{Deserialize, Serialize};

use crate::{failure::Failure, inventory::SourceIdentity};

/// The outcome of `check`: it changes nothing, and it is shown before a source is saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckOutcome {
    Passed(CheckReport),
    Failed {
        failure: Failure,
        /// Shown when the certificate is the problem, so that it can be compared and pinned.
        certificate: Option<Certificate>,
    },
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckReport {
    pub identity: SourceIdentity,
    /// The endpoint as it was understood: `https://vc1.lab:443/sdk`.
    pub endpoint: String,
    /// Machines that the account can see; `None` where counting failed.
    pub vms_visible: Option<u64>,
    pub missing_privileges: Vec<MissingPrivilege>,
    /// Things worth knowing: "this is an ESXi host, not a vCenter …".
    pub notes: Vec<String>,
    pub certificate: Option<Certificate>,
    pub duration_ms: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissingPrivilege {
    /// The platform's name of it: `System.Read`.
    pub privilege: String,
    /// What is not read without it.
    pub costs: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificate {
    pub subject: String,
    pub issuer: String,
    pub not_before_ms: i64,
    pub not_after_ms: i64,
    pub self_signed: bool,
    /// Names and addresses that it is valid for.
    pub names: Vec<String>,
    /// SHA-256 of the DER form, as `AB:CD:…`.
    pub fingerprint: String,
}

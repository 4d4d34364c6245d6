//! Virtual disks, their files, and the volumes that hold them.

use serde::Deserialize;

use crate::hyperv::value::{self, Choice};

/// A disk as a machine has it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct MachineDisk {
    #[serde(alias = "VMId", deserialize_with = "value::text")]
    pub machine: Option<String>,
    /// 0 IDE, 1 SCSI.
    #[serde(alias = "ControllerType", deserialize_with = "value::choice")]
    pub controller: Choice,
    #[serde(alias = "ControllerNumber", deserialize_with = "value::amount")]
    pub controller_number: Option<i64>,
    #[serde(alias = "ControllerLocation", deserialize_with = "value::amount")]
    pub controller_location: Option<i64>,
    #[serde(alias = "Path", deserialize_with = "value::text")]
    pub path: Option<String>,
    /// The number of a disk of the host that is handed through.
    #[serde(alias = "DiskNumber", deserialize_with = "value::amount")]
    pub physical_disk: Option<i64>,
}

/// A file of a virtual disk.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Image {
    #[serde(alias = "Path", deserialize_with = "value::text")]
    pub path: Option<String>,
    /// 2 fixed, 3 dynamic, 4 differencing.
    #[serde(alias = "VhdType", deserialize_with = "value::choice")]
    pub kind: Choice,
    #[serde(alias = "Size", deserialize_with = "value::amount")]
    pub size_bytes: Option<i64>,
    #[serde(alias = "FileSize", deserialize_with = "value::amount")]
    pub file_bytes: Option<i64>,
    #[serde(alias = "ParentPath", deserialize_with = "value::text")]
    pub parent: Option<String>,
}

/// A volume of one host.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Volume {
    /// `\\?\volume{…}\`
    #[serde(deserialize_with = "value::text")]
    pub id: Option<String>,
    /// `D:\` or a mount point.
    #[serde(deserialize_with = "value::text")]
    pub path: Option<String>,
    #[serde(deserialize_with = "value::text")]
    pub label: Option<String>,
    #[serde(deserialize_with = "value::text")]
    pub file_system: Option<String>,
    #[serde(deserialize_with = "value::amount")]
    pub size_bytes: Option<i64>,
    #[serde(deserialize_with = "value::amount")]
    pub free_bytes: Option<i64>,
}

/// A Cluster Shared Volume.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct SharedVolume {
    /// The cluster resource's.
    #[serde(deserialize_with = "value::text")]
    pub id: Option<String>,
    #[serde(deserialize_with = "value::text")]
    pub name: Option<String>,
    /// 2 online, 3 offline, 4 failed.
    #[serde(deserialize_with = "value::choice")]
    pub state: Choice,
    #[serde(deserialize_with = "value::text")]
    pub owner: Option<String>,
    /// `C:\ClusterStorage\Volume1`
    #[serde(deserialize_with = "value::text")]
    pub path: Option<String>,
    #[serde(deserialize_with = "value::text")]
    pub file_system: Option<String>,
    /// 0 is no fault.
    #[serde(deserialize_with = "value::choice")]
    pub fault: Choice,
    #[serde(deserialize_with = "value::flag")]
    pub maintenance: Option<bool>,
    #[serde(deserialize_with = "value::flag")]
    pub redirected: Option<bool>,
    #[serde(deserialize_with = "value::amount")]
    pub size_bytes: Option<i64>,
    #[serde(deserialize_with = "value::amount")]
    pub free_bytes: Option<i64>,
}

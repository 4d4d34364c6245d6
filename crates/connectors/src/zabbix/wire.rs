//! The objects of Zabbix's API, as far as they are read. Members that are missing or of another type are unknown.

use serde::Deserialize;

use super::value::{Fields, List, Scalar, Text};

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct HostId {
    pub(super) hostid: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
#[expect(clippy::struct_field_names, reason = "Zabbix's own names")]
pub(super) struct Host {
    pub(super) hostid: Text,
    /// The technical name.
    pub(super) host: Text,
    /// The visible one.
    pub(super) name: Text,
    pub(super) description: Text,
    /// Before 5.4 the host, and not its interface, says whether its agent is available.
    pub(super) available: Scalar<u8>,
    /// From 6.2 on: whether its active agent is heard.
    pub(super) active_available: Scalar<u8>,
    pub(super) interfaces: List<Interface>,
    /// `[]` where the inventory is switched off.
    pub(super) inventory: Fields,
    pub(super) macros: List<Macro>,
    pub(super) tags: List<HostTag>,
    /// From 6.2 on `hostgroups`.
    #[serde(alias = "hostgroups")]
    pub(super) groups: List<Group>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Interface {
    pub(super) main: Scalar<u8>,
    /// 1 agent, 2 SNMP, 3 IPMI, 4 JMX.
    #[serde(rename = "type")]
    pub(super) kind: Scalar<u8>,
    pub(super) ip: Text,
    pub(super) dns: Text,
    /// 0 unknown, 1 available, 2 not.
    pub(super) available: Scalar<u8>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Macro {
    #[serde(rename = "macro")]
    pub(super) name: Text,
    pub(super) value: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct HostTag {
    pub(super) tag: Text,
    pub(super) value: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Group {
    pub(super) name: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Item {
    pub(super) itemid: Scalar<u64>,
    pub(super) hostid: Text,
    pub(super) key_: Text,
    /// 0 float, 3 unsigned; others are texts.
    pub(super) value_type: Scalar<u8>,
    pub(super) units: Text,
    /// `1m`, `0` for what is sent or derived, `{$MACRO}`.
    pub(super) delay: Text,
    /// How long values are kept: `90d`, `0`, `{$MACRO}`.
    pub(super) history: Text,
    pub(super) preprocessing: List<Step>,
    pub(super) lastvalue: Text,
    /// Seconds; 0 where there is no value.
    pub(super) lastclock: Scalar<i64>,
}

/// A step of preprocessing.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Step {
    /// 1 multiplier, 10 change per second, 19 and 20 discard unchanged values, the latter with a heartbeat.
    #[serde(rename = "type")]
    pub(super) kind: Scalar<u16>,
    pub(super) params: Text,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Problem {
    pub(super) eventid: Text,
    /// The trigger.
    pub(super) objectid: Text,
    /// Seconds.
    pub(super) clock: Scalar<i64>,
    pub(super) name: Text,
    /// 0 not classified, 1 information, 2 warning, 3 average, 4 high, 5 disaster.
    pub(super) severity: Scalar<u8>,
    pub(super) acknowledged: Scalar<u8>,
    pub(super) suppressed: Scalar<u8>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Trigger {
    pub(super) triggerid: Text,
    pub(super) hosts: List<HostId>,
}

/// A value, or an hour's trend.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Row {
    pub(super) itemid: Scalar<u64>,
    /// Seconds; of a trend the hour's beginning.
    pub(super) clock: Scalar<i64>,
    #[serde(alias = "value_avg")]
    pub(super) value: Scalar<f64>,
    pub(super) value_min: Scalar<f64>,
    pub(super) value_max: Scalar<f64>,
}

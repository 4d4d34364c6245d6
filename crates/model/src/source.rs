//! Configured sources: what kinds there are, how they are reached, and what a card on the page shows of one.

use serde::{Deserialize, Serialize};

use crate::{
    ids::SourceId,
    inventory::ObjectKind,
    measuring::MeasuringView,
    run::{KindProgress, Progress, RunView},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SourceKind {
    Vcenter,
    Hyperv,
    Prometheus,
    Zabbix,
}

impl SourceKind {
    pub const ALL: [Self; 4] = [Self::Vcenter, Self::Hyperv, Self::Prometheus, Self::Zabbix];

    pub const fn key(self) -> &'static str {
        match self {
            Self::Vcenter => "vcenter",
            Self::Hyperv => "hyperv",
            Self::Prometheus => "prometheus",
            Self::Zabbix => "zabbix",
        }
    }

    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.key() == key)
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::Vcenter => "VMware vCenter or ESXi",
            Self::Hyperv => "Microsoft Hyper-V",
            Self::Prometheus => "Prometheus",
            Self::Zabbix => "Zabbix",
        }
    }

    /// The platform of the objects that it holds, as tables name it.
    pub const fn platform(self) -> &'static str {
        match self {
            Self::Vcenter => "VMware",
            Self::Hyperv => "Hyper-V",
            Self::Prometheus => "Prometheus",
            Self::Zabbix => "Zabbix",
        }
    }

    /// It knows machines from within, and no platform.
    pub const fn is_monitoring(self) -> bool {
        matches!(self, Self::Prometheus | Self::Zabbix)
    }

    /// Many a Prometheus stands unguarded within its network; everything else wants to know who asks.
    pub const fn needs_password(self) -> bool {
        !matches!(self, Self::Prometheus)
    }

    /// Objects of this kind can come from it: monitoring systems know machines alone.
    pub const fn has(self, kind: ObjectKind) -> bool {
        !self.is_monitoring() || matches!(kind, ObjectKind::Vm)
    }

    /// Its objects are measured.
    pub const fn is_measured(self) -> bool {
        match self {
            Self::Vcenter | Self::Hyperv | Self::Prometheus | Self::Zabbix => true,
        }
    }
}

/// How the endpoint's certificate is judged.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "mode", rename_all = "snake_case")]
pub enum TlsMode {
    /// The authorities that the server's operating system trusts.
    #[default]
    System,
    /// These authorities and no others, PEM.
    Authority { pem: String },
    /// This very certificate: SHA-256 as `AB:CD:…`.
    Pinned { fingerprint: String },
    /// Any certificate. Shown as a warning wherever the source is.
    Unverified,
}

impl TlsMode {
    pub const fn key(&self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Authority { .. } => "authority",
            Self::Pinned { .. } => "pinned",
            Self::Unverified => "unverified",
        }
    }
}

/// The shortest and longest interval of automatic syncs, in seconds: 5 minutes to 24 hours.
pub const SYNC_INTERVAL_S: std::ops::RangeInclusive<i64> = 300..=86_400;

/// What a form submits. The password is not part of it: secrets travel beside it and never come back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceSettings {
    pub kind: SourceKind,
    pub name: String,
    /// A host name, `host:port` or URL, as typed.
    pub endpoint: String,
    pub username: String,
    pub tls: TlsMode,
    /// `None` switches automatic syncs off.
    pub sync_interval_s: Option<i64>,
    /// How often it is measured; `None` switches that off.
    pub measure_interval_s: Option<i64>,
    pub enabled: bool,
}

/// Why automatic syncs of a source do not run now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SchedulePause {
    /// Switched off for this source.
    Off,
    Disabled,
    /// A failure that only a change of the source can mend.
    NeedsChange,
    /// Waiting after failures, until this time.
    BackingOff {
        until_ms: i64,
        failures: i64,
    },
}

/// A source as its card shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SourceView {
    pub id: SourceId,
    pub settings: SourceSettings,
    pub has_password: bool,
    pub product: Option<String>,
    pub version: Option<String>,
    pub build: Option<String>,
    pub instance_uuid: Option<String>,
    /// Objects stored and not archived.
    pub stored: Vec<StoredCount>,
    pub last_run: Option<RunView>,
    /// End of the last run that replaced the inventory: the age of what is shown.
    pub last_success_ms: Option<i64>,
    /// The run that is queued or running now.
    pub live: Option<Progress>,
    pub next_sync_ms: Option<i64>,
    pub pause: Option<SchedulePause>,
    /// `None` where it was never measured.
    pub measuring: Option<MeasuringView>,
    pub created_at_ms: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredCount {
    pub kind: ObjectKind,
    pub count: u64,
}

/// What happens to the inventory of a source that is deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InventoryFate {
    /// Kept and archived; the source's name stays with it.
    Keep,
    Remove,
}

/// The kinds that progress counts, in the order of the stages.
pub fn empty_progress() -> Vec<KindProgress> {
    ObjectKind::ALL.into_iter().map(|kind| KindProgress { kind, found: 0, total: None }).collect()
}

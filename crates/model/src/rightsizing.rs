//! How large a machine should be, by which rule, and how far to trust it.
//!
//! The judgement itself is `analysis`'s; this is what is kept of it, and what pages and the wire show.

use serde::{Deserialize, Serialize};

/// A rule for the size of a machine: our own, and published ones to compare with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Preset {
    Conservative,
    #[default]
    Balanced,
    Aggressive,
    /// AWS Compute Optimizer: p99.5 with 20 % headroom.
    AwsP995,
    AwsP95,
    AwsP90,
    /// Like Turbonomic: p95 at 70 % of CPU and 90 % of memory.
    Turbonomic,
    /// `ManageIQ`: the daily maxima of 30 days.
    ManageiqConservative,
    ManageiqModerate,
    ManageiqAggressive,
    /// The Vertical Pod Autoscaler of Kubernetes: p90 with a half-life of 24 hours, and 15 %.
    Vpa,
    Itrs,
}

impl Preset {
    pub const ALL: [Self; 12] = [
        Self::Conservative,
        Self::Balanced,
        Self::Aggressive,
        Self::AwsP995,
        Self::AwsP95,
        Self::AwsP90,
        Self::Turbonomic,
        Self::ManageiqConservative,
        Self::ManageiqModerate,
        Self::ManageiqAggressive,
        Self::Vpa,
        Self::Itrs,
    ];

    pub const fn key(self) -> &'static str {
        match self {
            Self::Conservative => "conservative",
            Self::Balanced => "balanced",
            Self::Aggressive => "aggressive",
            Self::AwsP995 => "aws_p99_5",
            Self::AwsP95 => "aws_p95",
            Self::AwsP90 => "aws_p90",
            Self::Turbonomic => "turbonomic",
            Self::ManageiqConservative => "manageiq_conservative",
            Self::ManageiqModerate => "manageiq_moderate",
            Self::ManageiqAggressive => "manageiq_aggressive",
            Self::Vpa => "vpa",
            Self::Itrs => "itrs",
        }
    }

    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|preset| preset.key() == key)
    }

    /// What people call it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Conservative => "Conservative",
            Self::Balanced => "Balanced",
            Self::Aggressive => "Aggressive",
            Self::AwsP995 => "AWS p99.5 / 0.8",
            Self::AwsP95 => "AWS p95 / 0.8",
            Self::AwsP90 => "AWS p90 / 0.8",
            Self::Turbonomic => "Turbonomic-like p95 / 0.7",
            Self::ManageiqConservative => "ManageIQ conservative",
            Self::ManageiqModerate => "ManageIQ moderate",
            Self::ManageiqAggressive => "ManageIQ aggressive",
            Self::Vpa => "Kubernetes VPA",
            Self::Itrs => "ITRS p95 × 1.2",
        }
    }
}

/// A rule that people write themselves: a percentile over a time, and the share of the size that it may fill.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct CustomRule {
    pub window_days: u16,
    /// 0 to 1: 0.995.
    pub cpu_percentile: f64,
    /// 0 to 1: 0.8 leaves a fifth free.
    pub cpu_target: f64,
    pub memory_percentile: f64,
    /// The need is the percentile times this: 1.2.
    pub memory_factor: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    Preset(Preset),
    Custom(CustomRule),
}

impl Default for Policy {
    fn default() -> Self {
        Self::Preset(Preset::default())
    }
}

/// What a machine has, or should have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    pub vcpu: i64,
    pub memory_bytes: i64,
}

/// Why nothing is recommended of a resource: what is missing, in an order in which it is mended.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Missing {
    /// The resource was not measured at all.
    Measurements,
    /// Memory is known from the platform alone: what the guest uses is needed, or Hyper-V's demand.
    GuestMemory,
    /// Samples are coarser than five minutes, which hides peaks.
    FineSamples,
    /// Fewer days than the rule wants.
    Days { have: f64, want: f64 },
    /// A lower share of the samples than is wanted, in percent.
    Coverage { have_percent: f64, want_percent: f64 },
    /// The size itself is unknown or zero.
    Size,
}

/// What a resource needs by a rule, in the resource's unit (vCPU, bytes), before rounding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Need {
    pub amount: f64,
    /// The term of the rule that decided, with its figures, in words.
    pub because: String,
}

/// How one resource of a machine stands under a rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Judgement {
    Insufficient(Missing),
    /// The target is above what there is.
    Undersized {
        need: Need,
        target: i64,
    },
    /// The target is below what there is, by enough to be worth a change.
    Oversized {
        need: Need,
        target: i64,
    },
    Fits {
        need: Need,
    },
}

impl Judgement {
    /// What the resource should become; `None` where nothing is recommended.
    pub const fn target(&self) -> Option<i64> {
        match self {
            Self::Undersized { target, .. } | Self::Oversized { target, .. } => Some(*target),
            Self::Insufficient(_) | Self::Fits { .. } => None,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    Low,
    Medium,
    High,
}

/// What a measured judgement rests on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// The beginning of the first sample and the end of the last, UTC.
    pub from_ms: i64,
    pub to_ms: i64,
    /// Samples that were expected while the machine was on, and those that are valid.
    pub expected: u64,
    pub valid: u64,
    /// Expected while it was off.
    pub off: u64,
}

impl Evidence {
    /// Valid over expected; `None` where none was expected.
    pub fn coverage_percent(&self) -> Option<f64> {
        if self.expected == 0 { None } else { Some((self.valid as f64 / self.expected as f64 * 100.0).min(100.0)) }
    }

    pub fn days(&self) -> f64 {
        (self.to_ms - self.from_ms).max(0) as f64 / 86_400_000.0
    }
}

/// What would have become of a recommendation that the first half of the window would have given.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct BackTest {
    /// The middle of the window: what came after it had no part in the recommendation.
    pub split_ms: i64,
    /// In vCPU.
    pub was: i64,
    pub target: i64,
    /// CPU work after the split that the target could not have done at its time, of all work after it.
    pub unmet_percent: f64,
    /// The longest time without a break that demand stood at the target or above.
    pub longest_short_ms: i64,
}

/// The judgement of a machine's size under one rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rightsizing {
    pub policy: Policy,
    pub cpu: Judgement,
    pub memory: Judgement,
    pub confidence: Level,
    pub risk: Level,
    /// What speaks for a change to come, in words: the reasons of the risk.
    pub risks: Vec<String>,
    /// Of CPU; `None` where it is not measured.
    pub evidence: Option<Evidence>,
    pub back_test: Option<BackTest>,
}

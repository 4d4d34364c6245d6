//! The profile of a machine: its class by the first condition that holds, and tags for what its load does over time.
//!
//! Roles come before profiles and are left out by whoever asks; what should be done is [`crate::rightsizing`]'s.

mod idle;
mod peers;
mod tags;

pub use idle::idle;
pub use peers::{Signature, coincidence, distance, peers, signature};

use model::{
    metric::Metric,
    profile::{Class, IdleRule, Profile},
    rightsizing::{Judgement, Missing, Rightsizing, Size},
    sample::Grain,
};

use crate::{
    period::periods,
    rightsizing::ENOUGH_PERCENT,
    usage::{DAY_MS, History, Span},
};

/// A machine that is off for so long is given up; it is worth a warning before.
pub const GIVEN_UP_DAYS: i64 = 30;
pub const OFF_WARNING_DAYS: i64 = 7;

/// How much of the past tags look at.
const WINDOW_DAYS: i64 = 30;

/// What is known of a machine beside its measurements.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Since when it has been off; `None` while it is on.
    pub off_since_ms: Option<i64>,
    /// The platform lists it and cannot reach what it is made of.
    pub is_orphaned: bool,
    /// Since the guest has been up, as far as the platform tells.
    pub boot_ms: Option<i64>,
    /// What clocks show where the machine is used: for business hours.
    pub utc_offset_ms: i64,
}

/// The profile at `now_ms`. `sized` is the judgement of its size under the policy in force.
pub fn profile(history: &History, facts: &Facts, sized: &Rightsizing, now_ms: i64) -> Profile {
    let (class, because) = class(history, facts, sized, now_ms);
    let span = history.since_resize(Span::days_before(now_ms, WINDOW_DAYS));
    let line = history.best_line(Metric::CpuUsage, span, ENOUGH_PERCENT);
    let Some(line) = line.filter(|_| class != Class::InsufficientData) else {
        return Profile { class, because, tags: Vec::new(), periods: Vec::new(), is_preliminary: false };
    };
    let (first_end_ms, hours) = line.view().hourly_means();
    let periods = periods(&hours);
    let load = tags::Load {
        cpu: line.view(),
        hours: &hours,
        first_hour: (first_end_ms + facts.utc_offset_ms).div_euclid(crate::usage::HOUR_MS) - 1,
        periods: &periods,
    };
    let tags = tags::tags(&load, history, span);
    Profile { class, because, tags, periods, is_preliminary: line.grain > Grain::BASE }
}

fn class(history: &History, facts: &Facts, sized: &Rightsizing, now_ms: i64) -> (Class, String) {
    if let Some(since_ms) = facts.off_since_ms {
        let days = now_ms.saturating_sub(since_ms) / DAY_MS;
        if days >= GIVEN_UP_DAYS {
            return (Class::PoweredOff, format!("off for {days} days"));
        }
    }
    if facts.is_orphaned {
        return (Class::Orphaned, "its files are gone, or belong to nobody".to_owned());
    }
    if let Judgement::Insufficient(missing) = sized.cpu
        && missing != Missing::FineSamples
    {
        return (Class::InsufficientData, missing_words(missing));
    }
    if let Some((true, because)) = idle(IdleRule::Own, history, facts, now_ms) {
        return (Class::Idle, because);
    }
    let both = [("CPU", &sized.cpu), ("memory", &sized.memory)];
    for (name, judgement) in both {
        if let Judgement::Undersized { need, .. } = judgement {
            return (Class::Undersized, format!("{name}: {}", need.because));
        }
    }
    for (name, judgement) in both {
        if let Judgement::Oversized { need, .. } = judgement {
            return (Class::Oversized, format!("{name}: {}", need.because));
        }
    }
    let because = match &sized.cpu {
        Judgement::Fits { need } => format!("CPU: {}", need.because),
        _ => "nothing speaks against its size".to_owned(),
    };
    (Class::Balanced, because)
}

/// What is missing, as people are told.
pub fn missing_words(missing: Missing) -> String {
    match missing {
        Missing::Measurements => "it is not measured".to_owned(),
        Missing::GuestMemory => {
            "what its guest uses is not measured, and what the hypervisor sees is not that".to_owned()
        }
        Missing::FineSamples => "samples every five minutes are missing".to_owned(),
        Missing::Days { have, want } => format!("{have:.1} of {want:.0} days are there"),
        Missing::Coverage { have_percent, want_percent } => {
            format!("{have_percent:.0} % of its samples are there, {want_percent:.0} % are wanted")
        }
        Missing::Size => "its size is unknown".to_owned(),
    }
}

/// The size now, for rules that count in vCPUs.
fn vcpus(history: &History) -> Option<f64> {
    history.size().map(|Size { vcpu, .. }| vcpu as f64)
}

#[cfg(test)]
mod tests;

//! Amounts and outlooks of capacity in words.

use leptos::prelude::*;
use model::{
    capacity::{AmountUnit, Limit, Measure, ReserveBy},
    format,
    runway::{Band, MIN_DAYS, Outlook, Unforecastable},
};

use crate::components::{Dot, Meter, Tone};

pub(super) const UNKNOWN: &str = "—";

pub(super) fn amount(value: Option<f64>, unit: AmountUnit) -> String {
    let Some(value) = value else { return UNKNOWN.to_owned() };
    // Units below zero are written as the amount that is missing.
    let sign = if value < 0.0 { "−" } else { "" };
    let size = value.abs().round() as i64;
    let words = match unit {
        AmountUnit::Megahertz => format::mhz(size),
        AmountUnit::Vcpu => format!("{} vCPU", format::count(size)),
        AmountUnit::Bytes => format::bytes(size),
    };
    format!("{sign}{words}")
}

/// A bar of what is taken of what may be used, and both in words.
pub(super) fn share(measure: Option<&Measure>) -> AnyView {
    let Some((measure, unit)) = measure.map(|measure| (measure, measure.resource.unit())) else {
        return UNKNOWN.into_any();
    };
    let taken = match unit {
        // The unit is said once.
        AmountUnit::Vcpu => {
            measure.taken.map_or_else(|| UNKNOWN.to_owned(), |taken| format::count(taken.round() as i64))
        }
        AmountUnit::Megahertz | AmountUnit::Bytes => amount(measure.taken, unit),
    };
    let words = match measure.usable {
        Some(_) => format!("{taken} of {}", amount(measure.usable, unit)),
        None => format!("{}; of what is unknown", amount(measure.taken, unit)),
    };
    let percent = measure.taken.zip(measure.usable).map(|(taken, usable)| match usable {
        // Nothing may be used, and something is.
        usable if usable <= 0.0 => 100.0,
        usable => taken / usable * 100.0,
    });
    let bar = percent.map(|percent| {
        let label = format!("{percent:.0} % of what may be used of {}", measure.resource.name());
        view! { <Meter percent label width=48 /> }
    });
    view! { <span class="share">{bar} <span>{words}</span></span> }.into_any()
}

/// How long it lasts, with the sign of how near that is.
pub(super) fn outlook(outlook: Outlook) -> AnyView {
    let (tone, label) = match outlook {
        Outlook::Full { days: 0 } => (Tone::Bad, "Full".to_owned()),
        Outlook::Full { days } => {
            let tone = match outlook.band() {
                Band::Critical => Tone::Bad,
                Band::Soon | Band::Watch => Tone::Warn,
                Band::Ample | Band::Unknown => Tone::Ok,
            };
            (tone, if days == 1 { "1 day".to_owned() } else { format!("{days} days") })
        }
        Outlook::NoExhaustion => (Tone::Ok, "No exhaustion expected".to_owned()),
        Outlook::Collecting { days } => (Tone::Idle, format!("Collecting: {days} of {MIN_DAYS} d")),
        Outlook::NotForecastable { reason } => (Tone::Idle, format!("Not forecastable: {}", why(reason))),
    };
    view! { <Dot tone label /> }.into_any()
}

const fn why(reason: Unforecastable) -> &'static str {
    match reason {
        Unforecastable::Stale => "nothing measured of late",
        Unforecastable::Gaps => "too many days are missing",
        Unforecastable::Erratic => "too erratic",
        Unforecastable::UsableUnknown => "what may be used is unknown",
    }
}

/// From the bad case to the good one.
pub(super) fn cases(worst_days: Option<u32>, best_days: Option<u32>) -> Option<String> {
    let worst = worst_days?;
    Some(match best_days {
        Some(best) if best == worst => format!("{worst} d"),
        Some(best) => format!("{worst} to {best} d"),
        None => format!("{worst} d at the earliest"),
    })
}

pub(super) const fn kept_back(by: Option<ReserveBy>) -> &'static str {
    match by {
        None => "",
        Some(ReserveBy::Admission) => "by admission control",
        Some(ReserveBy::Planned) => "for planned failures",
        Some(ReserveBy::Rebuild) => "to rebuild",
    }
}

/// What stops the next machine.
pub(super) const fn limit(limit: Limit) -> &'static str {
    match limit {
        Limit::Cpu => "CPU of the hosts",
        Limit::Memory => "memory of the hosts",
        Limit::Storage => "storage",
        Limit::CpuUsable => "CPU that may be given away",
        Limit::MemoryUsable => "memory that may be given away",
        Limit::NoHostLargeEnough => "no host is large enough",
        Limit::Restart => "machines of failed hosts find no place",
        Limit::NoHosts => "hosts or their sizes are unknown",
        Limit::UsableUnknown => "what may be used is unknown",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_keep_their_sign_and_unit() {
        assert_eq!(amount(Some(-3.0), AmountUnit::Vcpu), "−3 vCPU");
        assert_eq!(amount(None, AmountUnit::Bytes), "—");
    }

    #[test]
    fn the_bad_case_comes_first() {
        assert_eq!(cases(Some(20), Some(90)).unwrap(), "20 to 90 d");
        assert_eq!(cases(Some(20), None).unwrap(), "20 d at the earliest");
        assert_eq!(cases(None, None), None);
    }
}

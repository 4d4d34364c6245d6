//! Hyper-V's words for states, as the model's. Numbers where there are no words: those are the same in all versions.

use model::inventory::{Health, PowerState, ReplicationMode};

use crate::hyperv::value::Choice;

pub(super) fn mode(mode: &Choice) -> Option<ReplicationMode> {
    match mode {
        mode if mode.is(1, "Primary") => Some(ReplicationMode::Primary),
        mode if mode.is(2, "Replica") => Some(ReplicationMode::Replica),
        mode if mode.is(3, "TestReplica") => Some(ReplicationMode::TestReplica),
        mode if mode.is(4, "ExtendedReplica") => Some(ReplicationMode::ExtendedReplica),
        _ => None,
    }
}

/// `RunningCritical` is running, and in trouble.
pub(super) fn power(state: &Choice) -> (PowerState, bool) {
    if let Some(name) = state.name.as_deref().filter(|name| name.parse::<i64>().is_err()) {
        let base = name.strip_suffix("Critical");
        let power = match base.unwrap_or(name).to_ascii_lowercase().as_str() {
            "running" | "stopping" | "reset" | "saving" | "pausing" | "fastsaving" | "forceshutdown"
            | "forcereboot" => PowerState::On,
            "off" | "starting" => PowerState::Off,
            "saved" | "paused" | "resuming" | "fastsaved" => PowerState::Suspended,
            _ => PowerState::Unknown,
        };
        return (power, base.is_some());
    }
    let power = match state.number {
        Some(2 | 4 | 11 | 32773 | 32776) => PowerState::On,
        Some(3 | 10) => PowerState::Off,
        Some(6 | 9 | 32777 | 32779) => PowerState::Suspended,
        _ => PowerState::Unknown,
    };
    (power, false)
}

/// `CIM_ManagedSystemElement.OperationalStatus`, and Hyper-V's own additions by name.
pub(super) fn health(statuses: &[Choice], is_critical: bool) -> Health {
    let is_any = |known: &[(i64, &str)]| {
        statuses.iter().any(|status| known.iter().any(|(number, name)| status.is(*number, name)))
    };
    match statuses {
        _ if is_critical => Health::Red,
        [] => Health::Gray,
        _ if is_any(&[(6, "Error"), (7, "NonRecoverableError"), (12, "NoContact"), (13, "LostCommunication")]) => {
            Health::Red
        }
        _ if is_any(&[(3, "Degraded"), (4, "Stressed"), (5, "PredictiveFailure")]) => Health::Yellow,
        _ if is_any(&[(2, "Ok")]) => Health::Green,
        _ => Health::Gray,
    }
}

pub(super) fn replication_health(health: &Choice) -> Option<Health> {
    match health {
        health if health.is(1, "Normal") => Some(Health::Green),
        health if health.is(2, "Warning") => Some(Health::Yellow),
        health if health.is(3, "Critical") => Some(Health::Red),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(number: i64, name: &str) -> Choice {
        Choice { number: Some(number), name: Some(name.to_owned()) }
    }

    #[test]
    fn a_critical_state_is_the_state_and_trouble() {
        assert_eq!(power(&named(2, "Running")), (PowerState::On, false));
        assert_eq!(power(&named(32_781, "OffCritical")), (PowerState::Off, true));
        assert_eq!(power(&named(32_782, "SavedCritical")), (PowerState::Suspended, true));
        assert_eq!(power(&Choice { number: Some(9), name: None }), (PowerState::Suspended, false));
        assert_eq!(power(&named(77, "Levitating")), (PowerState::Unknown, false));
        assert_eq!(power(&Choice::default()), (PowerState::Unknown, false));
    }

    #[test]
    fn the_worst_status_decides() {
        assert_eq!(health(&[named(2, "Ok")], false), Health::Green);
        assert_eq!(health(&[named(2, "Ok"), named(3, "Degraded")], false), Health::Yellow);
        assert_eq!(health(&[named(3, "Degraded"), named(6, "Error")], false), Health::Red);
        assert_eq!(health(&[named(2, "Ok")], true), Health::Red);
        assert_eq!(health(&[], false), Health::Gray);
    }
}

//! The server function of what capacity is judged by.

use leptos::prelude::*;

use crate::error::AppError;
#[cfg(feature = "ssr")]
use crate::{drawn::Told, guard};
#[cfg(feature = "ssr")]
use model::{account::Role, capacity::CapacitySettings};

/// For the whole estate. An empty `failures` leaves it to each cluster's own admission control.
#[server(prefix = "/api/fn", endpoint = "set_capacity_settings")]
pub async fn set_capacity_settings(
    cpu_overcommit: String,
    memory_overcommit: String,
    cpu_buffer: String,
    memory_buffer: String,
    storage_buffer: String,
    failures: String,
) -> Result<(), AppError> {
    let (engine, actor) = guard::require(Role::Manager).await?;
    let typed = vec![
        ("cpu_overcommit", cpu_overcommit),
        ("memory_overcommit", memory_overcommit),
        ("cpu_buffer", cpu_buffer),
        ("memory_buffer", memory_buffer),
        ("storage_buffer", storage_buffer),
        ("failures", failures),
    ];
    let set = match read(&typed) {
        Ok(wanted) => engine.set_capacity_settings(&actor, wanted).await.map_err(AppError::from),
        Err(error) => Err(error),
    };
    let typed = if set.is_ok() { Vec::new() } else { typed };
    Told::answer(&actor, "/capacity", "set_capacity_settings", typed, set.map(|()| "Saved.".to_owned()))
}

#[cfg(feature = "ssr")]
fn read(typed: &[(&'static str, String)]) -> Result<CapacitySettings, AppError> {
    let text = |name: &str| {
        let found = typed.iter().find(|(field, _)| *field == name);
        found.map(|(_, text)| text.trim().replace(',', ".")).unwrap_or_default()
    };
    let number = |name: &'static str, range: std::ops::RangeInclusive<f64>| {
        let value = text(name).parse::<f64>().ok().filter(|value| range.contains(value));
        value.ok_or_else(|| {
            AppError::invalid(name, format!("a number from {} to {}", range.start(), range.end())).answered()
        })
    };
    let failures = match text("failures").as_str() {
        "" => None,
        text => Some(text.parse::<u32>().ok().filter(|hosts| *hosts <= CapacitySettings::MAX_FAILURES).ok_or_else(
            || {
                let words = format!("a number from 0 to {}, or nothing", CapacitySettings::MAX_FAILURES);
                AppError::invalid("failures", words).answered()
            },
        )?),
    };
    Ok(CapacitySettings {
        cpu_overcommit: number("cpu_overcommit", 0.1..=100.0)?,
        memory_overcommit: number("memory_overcommit", 0.1..=100.0)?,
        cpu_buffer_percent: number("cpu_buffer", 0.0..=95.0)?,
        memory_buffer_percent: number("memory_buffer", 0.0..=95.0)?,
        storage_buffer_percent: number("storage_buffer", 0.0..=95.0)?,
        planned_failures: failures,
        ..CapacitySettings::default()
    })
}

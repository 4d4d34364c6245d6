//! Server functions of how long measurements are kept, and from where they are wanted. Both are for administrators.

use leptos::prelude::*;

use crate::error::AppError;
#[cfg(feature = "ssr")]
use crate::{drawn::Told, guard};
#[cfg(feature = "ssr")]
use model::{account::Role, ids::SourceId, metric::Metric, series::Preferred, source::SourceKind};

/// Days of samples as they came, of hours and of days.
#[server(prefix = "/api/fn", endpoint = "set_retention")]
pub async fn set_retention(base: String, hourly: String, daily: String) -> Result<(), AppError> {
    let (engine, actor) = guard::require(Role::Admin).await?;
    let days = |field: &str, text: &str| {
        let days = text.trim().parse::<i64>();
        days.map_err(|_| AppError::invalid(field, "a number of days from 2 to 18,250").answered())
    };
    let wanted = (|| Ok((days("base", &base)?, days("hourly", &hourly)?, days("daily", &daily)?)))();
    let set = match wanted {
        Ok((base, hourly, daily)) => engine.set_retention(&actor, base, hourly, daily).await.map_err(AppError::from),
        Err(error) => Err(error),
    };
    let typed = if set.is_ok() { Vec::new() } else { vec![("base", base), ("hourly", hourly), ("daily", daily)] };
    Told::answer(&actor, "/admin", "set_retention", typed, set.map(|()| "Saved.".to_owned()))
}

/// `preferred`: `kind:zabbix`, `source:3`, or empty for the default order.
#[server(prefix = "/api/fn", endpoint = "set_metric_preference")]
pub async fn set_metric_preference(metric: String, preferred: String) -> Result<(), AppError> {
    let (engine, actor) = guard::require(Role::Admin).await?;
    let set = match (Metric::from_key(&metric), read(&preferred)) {
        (None, _) => Err(AppError::invalid("metric", "there is no such metric").answered()),
        (_, Err(error)) => Err(error),
        (Some(metric), Ok(preferred)) => {
            engine.set_metric_preference(&actor, metric, preferred).await.map_err(AppError::from)
        }
    };
    let typed = if set.is_ok() { Vec::new() } else { vec![("metric", metric), ("preferred", preferred)] };
    let said = set.map(|()| "Saved. Machines show it at once.".to_owned());
    Told::answer(&actor, "/admin", "set_metric_preference", typed, said)
}

#[cfg(feature = "ssr")]
fn read(text: &str) -> Result<Option<Preferred>, AppError> {
    let preferred = match text.split_once(':') {
        None if text.is_empty() => return Ok(None),
        Some(("kind", key)) => SourceKind::from_key(key).map(Preferred::Kind),
        Some(("source", id)) => id.parse().ok().map(|id| Preferred::Source(SourceId(id))),
        _ => None,
    };
    preferred.map(Some).ok_or_else(|| AppError::invalid("preferred", "there is no such source").answered())
}

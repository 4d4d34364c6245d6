//! Server functions of a person's own measurements of a source. What there are is drawn (`server::measurements`).

use leptos::prelude::*;
use model::ids::SourceId;

use crate::error::AppError;
#[cfg(feature = "ssr")]
use crate::{drawn::Told, guard};
#[cfg(feature = "ssr")]
use model::{
    account::Role,
    mapping::{MappingTrial, MetricMapping},
    metric::Metric,
};

#[server(prefix = "/api/fn", endpoint = "add_mapping")]
pub async fn add_mapping(source: SourceId, metric: String, selector: String, factor: String) -> Result<(), AppError> {
    let (engine, actor) = guard::require(Role::Manager).await?;
    let path = format!("/sources/{source}");
    let added = match mapping(&metric, &selector, &factor) {
        Ok(mapping) => engine.add_mapping(&actor, source, mapping).await.map_err(AppError::from),
        Err(error) => Err(error),
    };
    // What is kept has left the form.
    let typed = if added.is_ok() { Vec::new() } else { typed(metric, selector, factor) };
    let said = added.map(|()| "Added. The next read takes it along, with its history.".to_owned());
    Told::answer(&actor, &path, "add_mapping", typed, said)
}

/// Asks for a mapping once; keeps nothing.
#[server(prefix = "/api/fn", endpoint = "try_mapping")]
pub async fn try_mapping(source: SourceId, metric: String, selector: String, factor: String) -> Result<(), AppError> {
    let (engine, actor) = guard::require(Role::Manager).await?;
    let path = format!("/sources/{source}");
    let said = match mapping(&metric, &selector, &factor) {
        Ok(mapping) => match engine.try_mapping(&actor, source, mapping).await {
            Ok(Ok(trial)) => words(trial),
            Ok(Err(failure)) => {
                let advice = failure.advice().to_owned();
                Err(AppError::invalid("selector", format!("{}. {advice}", failure.detail)))
            }
            Err(error) => Err(error.into()),
        },
        Err(error) => Err(error),
    };
    Told::answer(&actor, &path, "add_mapping", typed(metric, selector, factor), said)
}

/// What it has measured stays for its time.
#[server(prefix = "/api/fn", endpoint = "remove_mapping")]
pub async fn remove_mapping(source: SourceId, mapping: i64) -> Result<(), AppError> {
    let (engine, actor) = guard::require(Role::Manager).await?;
    let removed = engine.remove_mapping(&actor, source, mapping).await.map_err(AppError::from);
    let said = removed.map(|()| "Removed. What it has measured stays for its time.".to_owned());
    Told::answer(&actor, &format!("/sources/{source}"), "add_mapping", Vec::new(), said)
}

#[cfg(feature = "ssr")]
fn mapping(metric: &str, selector: &str, factor: &str) -> Result<MetricMapping, AppError> {
    let metric =
        Metric::from_key(metric).ok_or_else(|| AppError::invalid("metric", "there is no such metric").answered())?;
    let factor = match factor.trim() {
        "" => 1.0,
        factor => factor
            .parse()
            .map_err(|_| AppError::invalid("factor", "the factor is a number above 0, for example 1024").answered())?,
    };
    Ok(MetricMapping { metric, selector: selector.to_owned(), factor })
}

#[cfg(feature = "ssr")]
fn typed(metric: String, selector: String, factor: String) -> Vec<(&'static str, String)> {
    vec![("metric", metric), ("selector", selector), ("factor", factor)]
}

#[cfg(feature = "ssr")]
fn words(trial: Option<MappingTrial>) -> Result<String, AppError> {
    use model::format::count;

    match trial {
        None => Ok("Only a read tells what that measures.".to_owned()),
        Some(MappingTrial { series: 0, .. }) => {
            Err(AppError::invalid("selector", "the server knows the query and has no value for it now").answered())
        }
        Some(MappingTrial { series, machines: 0 }) => {
            let message = format!(
                "{} series, and none names a machine: they need the label instance, sum by (job, instance) (…)",
                count(series as i64)
            );
            Err(AppError::invalid("selector", message).answered())
        }
        Some(MappingTrial { series, machines }) => {
            Ok(format!("{} series of {} machines.", count(series as i64), count(machines as i64)))
        }
    }
}

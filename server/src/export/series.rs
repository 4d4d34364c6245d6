//! `/export/series.csv`: the numbers of one chart. Not a stream: a chart has a few hundred points.

use app::{chart::POINTS_MAX, guard::RequestActor};
use axum::{
    Extension,
    body::Body,
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse as _, Response},
};
use engine::{Engine, Error};
use model::{format, ids::ObjectId, inventory::ObjectKind, metric::Metric, series::SeriesView};
use serde::Deserialize;

use super::{attachment, encode, person, refusal};

/// What the chart's link says.
#[derive(Debug, Deserialize)]
pub(crate) struct Wanted {
    kind: String,
    id: ObjectId,
    metric: String,
    /// UTC milliseconds.
    from: i64,
    to: i64,
}

/// The longest time that is asked for; nothing is kept for longer.
const LONGEST_MS: i64 = 6 * 366 * 86_400_000;

pub(crate) async fn csv(
    State(engine): State<Engine>,
    Extension(request): Extension<RequestActor>,
    Query(wanted): Query<Wanted>,
) -> Response {
    let actor = match person(request) {
        Ok(actor) => actor,
        Err(door) => return door.into_response(),
    };
    let mistake = |words: &'static str| (StatusCode::UNPROCESSABLE_ENTITY, words).into_response();
    let Some(kind) = ObjectKind::from_key(&wanted.kind) else { return mistake("there is no such kind\n") };
    let Some(metric) = Metric::from_key(&wanted.metric) else { return mistake("there is no such metric\n") };
    let length = wanted.to.checked_sub(wanted.from);
    if !length.is_some_and(|length| (1..=LONGEST_MS).contains(&length)) {
        return mistake("from and to are UTC milliseconds, from before to, a few years at most\n");
    }
    match engine.series(&actor, kind, wanted.id, metric, wanted.from..wanted.to, POINTS_MAX).await {
        Ok(Some(view)) => match encode(&rows(&view)) {
            Ok(bytes) => attachment(&format!("{}-{}-{}", wanted.kind, wanted.id, metric.key()), Body::from(bytes)),
            Err(error) => refusal(&Error::Internal(error.into())),
        },
        Ok(None) => refusal(&Error::NotFound),
        Err(error) => refusal(&error),
    }
}

/// Numbers as they are; empty where one is not known. What is missing altogether has no row.
fn rows(view: &SeriesView) -> Vec<Vec<String>> {
    let header = ["interval_end", view.metric.key(), "p95", "maximum"].map(str::to_owned).to_vec();
    let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
    let points = view.points.iter().map(|point| {
        vec![format::iso_utc(point.end_ms), point.average.to_string(), number(point.p95), number(point.maximum)]
    });
    std::iter::once(header).chain(points).collect()
}

#[cfg(test)]
mod tests {
    use model::{sample::Grain, series::Point};

    use super::*;

    #[test]
    fn what_is_not_known_is_empty_and_not_zero() {
        let view = SeriesView {
            metric: Metric::CpuUsage,
            step_ms: 300_000,
            grain: Grain::FiveMinutes,
            points: vec![Point { end_ms: 1_795_432_800_000, average: 12.5, maximum: Some(40.0), p95: None }],
            expected: 2,
            valid: 1,
            average: None,
            p95: None,
            maximum: None,
        };
        let bytes = encode(&rows(&view)).unwrap();
        assert_eq!(
            String::from_utf8(bytes).unwrap(),
            "interval_end,cpu_usage_percent,p95,maximum\r\n2026-11-23T11:20:00Z,12.5,,40\r\n"
        );
    }
}

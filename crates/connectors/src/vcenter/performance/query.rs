//! `QueryPerf`: what is asked for, and its answer in either of the two formats in which servers give it.

use std::{io::BufRead, ops::Range};

use jiff::Timestamp;

use super::{counter::Known, entity::Entity};
use crate::vcenter::{
    answer::{AnswerError, read_parts},
    envelope::Request,
    tree::Element,
    value::{Moref, number, time_ms},
};

/// Values in one list. An hour of 20 seconds has 180; ten years of days 3,660.
const MAX_VALUES: usize = 20_000;

/// The counters of one object. Every list of values goes with `ends_ms`; a shorter one ends early.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Answered {
    pub(super) entity: Moref,
    /// Ends of the intervals, by the server's clock.
    pub(super) ends_ms: Vec<i64>,
    /// By the counter's key.
    pub(super) values: Vec<(i32, Vec<i64>)>,
}

/// Asks for the counters of these objects: the sum over instances, which has no name.
pub(super) fn request(
    manager: &Moref,
    entities: &[Entity],
    counters: &[Known],
    interval_s: i64,
    span: &Range<i64>,
) -> String {
    let mut request = Request::new("QueryPerf", manager);
    // Where realtime values are asked for, servers want the number; for history they leave it unread.
    let samples = (span.end - span.start) / (interval_s * 1_000) + 1;
    for entity in entities {
        request.open("querySpec");
        request.reference("entity", &entity.id);
        request.text("startTime", &time(span.start));
        request.text("endTime", &time(span.end));
        request.text("maxSample", &samples.to_string());
        for known in counters {
            request.open("metricId");
            request.text("counterId", &known.key.to_string());
            request.text("instance", "");
            request.close("metricId");
        }
        request.text("intervalId", &interval_s.to_string());
        request.text("format", "csv");
        request.close("querySpec");
    }
    request.finish()
}

fn time(ms: i64) -> String {
    Timestamp::from_millisecond(ms).unwrap_or(Timestamp::UNIX_EPOCH).to_string()
}

/// Reads the answer while it arrives: for each object its reference, its times, its lists of values.
pub(super) fn read(body: impl BufRead) -> Result<Vec<Answered>, AnswerError> {
    let mut all: Vec<Answered> = Vec::new();
    read_parts(body, |part| {
        if part.name() == "entity" {
            all.push(Answered { entity: part.moref().unwrap_or_default(), ..Answered::default() });
            return;
        }
        let Some(current) = all.last_mut() else { return };
        match part.name() {
            "sampleInfo" => current.ends_ms.extend(part.get("timestamp").and_then(time_ms)),
            // `20,2026-11-23T10:00:20Z,20,2026-11-23T10:00:40Z`
            "sampleInfoCSV" => {
                let times = part.text().split(',').skip(1).step_by(2).take(MAX_VALUES);
                current.ends_ms = times.map(|text| time_ms(text).unwrap_or_default()).collect();
            }
            "value" => current.values.extend(values(part)),
            _ => {}
        }
    })?;
    Ok(all)
}

/// `PerfMetricIntSeries` has a `value` for each; `PerfMetricSeriesCSV` one with commas.
fn values(series: Element<'_>) -> Option<(i32, Vec<i64>)> {
    let id = series.child("id")?;
    if id.get("instance").is_some_and(|instance| !instance.is_empty()) {
        return None;
    }
    let key = i32::try_from(id.number("counterId")?).ok()?;
    let texts = series.all("value").flat_map(|value| value.text().split(','));
    // What is no number keeps its place: the values after it belong to later times.
    Some((key, texts.take(MAX_VALUES).map(|text| number(text).unwrap_or(-1)).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = r#"<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><soapenv:Body><QueryPerfResponse xmlns="urn:vim25">"#;
    const TAIL: &str = "</QueryPerfResponse></soapenv:Body></soapenv:Envelope>";

    fn read_one(inner: &str) -> Answered {
        let mut all = read(format!("{HEAD}{inner}{TAIL}").as_bytes()).unwrap();
        assert_eq!(all.len(), 1);
        all.remove(0)
    }

    fn expected() -> Answered {
        Answered {
            entity: Moref::new("VirtualMachine", "vm-42"),
            ends_ms: vec![1_795_428_020_000, 1_795_428_040_000],
            values: vec![(2, vec![1_250, -1])],
        }
    }

    // Shapes after the vSphere Web Services API, `PerfEntityMetricCSV` and `PerfEntityMetric`.
    #[test]
    fn values_with_commas_are_read() {
        let csv = r#"<returnval xsi:type="PerfEntityMetricCSV"><entity type="VirtualMachine">vm-42</entity>
            <sampleInfoCSV>20,2026-11-23T10:00:20Z,20,2026-11-23T10:00:40Z</sampleInfoCSV>
            <value><id><counterId>2</counterId><instance></instance></id><value>1250,-1</value></value>
            <value><id><counterId>2</counterId><instance>0</instance></id><value>700,1</value></value></returnval>"#;
        assert_eq!(read_one(csv), expected());
    }

    #[test]
    fn values_in_elements_of_their_own_are_read() {
        let normal = r#"<returnval xsi:type="PerfEntityMetric"><entity type="VirtualMachine">vm-42</entity>
            <sampleInfo><timestamp>2026-11-23T10:00:20Z</timestamp><interval>20</interval></sampleInfo>
            <sampleInfo><timestamp>2026-11-23T10:00:40Z</timestamp><interval>20</interval></sampleInfo>
            <value xsi:type="PerfMetricIntSeries"><id><counterId>2</counterId><instance></instance></id>
            <value>1250</value><value>-1</value></value></returnval>"#;
        assert_eq!(read_one(normal), expected());
    }

    #[test]
    fn what_is_no_number_is_a_gap_and_moves_nothing() {
        let csv = r#"<returnval><entity type="VirtualMachine">vm-42</entity>
            <sampleInfoCSV>20,2026-11-23T10:00:20Z,20,2026-11-23T10:00:40Z</sampleInfoCSV>
            <value><id><counterId>2</counterId></id><value>NaN,7</value></value></returnval>"#;
        assert_eq!(read_one(csv).values, [(2, vec![-1, 7])]);
    }
}

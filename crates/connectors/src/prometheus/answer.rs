//! Reads answers of the HTTP API (<https://prometheus.io/docs/prometheus/latest/querying/api/>). Pure: bytes in, values out.
//!
//! A bad series costs itself alone; only an answer that is no such JSON is refused as a whole. What values mean is not known
//! here.

use std::{collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{self, Visitor},
};
use serde_json::value::RawValue;

/// Labels beyond what series of any exporter have are not kept, nor are longer ones.
const MAX_LABELS: usize = 64;
const MAX_LABEL_BYTES: usize = 1_024;
/// Warnings and infos of one answer that are kept.
const MAX_REMARKS: usize = 20;

/// What every answer is wrapped in.
#[derive(Debug, Deserialize)]
pub(super) struct Envelope<T> {
    status: Option<String>,
    pub(super) data: Option<T>,
    #[serde(rename = "errorType")]
    pub(super) error_type: Option<String>,
    pub(super) error: Option<String>,
    warnings: Option<Vec<String>>,
    infos: Option<Vec<String>>,
}

impl<T> Envelope<T> {
    pub(super) fn is_success(&self) -> bool {
        self.status.as_deref() == Some("success")
    }

    pub(super) fn is_error(&self) -> bool {
        self.status.as_deref() == Some("error")
    }

    /// Warnings and infos alike: both say that values may not be what they seem.
    fn remarks(&mut self) -> Vec<String> {
        let all = [self.warnings.take(), self.infos.take()].into_iter().flatten().flatten();
        all.take(MAX_REMARKS).collect()
    }
}

/// An error that names a place and never what stands there.
pub(super) fn place_of(error: &serde_json::Error) -> String {
    let what = match error.classify() {
        serde_json::error::Category::Eof => "it ends too early",
        serde_json::error::Category::Syntax | serde_json::error::Category::Io => "it is not JSON",
        serde_json::error::Category::Data => "it has another shape",
    };
    format!("{what} (line {}, column {})", error.line(), error.column())
}

pub(super) type Labels = BTreeMap<String, String>;

/// What a query yields: of an instant one each series has one point, of a range one several.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Answer {
    pub(super) series: Vec<Series>,
    /// Series that could not be read.
    pub(super) lost: u64,
    /// What the server says about the values.
    pub(super) remarks: Vec<String>,
}

#[derive(Debug, Default, PartialEq)]
pub(super) struct Series {
    pub(super) labels: Labels,
    pub(super) points: Vec<Point>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Point {
    pub(super) at_ms: i64,
    /// May be NaN or infinite: Prometheus sends both as text.
    pub(super) value: f64,
}

impl Series {
    /// Empty where the series has no such label, which to Prometheus is the same.
    pub(super) fn label(&self, name: &str) -> &str {
        self.labels.get(name).map_or("", String::as_str)
    }

    /// The value of an instant query.
    pub(super) fn value(&self) -> Option<f64> {
        self.points.last().map(|point| point.value).filter(|value| value.is_finite())
    }
}

#[derive(Deserialize)]
struct QueryData<'a> {
    #[serde(borrow, default)]
    result: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct SeriesData {
    #[serde(default)]
    metric: Labels,
    value: Option<(Number, Number)>,
    #[serde(default)]
    values: Vec<(Number, Number)>,
}

/// Reads the answer of a query.
pub(super) fn query(body: &[u8]) -> Result<Envelope<Answer>, serde_json::Error> {
    let mut envelope: Envelope<QueryData<'_>> = serde_json::from_slice(body)?;
    let remarks = envelope.remarks();
    let Envelope { status, data, error_type, error, warnings, infos } = envelope;
    let data = data.map(|data| {
        let mut answer = Answer { remarks, ..Answer::default() };
        for raw in data.result {
            match serde_json::from_str::<SeriesData>(raw.get()) {
                Ok(series) => answer.series.push(series.into()),
                Err(_) => answer.lost += 1,
            }
        }
        answer
    });
    Ok(Envelope { status, data, error_type, error, warnings, infos })
}

impl From<SeriesData> for Series {
    fn from(data: SeriesData) -> Self {
        let kept = data.metric.into_iter().filter(|(name, value)| name.len().max(value.len()) <= MAX_LABEL_BYTES);
        let labels = kept.take(MAX_LABELS).collect();
        let points = data.values.into_iter().chain(data.value);
        let points = points.filter(|(at, _)| at.0.is_finite() && at.0.abs() < MAX_SECONDS);
        Self {
            labels,
            points: points.map(|(at, value)| Point { at_ms: (at.0 * 1e3).round() as i64, value: value.0 }).collect(),
        }
    }
}

/// The year 9999 in seconds since 1970.
const MAX_SECONDS: f64 = 253_402_300_800.0;

/// A number as JSON has it, or as text: `"0.25"`, `"NaN"`, `"+Inf"`, `"1e+06"`. Text that is no number is NaN.
struct Number(f64);

struct NumberVisitor;

impl Visitor<'_> for NumberVisitor {
    type Value = Number;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, or one as text")
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Number, E> {
        Ok(Number(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Number, E> {
        Ok(Number(value as f64))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Number, E> {
        Ok(Number(value as f64))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Number, E> {
        Ok(Number(value.parse().unwrap_or(f64::NAN)))
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NumberVisitor)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(body: &str) -> Answer {
        query(body.as_bytes()).unwrap().data.unwrap()
    }

    #[test]
    fn vectors_and_matrices_become_points() {
        let vector = r#"{"status":"success","data":{"resultType":"vector","result":[
            {"metric":{"instance":"a:9100"},"value":[1700000000.123,"0.5"]}]}}"#;
        let series = &read(vector).series[0];
        assert_eq!(series.label("instance"), "a:9100");
        assert_eq!(series.points, [Point { at_ms: 1_700_000_000_123, value: 0.5 }]);
        let matrix = r#"{"status":"success","data":{"resultType":"matrix","result":[
            {"metric":{},"values":[[300,"1e+06"],[600,"+Inf"],[900,"NaN"],[1200,7]],"histograms":[]}]}}"#;
        let points: Vec<f64> = read(matrix).series[0].points.iter().map(|point| point.value).collect();
        assert_eq!((points[0], points[1], points[2].is_nan(), points[3]), (1e6, f64::INFINITY, true, 7.0));
    }

    #[test]
    fn a_bad_series_costs_itself_alone() {
        let body = r#"{"status":"success","data":{"result":[
            7, null, [], {"metric":7}, {"metric":{"a":1}}, {"values":[[1,null]]}, {"values":[["x","1"],[1e300,"1"],[2,"y"]]},
            {"metric":{"job":"node"},"value":[5,"1"]}]},"warnings":["w"],"infos":["i"]}"#;
        let answer = read(body);
        assert_eq!((answer.lost, answer.series.len()), (6, 2));
        assert_eq!(answer.series[0].points.len(), 1, "times that are none are dropped");
        assert_eq!(answer.series[1].value(), Some(1.0));
        assert_eq!(answer.remarks, ["w", "i"]);
    }

    #[test]
    fn errors_name_the_place_and_not_what_stands_there() {
        for body in ["", "<html>secret</html>", r#"{"status":"secret"#, r#"{"status":["secret"]}"#] {
            let said = place_of(&query(body.as_bytes()).unwrap_err());
            assert!(said.contains("line") && !said.contains("secret"), "{said}");
        }
        let deep = format!(r#"{{"status":"success","data":{}"#, "[".repeat(1_000_000));
        assert!(query(deep.as_bytes()).is_err());
    }

    proptest! {
        #[test]
        fn whatever_comes_is_read_without_a_panic(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = query(&body);
        }
    }
}

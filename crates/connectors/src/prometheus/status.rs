//! What the server says of itself: version, retention, targets. Products that only speak the query API say less, or nothing.

use std::time::Duration;

use model::inventory::SourceIdentity;
use serde::Deserialize;

use super::client::{Client, Limits, SMALL};

/// 10,000 targets, with the labels that they were discovered with, have about 20 MB.
const TARGETS: Limits = Limits { time: Duration::from_secs(20), bytes: 96 << 20 };
const SHOWN: usize = 80;

#[derive(Debug, Default, Deserialize)]
struct BuildInfo {
    /// Grafana Mimir names itself here.
    application: Option<String>,
    version: Option<String>,
    revision: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct RuntimeInfo {
    /// `15d`, `400d`, `30d or 10GiB`, `10GiB`.
    #[serde(rename = "storageRetention")]
    storage_retention: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
struct Targets {
    #[serde(rename = "activeTargets", default)]
    active: Vec<Target>,
}

#[derive(Debug, Deserialize)]
struct Target {
    /// `up`, `down`, or `unknown` until the first scrape.
    health: Option<String>,
}

/// Targets by what the last scrape of each said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct TargetCounts {
    pub(super) up: u64,
    pub(super) down: u64,
    pub(super) unknown: u64,
}

impl TargetCounts {
    pub(super) fn all(self) -> u64 {
        self.up + self.down + self.unknown
    }
}

/// Product and version, as far as the server tells.
pub(super) async fn identity(client: &Client) -> SourceIdentity {
    let told = client.status::<BuildInfo>("api/v1/status/buildinfo", &[], SMALL).await;
    let told = told.inspect_err(|error| tracing::debug!(?error, "the server does not tell its version")).ok();
    let shown = |text: String| text.chars().filter(|c| !c.is_control()).take(SHOWN).collect::<String>();
    let product = match &told {
        Some(BuildInfo { application: Some(name), .. }) => shown(name.clone()),
        // VictoriaMetrics tells a version alone, and not its own.
        Some(BuildInfo { revision: Some(_), .. }) => "Prometheus".to_owned(),
        _ => "Prometheus-compatible".to_owned(),
    };
    let told = told.unwrap_or_default();
    SourceIdentity {
        product: Some(product),
        version: told.version.map(shown).filter(|version| !version.is_empty()),
        build: None,
        instance_uuid: None,
    }
}

/// How long samples are kept, in the server's words.
pub(super) async fn retention(client: &Client) -> Option<String> {
    let told = client.status::<RuntimeInfo>("api/v1/status/runtimeinfo", &[], SMALL).await.ok()?;
    told.storage_retention.filter(|text| !text.is_empty() && text.len() <= SHOWN)
}

/// How long samples are kept, where the words hold a time: `15d`, `1y2w`, `30d or 10GiB`.
pub(super) fn retention_ms(words: &str) -> Option<i64> {
    words.split(" or ").find_map(duration_ms)
}

fn duration_ms(text: &str) -> Option<i64> {
    let (mut total, mut rest) = (0_i64, text.trim());
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let amount: i64 = rest[..digits].parse().ok()?;
        let end = rest[digits..].find(|c: char| c.is_ascii_digit()).map_or(rest.len(), |at| digits + at);
        let unit = match &rest[digits..end] {
            "ms" => 1,
            "s" => 1_000,
            "m" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            "w" => 604_800_000,
            "y" => 31_536_000_000,
            _ => return None,
        };
        total = total.checked_add(amount.checked_mul(unit)?)?;
        rest = &rest[end..];
    }
    (total > 0).then_some(total)
}

/// `None` where the server does not tell, or not whole.
pub(super) async fn targets(client: &Client) -> Option<TargetCounts> {
    let told = client.status::<Targets>("api/v1/targets", &[("state", "active")], TARGETS).await.ok()?;
    let mut counts = TargetCounts::default();
    for target in told.active {
        match target.health.as_deref() {
            Some("up") => counts.up += 1,
            Some("down") => counts.down += 1,
            _ => counts.unknown += 1,
        }
    }
    Some(counts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn retention_is_a_time_where_one_is_told() {
        let day = 86_400_000;
        for (words, expected) in [
            ("15d", Some(15 * day)),
            ("1y2w", Some((365 + 14) * day)),
            ("30d or 10GiB", Some(30 * day)),
            ("10GiB", None),
            ("0s", None),
            ("", None),
            ("99999999999999999999d", None),
            ("9999999999999y", None),
        ] {
            assert_eq!(retention_ms(words), expected, "{words}");
        }
    }
}

//! Asks for facts of all machines, one question after the other, and gathers what comes. Which machines that makes is
//! `roster`'s.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    failure::{Failure, FailureKind},
    run::Severity,
};

use super::{
    client::{Client, INVENTORY, SMALL},
    evidence::Evidence,
    exporter::{Exporter, Key},
    fact::{Fact, Question},
    issues::Issues,
    refusal::CallError,
};

/// Keys beyond this are not machines of one source any more.
const MAX_MACHINES: usize = 100_000;

/// What was told, and what was not.
#[derive(Default)]
pub(super) struct Told {
    pub(super) evidence: BTreeMap<Key, Evidence>,
    /// Questions without an answer.
    pub(super) untold: BTreeSet<(Exporter, Fact)>,
}

impl Told {
    /// Which machines there are is known for sure.
    pub(super) fn is_whole(&self) -> bool {
        !self.untold.iter().any(|(_, fact)| fact.is_identity())
    }
}

/// Names of the Prometheus servers that tell the same twice, by the labels that Thanos, Mimir and the operator give them. The
/// machines are the same with or without knowing them, so a failure is none of the read.
pub(super) async fn replicas(client: &Client) -> BTreeSet<String> {
    const LABELS: [&str; 3] = ["prometheus_replica", "__replica__", "replica"];
    let promql = format!("group by ({}) (node_uname_info or windows_os_info)", LABELS.join(","));
    let answer = client.query(&promql, SMALL).await.unwrap_or_default();
    let names = answer.series.iter().map(|series| LABELS.map(|label| series.label(label)).concat());
    names.filter(|name| !name.is_empty()).collect()
}

/// `Err` where nothing could be had from the server, or it was cancelled; a question that it cannot answer is an issue.
pub(super) async fn ask(client: &Client, questions: Vec<Question>, issues: &mut Issues) -> Result<Told, Failure> {
    let mut told = Told::default();
    let mut questions = questions.into_iter();
    while let Some(Question { exporter, fact, promql }) = questions.next() {
        // Facts of machines that nobody told of are not asked for.
        if !fact.is_identity() && !told.evidence.keys().any(|key| key.exporter == exporter) {
            continue;
        }
        let what = format!("{} of {}", fact.label(), exporter.label());
        match client.query(&promql, INVENTORY).await {
            Ok(answer) => {
                issues.remarks(&client.host(), &what, &answer.remarks);
                issues.lost(&what, answer.lost);
                if answer.lost > 0 {
                    told.untold.insert((exporter, fact));
                }
                for series in &answer.series {
                    let Some(key) = Key::of(exporter, series) else { continue };
                    if told.evidence.len() >= MAX_MACHINES && !told.evidence.contains_key(&key) {
                        told.untold.insert((exporter, Fact::System));
                        continue;
                    }
                    told.evidence.entry(key).or_default().add(exporter, fact, series);
                }
            }
            Err(error @ (CallError::TooMuch(_) | CallError::Refused(_))) => {
                issues.not_read(&what, &error.failure());
                told.untold.insert((exporter, fact));
            }
            Err(CallError::Failed(failure)) => {
                if told.evidence.is_empty() || failure.kind == FailureKind::Cancelled {
                    return Err(failure);
                }
                issues.broke_off(&failure);
                told.untold.insert((exporter, fact));
                told.untold.extend(questions.by_ref().map(|question| (question.exporter, question.fact)));
                break;
            }
        }
    }
    if told.evidence.len() >= MAX_MACHINES {
        issues.add(
            Severity::Error,
            format!("there are more than {MAX_MACHINES} machines: not all were read"),
            Some("Add several sources, each for a part of them (Thanos and Mimir tell tenants apart)."),
        );
    }
    Ok(told)
}

//! Tries a query of one's own: how many series it yields now, and of how many machines.

use std::{collections::BTreeSet, time::Duration};

use model::{
    failure::{Failure, FailureKind},
    mapping::{MappingTrial, MetricMapping},
};
use tokio_util::sync::CancellationToken;

use super::{
    client::{Client, RANGE},
    fact::identity_questions,
    issues::Issues,
    measure::Mapping,
    read,
    refusal::CallError,
    roster::Roster,
};
use crate::{Endpoint, http_failure};

/// A person waits for it.
const LIMIT: Duration = Duration::from_secs(20);

pub(crate) async fn try_mapping(endpoint: &Endpoint, mapping: &MetricMapping) -> Result<MappingTrial, Failure> {
    let client = Client::open(endpoint, &CancellationToken::new()).await?;
    let tried = tokio::time::timeout(LIMIT, ask(&client, mapping)).await;
    tried.unwrap_or_else(|_| Err(http_failure::timed_out(&client.host())))
}

async fn ask(client: &Client, mapping: &MetricMapping) -> Result<MappingTrial, Failure> {
    let answer = client.query(&Mapping::from(mapping).query, RANGE).await.map_err(|error| match error {
        CallError::Refused(failure) => Failure::new(FailureKind::Protocol, failure.detail)
            .with_advice("The server cannot evaluate the query: try it in Prometheus' own expression browser."),
        error => error.failure(),
    })?;
    let told = read::ask(client, identity_questions(), &mut Issues::default()).await?;
    let roster = Roster::new(told.evidence);
    let machine = |at: usize| roster.find_instance(answer.series[at].label("job"), answer.series[at].label("instance"));
    let machines: BTreeSet<usize> = (0..answer.series.len()).filter_map(machine).collect();
    Ok(MappingTrial { series: answer.series.len() as u64, machines: machines.len() as u64 })
}

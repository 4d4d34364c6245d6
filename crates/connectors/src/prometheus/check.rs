//! The connection test: what answers there, how much it keeps, what it scrapes, and which exporters IROA knows of it.

use std::time::{Duration, Instant};

use model::{
    check::{CheckOutcome, CheckReport},
    failure::{Failure, FailureKind},
};
use tokio_util::sync::CancellationToken;

use super::{
    client::Client, exporter::Exporter, fact::identity_questions, issues::Issues, read, refusal::CallError,
    roster::Roster, status,
};
use crate::{Endpoint, http_failure};

const LIMIT: Duration = Duration::from_secs(20);

pub(crate) async fn check(endpoint: &Endpoint) -> CheckOutcome {
    let started = Instant::now();
    let client = match Client::open(endpoint, &CancellationToken::new()).await {
        Ok(client) => client,
        Err(failure) => return CheckOutcome::Failed { failure, certificate: None },
    };
    let tested = tokio::time::timeout(LIMIT, test(&client)).await;
    let tested = tested.unwrap_or_else(|_| Err(http_failure::timed_out(&client.host())));
    match tested {
        Ok(report) => CheckOutcome::Passed(CheckReport {
            certificate: client.certificate(),
            duration_ms: started.elapsed().as_millis() as i64,
            ..report
        }),
        Err(failure) => {
            let is_certificate = failure.kind == FailureKind::Certificate;
            CheckOutcome::Failed { failure, certificate: client.certificate().filter(|_| is_certificate) }
        }
    }
}

async fn test(client: &Client) -> Result<CheckReport, Failure> {
    let clock = client.clock().await.map_err(CallError::failure)?;
    let (identity, retention, targets, told) =
        tokio::join!(status::identity(client), status::retention(client), status::targets(client), machines(client));
    let (roster, is_whole) = told?;
    let mut notes = Vec::new();
    notes.push(match retention {
        Some(retention) => format!("Samples are kept for {retention}: so much history is read at first."),
        None => {
            "The server does not tell how long samples are kept: history is read as far as there is some.".to_owned()
        }
    });
    notes.push(match targets {
        Some(targets) if targets.all() > 0 => {
            format!("Targets: {} up, {} down, {} not scraped yet.", targets.up, targets.down, targets.unknown)
        }
        Some(_) => "There are no targets yet: either Prometheus has just started, or it scrapes nothing.".to_owned(),
        None => "The server does not tell its targets.".to_owned(),
    });
    notes.push(recognised(&roster));
    if !is_whole {
        notes.push("Not all machines could be counted.".to_owned());
    }
    let ambiguous = roster.machines.iter().filter(|machine| machine.is_ambiguous).count();
    if ambiguous > 0 {
        notes.push(format!("Under {ambiguous} names several machines answer: none of their values is believed."));
    }
    notes.extend(clock.skew().map(|skew| format!("Careful: {skew}. Measurements stand at the server's times.")));
    if client.address().is_plain() {
        notes.push(
            "The address says http: the password or token and everything that is read travel in the clear.".to_owned(),
        );
    }
    let vms_visible = is_whole.then_some(roster.machines.len() as u64);
    let endpoint = client.address().to_string();
    Ok(CheckReport { identity, endpoint, vms_visible, notes, ..CheckReport::default() })
}

async fn machines(client: &Client) -> Result<(Roster, bool), Failure> {
    let told = read::ask(client, identity_questions(), &mut Issues::default()).await?;
    let is_whole = told.is_whole();
    Ok((Roster::new(told.evidence), is_whole))
}

fn recognised(roster: &Roster) -> String {
    let counts = Exporter::ALL.map(|exporter| (exporter, roster.count(exporter)));
    let found: Vec<String> = counts
        .iter()
        .filter(|(_, count)| *count > 0)
        .map(|(exporter, count)| {
            format!("{} ({count} {})", exporter.label(), if *count == 1 { "machine" } else { "machines" })
        })
        .collect();
    if found.is_empty() {
        let known = Exporter::ALL.map(Exporter::label).join(", ");
        return format!("No exporter that IROA knows has told anything in the last hour. It knows {known}.");
    }
    format!("Recognised: {}.", found.join(", "))
}

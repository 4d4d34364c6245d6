//! Runs a script on all hosts of a Hyper-V estate: those that were named, then the nodes that their clusters have told of, a
//! few at a time. One shell and one command for each host. What is asked, and what the answers mean, is the callers'.

use std::{collections::HashSet, time::Instant};

use futures::{StreamExt as _, stream};
use jiff::Timestamp;
use model::{
    failure::{Failure, FailureKind},
    ids::ExternalId,
    inventory::ObjectKind,
    run::Stage,
};

use super::{
    addresses::{addresses, failure},
    answer,
    assemble::{HostRead, KnownNode, Unread, known_nodes},
    script,
    winrm::{Account, Auth, Limits, Target, WinRm},
};
use crate::{Endpoint, Observer, address::Address};

/// Hosts that are read at the same time.
const AT_ONCE: usize = 6;
/// Addresses of a node that are tried where its name does not resolve.
const ADDRESSES_TRIED: usize = 3;
/// Refused sign-ins before no other host is tried: accounts are locked after a few.
const REFUSALS_MAX: usize = 2;

/// What hosts answered.
#[derive(Debug, Default)]
pub(super) struct Answers {
    pub(super) reads: Vec<HostRead>,
    pub(super) unread: Vec<Unread>,
}

/// Asks all hosts. `Err` if nobody lets us in, or when cancelled.
pub(super) async fn ask_all(
    endpoint: &Endpoint,
    observer: &Observer,
    script: &'static [u8],
    limits: &Limits,
) -> Result<Answers, Failure> {
    let mut reader = Reader { endpoint, observer, script, limits, answers: Answers::default() };
    let named = addresses(&endpoint.address).map_err(failure)?;
    let origin = reader.read_named(&named).await?;
    observer.stage(Stage::Hosts);
    if let Some(origin) = origin {
        reader.read_nodes(&origin).await?;
    }
    let Answers { reads, mut unread } = reader.answers;
    recognize(&mut unread, &reads);
    Ok(Answers { reads, unread })
}

struct Reader<'a> {
    endpoint: &'a Endpoint,
    observer: &'a Observer,
    script: &'static [u8],
    limits: &'a Limits,
    answers: Answers,
}

/// What a host answered, or why it did not, with the name under which it was asked.
type Asked = (String, Option<ExternalId>, Result<HostRead, Failure>);

impl Reader<'_> {
    /// Reads what was named: one after the other until one lets us in, then the rest. Yields the first that did.
    async fn read_named(&mut self, named: &[Address]) -> Result<Option<Address>, Failure> {
        let mut refusals = 0;
        for (at, address) in named.iter().enumerate() {
            let asked = self.ask(address.clone(), None).await;
            let failure = asked.2.as_ref().err().cloned();
            self.take(asked)?;
            let Some(failure) = failure else {
                let rest = named[at + 1..].iter().map(|address| self.ask(address.clone(), None)).collect::<Vec<_>>();
                let rest: Vec<Asked> = stream::iter(rest).buffer_unordered(AT_ONCE).collect().await;
                for asked in rest {
                    self.take(asked)?;
                }
                return Ok(Some(address.clone()));
            };
            refusals += usize::from(matches!(failure.kind, FailureKind::Unauthorized | FailureKind::AccountLocked));
            if refusals >= REFUSALS_MAX {
                return Err(failure);
            }
        }
        Ok(None)
    }

    /// Reads the nodes of all clusters that have been met, as far as they were not named themselves.
    async fn read_nodes(&mut self, origin: &Address) -> Result<(), Failure> {
        let mut done: HashSet<String> = self.answers.reads.iter().filter_map(|read| read.report.host_name()).collect();
        done.extend(self.answers.unread.iter().map(|unread| unread.asked.to_lowercase()));
        let is_done = |node: &KnownNode| done.contains(&node.host) || done.contains(short(&node.host));
        let nodes: Vec<KnownNode> =
            known_nodes(&self.answers.reads).into_iter().filter(|node| !is_done(node)).collect();
        self.observer.total(ObjectKind::Host, (self.answers.reads.len() + nodes.len()) as u64);
        let (down, up): (Vec<KnownNode>, Vec<KnownNode>) = nodes.into_iter().partition(|node| node.is_down);
        for node in down {
            let failure = Failure::new(FailureKind::Unreachable, "its cluster says that the node is down");
            let failure =
                failure.with_advice("Start the node or its cluster service, or evict it if it is gone for good.");
            self.answers.unread.push(Unread {
                asked: node.host.clone(),
                host: Some(ExternalId::new(node.host)),
                failure,
            });
        }
        let asked = up.into_iter().map(|node| self.ask_node(origin, node)).collect::<Vec<_>>();
        let mut answers = stream::iter(asked).buffer_unordered(AT_ONCE);
        let mut all = Vec::new();
        while let Some(asked) = answers.next().await {
            all.push(asked);
        }
        drop(answers);
        // The order of arrival must not decide which node's word counts.
        all.sort_by(|a, b| a.0.cmp(&b.0));
        for asked in all {
            self.take(asked)?;
        }
        Ok(())
    }

    /// Keeps what came of it. Only cancelling ends the run.
    fn take(&mut self, (asked, host, outcome): Asked) -> Result<(), Failure> {
        match outcome {
            Ok(read) => self.answers.reads.push(read),
            Err(failure) if failure.kind == FailureKind::Cancelled => return Err(failure),
            Err(failure) => self.answers.unread.push(Unread { asked, host, failure }),
        }
        Ok(())
    }

    /// By name, and where that does not resolve by the addresses that the cluster knows.
    async fn ask_node(&self, origin: &Address, node: KnownNode) -> Asked {
        let id = Some(ExternalId::new(node.host.clone()));
        let Some(address) = origin.with_host(&node.host) else {
            let failure = Failure::new(FailureKind::UnknownHost, "the node's name is no name of a host");
            return (node.host, id, Err(failure));
        };
        let (name, _, outcome) = self.ask(address, id.clone()).await;
        let Err(failure) = outcome else { return (name, id, outcome) };
        if failure.kind == FailureKind::UnknownHost {
            let others = node.addresses.iter().filter_map(|address| origin.with_host(address));
            for address in others.take(ADDRESSES_TRIED) {
                if let (_, _, Ok(read)) = self.ask(address, id.clone()).await {
                    return (name, id, Ok(read));
                }
            }
        }
        (name, id, Err(failure))
    }

    async fn ask(&self, address: Address, host: Option<ExternalId>) -> Asked {
        let name = address.host().to_owned();
        let outcome = self.read_host(address).await.map(|report| HostRead {
            asked: name.clone(),
            answered_ms: Timestamp::now().as_millisecond(),
            report,
        });
        if let Ok(read) = &outcome {
            self.observer.found(ObjectKind::Host, 1);
            self.observer.found(ObjectKind::Vm, read.report.machines.rows().len() as u64);
        }
        (name, host, outcome)
    }

    async fn read_host(&self, address: Address) -> Result<super::report::Report, Failure> {
        let started = Instant::now();
        let target = Target {
            address,
            account: Account::parse(&self.endpoint.username),
            password: self.endpoint.password.clone(),
            tls: self.endpoint.tls.clone(),
            auth: Auth::default(),
        };
        let mut winrm = WinRm::connect(&target, self.observer.cancellation()).await?;
        let output = winrm.run(&script::command(), self.script, self.limits).await?;
        tracing::debug!(
            host = target.address.host(),
            bytes = output.stdout.len(),
            round_trips = output.round_trips,
            duration_ms = started.elapsed().as_millis() as u64,
            "a host has answered"
        );
        let parsed =
            tokio::task::spawn_blocking(move || answer::read(&output.stdout, &output.stderr, output.exit_code));
        parsed.await.unwrap_or_else(|_| Err(Failure::new(FailureKind::Protocol, "the answer could not be read")))
    }
}

/// A named host that did not answer may be a node that its cluster tells of.
fn recognize(unread: &mut [Unread], reads: &[HostRead]) {
    let nodes = known_nodes(reads);
    for lost in unread.iter_mut().filter(|lost| lost.host.is_none()) {
        let asked = lost.asked.to_lowercase();
        let node = nodes.iter().find(|node| node.host == asked || short(&node.host) == asked);
        lost.host = node.map(|node| ExternalId::new(node.host.clone()));
    }
}

fn short(host: &str) -> &str {
    host.split('.').next().unwrap_or(host)
}

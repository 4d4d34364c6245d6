//! One read of a Hyper-V estate's inventory: what its hosts answer, joined.

use std::time::Duration;

use model::{
    failure::{Failure, FailureKind},
    inventory::{Collection, ObjectKind},
    run::Stage,
};

use super::{
    assemble::assemble,
    hosts::{Answers, ask_all},
    script,
    winrm::Limits,
};
use crate::{Endpoint, Observer};

/// A host with 3,000 machines takes minutes on old PowerShell.
const LIMITS: Limits = Limits { time: Duration::from_mins(10), output_bytes: 64 << 20 };

pub(crate) async fn collect(endpoint: &Endpoint, observer: &Observer) -> Result<Collection, Failure> {
    observer.stage(Stage::Connect);
    let Answers { reads, unread } = ask_all(endpoint, observer, script::inventory(), &LIMITS).await?;
    observer.stage(Stage::Storage);
    // Joining thousands of machines takes a while: other work goes on meanwhile.
    let joined = tokio::task::spawn_blocking(move || assemble(&reads, &unread)).await;
    let collection =
        joined.unwrap_or_else(|_| Err(Failure::new(FailureKind::Protocol, "the answers could not be joined")))?;
    for kind in ObjectKind::ALL {
        observer.restart(kind);
        observer.found(kind, collection.inventory.count(kind) as u64);
        observer.total(kind, collection.inventory.count(kind) as u64);
    }
    observer.issues(collection.issues.len() as u64);
    Ok(collection)
}

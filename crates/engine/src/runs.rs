//! Sync runs as people see them: starting, cancelling, history. Doing the work is the worker's business.

use model::{
    account::{Actor, Role},
    ids::{RunId, SourceId},
    run::{RunIssue, RunView},
    table::Page,
};

use crate::{
    Engine,
    error::{Error, Result},
};

impl Engine {
    /// Queues a run; where one is queued or running already, answers that one.
    pub async fn start_sync(&self, actor: &Actor, source: SourceId) -> Result<RunId> {
        Self::allow(actor, Role::Manager)?;
        let _ = source;
        Err(Error::internal("not available yet"))
    }

    /// Asks a queued or running run to end; a final one stays as it is.
    pub async fn cancel_run(&self, actor: &Actor, run: RunId) -> Result<()> {
        Self::allow(actor, Role::Manager)?;
        let _ = run;
        Err(Error::internal("not available yet"))
    }

    /// Newest first; `page` is 1-based.
    pub async fn list_runs(&self, actor: &Actor, source: Option<SourceId>, page: u64) -> Result<Page<RunView>> {
        Self::allow(actor, Role::Viewer)?;
        let _ = (source, page);
        Err(Error::internal("not available yet"))
    }

    pub async fn run(&self, actor: &Actor, run: RunId) -> Result<(RunView, Vec<RunIssue>)> {
        Self::allow(actor, Role::Viewer)?;
        let _ = run;
        Err(Error::internal("not available yet"))
    }
}

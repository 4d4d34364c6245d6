//! Sync runs as rows: their queue, their leases, and the history that pages show.
//!
//! A run is leased to the process that works on it. Who holds the lease, how long it lasts and what is done in it is
//! `engine`'s; here every change of state is one conditional statement, so that any number of processes can share the work.

mod history;
mod issues;
mod queue;

pub(crate) use issues::write as write_issues;
pub(crate) use queue::{end, held, is_live};

pub use history::{find, issues, last_of_each_source, list, live, recent_durations};
pub use issues::prune_issues;
pub use queue::{
    Cancelled, Claim, ClaimedRun, Enqueued, Finish, Heartbeat, cancel_requested, claim, enqueue, expire_leases, finish,
    heartbeat, request_cancel,
};

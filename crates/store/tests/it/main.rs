//! The store's tests: each runs on SQLite and on PostgreSQL.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails")]

mod accounts;
mod clusters;
mod ending;
mod estate;
mod folding;
mod hyperv;
mod linked;
mod mapped;
mod measured;
mod measuring;
mod migrating;
mod order;
mod persisting;
mod postgres;
mod queue;
mod rotating;
mod silent;
mod stores;
mod tables;
mod unread;
mod watching;

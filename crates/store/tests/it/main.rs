//! The store's tests: each runs on SQLite and on PostgreSQL.

mod accounts;
mod estate;
mod migrating;
mod persisting;
mod postgres;
mod queue;
mod stores;
mod tables;

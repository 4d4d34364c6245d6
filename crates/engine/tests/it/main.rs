//! The engine through its public face, on a SQLite file of its own for each test.

// Helpers of tests may unwrap as the tests themselves do.
#![allow(clippy::unwrap_used)]

mod accounts;
mod roles;
mod runs;
mod sources;
mod support;

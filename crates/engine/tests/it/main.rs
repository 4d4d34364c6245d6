//! The engine through its public face, on a SQLite file of its own for each test.

mod accounts;
mod roles;
mod runs;
mod sources;
mod support;

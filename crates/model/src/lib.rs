//! IROA's vocabulary: what connectors yield, the store keeps, the engine answers and the pages show.
//!
//! Plain data with serde and small pure functions. This crate knows neither Leptos nor SeaORM, does no I/O and reads no clock;
//! it is compiled for the server and for the browser.

pub mod account;
pub mod capacity;
pub mod change;
pub mod check;
pub mod failure;
pub mod filter;
pub mod format;
pub mod identity;
pub mod ids;
pub mod installation;
pub mod inventory;
pub mod live;
pub mod mapping;
pub mod measuring;
pub mod metric;
pub mod overview;
pub mod profile;
pub mod recommendation;
pub mod rightsizing;
pub mod run;
pub mod runway;
pub mod sample;
pub mod series;
pub mod source;
pub mod table;
pub mod what_if;

//! Pages: each loads through server functions and composes components.

pub mod account;
pub mod activity;
pub mod admin;
pub mod clusters;
pub mod hosts;
pub mod networks;
pub mod not_found;
mod object;
pub mod overview;
pub mod run;
pub mod search;
pub mod setup;
pub mod sign_in;
pub mod source;
pub mod sources;
pub mod storage;
pub mod vms;

//! Microsoft Hyper-V over WinRM: one shell and one command per host.
//!
//! `winrm` carries a command to a host and its output back; `check` asks a host what it is and what the account may do.
//! `script` is what a host runs for an inventory or for its counters, `answer` and `report` understand what it prints,
//! `assemble` joins hosts and clusters into one: these are pure and read whatever bytes they are given. `hosts` asks them all;
//! `collect` makes an inventory of the answers, `performance` measurements.

mod addresses;
pub mod answer;
pub mod assemble;
mod check;
pub mod clixml;
mod collect;
mod hosts;
mod issues;
pub mod performance;
pub mod report;
pub mod script;
pub mod value;
pub mod winrm;

pub use addresses::addresses;
pub(crate) use check::check;
pub(crate) use collect::collect;
pub(crate) use performance::samples;

//! Microsoft Hyper-V over WinRM: one shell and one command per host.
//!
//! `winrm` carries a command to a host and its output back; `check` asks a host what it is and what the account may do.

mod check;
pub mod winrm;

pub(crate) use check::check;

//! vCenter and ESXi over SOAP (vim25): a wire client and pure parsers.
//!
//! `transport`, `body`, `session` and `retrieve` speak with the server; `answer` and `objects` are pure and read
//! whatever bytes they are given; `collect`, `performance` and `check` put both together.

pub mod answer;
mod assemble;
mod body;
mod budget;
mod check;
mod collect;
mod envelope;
pub mod fault;
mod issues;
pub mod object;
pub mod objects;
mod performance;
mod retrieve;
mod scope;
mod session;
mod stage;
mod tags;
mod transport;
mod value;
mod withheld;

pub use crate::xml::{XmlError, tree};
pub use session::{About, ServiceContent};
pub use value::Moref;

pub(crate) use check::check;
pub(crate) use collect::collect;
pub(crate) use performance::samples;

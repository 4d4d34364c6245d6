//! IROA's judgement: pure functions over the model, without I/O and without a clock, for the server and for the browser.
//!
//! What is stored and what is shown of it is the business of others.

pub mod capacity;
pub mod identity;
pub mod period;
pub mod policy;
pub mod profile;
pub mod recommendation;
pub mod rightsizing;
pub mod runway;
pub mod statistics;
pub mod usage;
pub mod what_if;

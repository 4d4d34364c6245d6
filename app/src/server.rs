//! Server functions: the way from a page to a use-case. Each begins with its guard, translates, and calls the engine.

pub mod accounts;
pub mod capacity;
pub mod inventory;
pub mod keeping;
pub mod links;
pub mod mappings;
pub mod measurements;
pub mod password;
pub mod runs;
pub mod source_form;
pub mod sources;
pub mod users;

/// All server functions live below this path.
pub const PREFIX: &str = "/api/fn";

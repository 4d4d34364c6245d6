//! Tables of the inventory: one table for all kinds, drawn on the server, whose state is the address.
//!
//! Sorting, paging, filtering and choosing columns are links and GET forms: they work without script, can be bookmarked
//! and go back with the browser's button. What the rows are is asked of `server::inventory`.

mod cell;
mod chips;
mod chooser;
mod freshness;
mod grid;
mod head;
mod keys;
mod page;
mod query_string;
mod related;
mod rows;
mod state;
mod toolbar;

pub(crate) use cell::{connection_state, dash, health_state, power_state, role_words, words};
pub use grid::{Grid, GridRow};
pub(crate) use grid::{ObjectLink, list_path, path_of};
#[cfg(feature = "ssr")]
pub(crate) use grid::{choose_columns, columns};
pub(crate) use page::{TablePage, capital};
#[cfg(feature = "ssr")]
pub(crate) use query_string::parse as pairs;
pub(crate) use query_string::{href, parameter};
pub(crate) use related::RelatedTable;
pub(crate) use state::PageKey;

//! Measurements over time: taken in, kept small, read back.
//!
//! Recent samples land in slabs, a few rows for each time that a source is read. Folding turns the slabs of a day that is over
//! into one packed chunk for each series, with hourly and daily rollups beside it; long history goes straight there. Reading
//! takes all of them together, so it does not matter what has been folded. What to measure and when is `engine`'s, what a
//! number means `analysis`'.

mod cells;
mod clusters;
mod cursor;
mod daily;
mod day;
mod directory;
mod extent;
mod fleet;
mod fold;
mod ingest;
mod live;
mod prune;
mod quantum;
mod read;
mod rollup;
mod signature;
mod slab;
mod statements;
mod statistics;
mod summary;
mod view;
mod write;

pub use clusters::of_clusters;
pub use cursor::{cursor, retention, set_cursor, set_retention};
pub use daily::{DayFigures, days};
pub use extent::extent;
pub use fleet::{FleetStats, fleet};
pub use fold::{Folded, fold};
pub use ingest::{Ingested, Refused, ingest};
pub use live::busiest;
pub use prune::{Pruned, prune};
pub use signature::load_signature;
pub use summary::metrics_of;
pub use view::series;

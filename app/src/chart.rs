//! Charts of measurements, drawn on the server into HTML: the browser carries no scales, no ticks and no words.
//!
//! Which charts a page has is the page's; what moves under the hand in the browser is [`crate::drawn`]'s.

mod axis;
mod figure;
mod moments;
mod path;
mod scale;
mod signature;
mod spark;
mod words;

pub(crate) use axis::print;
pub(crate) use figure::{Allocation, Chart, age};
pub(crate) use moments::{date, zone};
pub(crate) use signature::{Week, signature};
pub(crate) use spark::sparkline;

/// The most points of a chart, and of the file with the same numbers.
pub const POINTS_MAX: usize = 360;
